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

/// What is asked of a store.
#[derive(Debug, Clone, Copy)]
pub enum StoreCall<'a> {
    /// A unit of work.
    Begin(&'a UnitOptions),
    /// What a unit reads in one flight.
    Read(&'a [Read]),
    /// A save to be buffered.
    Save(&'a DomainRecord, Precondition),
    /// A deletion to be buffered.
    Delete(&'a RecordId, Precondition),
    /// An expectation to be buffered.
    Expect(&'a RecordId),
    /// An audit record to be buffered.
    Audit(&'a AuditRecord),
    /// An event to be buffered.
    Event(&'a OutboxEvent),
    /// A receipt to be kept.
    Receipt(&'a ReceiptBody),
    /// To commit a unit.
    Commit,
    /// To forget operations.
    Purge,
}

/// What may be hooked; everything goes its way unless said otherwise.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Something is about to be asked of the store.
    fn calling(&self, _call: StoreCall<'_>) {}

    /// What was read is about to be given.
    fn reading(&self, _answers: &mut [ReadAnswer]) {}

    /// A unit is about to read; an error is what it gets instead of answers, and the store is not
    /// asked.
    ///
    /// # Errors
    ///
    /// Whatever the read is to fail with.
    fn failing(&self, _reads: &[Read]) -> Result<(), StoreError> {
        Ok(())
    }

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
        self.hooks.calling(StoreCall::Begin(&options));
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
        self.hooks.calling(StoreCall::Purge);
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
        self.hooks.calling(StoreCall::Read(reads));
        self.hooks.failing(reads)?;
        let mut answers = self.unit.read(reads).await?;
        self.hooks.reading(&mut answers);
        Ok(answers)
    }

    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError> {
        self.hooks.calling(StoreCall::Save(&record, precondition));
        self.unit.save(record, precondition)
    }

    fn delete(&mut self, id: RecordId, precondition: Precondition) -> Result<(), StoreError> {
        self.hooks.calling(StoreCall::Delete(&id, precondition));
        self.unit.delete(id, precondition)
    }

    fn expect(&mut self, id: RecordId, revision: Revision) -> Result<(), StoreError> {
        self.hooks.calling(StoreCall::Expect(&id));
        self.unit.expect(id, revision)
    }

    fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        self.hooks.calling(StoreCall::Audit(&record));
        self.unit.append_audit(record)
    }

    fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError> {
        self.hooks.calling(StoreCall::Event(&event));
        self.unit.enqueue(event)
    }

    fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError> {
        self.hooks.calling(StoreCall::Receipt(&body));
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
        hooks.calling(StoreCall::Commit);
        hooks.commit(unit).await
    }

    async fn rollback(self: Box<Self>) {
        self.unit.rollback().await;
    }
}
