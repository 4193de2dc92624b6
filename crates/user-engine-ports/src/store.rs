//! The store itself: what an adapter implements for callers.

use crate::capability::Capabilities;
use crate::deadline::Deadline;
use crate::error::StoreError;
use crate::log::{AuditPage, AuditQuery, OutboxPage, OutboxQuery};
use crate::operation::OperationOutcome;
use crate::readiness::Readiness;
use crate::scope::Scope;
use crate::unit::{Tx, UnitOptions};
use async_trait::async_trait;
use std::collections::BTreeMap;
use user_engine_domain::{AuditRecord, OperationId, Timestamp};

/// The version of this port. It grows when a method or a promise changes.
pub const PORT_VERSION: u32 = 1;

/// A durable store of identity records. See the crate's documentation for the promises.
///
/// # Cancellation
///
/// Every future may be dropped at any await: no partial effect and no open transaction stays
/// behind. After a commit was sent its outcome is unknown and can be asked by the operation id.
#[async_trait]
pub trait UserEngineStore: Send + Sync {
    /// What this store declares of itself.
    fn capabilities(&self) -> Capabilities;

    /// Says whether the store can serve, and why not. One round trip; never an error, and no
    /// connection is left unusable.
    async fn readiness(&self, deadline: Deadline) -> Readiness;

    /// Begins a unit of work. Nothing is sent and no connection is taken.
    fn begin(&self, options: UnitOptions) -> Tx;

    /// Makes a denial durable, apart from every unit of work: it survives their rollback, emits
    /// no event and needs no second connection. Recording the same audit id again changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// `Overloaded` when the bounded lane is full, `Unavailable` and `DeadlineExceeded` when it
    /// could not be made durable: the caller denies all the same and says so. `Invalid` when the
    /// record's outcome is not `denied`; `OutOfScope` when its tenant is not the scope's.
    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError>;

    /// Counts what the scope holds, under adapter-neutral names of the migration manifest; every
    /// name is present. Counts only, never a value.
    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError>;

    /// Asks whether an operation applied, and fences its id: what has not applied by then never
    /// can. Waits for a running holder for a bounded time.
    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError>;

    /// Reads audit records.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for a page outside 1 to 1,000, `Invalid` for a cursor of another store.
    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError>;

    /// Reads outbox events.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for a page outside 1 to 1,000, `Invalid` for a cursor of another store.
    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError>;

    /// Forgets operations applied or fenced before an instant, at most 1,000 a call, and says how
    /// many. Their ids could then be used again; [`OPERATION_RETENTION`](crate::OPERATION_RETENTION)
    /// is how long they are kept by default.
    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError>;
}

/// How long operations are kept by default: 30 days.
pub const OPERATION_RETENTION: std::time::Duration = std::time::Duration::from_hours(30 * 24);
