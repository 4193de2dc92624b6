//! The statements of this store as data: what is asked, with typed parameters, and what comes
//! back.

use crate::bound::Bound;
use crate::log_cursor::Snapshot;
use user_engine_records::StoreRecord;

/// One named statement with its parameters. `Debug` shows no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Records by kind and key, as far as the sight reaches. Answered by [`Answer::Found`].
    GetMany {
        /// What may be seen.
        sight: Sight,
        /// Kinds and keys.
        ids: Vec<(&'static str, Bound<Box<str>>)>,
    },
    /// A page of records. Answered by [`Answer::Page`].
    List(ListCall),
    /// An operation's row, without waiting. Answered by [`Answer::Operation`].
    GetOperation {
        /// The scope's text.
        scope_key: Bound<Box<str>>,
        /// The operation.
        operation_id: Bound<Box<str>>,
    },
    /// Everything that a unit of work commits. Answered by [`Answer::Applied`].
    Apply(Box<ApplyCall>),
    /// A denial, once by its id. Answered by [`Answer::Done`].
    AppendDenial {
        /// What the schema must be.
        gate: Gate,
        /// The longest wait for a lock.
        lock_wait_ms: i32,
        /// The denial.
        audit: AuditRow,
    },
    /// Asks for an operation and fences its id. Answered by [`Answer::Settled`].
    FenceOperation {
        /// What the schema must be.
        gate: Gate,
        /// The longest wait for a running holder.
        lock_wait_ms: i32,
        /// The scope's text.
        scope_key: Bound<Box<str>>,
        /// The operation.
        operation_id: Bound<Box<str>>,
    },
    /// Forgets operations. Answered by [`Answer::Purged`].
    PurgeOperations {
        /// What the schema must be.
        gate: Gate,
        /// Those applied or fenced before this instant, in microseconds since 1970.
        before: i64,
        /// At most this many.
        limit: i64,
    },
    /// Counts by name. Answered by [`Answer::Counts`].
    CountRecords {
        /// Whose records.
        sight: Sight,
        /// The scope's text.
        scope_key: Bound<Box<str>>,
    },
    /// Audit records from a cursor. Answered by [`Answer::AuditLog`].
    ListAudit(Box<AuditCall>),
    /// Outbox events from a cursor. Answered by [`Answer::OutboxLog`].
    ListOutbox(LogCall),
    /// The recorded schema versions. Answered by [`Answer::Versions`].
    ListVersions,
    /// What the catalog says of our objects and of the server. Answered by [`Answer::Facts`].
    ListFacts,
    /// Takes the migration lock for this transaction. Answered by [`Answer::Done`].
    LockMigration {
        /// The longest wait.
        lock_wait_ms: i32,
    },
    /// Holds the transaction only if the newest recorded version is still this one; 0 for none.
    /// Answered by [`Answer::Done`].
    CheckVersion {
        /// The version.
        version: i32,
    },
    /// Runs the statements of one migration. Answered by [`Answer::Done`].
    RunMigration {
        /// Its version.
        version: i32,
        /// Its SQL.
        sql: &'static str,
    },
    /// Records an applied migration. Answered by [`Answer::Done`].
    SaveVersion(VersionRow),
}

impl Call {
    /// The statement's name in traces and recordings.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::GetMany { .. } => "records_get_many",
            Self::List(list) => list.by.name(),
            Self::GetOperation { .. } => "operations_get",
            Self::Apply(_) => "apply",
            Self::AppendDenial { .. } => "audit_records_append_denial",
            Self::FenceOperation { .. } => "operations_fence",
            Self::PurgeOperations { .. } => "operations_purge",
            Self::CountRecords { .. } => "records_count",
            Self::ListAudit(_) => "audit_records_list",
            Self::ListOutbox(_) => "outbox_events_list",
            Self::ListVersions => "schema_versions_list",
            Self::ListFacts => "catalog_list_facts",
            Self::LockMigration { .. } => "migration_lock",
            Self::CheckVersion { .. } => "schema_versions_check",
            Self::RunMigration { .. } => "migration_run",
            Self::SaveVersion(_) => "schema_versions_save",
        }
    }
}

/// What may be seen of records and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Everything, whatever the tenant.
    pub is_platform: bool,
    /// This tenant's rows.
    pub tenant: Option<Bound<Box<str>>>,
    /// Rows without tenant.
    pub shows_tenantless: bool,
}

impl Sight {
    /// Whether a row of this tenant is seen.
    pub fn sees(&self, tenant: Option<&str>) -> bool {
        self.is_platform
            || match tenant {
                None => self.shows_tenantless,
                Some(tenant) => self.tenant.as_ref().is_some_and(|own| ***own == *tenant),
            }
    }
}

/// A page of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCall {
    /// What may be seen.
    pub sight: Sight,
    /// The kind.
    pub record_type: &'static str,
    /// The column to list by.
    pub by: ListColumn,
    /// Begin behind this key.
    pub after: Option<Bound<Box<str>>>,
    /// At most this many rows.
    pub limit: i64,
}

/// The column that a list goes by, with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListColumn {
    /// Every record of the kind.
    Kind,
    /// By tenant.
    Tenant(Bound<Box<str>>),
    /// By user.
    User(Bound<Box<str>>),
    /// By application.
    Application(Bound<Box<str>>),
    /// By scope: type and id.
    Scope(Bound<Box<str>>, Bound<Box<str>>),
}

impl ListColumn {
    const fn name(&self) -> &'static str {
        match self {
            Self::Kind => "records_list_by_kind",
            Self::Tenant(_) => "records_list_by_tenant",
            Self::User(_) => "records_list_by_user",
            Self::Application(_) => "records_list_by_application",
            Self::Scope(..) => "records_list_by_scope",
        }
    }
}

/// What the schema must be for a write: the version that this code knows, with the digest of
/// everything up to it, and the mark under which this store may write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The version.
    pub version: i32,
    /// The digest of all migrations up to it.
    pub chained_checksum: Box<str>,
    /// The harness's mark; `None` for a live store.
    pub disposable_mark: Option<Box<str>>,
}

/// A unit of work, flattened.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplyCall {
    /// What the schema must be.
    pub gate: Gate,
    /// The longest wait for one lock.
    pub lock_wait_ms: i32,
    /// The longest that the whole may take on the server.
    pub time_limit_ms: i32,
    /// The scope's text, by which operations are kept apart and rows are seen.
    pub scope_key: Bound<Box<str>>,
    /// The operation.
    pub operation_id: Bound<Box<str>>,
    /// The request's digest.
    pub request_digest: Bound<Box<str>>,
    /// The receipt's JSON text.
    pub receipt: Bound<String>,
    /// Writes and expectations in key order.
    pub items: Vec<ItemRow>,
    /// Audit records in their order.
    pub audit_records: Vec<AuditRow>,
    /// Events in their order.
    pub events: Vec<EventRow>,
}

/// One write or expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemRow {
    /// What is to be done.
    pub verb: ItemVerb,
    /// The revision that must hold, where the verb asks for one.
    pub revision: Option<i64>,
    /// The kind.
    pub record_type: &'static str,
    /// The key.
    pub record_key: Bound<Box<str>>,
    /// The whole stored form, of a save.
    pub record: Option<Box<StoreRecord>>,
}

/// What is to be done with a record, and what must hold of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemVerb {
    /// Create or replace.
    Save,
    /// Create; there must be none.
    Create,
    /// Replace at a revision.
    Replace,
    /// Remove, if there.
    Delete,
    /// Remove at a revision.
    Remove,
    /// Only check the revision.
    Expect,
    /// Only check that there is none.
    ExpectAbsent,
}

/// A row of the audit table, as written and as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The column `audit_id`.
    pub audit_id: Bound<Box<str>>,
    /// The column `operation_id`.
    pub operation_id: Bound<Box<str>>,
    /// The column `correlation_id`.
    pub correlation_id: Bound<Box<str>>,
    /// The column `tenant`.
    pub tenant: Option<Bound<Box<str>>>,
    /// The column `actor_kind`.
    pub actor_kind: Bound<Box<str>>,
    /// The column `actor_id`.
    pub actor_id: Bound<Box<str>>,
    /// The column `on_behalf_of`.
    pub on_behalf_of: Option<Bound<Box<str>>>,
    /// The column `break_glass`.
    pub break_glass: bool,
    /// The column `operation`.
    pub operation: Bound<Box<str>>,
    /// The column `target_kind`.
    pub target_kind: Option<Bound<Box<str>>>,
    /// The column `target_key`.
    pub target_key: Option<Bound<Box<str>>>,
    /// The column `outcome`.
    pub outcome: Bound<Box<str>>,
    /// The column `reason`.
    pub reason: Option<Bound<Box<str>>>,
    /// The column `recorded_at`, in microseconds since 1970.
    pub recorded_at: i64,
}

/// A row of the outbox table, as written and as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// The column `event_id`.
    pub event_id: Bound<Box<str>>,
    /// The column `event_type`.
    pub event_type: Bound<Box<str>>,
    /// The column `event_version`.
    pub event_version: i32,
    /// The column `aggregate_kind`.
    pub aggregate_kind: Bound<Box<str>>,
    /// The column `aggregate_key`.
    pub aggregate_key: Bound<Box<str>>,
    /// The column `partition`, 0 to 255.
    pub partition: i16,
    /// The column `tenant`.
    pub tenant: Option<Bound<Box<str>>>,
    /// The column `operation_id`.
    pub operation_id: Bound<Box<str>>,
    /// The column `correlation_id`.
    pub correlation_id: Bound<Box<str>>,
    /// The column `payload`, as JSON text.
    pub payload: Bound<String>,
    /// The column `occurred_at`, in microseconds since 1970.
    pub occurred_at: i64,
}

/// Where a log is read from, by whom and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCall {
    /// What may be seen.
    pub sight: Sight,
    /// Everything that this snapshot shows was passed.
    pub low: Snapshot,
    /// Of what this one shows beyond `low`, everything up to `position` was passed.
    pub high: Option<Snapshot>,
    /// The last position passed in that window.
    pub position: i64,
    /// At most this many rows.
    pub limit: i64,
}

/// A log read of audit records, narrowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCall {
    /// Where from and how far.
    pub log: LogCall,
    /// Those of one request.
    pub correlation_id: Option<Bound<Box<str>>>,
    /// Those of one operation.
    pub operation_id: Option<Bound<Box<str>>>,
    /// Those about one record: kind and key as stored.
    pub target: Option<(&'static str, Bound<Box<str>>)>,
    /// Those of one actor.
    pub actor_id: Option<Bound<Box<str>>>,
    /// Those recorded at this instant or later.
    pub from: Option<i64>,
    /// Those recorded before this instant.
    pub until: Option<i64>,
}

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
