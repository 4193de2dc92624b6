//! A factory whose stores all have one fault.

use crate::factory::{Dump, FactoryError, Hold, PowerError, RawRow, Sandbox, StoreFactory};
use crate::fault::{Fault, FaultyMigrator, FaultyStore, Store};
use crate::level::Level;
use crate::power::{CutPoint, Power, Tamper};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use user_engine_domain::RecordId;
use user_engine_ports::{Capabilities, Migrator};

/// Hands out the stores of another factory, each with a fault of its own.
pub struct FaultyFactory {
    factory: Arc<dyn StoreFactory>,
    fault: fn() -> Arc<dyn Fault>,
}

impl FaultyFactory {
    /// Puts a new fault in front of each store of a factory.
    pub fn new(factory: Arc<dyn StoreFactory>, fault: fn() -> Arc<dyn Fault>) -> Self {
        Self { factory, fault }
    }

    fn wrap(&self, sandbox: Arc<dyn Sandbox>) -> Arc<dyn Sandbox> {
        Arc::new(FaultySandbox {
            sandbox,
            fault: (self.fault)(),
        })
    }
}

#[async_trait]
impl StoreFactory for FaultyFactory {
    fn label(&self) -> String {
        self.factory.label()
    }

    fn capabilities(&self) -> Capabilities {
        self.factory.capabilities()
    }

    fn powers(&self) -> Vec<Power> {
        self.factory.powers()
    }

    fn claims(&self) -> Level {
        self.factory.claims()
    }

    fn settings(&self) -> BTreeMap<String, String> {
        self.factory.settings()
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        self.factory.fresh().await.map(|sandbox| self.wrap(sandbox))
    }

    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        self.factory.empty().await.map(|sandbox| self.wrap(sandbox))
    }
}

struct FaultySandbox {
    sandbox: Arc<dyn Sandbox>,
    fault: Arc<dyn Fault>,
}

impl FaultySandbox {
    fn wrap(&self, store: Store) -> Store {
        Arc::new(FaultyStore::new(store, self.fault.clone()))
    }
}

#[async_trait]
impl Sandbox for FaultySandbox {
    fn store(&self) -> Store {
        self.wrap(self.sandbox.store())
    }

    fn migrator(&self) -> Arc<dyn Migrator> {
        Arc::new(FaultyMigrator::new(
            self.sandbox.migrator(),
            self.fault.clone(),
        ))
    }

    async fn close(&self) {
        self.sandbox.close().await;
    }

    async fn second_handle(&self) -> Result<Store, PowerError> {
        self.sandbox
            .second_handle()
            .await
            .map(|store| self.wrap(store))
    }

    async fn reopen(&self) -> Result<Store, PowerError> {
        self.sandbox.reopen().await.map(|store| self.wrap(store))
    }

    async fn pool_of_one(&self) -> Result<Store, PowerError> {
        self.sandbox
            .pool_of_one()
            .await
            .map(|store| self.wrap(store))
    }

    async fn cut_next_commit(&self, point: CutPoint) -> Result<(), PowerError> {
        self.sandbox.cut_next_commit(point).await
    }

    async fn hold_record(&self, id: &RecordId) -> Result<Box<dyn Hold>, PowerError> {
        self.sandbox.hold_record(id).await
    }

    fn round_trips(&self) -> Result<u64, PowerError> {
        self.sandbox.round_trips()
    }

    async fn server_log(&self) -> Result<String, PowerError> {
        self.sandbox.server_log().await
    }

    async fn plant_raw_row(&self, row: RawRow) -> Result<(), PowerError> {
        self.sandbox.plant_raw_row(row).await
    }

    async fn dump(&self) -> Result<Dump, PowerError> {
        self.sandbox.dump().await
    }

    async fn open_transactions(&self) -> Result<u64, PowerError> {
        self.sandbox.open_transactions().await
    }

    async fn plant_decoys(&self) -> Result<(), PowerError> {
        self.sandbox.plant_decoys().await
    }

    async fn reset(&self) -> Result<(), PowerError> {
        self.sandbox.reset().await
    }

    async fn decoys_survive(&self) -> Result<bool, PowerError> {
        self.sandbox.decoys_survive().await
    }

    async fn tamper(&self, tamper: Tamper) -> Result<(), PowerError> {
        self.sandbox.tamper(tamper).await
    }
}
