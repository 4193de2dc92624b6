//! Reading the two append-only logs: audit records and outbox events.

use crate::scope::Scope;
use user_engine_domain::{
    ActorId, AuditRecord, AuditTarget, CorrelationId, OperationId, OutboxEvent, Timestamp,
};

/// Where a reader of a log stands: opaque, made by the store that gave it, and safe to keep. A
/// reader that goes on from its cursor never skips an entry that was committed late.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogCursor(Box<str>);

impl LogCursor {
    /// Takes a cursor's text, as a store or a keeper of cursors has it.
    pub fn from_text(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which audit records to read; what is `None` does not narrow.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditQuery {
    /// Whose records; those without tenant are shown to the platform alone.
    pub scope: Scope,
    /// Those of one request.
    pub correlation_id: Option<CorrelationId>,
    /// Those of one operation.
    pub operation_id: Option<OperationId>,
    /// Those about one record.
    pub target: Option<AuditTarget>,
    /// Those of one actor.
    pub actor_id: Option<ActorId>,
    /// Those recorded at this instant or later.
    pub from: Option<Timestamp>,
    /// Those recorded before this instant.
    pub until: Option<Timestamp>,
    /// Go on from here; `None` begins at the first entry.
    pub after: Option<LogCursor>,
    /// At most this many entries, 1 to 1,000.
    pub limit: usize,
}

impl AuditQuery {
    /// Everything in a scope, from the first entry, 1,000 a page.
    pub const fn new(scope: Scope) -> Self {
        Self {
            scope,
            correlation_id: None,
            operation_id: None,
            target: None,
            actor_id: None,
            from: None,
            until: None,
            after: None,
            limit: crate::read::PAGE_MAX,
        }
    }
}

/// Which outbox events to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxQuery {
    /// Whose events; those without tenant are shown to the platform alone.
    pub scope: Scope,
    /// Go on from here; `None` begins at the first entry.
    pub after: Option<LogCursor>,
    /// At most this many entries, 1 to 1,000.
    pub limit: usize,
}

impl OutboxQuery {
    /// Everything in a scope, from the first entry, 1,000 a page.
    pub const fn new(scope: Scope) -> Self {
        Self {
            scope,
            after: None,
            limit: crate::read::PAGE_MAX,
        }
    }
}

/// A part of a log, in an order that is consistent with commits: what depends on another entry
/// comes behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct LogPage<T> {
    /// The entries; a row that can't be decoded takes its place as an error.
    pub entries: Vec<Result<T, crate::error::Undecodable>>,
    /// Where to go on, also when nothing was found.
    pub next: LogCursor,
    /// Whether more entries were there when this page was read.
    pub has_more: bool,
}

/// A page of audit records.
pub type AuditPage = LogPage<AuditRecord>;
/// A page of outbox events.
pub type OutboxPage = LogPage<OutboxEvent>;
