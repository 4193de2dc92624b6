//! The in-memory reference store of user-engine, meant to be read first.
//!
//! Everything lives in one `State` under one mutex that is never held across an await: a
//! commit checks its preconditions, then changes the state, so that commits happen one after
//! another and the order of the logs is the order of commits. What the port promises of races,
//! scopes, limits and outcomes holds here in its simplest form; the other stores are measured
//! against it by the conformance suite.
//!
//! Deliberately absent: persistence, background work, a runtime.
//!
//! - `store`: the public type and the port's methods
//! - `state`: the tables, and the index that lists use
//! - `apply`: the commit; `log`: reading audit records and events
//! - `schema`: the applied migrations and readiness
//!
//! # Examples
//!
//! ```
//! use std::sync::Arc;
//! use user_engine_ports::{Deadline, SystemClock, UserEngineStore};
//! use user_engine_store_memory::InMemoryUserEngineStore;
//!
//! let store = InMemoryUserEngineStore::migrated(Arc::new(SystemClock));
//! let second_handle = store.clone();
//! # let _ = second_handle.capabilities();
//! ```

mod apply;
mod log;
mod schema;
mod state;
mod store;

pub use store::InMemoryUserEngineStore;
