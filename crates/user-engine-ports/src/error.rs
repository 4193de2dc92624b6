//! The store's error: kind, verb, record kind, retryability and outcome as data, never a value.

use crate::operation::Receipt;
use crate::readiness::NotReady;
use std::fmt;
use user_engine_domain::{FieldError, RecordId, RecordKey, RecordKind};

/// What went wrong in a store, without any stored value.
///
/// `Display` and `Debug` show kinds, rules, digests and SQLSTATEs only.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreError(Box<Parts>);

#[derive(Debug, Clone, PartialEq)]
struct Parts {
    kind: StoreErrorKind,
    verb: Verb,
    record_kind: Option<RecordKind>,
    effect: Effect,
    sqlstate: Option<SqlState>,
}

impl StoreError {
    /// An error of a call that had no effect.
    pub fn new(kind: StoreErrorKind, verb: Verb) -> Self {
        let record_kind = match &kind {
            StoreErrorKind::Conflict(conflict) => conflict.record.as_ref().map(|id| id.kind),
            StoreErrorKind::Undecodable(row) => row.kind,
            _ => None,
        };
        let (effect, sqlstate) = (Effect::NotApplied, None);
        Self(Box::new(Parts {
            kind,
            verb,
            record_kind,
            effect,
            sqlstate,
        }))
    }

    /// The same error naming the record kind that was at hand.
    #[must_use]
    pub fn of_record_kind(mut self, kind: RecordKind) -> Self {
        self.0.record_kind = Some(kind);
        self
    }

    /// The same error of a call whose effect is not known.
    #[must_use]
    pub fn with_unknown_effect(mut self) -> Self {
        self.0.effect = Effect::Unknown;
        self
    }

    /// The same error with the server's SQLSTATE.
    #[must_use]
    pub fn with_sqlstate(mut self, sqlstate: SqlState) -> Self {
        self.0.sqlstate = Some(sqlstate);
        self
    }

    /// The same error under another verb.
    #[must_use]
    pub fn during(mut self, verb: Verb) -> Self {
        self.0.verb = verb;
        self
    }

    /// What kind of error this is, with its data.
    pub fn kind(&self) -> &StoreErrorKind {
        &self.0.kind
    }

    /// What the store was doing.
    pub fn verb(&self) -> Verb {
        self.0.verb
    }

    /// The record kind at hand, where there was one.
    pub fn record_kind(&self) -> Option<RecordKind> {
        self.0.record_kind
    }

    /// Whether the call may have had an effect.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// The server's SQLSTATE, where a server answered.
    pub fn sqlstate(&self) -> Option<SqlState> {
        self.0.sqlstate
    }

    /// What repeating can do.
    pub fn retryability(&self) -> Retryability {
        match (self.0.effect, &self.0.kind) {
            (Effect::Unknown, _) => Retryability::AskOutcome,
            (_, StoreErrorKind::Contention) => Retryability::WholeUnit,
            (_, StoreErrorKind::Unavailable | StoreErrorKind::Overloaded) => Retryability::Later,
            _ => Retryability::Never,
        }
    }

    /// The conflict, when this is one.
    pub fn conflict(&self) -> Option<&Conflict> {
        match &self.0.kind {
            StoreErrorKind::Conflict(conflict) => Some(conflict),
            _ => None,
        }
    }

    /// The first receipt, when the operation had been applied before.
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.0.kind {
            StoreErrorKind::AlreadyApplied(receipt) => Some(receipt),
            _ => None,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.verb, self.0.kind)?;
        if let Some(kind) = self.0.record_kind {
            write!(f, " ({kind})")?;
        }
        if let Some(sqlstate) = self.0.sqlstate {
            write!(f, " [SQLSTATE {sqlstate}]")?;
        }
        if self.0.effect == Effect::Unknown {
            f.write_str("; outcome unknown, ask by the operation id")?;
        }
        Ok(())
    }
}

impl std::error::Error for StoreError {}

/// The kinds of store errors.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store holds something else than the unit of work requires.
    #[error("conflict: {0}")]
    Conflict(Conflict),
    /// The operation had been applied before; its first receipt is inside.
    #[error("the operation was applied before")]
    AlreadyApplied(Receipt),
    /// Other work was in the way (deadlock, serialization, lock time-out); the unit can be run
    /// again.
    #[error("contention with other work")]
    Contention,
    /// The store is not ready and takes no write.
    #[error("the store is not ready: {0}")]
    NotReady(NotReady),
    /// The record, audit record or event names a tenant that the scope does not admit.
    #[error("outside the scope of this unit of work")]
    OutOfScope,
    /// A value or a use of the port breaks a rule.
    #[error("invalid: {0}")]
    Invalid(FieldError),
    /// A limit would be passed; nothing was sent.
    #[error("limit exceeded: {0}")]
    LimitExceeded(Limit),
    /// The unit of work or the server takes no writes.
    #[error("read-only")]
    ReadOnly,
    /// No connection could be had, or it was lost.
    #[error("the store can't be reached")]
    Unavailable,
    /// The deadline passed.
    #[error("the deadline passed")]
    DeadlineExceeded,
    /// A bounded lane is full; the refusal is counted.
    #[error("the lane is full")]
    Overloaded,
    /// A stored row can't be decoded.
    #[error("{0}")]
    Undecodable(Undecodable),
    /// The store does not declare what the call needs.
    #[error("not supported by this store")]
    Unsupported,
    /// The server or the adapter broke its own rules.
    #[error("internal error of the store")]
    Internal,
}

/// Whether a failed call may have had an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It had none.
    NotApplied,
    /// It may have been applied; only the operation's outcome can tell.
    Unknown,
}

/// What repeating a failed call can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retryability {
    /// Repeating gives the same answer.
    Never,
    /// The whole unit of work may be run again at once, with a pause that grows.
    WholeUnit,
    /// The call may be repeated when the store can be reached again.
    Later,
    /// Ask for the operation's outcome first; a blind repetition is not allowed.
    AskOutcome,
}

/// A conflict and the first record, in key order, that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What does not hold.
    pub reason: ConflictReason,
    /// The record, where the conflict is about one; `Debug` shows its kind and a digest.
    pub record: Option<RecordId>,
}

impl Conflict {
    /// A conflict about a record.
    pub const fn about(reason: ConflictReason, record: RecordId) -> Self {
        Self {
            reason,
            record: Some(record),
        }
    }

    /// A conflict about no record.
    pub const fn without_record(reason: ConflictReason) -> Self {
        Self {
            reason,
            record: None,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            ConflictReason::Precondition => "a precondition does not hold",
            ConflictReason::Owner => "the record belongs to another owner",
            ConflictReason::DuplicateId => "an audit or event id is taken",
            ConflictReason::OperationReused => "the operation id carries another request",
            ConflictReason::OperationFenced => "the operation id was fenced by asking for it",
        })
    }
}

/// What a conflict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictReason {
    /// A precondition or `expect` does not hold. Also the answer when a save under a precondition
    /// would move the record to another tenant or user, and when the scope does not show the
    /// record: the cases can't be told apart.
    Precondition,
    /// A save without precondition would move the record to another tenant or user, in sight or
    /// not.
    Owner,
    /// An audit id or event id was used before.
    DuplicateId,
    /// The operation id was used with another request digest.
    OperationReused,
    /// The operation's outcome was asked before it applied; its id can't apply any more.
    OperationFenced,
}

/// The limits that are the same on every store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A record's content: 1 MiB.
    Record,
    /// A unit's writes, audit records and events: 1,000 each.
    UnitEntries,
    /// A unit's content: 16 MiB.
    UnitBytes,
    /// Nested guards: 32.
    Nesting,
    /// A page: 1 to 1,000 rows.
    Page,
    /// Reads of one flight: 1,000.
    Reads,
    /// A receipt: 4 KiB.
    Receipt,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Record => "a record has at most 1 MiB of content",
            Self::UnitEntries => {
                "a unit of work has at most 1,000 writes, audit records and events each"
            }
            Self::UnitBytes => "a unit of work has at most 16 MiB of content",
            Self::Nesting => "guards are nested at most 32 deep",
            Self::Page => "a page has 1 to 1,000 rows",
            Self::Reads => "a flight has at most 1,000 reads",
            Self::Receipt => "a receipt has at most 4 KiB",
        })
    }
}

/// Says why a stored row can't be decoded: kind, digest of its key and place, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecodable {
    /// The record kind, when it is one of ours.
    pub kind: Option<RecordKind>,
    /// The row's key; `Debug` and `Display` show its digest.
    pub key: RecordKey,
    /// Where in the payload, by our own field names; `$` is the whole.
    pub path: String,
    /// What is wrong, in our words.
    pub reason: &'static str,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.map_or("unknown kind", RecordKind::as_str);
        write!(
            f,
            "undecodable row ({kind}, {:?}): {} at {}",
            self.key, self.reason, self.path
        )
    }
}

/// A five-character SQLSTATE.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// Takes a code of five upper-case letters or digits; anything else becomes `XX000`.
    pub fn new(code: &str) -> Self {
        match <[u8; 5]>::try_from(code.as_bytes()) {
            Ok(code)
                if code
                    .iter()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) =>
            {
                Self(code)
            }
            _ => Self(*b"XX000"),
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XX000")
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a store was doing when an error arose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Reading records.
    Get,
    /// Reading a page.
    List,
    /// Buffering a save.
    Save,
    /// Buffering a delete.
    Delete,
    /// Buffering an expectation.
    Expect,
    /// Buffering an audit record.
    AppendAudit,
    /// Buffering an event.
    Enqueue,
    /// Opening a nested guard.
    Nested,
    /// Committing a unit of work.
    Commit,
    /// Recording a denial.
    RecordDenial,
    /// Counting records.
    RecordCounts,
    /// Asking for an operation's outcome.
    Outcome,
    /// Reading audit records.
    AuditRecords,
    /// Reading outbox events.
    OutboxEvents,
    /// Removing old operations.
    PurgeOperations,
    /// Planning or running migrations.
    Migrate,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Save => "save",
            Self::Delete => "delete",
            Self::Expect => "expect",
            Self::AppendAudit => "append_audit",
            Self::Enqueue => "enqueue",
            Self::Nested => "nested",
            Self::Commit => "commit",
            Self::RecordDenial => "record_denial",
            Self::RecordCounts => "record_counts",
            Self::Outcome => "outcome",
            Self::AuditRecords => "audit_records",
            Self::OutboxEvents => "outbox_events",
            Self::PurgeOperations => "purge_operations",
            Self::Migrate => "migrate",
        })
    }
}
