//! The reference store with its round trips counted, over as few connections as a case asks for.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};
use user_engine_domain::{AuditRecord, OperationId, Timestamp};
use user_engine_ports::{
    AuditPage, AuditQuery, BufferedUnit, Capabilities, Changes, Committed, Deadline,
    OperationOutcome, OutboxPage, OutboxQuery, Read, ReadAnswer, Readiness, Scope, StoreError, Tx,
    UnitBackend, UnitOptions, UserEngineStore, Verb, check_denial, check_page,
};
use user_engine_store_memory::InMemoryUserEngineStore;

/// A handle on a memory store that plays connections: each call that an adapter would make a
/// flight of takes one for its whole duration and counts as one round trip.
#[derive(Clone)]
pub(crate) struct CountedStore {
    store: InMemoryUserEngineStore,
    trips: Arc<AtomicU64>,
    connections: Arc<Semaphore>,
}

impl CountedStore {
    /// A handle whose round trips add to a count.
    pub(crate) fn new(
        store: InMemoryUserEngineStore,
        trips: Arc<AtomicU64>,
        connections: usize,
    ) -> Self {
        let connections = Arc::new(Semaphore::new(connections));
        Self {
            store,
            trips,
            connections,
        }
    }

    /// Takes a connection. The semaphore is never closed, so that there always comes one.
    async fn connection(&self) -> Option<SemaphorePermit<'_>> {
        self.trips.fetch_add(1, Ordering::Relaxed);
        self.connections.acquire().await.ok()
    }
}

#[async_trait]
impl UnitBackend for CountedStore {
    async fn read(
        &self,
        options: &UnitOptions,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let _connection = self.connection().await;
        UnitBackend::read(&self.store, options, reads).await
    }

    async fn apply(
        &self,
        options: &UnitOptions,
        changes: Changes,
    ) -> Result<Committed, StoreError> {
        let _connection = self.connection().await;
        UnitBackend::apply(&self.store, options, changes).await
    }
}

#[async_trait]
impl UserEngineStore for CountedStore {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    async fn readiness(&self, deadline: Deadline) -> Readiness {
        let _connection = self.connection().await;
        self.store.readiness(deadline).await
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
        let _connection = self.connection().await;
        self.store.record_denial(scope, denial, deadline).await
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let _connection = self.connection().await;
        self.store.record_counts(scope, deadline).await
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        let _connection = self.connection().await;
        self.store.outcome(scope, operation, deadline).await
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        check_page(query.limit, Verb::AuditRecords)?;
        let _connection = self.connection().await;
        self.store.audit_records(query, deadline).await
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        check_page(query.limit, Verb::OutboxEvents)?;
        let _connection = self.connection().await;
        self.store.outbox_events(query, deadline).await
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        let _connection = self.connection().await;
        self.store.purge_operations(applied_before, deadline).await
    }
}
