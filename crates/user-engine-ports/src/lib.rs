//! The store port of user-engine: what a durable store promises, as object-safe traits.
//!
//! A recipe for implementers: implement [`UnitBackend`] (read a flight, apply a commit), hand
//! [`BufferedUnit`]s out of [`UserEngineStore::begin`], implement the other methods of
//! [`UserEngineStore`] and [`Migrator`], then run the conformance suite: it is the contract.
//!
//! Deliberately absent: connections, SQL, serialization, retries inside the store, default
//! implementations. A unit of work holds no connection between calls; reads are flights of their
//! own, writes are buffered, `commit` sends one message. What protects a decision is a revision,
//! `expect` or a key, never a transaction held open.
//!
//! - `store`, `migrator`: the two traits of a store; `unit`, `buffered`: units of work
//! - `read`, `log`, `operation`, `scope`: what the calls speak of
//! - `error`, `readiness`, `capability`: what a store says of itself
//! - `clock`, `deadline`, `retry`: time
//!
//! # Examples
//!
//! ```
//! use user_engine_domain::{TenantId, User, UserId};
//! use user_engine_ports::{Scope, StoreError, UnitOptions, UserEngineStore};
//!
//! async fn display(store: &dyn UserEngineStore, id: &UserId) -> Result<bool, StoreError> {
//!     let mut tx = store.begin(UnitOptions::read(Scope::Tenantless));
//!     Ok(tx.get::<User>(id).await?.is_some())
//! }
//! ```

mod buffered;
mod capability;
mod check;
mod clock;
mod deadline;
mod error;
mod log;
mod migrator;
mod operation;
mod overlay;
mod read;
mod readiness;
mod retry;
mod scope;
mod store;
mod unit;

pub use buffered::{
    Action, BufferedUnit, ChangeItem, Changes, NESTING_MAX, RECORD_MAX_BYTES, UNIT_MAX_BYTES,
    UNIT_MAX_ENTRIES, UnitBackend,
};
pub use capability::{Capabilities, Wall};
pub use check::{check_denial, check_page, check_reads};
pub use clock::{Clock, IdSource, Pause};
#[cfg(feature = "system")]
pub use clock::{SystemClock, UuidSource};
pub use deadline::Deadline;
pub use error::{
    Conflict, ConflictReason, Effect, Limit, Retryability, SqlState, StoreError, StoreErrorKind,
    Undecodable, Verb,
};
pub use log::{AuditPage, AuditQuery, LogCursor, LogPage, OutboxPage, OutboxQuery};
pub use migrator::{MigrationReport, MigrationStep, Migrator};
pub use operation::{
    Operation, OperationOutcome, RECEIPT_MAX_BYTES, Receipt, ReceiptBody, RequestDigest,
};
pub use read::{ListBy, ListQuery, PAGE_MAX, Page, Read, ReadAnswer, Revision, Row, Versioned};
pub use readiness::{NotReady, Readiness};
pub use retry::{Attempts, Ran, RetryPolicy, RunError, run_in_transaction};
pub use scope::Scope;
pub use store::{OPERATION_RETENTION, PORT_VERSION, UserEngineStore};
pub use unit::{Committed, Nested, Precondition, Tx, TypedPage, UnitOfWork, UnitOptions};
