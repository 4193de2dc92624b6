//! What comes back from the statements of this store.

use crate::bound::Bound;
use crate::call::{AuditRow, EventRow};
use crate::log_cursor::Snapshot;
use user_engine_records::StoreRecord;

/// What came back. `Debug` shows no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The records found, each with the place of its id among those asked for, from 0.
    Found(Vec<(usize, RecordRow)>),
    /// The rows of a page in key order.
    Page(Vec<RecordRow>),
    /// The operation's row, if there is one.
    Operation(Option<OperationRow>),
    /// The unit was applied, now or before.
    Applied(AppliedRow),
    /// What became of the operation: its row if it applied, otherwise its id is fenced.
    Settled(Option<AppliedRow>),
    /// How many operations were forgotten.
    Purged(u64),
    /// Counts by record type or log name; names without rows may be missing.
    Counts(Vec<(String, u64)>),
    /// A part of the audit log.
    AuditLog(LogRows<AuditRow>),
    /// A part of the outbox.
    OutboxLog(LogRows<EventRow>),
    /// The recorded versions, oldest first.
    Versions(Vec<VersionRow>),
    /// What the catalog says.
    Facts(Vec<Fact>),
    /// It was done.
    Done,
    /// The server refused this call of an [`Inspect`](crate::Mode::Inspect) flight.
    Refused(user_engine_ports::SqlState),
}

/// A row of the records table.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    /// Its revision.
    pub revision: i64,
    /// Its eight columns.
    pub record: StoreRecord,
}

/// A row of the operations table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRow {
    /// The column `state`: `applied` or `fenced`.
    pub state: Box<str>,
    /// The column `request_digest`; absent where fenced.
    pub request_digest: Option<Bound<Box<str>>>,
    /// The column `receipt` as JSON text; absent where fenced.
    pub receipt: Option<Bound<String>>,
    /// The column `applied_at`, in microseconds since 1970.
    pub applied_at: i64,
}

/// What is said of an applied operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedRow {
    /// Whether the operation had been applied before this call.
    pub is_repeated: bool,
    /// The stored receipt's JSON text; absent where this call has just stored it.
    pub receipt: Option<Bound<String>>,
    /// When it was applied, in microseconds since 1970.
    pub applied_at: i64,
    /// The new revisions of the saved records, in their order; empty when repeated.
    pub revisions: Vec<i64>,
}

/// A part of a log: rows behind a cursor, and the snapshot in which they were read.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRows<T> {
    /// The snapshot of this read.
    pub snapshot: Snapshot,
    /// The rows in order.
    pub rows: Vec<LogRow<T>>,
}

/// One row of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow<T> {
    /// Whether it lies in the window that the cursor had open, before those that came since.
    pub in_open_window: bool,
    /// Its position.
    pub position: i64,
    /// Its columns.
    pub row: T,
}

/// A recorded schema version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// The version.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// The digest of its SQL.
    pub checksum: String,
    /// The digest of everything up to it.
    pub chained_checksum: String,
    /// The oldest code version that this schema serves.
    pub compatible_from: i32,
    /// The harness's mark.
    pub disposable_mark: Option<String>,
}

/// One thing that the catalog says of our objects or of the server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What it is about.
    pub topic: String,
    /// Which object or setting.
    pub name: String,
    /// What is so.
    pub value: String,
}
