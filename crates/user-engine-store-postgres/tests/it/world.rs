//! A migrated fake store whose flights are counted and can be cut.

use std::sync::Arc;
use user_engine_domain::{OperationId, Timestamp, reference};
use user_engine_ports::{
    Clock, Deadline, Migrator, Operation, RequestDigest, Scope, Tx, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::fake::FakeDatabase;
use user_engine_store_postgres::testing::{CuttingSession, RecordingSession};
use user_engine_store_postgres::{PostgresMigrator, PostgresOptions, PostgresUserEngineStore};

/// A clock that stands still.
pub(crate) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        reference::user().created_at
    }
}

pub(crate) struct World {
    pub(crate) database: Arc<FakeDatabase>,
    pub(crate) cutting: Arc<CuttingSession>,
    pub(crate) recording: Arc<RecordingSession>,
    pub(crate) store: PostgresUserEngineStore,
}

impl World {
    pub(crate) fn empty(options: PostgresOptions) -> Self {
        let database = FakeDatabase::new(Arc::new(Fixed));
        let cutting = Arc::new(CuttingSession::new(Arc::new(database.session())));
        let recording = Arc::new(RecordingSession::keeping(cutting.clone()));
        let store = PostgresUserEngineStore::simulated(recording.clone(), options);
        Self {
            database,
            cutting,
            recording,
            store,
        }
    }

    pub(crate) async fn migrated() -> Self {
        Self::migrated_with(PostgresOptions::default()).await
    }

    pub(crate) async fn migrated_with(options: PostgresOptions) -> Self {
        let world = Self::empty(options);
        world.migrator().migrate(Deadline::default()).await.unwrap();
        world
    }

    pub(crate) fn migrator(&self) -> PostgresMigrator {
        PostgresMigrator::new(Arc::new(self.database.session()))
    }

    /// A unit of work that writes, in the platform's scope.
    pub(crate) fn write(&self, operation: &str) -> Tx {
        self.store
            .begin(UnitOptions::write(Scope::Platform, operation_of(operation)))
    }

    /// A unit of work that reads.
    pub(crate) fn read(&self) -> Tx {
        self.store.begin(UnitOptions::read(Scope::Platform))
    }
}

pub(crate) fn operation_of(id: &str) -> Operation {
    Operation::new(OperationId::new(id).unwrap(), RequestDigest::of(id))
}
