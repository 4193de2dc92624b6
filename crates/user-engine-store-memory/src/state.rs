//! The tables of the memory store, and the index that lists use.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use user_engine_domain::{
    ApplicationId, AuditId, AuditRecord, DomainRecord, EventId, OperationId, OutboxEvent, RecordId,
    RecordKey, RecordKind, TenantId, UserId,
};
use user_engine_ports::{
    ListBy, ListQuery, Page, Receipt, RequestDigest, Revision, Row, Scope, Versioned,
};

/// Everything that the store holds.
#[derive(Debug, Default)]
pub(crate) struct State {
    records: BTreeMap<RecordId, Stored>,
    index: BTreeMap<(RecordKind, Column), BTreeSet<RecordKey>>,
    pub(crate) audit_records: Vec<AuditRecord>,
    pub(crate) events: Vec<OutboxEvent>,
    pub(crate) audit_ids: BTreeSet<AuditId>,
    pub(crate) event_ids: BTreeSet<EventId>,
    pub(crate) operations: BTreeMap<(String, OperationId), OperationRow>,
    pub(crate) schema: crate::schema::Schema,
    last_revision: i64,
}

/// A record and the revision of its last change.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) record: DomainRecord,
    pub(crate) revision: Revision,
}

/// What is kept of an operation.
#[derive(Debug, Clone)]
pub(crate) struct OperationRow {
    pub(crate) at: user_engine_domain::Timestamp,
    pub(crate) state: OperationState,
}

/// Whether an operation applied, or was asked for before it could.
#[derive(Debug, Clone)]
pub(crate) enum OperationState {
    Applied {
        digest: RequestDigest,
        receipt: Receipt,
    },
    Fenced,
}

/// A column that a list can be made by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Tenant(TenantId),
    User(UserId),
    Application(ApplicationId),
    Scope(String, String),
}

fn columns_of(record: &DomainRecord) -> impl Iterator<Item = Column> {
    let columns = record.columns();
    let scope = columns.scope_type.zip(columns.scope_id);
    [
        columns.tenant.cloned().map(Column::Tenant),
        columns.user_id.cloned().map(Column::User),
        columns
            .application_id
            .map(|id| Column::Application(id.into_owned())),
        scope.map(|(scope_type, id)| Column::Scope(scope_type.to_owned(), id.into_owned())),
    ]
    .into_iter()
    .flatten()
}

impl State {
    pub(crate) fn get(&self, id: &RecordId) -> Option<&Stored> {
        self.records.get(id)
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &DomainRecord> {
        self.records.values().map(|stored| &stored.record)
    }

    /// Creates or replaces a record under a revision that was never used before.
    pub(crate) fn save(&mut self, id: RecordId, record: DomainRecord) -> Revision {
        self.delete(&id);
        for column in columns_of(&record) {
            self.index
                .entry((id.kind, column))
                .or_default()
                .insert(id.key.clone());
        }
        self.last_revision += 1;
        let revision = Revision::from_stored(self.last_revision);
        self.records.insert(id, Stored { record, revision });
        revision
    }

    /// Removes a record; one that the scope does not show stays, as if it were absent.
    pub(crate) fn delete_shown(&mut self, scope: &Scope, id: &RecordId) {
        if self
            .get(id)
            .is_some_and(|stored| scope.sees(stored.record.columns().tenant))
        {
            self.delete(id);
        }
    }

    fn delete(&mut self, id: &RecordId) {
        let Some(stored) = self.records.remove(id) else {
            return;
        };
        for column in columns_of(&stored.record) {
            let place = (id.kind, column);
            if let Some(keys) = self.index.get_mut(&place) {
                keys.remove(&id.key);
                if keys.is_empty() {
                    self.index.remove(&place);
                }
            }
        }
    }

    /// One record, if the scope shows it.
    pub(crate) fn read(&self, scope: &Scope, id: &RecordId) -> Option<Row> {
        let stored = self.records.get(id)?;
        scope
            .sees(stored.record.columns().tenant)
            .then(|| row(stored))
    }

    /// One page: the first keys behind the query's that the scope shows.
    pub(crate) fn list(&self, scope: &Scope, query: &ListQuery) -> Page {
        let shown = |stored: &&Stored| {
            query.by.admits(&stored.record)
                && scope.lists(query.kind, &query.by, stored.record.columns().tenant)
        };
        let mut rows: Vec<Row> = self
            .candidates(query)
            .filter(shown)
            .take(query.limit + 1)
            .map(row)
            .collect();
        let has_more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let last = rows.last().and_then(|row| row.as_ref().ok());
        let next = last
            .filter(|_| has_more)
            .map(|last| last.record.record_key());
        Page { rows, next }
    }

    /// The records that a query may ask for, in key order, by the narrowest way to find them.
    fn candidates<'a>(&'a self, query: &'a ListQuery) -> Box<dyn Iterator<Item = &'a Stored> + 'a> {
        let column = match &query.by {
            ListBy::Kind => None,
            ListBy::Tenant(tenant) => Some(Column::Tenant(tenant.clone())),
            ListBy::User(user_id) => Some(Column::User(user_id.clone())),
            ListBy::Application(id) => Some(Column::Application(id.clone())),
            ListBy::Scope {
                scope_type,
                scope_id,
            } => Some(Column::Scope(scope_type.clone(), scope_id.clone())),
        };
        let behind = query.after.as_ref();
        if let Some(column) = column {
            let keys = self.index.get(&(query.kind, column));
            let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
            let keys = keys
                .into_iter()
                .flat_map(move |keys| keys.range::<RecordKey, _>((from, Bound::Unbounded)));
            let kind = query.kind;
            Box::new(
                keys.filter_map(move |key| self.records.get(&RecordId::new(kind, key.clone()))),
            )
        } else {
            let first = RecordId::new(query.kind, RecordKey::from_stored(""));
            let from = behind.map_or(Bound::Included(first), |key| {
                Bound::Excluded(RecordId::new(query.kind, key.clone()))
            });
            let of_kind = self.records.range((from, Bound::Unbounded));
            let of_kind = of_kind.take_while(|(id, _)| id.kind == query.kind);
            Box::new(of_kind.map(|(_, stored)| stored))
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what is kept in memory always decodes"
)]
fn row(stored: &Stored) -> Row {
    Ok(Versioned {
        revision: stored.revision,
        record: stored.record.clone(),
    })
}
