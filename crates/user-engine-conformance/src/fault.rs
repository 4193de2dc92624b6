//! Faults: decorators that make a good store wrong in one way.
//!
//! A fault overrides one method of [`Fault`], or hands out units decorated by a [`UnitFault`];
//! every other method forwards to the good store.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use user_engine_domain::{
    AuditRecord, DomainRecord, OperationId, OutboxEvent, RecordId, Timestamp,
};
use user_engine_ports::{
    AuditPage, AuditQuery, Capabilities, Committed, Deadline, MigrationReport, Migrator,
    OperationOutcome, OutboxPage, OutboxQuery, Precondition, Read, ReadAnswer, Readiness,
    ReceiptBody, Revision, Scope, StoreError, Tx, UnitOfWork, UnitOptions, UserEngineStore,
};

/// A good store.
pub type Store = Arc<dyn UserEngineStore>;
/// A good unit of work.
pub type Unit = Box<dyn UnitOfWork>;

/// One way of being wrong; one value serves all handles of one sandbox. Every method forwards
/// unless it is overridden.
#[async_trait]
pub trait Fault: Send + Sync {
    /// In place of [`UserEngineStore::begin`]; see [`faulty`] for wrong units.
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        store.begin(options)
    }

    /// In place of [`UserEngineStore::readiness`].
    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        store.readiness(deadline).await
    }

    /// In place of [`UserEngineStore::record_denial`].
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        store.record_denial(scope, denial, deadline).await
    }

    /// In place of [`UserEngineStore::record_counts`].
    async fn record_counts(
        &self,
        store: &Store,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        store.record_counts(scope, deadline).await
    }

    /// In place of [`UserEngineStore::outcome`].
    async fn outcome(
        &self,
        store: &Store,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        store.outcome(scope, operation, deadline).await
    }

    /// In place of [`UserEngineStore::audit_records`].
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        store.audit_records(query, deadline).await
    }

    /// In place of [`UserEngineStore::outbox_events`].
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        store.outbox_events(query, deadline).await
    }

    /// In place of [`UserEngineStore::purge_operations`].
    async fn purge_operations(
        &self,
        store: &Store,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        store.purge_operations(applied_before, deadline).await
    }

    /// In place of [`Migrator::plan`].
    async fn plan(
        &self,
        migrator: &Arc<dyn Migrator>,
        deadline: Deadline,
    ) -> Result<MigrationReport, StoreError> {
        migrator.plan(deadline).await
    }

    /// In place of [`Migrator::migrate`].
    async fn migrate(
        &self,
        migrator: &Arc<dyn Migrator>,
        deadline: Deadline,
    ) -> Result<MigrationReport, StoreError> {
        migrator.migrate(deadline).await
    }
}

/// One way of a unit of work to be wrong. Every method forwards unless it is overridden.
#[async_trait]
pub trait UnitFault: Send {
    /// In place of [`UnitOfWork::read`].
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        unit.read(reads).await
    }

    /// In place of [`UnitOfWork::save`].
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record, precondition)
    }

    /// In place of [`UnitOfWork::delete`].
    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.delete(id, precondition)
    }

    /// In place of [`UnitOfWork::expect`].
    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        unit.expect(id, revision)
    }

    /// In place of [`UnitOfWork::append_audit`].
    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        unit.append_audit(record)
    }

    /// In place of [`UnitOfWork::enqueue`].
    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        unit.enqueue(event)
    }

    /// In place of [`UnitOfWork::set_receipt`].
    fn set_receipt(&mut self, unit: &mut Unit, body: ReceiptBody) -> Result<(), StoreError> {
        unit.set_receipt(body)
    }

    /// In place of [`UnitOfWork::enter`].
    fn enter(&mut self, unit: &mut Unit) -> Result<(), StoreError> {
        unit.enter()
    }

    /// In place of [`UnitOfWork::leave`].
    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        unit.leave(keep);
    }

    /// In place of [`UnitOfWork::commit`].
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        unit.commit().await
    }

    /// In place of [`UnitOfWork::rollback`].
    async fn rollback(&mut self, unit: Unit) {
        unit.rollback().await;
    }
}

/// A good unit made wrong.
pub fn faulty(tx: Tx, fault: impl UnitFault + 'static) -> Tx {
    Tx::new(Box::new(FaultyUnit {
        unit: tx.into_unit(),
        fault: Box::new(fault),
    }))
}

/// The fault of a store whose units all have one: made anew for each unit.
pub struct FaultyUnits<F>(pub fn(&Store, &UnitOptions) -> F);

impl<F: UnitFault + 'static> Fault for FaultyUnits<F> {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let fault = (self.0)(store, &options);
        faulty(store.begin(options), fault)
    }
}

struct FaultyUnit {
    unit: Unit,
    fault: Box<dyn UnitFault>,
}

#[async_trait]
impl UnitOfWork for FaultyUnit {
    fn options(&self) -> &UnitOptions {
        self.unit.options()
    }

    async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError> {
        self.fault.read(&mut self.unit, reads).await
    }

    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError> {
        self.fault.save(&mut self.unit, record, precondition)
    }

    fn delete(&mut self, id: RecordId, precondition: Precondition) -> Result<(), StoreError> {
        self.fault.delete(&mut self.unit, id, precondition)
    }

    fn expect(&mut self, id: RecordId, revision: Revision) -> Result<(), StoreError> {
        self.fault.expect(&mut self.unit, id, revision)
    }

    fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        self.fault.append_audit(&mut self.unit, record)
    }

    fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError> {
        self.fault.enqueue(&mut self.unit, event)
    }

    fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError> {
        self.fault.set_receipt(&mut self.unit, body)
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        self.fault.enter(&mut self.unit)
    }

    fn leave(&mut self, keep: bool) {
        self.fault.leave(&mut self.unit, keep);
    }

    async fn commit(self: Box<Self>) -> Result<Committed, StoreError> {
        let Self { unit, mut fault } = *self;
        fault.commit(unit).await
    }

    async fn rollback(self: Box<Self>) {
        let Self { unit, mut fault } = *self;
        fault.rollback(unit).await;
    }
}

/// A good store made wrong.
pub struct FaultyStore {
    store: Store,
    fault: Arc<dyn Fault>,
}

impl FaultyStore {
    /// Puts a fault in front of a store.
    pub fn new(store: Store, fault: Arc<dyn Fault>) -> Self {
        Self { store, fault }
    }
}

#[async_trait]
impl UserEngineStore for FaultyStore {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.fault.readiness(&self.store, deadline).await
    }

    fn begin(&self, options: UnitOptions) -> Tx {
        self.fault.begin(&self.store, options)
    }

    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        self.fault
            .record_denial(&self.store, scope, denial, deadline)
            .await
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        self.fault.record_counts(&self.store, scope, deadline).await
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        self.fault
            .outcome(&self.store, scope, operation, deadline)
            .await
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        self.fault.audit_records(&self.store, query, deadline).await
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        self.fault.outbox_events(&self.store, query, deadline).await
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        self.fault
            .purge_operations(&self.store, applied_before, deadline)
            .await
    }
}

/// A good migrator made wrong.
pub struct FaultyMigrator {
    migrator: Arc<dyn Migrator>,
    fault: Arc<dyn Fault>,
}

impl FaultyMigrator {
    /// Puts a fault in front of a migrator.
    pub fn new(migrator: Arc<dyn Migrator>, fault: Arc<dyn Fault>) -> Self {
        Self { migrator, fault }
    }
}

#[async_trait]
impl Migrator for FaultyMigrator {
    async fn plan(&self, deadline: Deadline) -> Result<MigrationReport, StoreError> {
        self.fault.plan(&self.migrator, deadline).await
    }

    async fn migrate(&self, deadline: Deadline) -> Result<MigrationReport, StoreError> {
        self.fault.migrate(&self.migrator, deadline).await
    }
}
