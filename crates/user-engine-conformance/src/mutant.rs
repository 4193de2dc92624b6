//! Mutants: stores that are each wrong in exactly one way, so that the suite shows that it can
//! fail.

use crate::case::Case;
use crate::factory::StoreFactory;
use crate::fault::Fault;
use crate::faulty_factory::FaultyFactory;
use crate::filter;
use crate::registry;
use crate::runner::{RunOptions, run_case};
use crate::verdict::Verdict;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A store that is wrong in one way, and the case that must notice.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// The name: what it does wrong, in words joined by `-`.
    pub name: &'static str,
    /// What is wrong with it, in one sentence.
    pub wrong: &'static str,
    /// The id of the case that is named for it.
    pub killed_by: &'static str,
    /// Makes the fault, anew for each store.
    pub fault: fn() -> Arc<dyn Fault>,
}

impl fmt::Debug for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutant")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Makes [`Mutant::fault`] of an expression.
macro_rules! fault {
    ($fault:expr) => {
        || std::sync::Arc::new($fault)
    };
}
pub(crate) use fault;

/// Every mutant.
pub fn mutants() -> impl Iterator<Item = &'static Mutant> {
    crate::mutants::AREAS
        .iter()
        .flat_map(|mutants| mutants.iter())
}

/// The mutant of a name.
pub fn find(name: &str) -> Option<&'static Mutant> {
    mutants().find(|mutant| mutant.name == name)
}

/// How often a case is run against a mutant that it spares.
const TRIES: usize = 5;

/// One square of the kill matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kill {
    /// The mutant's name.
    pub mutant: String,
    /// What is wrong with it.
    pub wrong: String,
    /// The case's id.
    pub case: String,
    /// Whether this is the case that is named for the mutant.
    pub is_named: bool,
    /// What the case said of the mutant.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl Kill {
    /// Whether the case noticed.
    pub const fn is_killed(&self) -> bool {
        matches!(self.verdict, Verdict::Fail { .. })
    }

    /// Whether the factory lacks a power that the case needs, so that the square says nothing.
    pub const fn is_unsupported(&self) -> bool {
        matches!(self.verdict, Verdict::Unsupported { .. })
    }
}

/// Runs every mutant whose name matches one of the globs against the cases that claim to kill it,
/// on the stores of a good factory; no glob means all. A square that is not a kill is a survivor:
/// the harness can't see that fault.
///
/// A case that races may spare a mutant by chance: it is run again with the next seed, five times
/// in all. What no run notices has survived.
pub async fn kill_matrix(
    factory: Arc<dyn StoreFactory>,
    globs: &[String],
    options: &RunOptions,
) -> Vec<Kill> {
    let chosen = |mutant: &&'static Mutant| {
        globs.is_empty() || globs.iter().any(|glob| filter::matches(glob, mutant.name))
    };
    let claims = |mutant: &'static Mutant| {
        let kills = move |case: &&'static Case| {
            case.id == mutant.killed_by || case.kills.contains(&mutant.name)
        };
        registry::cases()
            .filter(kills)
            .map(move |case| (mutant, case))
    };
    let square = async |(mutant, case): (&'static Mutant, &'static Case)| {
        let mut options = options.clone();
        let mut report = None;
        for _ in 0..TRIES {
            let faulty = FaultyFactory::new(factory.clone(), mutant.fault);
            let ran = run_case(Arc::new(faulty), case, &options).await;
            let is_spared = ran.verdict == Verdict::Pass;
            report = Some(ran.verdict);
            if !is_spared {
                break;
            }
            options.seed = options.seed.wrapping_add(1);
        }
        Kill {
            mutant: mutant.name.to_owned(),
            wrong: mutant.wrong.to_owned(),
            case: case.id.to_owned(),
            is_named: case.id == mutant.killed_by,
            verdict: report.unwrap_or(Verdict::Pass),
        }
    };
    stream::iter(mutants().filter(chosen).flat_map(claims))
        .map(square)
        .buffered(options.jobs.max(1))
        .collect()
        .await
}
