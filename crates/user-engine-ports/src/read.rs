//! What can be read: one record by its key, or a page of a list from a closed set.

use crate::error::{Undecodable, Verb};
use std::fmt;
use user_engine_domain::{
    ApplicationId, DomainRecord, RecordId, RecordKey, RecordKind, TenantId, UserId, sha256_hex,
};

/// The most records of one page.
pub const PAGE_MAX: usize = 1_000;

/// An opaque mark of a record's state: drawn from one sequence of the store and never used again,
/// also not after delete and re-creation. Comparing two says whether they are the same state; and
/// of two records, the one that was written after the other's commit had ended has the greater
/// [stored form](Self::as_i64). Of commits at the same time it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Revision(i64);

impl Revision {
    /// The revision of a record that this very unit of work wrote and has not committed.
    pub const UNCOMMITTED: Self = Self(0);

    /// Takes a revision as a store keeps it; positive.
    pub const fn from_stored(value: i64) -> Self {
        Self(value)
    }

    /// The stored form.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

/// A record and the revision it was read at.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<R> {
    /// The revision, for a precondition or `expect`.
    pub revision: Revision,
    /// The record.
    pub record: R,
}

/// A stored row: the record, or a typed word on why it can't be decoded, so that one bad row
/// neither stops a list nor is passed over in silence.
pub type Row = Result<Versioned<DomainRecord>, Undecodable>;

/// One read of a flight; all reads of one flight see one snapshot.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// One record by kind and key.
    Get(RecordId),
    /// One page of a list.
    List(ListQuery),
}

impl Read {
    /// The verb under which a store refuses these reads, sent together: that of the first.
    pub fn verb_of(reads: &[Self]) -> Verb {
        match reads.first() {
            Some(Self::List(_)) => Verb::List,
            _ => Verb::Get,
        }
    }
}

/// The answer to the [`Read`] at the same place.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every answer is one record"
)]
pub enum ReadAnswer {
    /// The record; `None` when there is none in this scope.
    Get(Option<Row>),
    /// The page.
    List(Page),
}

/// A list: records of one kind that share a column, ordered by the bytes of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// The kind to list.
    pub kind: RecordKind,
    /// The column to list by.
    pub by: ListBy,
    /// Begin behind this key; `None` begins at the first.
    pub after: Option<RecordKey>,
    /// At most this many rows, 1 to [`PAGE_MAX`].
    pub limit: usize,
}

impl ListQuery {
    /// The first page, of [`PAGE_MAX`] rows.
    pub const fn new(kind: RecordKind, by: ListBy) -> Self {
        Self {
            kind,
            by,
            after: None,
            limit: PAGE_MAX,
        }
    }

    /// The page behind a key.
    #[must_use]
    pub fn after(mut self, key: Option<RecordKey>) -> Self {
        self.after = key;
        self
    }

    /// A page of at most this many rows.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }
}

/// The columns that a list can be made by: a closed set, each with an index of its own.
#[derive(Clone, PartialEq, Eq)]
pub enum ListBy {
    /// Every record of the kind that the scope shows.
    Kind,
    /// Those of one tenant.
    Tenant(TenantId),
    /// Those that mean one user.
    User(UserId),
    /// Those that mean one application.
    Application(ApplicationId),
    /// Those of one scope.
    Scope {
        /// The scope's type, as the column holds it.
        scope_type: String,
        /// The scope's id.
        scope_id: String,
    },
}

impl fmt::Debug for ListBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind => f.write_str("Kind"),
            Self::Tenant(id) => f.debug_tuple("Tenant").field(id).finish(),
            Self::User(id) => f.debug_tuple("User").field(id).finish(),
            Self::Application(id) => f.debug_tuple("Application").field(id).finish(),
            Self::Scope { scope_id, .. } => {
                let digest = sha256_hex(scope_id);
                write!(f, "Scope(sha256:{})", &digest[..12])
            }
        }
    }
}

impl ListBy {
    /// Whether a record has what this filter asks for; the scope is asked apart from this.
    pub fn admits(&self, record: &DomainRecord) -> bool {
        let columns = record.columns();
        match self {
            Self::Kind => true,
            Self::Tenant(tenant) => columns.tenant == Some(tenant),
            Self::User(user_id) => columns.user_id == Some(user_id),
            Self::Application(id) => columns.application_id.as_deref() == Some(id),
            Self::Scope {
                scope_type,
                scope_id,
            } => {
                columns.scope_type == Some(scope_type.as_str())
                    && columns.scope_id.as_deref() == Some(scope_id.as_str())
            }
        }
    }
}

/// A page of a list: one snapshot of the rows behind a key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The rows in the order of their keys' bytes. There may be fewer than asked for, even none,
    /// while more follow: only `next` tells the end.
    pub rows: Vec<Row>,
    /// Where the next page begins; `None` when this page reached the end.
    pub next: Option<RecordKey>,
}
