//! The statements of this store as data: what is asked, with typed parameters.

use crate::answer::VersionRow;
use crate::bound::Bound;
use crate::log_cursor::Snapshot;
use user_engine_records::StoreRecord;

/// One named statement with its parameters. `Debug` shows no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Records by kind and key, as far as the sight reaches. Answered by [`Answer::Found`](crate::Answer::Found).
    GetMany {
        /// What may be seen.
        sight: Sight,
        /// Kinds and keys.
        ids: Vec<(&'static str, Bound<Box<str>>)>,
    },
    /// A page of records. Answered by [`Answer::Page`](crate::Answer::Page).
    List(ListCall),
    /// An operation's row, without waiting. Answered by [`Answer::Operation`](crate::Answer::Operation).
    GetOperation {
        /// The scope's text.
        scope_key: Bound<Box<str>>,
        /// The operation.
        operation_id: Bound<Box<str>>,
    },
    /// Everything that a unit of work commits. Answered by [`Answer::Applied`](crate::Answer::Applied).
    Apply(Box<ApplyCall>),
    /// A denial, once by its id. Answered by [`Answer::Done`](crate::Answer::Done).
    AppendDenial {
        /// What the schema must be.
        gate: Gate,
        /// The longest wait for a lock.
        lock_wait_ms: i32,
        /// The denial.
        audit: AuditRow,
    },
    /// Asks for an operation and fences its id. Answered by [`Answer::Settled`](crate::Answer::Settled).
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
    /// Forgets operations. Answered by [`Answer::Purged`](crate::Answer::Purged).
    PurgeOperations {
        /// What the schema must be.
        gate: Gate,
        /// The longest wait for a lock.
        lock_wait_ms: i32,
        /// Those applied or fenced before this instant, in microseconds since 1970.
        before: i64,
        /// At most this many.
        limit: i64,
    },
    /// Counts by name. Answered by [`Answer::Counts`](crate::Answer::Counts).
    CountRecords {
        /// Whose records.
        sight: Sight,
        /// The scope's text.
        scope_key: Bound<Box<str>>,
    },
    /// Audit records from a cursor. Answered by [`Answer::AuditLog`](crate::Answer::AuditLog).
    ListAudit(Box<AuditCall>),
    /// Outbox events from a cursor. Answered by [`Answer::OutboxLog`](crate::Answer::OutboxLog).
    ListOutbox(LogCall),
    /// The recorded schema versions. Answered by [`Answer::Versions`](crate::Answer::Versions).
    ListVersions,
    /// What the catalog says of our objects and of the server. Answered by [`Answer::Facts`](crate::Answer::Facts).
    ListFacts,
    /// Takes the migration lock for this transaction. Answered by [`Answer::Done`](crate::Answer::Done).
    LockMigration {
        /// The longest wait.
        lock_wait_ms: i32,
    },
    /// Holds the transaction only if the newest recorded version is still this one; 0 for none.
    /// Answered by [`Answer::Done`](crate::Answer::Done).
    CheckVersion {
        /// The version.
        version: i32,
    },
    /// Runs the statements of one migration. Answered by [`Answer::Done`](crate::Answer::Done).
    RunMigration {
        /// Its version.
        version: i32,
        /// Its SQL.
        sql: &'static str,
    },
    /// Records an applied migration. Answered by [`Answer::Done`](crate::Answer::Done).
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
