//! The conformance suite of user-engine: the store contract as runnable cases.
//!
//! The suite is the contract: a behaviour that no case holds is not promised. An adapter author
//! implements [`StoreFactory`] and [`Sandbox`], then runs the registry by one of three fronts:
//! [`conformance_tests!`], a test binary over `conformance_main` (feature `mimic`), or [`run`],
//! which returns a [`Report`].
//!
//! Deliberately absent: any store but the in-memory reference, any driver, any command line.
//!
//! - `case`, `registry`, `cases`: the promises
//! - `factory`, `power`, `memory`: what stores are handed out and what can be done to them
//! - `context`, `fixture`, `check`, `failure`: what cases are written in
//! - `runner`, `sweep`, `verdict`, `report`, `junit`, `front`: running and telling
//! - `history`, `model`, `poll`: what the larger cases stand on
//! - `fault`, `faulty_factory`, `script`, `mutant`, `mutants`: stores that are wrong on purpose
//!
//! # Examples
//!
//! ```
//! use std::sync::Arc;
//! use user_engine_conformance::{MemoryFactory, RunOptions, Silent, run};
//!
//! # fn main() -> std::io::Result<()> {
//! let options = RunOptions { filters: vec!["records.*".to_owned()], ..RunOptions::default() };
//! let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
//! let report = runtime.block_on(run(Arc::new(MemoryFactory), &options, &Silent));
//! assert_eq!(report.bad_cases().count(), 0);
//! # Ok(())
//! # }
//! ```

mod case;
mod cases;
mod check;
mod context;
mod counted;
mod factory;
mod failure;
mod fault;
mod faulty_factory;
mod filter;
mod fixture;
mod front;
mod history;
#[cfg(feature = "junit")]
mod junit;
mod level;
mod memory;
mod model;
mod mutant;
mod mutants;
mod names;
mod poll;
mod power;
mod random;
mod registry;
mod report;
mod runner;
mod script;
mod sweep;
mod verdict;

pub use case::{Case, CaseFuture};
pub use check::{absent, conflict, limit, present, same, same_count};
pub use context::Context;
pub use factory::{Dump, FactoryError, Hold, PowerError, RawRow, Sandbox, StoreFactory};
pub use failure::{Failure, FailureKind};
pub use fault::{Fault, FaultyMigrator, FaultyStore, FaultyUnits, Store, Unit, UnitFault, faulty};
pub use faulty_factory::FaultyFactory;
pub use filter::matches;
pub use fixture::{id_of, valid};
#[cfg(feature = "mimic")]
pub use front::conformance_main;
pub use front::hold;
pub use history::{Anomaly, Checked, Ended, Entry, Register, Value, check as check_history};
#[cfg(feature = "junit")]
pub use junit::to_junit;
pub use level::{Level, UnknownLevel};
pub use memory::MemoryFactory;
pub use model::replay_sequence;
pub use mutant::{Kill, Mutant, find as find_mutant, kill_matrix, mutants};
pub use poll::DropAfter;
pub use power::{CutPoint, Power, Tamper};
pub use registry::{SUITE_VERSION, areas, cases, find};
pub use report::{CaseReport, LevelStatus, LevelSummary, REPORT_SCHEMA, Report, StoreSummary};
pub use runner::{Progress, RunOptions, Silent, run, run_case, selected};
pub use script::{Call, Rewrite, Rewritten, Scripted, replay};
pub use verdict::Verdict;
