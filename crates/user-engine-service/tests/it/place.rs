//! The stores that tests run on.

use std::sync::Arc;
use user_engine_ports::{Deadline, Migrator, SystemClock, UserEngineStore};
use user_engine_service::scenario::World;
use user_engine_store_memory::InMemoryUserEngineStore;
use user_engine_store_postgres::fake::FakeDatabase;
use user_engine_store_postgres::{PostgresMigrator, PostgresOptions, PostgresUserEngineStore};

/// A fresh world on every store that needs no server, by name.
pub(crate) async fn worlds() -> Vec<(&'static str, World)> {
    let memory: Arc<dyn UserEngineStore> =
        Arc::new(InMemoryUserEngineStore::migrated(Arc::new(SystemClock)));
    vec![
        ("memory", World::new(memory).unwrap()),
        ("fake", World::new(fake().await).unwrap()),
    ]
}

/// A Postgres store over the in-process fake.
async fn fake() -> Arc<dyn UserEngineStore> {
    let database = FakeDatabase::new(Arc::new(SystemClock));
    let options = PostgresOptions::default();
    let migrator = PostgresMigrator::new(Arc::new(database.session()));
    migrator.migrate(Deadline::default()).await.unwrap();
    Arc::new(PostgresUserEngineStore::fake(&database, options))
}
