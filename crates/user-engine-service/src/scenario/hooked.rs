//! A store with hooks: it does what another one does, and somebody looks or interferes.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use user_engine_domain::{
    AuditRecord, DomainRecord, OperationId, OutboxEvent, RecordId, Timestamp,
};
use user_engine_ports::{
    AuditPage, AuditQuery, Capabilities, Committed, Deadline, OperationOutcome, OutboxPage,
    OutboxQuery, Precondition, Read, ReadAnswer, Readiness, ReceiptBody, Revision, Scope,
    StoreError, Tx, UnitOfWork, UnitOptions, UserEngineStore,
};

/// What may be hooked; everything goes its way unless said otherwise.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// A record is about to be buffered.
    fn saving(&self, _record: &DomainRecord) {}

    /// A receipt is about to be buffered.
    fn answering(&self, _receipt: &ReceiptBody) {}

    /// Operations were asked to be forgotten.
    fn purging(&self) {}

    /// Commits a unit.
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        unit.commit().await
    }

    /// Asks what became of an operation.
    async fn outcome(
        &self,
        store: &dyn UserEngineStore,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        store.outcome(scope, operation, deadline).await
    }
}

/// Another store, with hooks.
pub struct HookedStore<H> {
    store: Arc<dyn UserEngineStore>,
    hooks: Arc<H>,
}

impl<H> fmt::Debug for HookedStore<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookedStore").finish_non_exhaustive()
    }
}

impl<H: Hooks> HookedStore<H> {
    /// Hooks into a store.
    pub fn new(store: Arc<dyn UserEngineStore>, hooks: Arc<H>) -> Self {
        Self { store, hooks }
    }
}

#[async_trait]
impl<H: Hooks + 'static> UserEngineStore for HookedStore<H> {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.store.readiness(deadline).await
    }

    fn begin(&self, options: UnitOptions) -> Tx {
        Tx::new(Box::new(HookedUnit {
            unit: self.store.begin(options).into_unit(),
            hooks: self.hooks.clone(),
        }))
    }

    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        self.store.record_denial(scope, denial, deadline).await
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        self.store.record_counts(scope, deadline).await
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        let store = &*self.store;
        self.hooks.outcome(store, scope, operation, deadline).await
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        self.store.audit_records(query, deadline).await
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        self.store.outbox_events(query, deadline).await
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        self.hooks.purging();
        self.store.purge_operations(applied_before, deadline).await
    }
}

struct HookedUnit<H> {
    unit: Box<dyn UnitOfWork>,
    hooks: Arc<H>,
}

#[async_trait]
impl<H: Hooks + 'static> UnitOfWork for HookedUnit<H> {
    fn options(&self) -> &UnitOptions {
        self.unit.options()
    }

    async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError> {
        self.unit.read(reads).await
    }

    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError> {
        self.hooks.saving(&record);
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
        self.hooks.answering(&body);
        self.unit.set_receipt(body)
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        self.unit.enter()
    }

    fn leave(&mut self, keep: bool) {
        self.unit.leave(keep);
    }

    async fn commit(self: Box<Self>) -> Result<Committed, StoreError> {
        let Self { unit, hooks } = *self;
        hooks.commit(unit).await
    }

    async fn rollback(self: Box<Self>) {
        self.unit.rollback().await;
    }
}
