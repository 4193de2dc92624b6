//! The stores that tests run on.

use std::sync::Arc;
use user_engine_ports::{Deadline, Migrator, SystemClock, UserEngineStore};
use user_engine_service::scenario::World;
use user_engine_store_memory::InMemoryUserEngineStore;
use user_engine_store_postgres::fake::FakeDatabase;
use user_engine_store_postgres::{PostgresMigrator, PostgresOptions, PostgresUserEngineStore};

/// A fresh world on every store that needs no server, by name.
pub(crate) async fn worlds() -> Vec<(&'static str, World)> {
    let stores = stores().await.into_iter();
    stores
        .map(|(name, store)| (name, World::new(store).unwrap()))
        .collect()
}

/// Every store that needs no server, by name, migrated and empty.
pub(crate) async fn stores() -> Vec<(&'static str, Arc<dyn UserEngineStore>)> {
    let memory = InMemoryUserEngineStore::migrated(Arc::new(SystemClock));
    vec![("memory", Arc::new(memory)), ("fake", fake().await)]
}

/// A Postgres store over the in-process fake.
async fn fake() -> Arc<dyn UserEngineStore> {
    let database = FakeDatabase::new(Arc::new(SystemClock));
    let options = PostgresOptions::default();
    let migrator = PostgresMigrator::new(Arc::new(database.session()));
    migrator.migrate(Deadline::default()).await.unwrap();
    Arc::new(PostgresUserEngineStore::fake(&database, options))
}
