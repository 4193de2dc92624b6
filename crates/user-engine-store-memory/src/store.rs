//! The public type, and the port's methods over it.

use crate::schema::Schema;
use crate::state::{OperationRow, OperationState, State};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use user_engine_domain::{AuditRecord, OperationId, RecordKind, Timestamp};
use user_engine_ports::{
    AuditPage, AuditQuery, BufferedUnit, Capabilities, Changes, Clock, Committed, Deadline,
    NotReady, OperationOutcome, OutboxPage, OutboxQuery, Read, ReadAnswer, Readiness, Scope,
    StoreError, StoreErrorKind, Tx, UnitBackend, UnitOptions, UserEngineStore, Verb, Wall,
    check_denial,
};

/// The most operations that one call forgets.
const PURGE_MAX: usize = 1_000;

/// A store in this process's memory. Clones are handles on the same data.
#[derive(Clone)]
pub struct InMemoryUserEngineStore {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for InMemoryUserEngineStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InMemoryUserEngineStore")
            .finish_non_exhaustive()
    }
}

impl InMemoryUserEngineStore {
    /// An empty store that still has to be migrated.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            state: Arc::default(),
            clock,
        }
    }

    /// An empty store at the latest schema version.
    pub fn migrated(clock: Arc<dyn Clock>) -> Self {
        let store = Self::new(clock);
        store.lock().schema = Schema::latest();
        store
    }

    /// The state. A panic elsewhere can't have left it half changed: every change is checked
    /// before the first write, so that a poisoned lock is as good as any.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state of a store that holds tables and a call that is in time: reads are served as long
    /// as there is something to read.
    fn readable(
        &self,
        verb: Verb,
        deadline: Deadline,
    ) -> Result<MutexGuard<'_, State>, StoreError> {
        if deadline.has_passed() {
            return Err(StoreError::new(StoreErrorKind::DeadlineExceeded, verb));
        }
        let state = self.lock();
        if state.schema.reasons().contains(&NotReady::NotMigrated) {
            return Err(StoreError::new(
                StoreErrorKind::NotReady(NotReady::NotMigrated),
                verb,
            ));
        }
        Ok(state)
    }

    /// The state of a store that is ready to be written and a call that is in time.
    fn ready(&self, verb: Verb, deadline: Deadline) -> Result<MutexGuard<'_, State>, StoreError> {
        if deadline.has_passed() {
            return Err(StoreError::new(StoreErrorKind::DeadlineExceeded, verb));
        }
        let state = self.lock();
        match state.schema.reasons().into_iter().next() {
            Some(reason) => Err(StoreError::new(StoreErrorKind::NotReady(reason), verb)),
            None => Ok(state),
        }
    }
}

#[async_trait]
impl UnitBackend for InMemoryUserEngineStore {
    async fn read(
        &self,
        options: &UnitOptions,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let verb = Read::verb_of(reads);
        let state = self.readable(verb, options.deadline)?;
        if let Some(operation) = &options.operation
            && let Some(receipt) = state.applied_before(&options.scope, operation, verb)?
        {
            let repeated = StoreErrorKind::AlreadyApplied(receipt.clone());
            return Err(StoreError::new(repeated, verb));
        }
        let answer = |read: &Read| match read {
            Read::Get(id) => ReadAnswer::Get(state.read(&options.scope, id)),
            Read::List(query) => ReadAnswer::List(state.list(&options.scope, query)),
        };
        Ok(reads.iter().map(answer).collect())
    }

    async fn apply(
        &self,
        options: &UnitOptions,
        changes: Changes,
    ) -> Result<Committed, StoreError> {
        let now = self.clock.now();
        self.ready(Verb::Commit, options.deadline)?
            .apply(&options.scope, changes, now)
    }
}

#[async_trait]
impl UserEngineStore for InMemoryUserEngineStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            name: "memory",
            wall: Wall::Adapter,
            durable: false,
            simulated: None,
        }
    }

    async fn readiness(&self, _deadline: Deadline) -> Readiness {
        let state = self.lock();
        Readiness {
            reasons: state.schema.reasons(),
            schema_version: state.schema.version(),
            schema: None,
            wall: Wall::Adapter,
            durability: vec![("memory".to_owned(), "lost when the process ends".to_owned())],
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
        self.ready(Verb::RecordDenial, deadline)?
            .append_denial(denial);
        Ok(())
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let state = self.readable(Verb::RecordCounts, deadline)?;
        let mut counts: BTreeMap<&'static str, u64> = RecordKind::ALL
            .iter()
            .map(|kind| (kind.as_str(), 0))
            .collect();
        for record in state.records() {
            if scope.counts(record.columns().tenant) {
                *counts.entry(record.kind().as_str()).or_default() += 1;
            }
        }
        let own = |tenant| scope.sees_log(tenant);
        let audits = state
            .audit_records
            .iter()
            .filter(|a| own(a.tenant.as_ref()))
            .count();
        let events = state
            .events
            .iter()
            .filter(|e| own(e.tenant.as_ref()))
            .count();
        let key = scope.key();
        let of_scope = |at: &String| matches!(scope, Scope::Platform) || *at == key;
        let operations = state
            .operations
            .keys()
            .filter(|(at, _)| of_scope(at))
            .count();
        for (name, count) in [
            ("audit_records", audits),
            ("outbox_events", events),
            ("operations", operations),
        ] {
            counts.insert(name, u64::try_from(count).unwrap_or(u64::MAX));
        }
        Ok(counts)
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        let now = self.clock.now();
        let mut state = self.ready(Verb::Outcome, deadline)?;
        let place = (scope.key(), operation.clone());
        let fence = || OperationRow {
            at: now,
            state: OperationState::Fenced,
        };
        Ok(
            match &state.operations.entry(place).or_insert_with(fence).state {
                OperationState::Applied { receipt, .. } => {
                    OperationOutcome::Applied(receipt.clone())
                }
                OperationState::Fenced => OperationOutcome::NotApplied,
            },
        )
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        self.readable(Verb::AuditRecords, deadline)?
            .read_audit(query)
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        self.readable(Verb::OutboxEvents, deadline)?
            .read_outbox(query)
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        let mut state = self.ready(Verb::PurgeOperations, deadline)?;
        let old = state
            .operations
            .iter()
            .filter(|(_, row)| row.at < applied_before);
        let old: Vec<_> = old
            .map(|(place, _)| place.clone())
            .take(PURGE_MAX)
            .collect();
        for place in &old {
            state.operations.remove(place);
        }
        Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }
}
