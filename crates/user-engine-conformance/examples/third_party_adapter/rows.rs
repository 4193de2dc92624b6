//! A store over rows of columns, as a database of another kind would keep them.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use user_engine_domain::{
    AuditRecord, FieldError, OperationId, OutboxEvent, RecordId, RecordKind, Rule, TenantId,
    Timestamp,
};
use user_engine_migrations::{COUNT_KEYS, LATEST_SCHEMA_VERSION};
use user_engine_ports::{
    AuditPage, AuditQuery, BufferedUnit, Capabilities, Clock, Deadline, ListQuery, LogCursor,
    LogPage, MigrationReport, Migrator, OperationOutcome, OutboxPage, OutboxQuery, Page, Readiness,
    Receipt, RequestDigest, Revision, Row, Scope, StoreError, StoreErrorKind, SystemClock, Tx,
    Undecodable, UnitOptions, UserEngineStore, Verb, Versioned, Wall, check_denial, check_page,
};
use user_engine_records::{StoreRecord, domain_record_from_store_record};

pub(crate) const CAPABILITIES: Capabilities = Capabilities {
    name: "rows",
    wall: Wall::Adapter,
    durable: false,
    simulated: None,
};

/// When an operation came to be known, and what it applied; `None` is an id that was fenced by
/// asking for it.
pub(crate) type OperationRow = (Timestamp, Option<(RequestDigest, Receipt)>);

/// The tables.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) records: BTreeMap<RecordId, (StoreRecord, Revision)>,
    pub(crate) audit_records: Vec<AuditRecord>,
    pub(crate) events: Vec<OutboxEvent>,
    pub(crate) operations: BTreeMap<(String, OperationId), OperationRow>,
    pub(crate) revisions: i64,
}

/// A handle on the tables.
#[derive(Clone, Default)]
pub(crate) struct RowStore(Arc<Mutex<Tables>>);

impl RowStore {
    /// The tables, for a call that is in time.
    pub(crate) fn tables(
        &self,
        deadline: Deadline,
        verb: Verb,
    ) -> Result<MutexGuard<'_, Tables>, StoreError> {
        if deadline.has_passed() {
            return Err(StoreError::new(StoreErrorKind::DeadlineExceeded, verb));
        }
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A stored row as the port gives it.
pub(crate) fn decoded((record, revision): &(StoreRecord, Revision)) -> Row {
    let versioned = |record| Versioned {
        revision: *revision,
        record,
    };
    domain_record_from_store_record(record)
        .map(versioned)
        .map_err(|error| Undecodable {
            kind: error.kind(),
            key: error.key().clone(),
            path: error.path().to_owned(),
            reason: error.reason().as_str(),
        })
}

impl Tables {
    pub(crate) fn get(&self, scope: &Scope, id: &RecordId) -> Option<Row> {
        let row = self.records.get(id)?;
        scope.sees(tenant_of(&row.0).as_ref()).then(|| decoded(row))
    }

    pub(crate) fn list(&self, scope: &Scope, query: &ListQuery) -> Page {
        let mut rows: Vec<(RecordId, Row)> = self
            .records
            .iter()
            .filter(|(id, _)| id.kind == query.kind)
            .filter(|(id, _)| query.after.as_ref().is_none_or(|after| id.key > *after))
            .filter(|(_, row)| scope.lists(query.kind, &query.by, tenant_of(&row.0).as_ref()))
            .map(|(id, row)| (id.clone(), decoded(row)))
            .filter(|(_, row)| {
                row.as_ref()
                    .map_or(true, |row| query.by.admits(&row.record))
            })
            .take(query.limit + 1)
            .collect();
        let has_more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let next = rows
            .last()
            .filter(|_| has_more)
            .map(|(id, _)| id.key.clone());
        Page {
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            next,
        }
    }
}

pub(crate) fn tenant_of(row: &StoreRecord) -> Option<TenantId> {
    row.tenant
        .as_deref()
        .and_then(|tenant| TenantId::new(tenant).ok())
}

/// A part of a log; the cursor is its verb and the number of entries passed.
fn page<T: Clone>(
    log: &[T],
    after: Option<&LogCursor>,
    limit: usize,
    verb: Verb,
    admits: impl Fn(&T) -> bool,
) -> Result<LogPage<T>, StoreError> {
    check_page(limit, verb)?;
    let own = format!("{verb};");
    let from = after.map_or(Some(0), |cursor| {
        cursor.as_str().strip_prefix(&own)?.parse::<usize>().ok()
    });
    let Some(rest) = from.and_then(|from| log.get(from..)) else {
        let rule = Rule::Malformed {
            expected: "a cursor of this store",
        };
        let refused = StoreErrorKind::Invalid(FieldError::new("cursor", rule));
        return Err(StoreError::new(refused, verb));
    };
    let skipped = log.len() - rest.len();
    let mut found = rest.iter().enumerate().filter(|(_, entry)| admits(entry));
    let taken: Vec<_> = found.by_ref().take(limit).collect();
    let has_more = found.next().is_some();
    let passed = match taken.last() {
        Some((place, _)) if has_more => skipped + place + 1,
        _ => log.len(),
    };
    let entries = taken
        .into_iter()
        .map(|(_, entry)| Ok(entry.clone()))
        .collect();
    Ok(LogPage {
        entries,
        next: LogCursor::from_text(format!("{own}{passed}")),
        has_more,
    })
}

#[async_trait]
impl UserEngineStore for RowStore {
    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn readiness(&self, _deadline: Deadline) -> Readiness {
        Readiness {
            reasons: Vec::new(),
            schema_version: Some(LATEST_SCHEMA_VERSION),
            schema: None,
            wall: Wall::Adapter,
            durability: Vec::new(),
        }
    }

    fn begin(&self, options: UnitOptions) -> Tx {
        Tx::new(Box::new(BufferedUnit::new(self.clone(), options)))
    }

    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        check_denial(scope, &denial)?;
        let mut tables = self.tables(deadline, Verb::RecordDenial)?;
        if tables
            .audit_records
            .iter()
            .all(|known| known.audit_id != denial.audit_id)
        {
            tables.audit_records.push(denial);
        }
        Ok(())
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let tables = self.tables(deadline, Verb::RecordCounts)?;
        let mut counts: BTreeMap<_, u64> = COUNT_KEYS.iter().map(|key| (*key, 0)).collect();
        let mut add = |key| *counts.entry(key).or_default() += 1;
        let own = tables.records.iter();
        own.filter(|(_, row)| scope.counts(tenant_of(&row.0).as_ref()))
            .for_each(|(id, _)| add(RecordKind::as_str(id.kind)));
        let audits = tables.audit_records.iter();
        audits
            .filter(|audit| scope.sees_log(audit.tenant.as_ref()))
            .for_each(|_| add("audit_records"));
        let events = tables.events.iter();
        events
            .filter(|event| scope.sees_log(event.tenant.as_ref()))
            .for_each(|_| add("outbox_events"));
        let key = scope.key();
        let operations = tables.operations.keys();
        operations
            .filter(|(of, _)| *scope == Scope::Platform || *of == key)
            .for_each(|_| add("operations"));
        Ok(counts)
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        let mut tables = self.tables(deadline, Verb::Outcome)?;
        let place = (scope.key(), operation.clone());
        let row = tables
            .operations
            .entry(place)
            .or_insert_with(|| (SystemClock.now(), None));
        Ok(row
            .1
            .as_ref()
            .map_or(OperationOutcome::NotApplied, |(_, receipt)| {
                OperationOutcome::Applied(receipt.clone())
            }))
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let tables = self.tables(deadline, Verb::AuditRecords)?;
        let (log, after) = (&tables.audit_records, query.after.as_ref());
        page(log, after, query.limit, Verb::AuditRecords, |audit| {
            query.scope.sees_log(audit.tenant.as_ref())
                && query
                    .correlation_id
                    .as_ref()
                    .is_none_or(|id| audit.correlation_id == *id)
                && query
                    .operation_id
                    .as_ref()
                    .is_none_or(|id| audit.operation_id == *id)
                && query
                    .target
                    .as_ref()
                    .is_none_or(|target| audit.target.as_ref() == Some(target))
                && query
                    .actor_id
                    .as_ref()
                    .is_none_or(|id| audit.actor.id == *id)
                && query.from.is_none_or(|from| audit.recorded_at >= from)
                && query.until.is_none_or(|until| audit.recorded_at < until)
        })
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let tables = self.tables(deadline, Verb::OutboxEvents)?;
        let (log, after) = (&tables.events, query.after.as_ref());
        page(log, after, query.limit, Verb::OutboxEvents, |event| {
            query.scope.sees_log(event.tenant.as_ref())
        })
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        let mut tables = self.tables(deadline, Verb::PurgeOperations)?;
        let old = tables
            .operations
            .iter()
            .filter(|(_, (at, _))| *at < applied_before);
        let old: Vec<_> = old.map(|(place, _)| place.clone()).take(1_000).collect();
        for place in &old {
            tables.operations.remove(place);
        }
        Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }
}

/// Nothing to migrate: the tables are made as they are.
pub(crate) struct Schema;

#[async_trait]
impl Migrator for Schema {
    async fn plan(&self, _deadline: Deadline) -> Result<MigrationReport, StoreError> {
        let now = LATEST_SCHEMA_VERSION;
        Ok(MigrationReport {
            from: now,
            to: now,
            steps: Vec::new(),
        })
    }

    async fn migrate(&self, deadline: Deadline) -> Result<MigrationReport, StoreError> {
        self.plan(deadline).await
    }
}
