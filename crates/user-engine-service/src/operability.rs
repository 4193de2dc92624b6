//! Reading the logs, health, readiness, counts and purging.

pub(crate) mod event;
pub(crate) mod log;
pub(crate) mod probe;
pub(crate) mod purge;
pub(crate) mod snapshot;

pub use log::{AuditRecords, OutboxEvents};
pub use probe::Health;
pub use purge::{ENDED_RETENTION, PURGE_LOOKS_AT, PurgeExpired, Purged, PurgedRecords};
pub use snapshot::{OperabilitySnapshot, OutboxDiagnostics, OutboxReport, Snapshot};

use crate::prelude::operations;
use user_engine_ports::{AuditPage, OutboxPage};

operations! {
    declared health(probe::ProbeHealth) -> Health;
    declared readiness(probe::ProbeReadiness) -> Readiness;

    /// Says in one answer what the store is, whether it can serve, and how much it holds.
    ///
    /// Callers: tenant admins for their tenant, platform operators for a tenant, or for
    /// everything where they name none. Two round trips, one more for a person's own accounts. A
    /// store that is not ready is an answer, not an error.
    ///
    /// # Errors
    ///
    /// A denial. For a person, the store's own when their accounts can't be read: ask for
    /// readiness then.
    inspection operability_snapshot(OperabilitySnapshot) -> Snapshot;

    /// Counts what waits in the outbox behind a reader's cursor, without reading it to them.
    ///
    /// The whole number is of the caller's scope; what waits is counted up to 1,000. Callers: as
    /// for the snapshot. Two round trips, one more for a person's own accounts.
    ///
    /// # Errors
    ///
    /// A denial; `Validation` of `cursor` for a cursor of another store; the store's own.
    inspection outbox_diagnostics(OutboxDiagnostics) -> OutboxReport;

    /// Reads audit records: of one request, operation, record or actor, and between two instants.
    ///
    /// A page in an order that is consistent with commits, and the cursor to go on from, which is
    /// safe to keep: a record that is committed late is never skipped. Callers: tenant admins for
    /// their tenant, platform operators for a tenant, or for everything where they name none. One
    /// round trip, one more for a person's own accounts.
    ///
    /// # Errors
    ///
    /// A denial; `Validation` of `limit` outside 1 to 1,000, of `until` for an end that is not
    /// behind `from`, of `cursor` for a cursor of another store; the store's own.
    inspection audit_records(AuditRecords) -> AuditPage;

    /// Reads outbox events, as [`UserEngineService::audit_records`] reads audit records. Callers:
    /// the same.
    ///
    /// # Errors
    ///
    /// A denial; `Validation` of `limit` outside 1 to 1,000, of `cursor` for a cursor of another
    /// store; the store's own.
    ///
    /// [`UserEngineService::audit_records`]: crate::UserEngineService::audit_records
    inspection outbox_events(OutboxEvents) -> OutboxPage;

    declared purge_expired(PurgeExpired) -> PurgedRecords;
}
