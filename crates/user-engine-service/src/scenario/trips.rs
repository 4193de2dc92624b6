//! A store that counts the round trips asked of another.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use user_engine_domain::{
    AuditRecord, DomainRecord, OperationId, OutboxEvent, RecordId, Timestamp,
};
use user_engine_ports::{
    AuditPage, AuditQuery, Capabilities, Committed, Deadline, OperationOutcome, OutboxPage,
    OutboxQuery, Precondition, Read, ReadAnswer, Readiness, ReceiptBody, Revision, Scope,
    StoreError, Tx, UnitOfWork, UnitOptions, UserEngineStore,
};

/// Counts what a store promises to do in one round trip each: flights, commits, denials and the
/// store's own calls. That a store keeps the promise is the conformance suite's to show.
pub struct CountedStore {
    store: Arc<dyn UserEngineStore>,
    trips: Arc<AtomicU64>,
}

impl fmt::Debug for CountedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountedStore")
            .field("trips", &self.trips())
            .finish_non_exhaustive()
    }
}

impl CountedStore {
    /// Counts another store's trips.
    pub fn new(store: Arc<dyn UserEngineStore>) -> Self {
        Self {
            store,
            trips: Arc::default(),
        }
    }

    /// How many trips were made.
    pub fn trips(&self) -> u64 {
        self.trips.load(Ordering::Relaxed)
    }

    fn count(&self) -> &dyn UserEngineStore {
        self.trips.fetch_add(1, Ordering::Relaxed);
        &*self.store
    }
}

#[async_trait]
impl UserEngineStore for CountedStore {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.count().readiness(deadline).await
    }

    fn begin(&self, options: UnitOptions) -> Tx {
        Tx::new(Box::new(CountedUnit {
            unit: self.store.begin(options).into_unit(),
            trips: self.trips.clone(),
        }))
    }

    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        self.count().record_denial(scope, denial, deadline).await
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        self.count().record_counts(scope, deadline).await
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        self.count().outcome(scope, operation, deadline).await
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        self.count().audit_records(query, deadline).await
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        self.count().outbox_events(query, deadline).await
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        self.count()
            .purge_operations(applied_before, deadline)
            .await
    }
}

struct CountedUnit {
    unit: Box<dyn UnitOfWork>,
    trips: Arc<AtomicU64>,
}

#[async_trait]
impl UnitOfWork for CountedUnit {
    fn options(&self) -> &UnitOptions {
        self.unit.options()
    }

    async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError> {
        self.trips.fetch_add(1, Ordering::Relaxed);
        self.unit.read(reads).await
    }

    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError> {
        self.unit.save(record, precondition)
    }

    fn delete(&mut self, id: RecordId, precondition: Precondition) -> Result<(), StoreError> {
        self.unit.delete(id, precondition)
    }

    fn expect(&mut self, id: RecordId, revision: Revision) -> Result<(), StoreError> {
        self.unit.expect(id, revision)
    }

    fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        self.unit.append_audit(record)
    }

    fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError> {
        self.unit.enqueue(event)
    }

    fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError> {
        self.unit.set_receipt(body)
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        self.unit.enter()
    }

    fn leave(&mut self, keep: bool) {
        self.unit.leave(keep);
    }

    async fn commit(self: Box<Self>) -> Result<Committed, StoreError> {
        self.trips.fetch_add(1, Ordering::Relaxed);
        self.unit.commit().await
    }

    async fn rollback(self: Box<Self>) {
        self.unit.rollback().await;
    }
}
