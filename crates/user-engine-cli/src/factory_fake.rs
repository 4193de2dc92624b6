//! The factory of Postgres stores over the in-process fake: adapter logic, not SQL.

use crate::instrument::Instrument;
use async_trait::async_trait;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use user_engine_conformance::{
    CutPoint, Dump, FactoryError, Level, Power, PowerError, RawRow, Sandbox, StoreFactory, Tamper,
};
use user_engine_domain::RecordKey;
use user_engine_ports::{Capabilities, Deadline, Migrator, SystemClock, UserEngineStore};
use user_engine_records::StoreRecord;
use user_engine_store_postgres::fake::{FakeDatabase, FakeTamper};
use user_engine_store_postgres::{PostgresMigrator, PostgresOptions, PostgresUserEngineStore};

/// Hands out stores over fake databases.
pub(crate) struct FakeFactory;

const POWERS: &[Power] = &[
    Power::Empty,
    Power::SecondHandle,
    Power::Reopen,
    Power::CutCommit,
    Power::RoundTrips,
    Power::RawRows,
    Power::Dump,
];

#[async_trait]
impl StoreFactory for FakeFactory {
    fn label(&self) -> String {
        "fake postgres".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        let database = FakeDatabase::new(Arc::new(SystemClock));
        PostgresUserEngineStore::fake(&database, PostgresOptions::default()).capabilities()
    }

    fn powers(&self) -> Vec<Power> {
        let tampers = Tamper::ALL.iter().map(|tamper| Power::Tamper(*tamper));
        POWERS.iter().copied().chain(tampers).collect()
    }

    fn claims(&self) -> Level {
        Level::L2
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        let sandbox = FakeSandbox::new();
        let migrated = sandbox
            .migrator()
            .migrate(Deadline::after(Duration::from_secs(10)))
            .await;
        migrated.map_err(|error| FactoryError::Failed(error.to_string()))?;
        Ok(Arc::new(sandbox))
    }

    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Ok(Arc::new(FakeSandbox::new()))
    }
}

/// One fake database and the store under test on it.
struct FakeSandbox {
    database: Arc<FakeDatabase>,
    newest: Mutex<Handle>,
}

#[derive(Clone)]
struct Handle {
    instrument: Instrument,
    store: Arc<dyn UserEngineStore>,
}

impl Handle {
    fn open(database: &Arc<FakeDatabase>) -> Self {
        let instrument = Instrument::new(Arc::new(database.session()));
        let options = PostgresOptions::default();
        let store = PostgresUserEngineStore::simulated(instrument.session(), options);
        Self {
            instrument,
            store: Arc::new(store),
        }
    }
}

impl FakeSandbox {
    fn new() -> Self {
        let database = FakeDatabase::new(Arc::new(SystemClock));
        let newest = Mutex::new(Handle::open(&database));
        Self { database, newest }
    }

    fn newest(&self) -> Handle {
        self.newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl Sandbox for FakeSandbox {
    fn store(&self) -> Arc<dyn UserEngineStore> {
        self.newest().store
    }

    fn migrator(&self) -> Arc<dyn Migrator> {
        Arc::new(PostgresMigrator::new(Arc::new(self.database.session())))
    }

    async fn second_handle(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        Ok(Handle::open(&self.database).store)
    }

    async fn reopen(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        let handle = Handle::open(&self.database);
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = handle.clone();
        Ok(handle.store)
    }

    async fn cut_next_commit(&self, point: CutPoint) -> Result<(), PowerError> {
        self.newest().instrument.cut_next_commit(point);
        Ok(())
    }

    fn round_trips(&self) -> Result<u64, PowerError> {
        Ok(self.newest().instrument.flights())
    }

    async fn plant_raw_row(&self, row: RawRow) -> Result<(), PowerError> {
        let boxed = |text: Option<String>| text.map(Into::into);
        self.database.plant_row(StoreRecord {
            record_type: row.record_type.into(),
            record_key: RecordKey::from_stored(row.record_key),
            tenant: boxed(row.tenant),
            user_id: boxed(row.user_id),
            application_id: boxed(row.application_id),
            scope_type: row.scope_type.map(Into::into),
            scope_id: boxed(row.scope_id),
            payload: row.payload,
        });
        Ok(())
    }

    async fn dump(&self) -> Result<Dump, PowerError> {
        let dump = self.database.dump();
        let owned = |text: Option<Box<str>>| text.map(String::from);
        let raw = |row: StoreRecord| RawRow {
            record_type: row.record_type.into_owned(),
            record_key: row.record_key.as_str().to_owned(),
            tenant: owned(row.tenant),
            user_id: owned(row.user_id),
            application_id: owned(row.application_id),
            scope_type: row.scope_type.map(std::borrow::Cow::into_owned),
            scope_id: owned(row.scope_id),
            payload: row.payload,
        };
        Ok(Dump {
            records: dump.records.into_iter().map(raw).collect(),
            audit_records: dump.audit_records,
            outbox_events: dump.outbox_events,
            operations: dump.operations,
        })
    }

    async fn tamper(&self, tamper: Tamper) -> Result<(), PowerError> {
        let tamper = match tamper {
            Tamper::AppliedChecksum => FakeTamper::AppliedChecksum,
            Tamper::NewerIncompatible => FakeTamper::NewerIncompatible,
            Tamper::NewerCompatible => FakeTamper::NewerCompatible,
            // There is one migration so far: nothing older can be recorded.
            Tamper::UnreadableVersions => FakeTamper::UnreadableVersions,
            Tamper::MarkDisposable => {
                self.database.mark(Some("1:1:found-0"));
                return Ok(());
            }
            Tamper::DropIndex => FakeTamper::DropIndex,
            Tamper::ReplaceFunction => FakeTamper::ReplaceFunction,
            Tamper::LowerDurability => FakeTamper::LowerDurability,
            Tamper::ForeignShadow => FakeTamper::ForeignShadow,
            Tamper::ReadOnlyServer => FakeTamper::ReadOnlyServer,
            Tamper::RevokePrivilege => FakeTamper::RevokePrivilege,
        };
        self.database.tamper(tamper);
        Ok(())
    }
}
