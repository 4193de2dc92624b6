//! The factory of the in-memory reference store.

use crate::counted::CountedStore;
use crate::factory::{FactoryError, PowerError, Sandbox, StoreFactory};
use crate::fault::{Fault, FaultyStore, Store, Unit, UnitFault, faulty};
use crate::level::Level;
use crate::power::{CutPoint, Power, Tamper};
use async_trait::async_trait;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::Timestamp;
use user_engine_migrations::{AppliedMigration, LATEST_SCHEMA_VERSION, MANIFEST};
use user_engine_ports::{
    Capabilities, Clock, Committed, Migrator, StoreError, StoreErrorKind, Tx, UnitOptions,
    UserEngineStore, Verb,
};
use user_engine_store_memory::InMemoryUserEngineStore;

/// Hands out in-memory stores. The cut of a connection is played around the store, since there is
/// no connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryFactory;

/// A clock that moves on by a millisecond each time it is read.
#[derive(Debug)]
struct SteppingClock(AtomicI64);

/// 2026-01-01T00:00:00Z.
const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const STEP_MICROS: i64 = 1_000;

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        let micros = self.0.fetch_add(STEP_MICROS, Ordering::Relaxed);
        Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SteppingClock(AtomicI64::new(BEGINNING_MICROS)))
}

#[async_trait]
impl StoreFactory for MemoryFactory {
    fn label(&self) -> String {
        "memory".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        InMemoryUserEngineStore::new(clock()).capabilities()
    }

    fn powers(&self) -> Vec<Power> {
        let tampers = [
            Tamper::AppliedChecksum,
            Tamper::NewerIncompatible,
            Tamper::NewerCompatible,
            Tamper::UnreadableVersions,
            Tamper::MarkDisposable,
        ];
        let mut powers = vec![
            Power::Empty,
            Power::SecondHandle,
            Power::Reopen,
            Power::PoolOfOne,
            Power::CutCommit,
            Power::RoundTrips,
        ];
        powers.extend(tampers.map(Power::Tamper));
        powers
    }

    fn claims(&self) -> Level {
        Level::L2
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Ok(Arc::new(MemorySandbox::new(
            InMemoryUserEngineStore::migrated(clock()),
        )))
    }

    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Ok(Arc::new(MemorySandbox::new(InMemoryUserEngineStore::new(
            clock(),
        ))))
    }
}

struct MemorySandbox {
    store: InMemoryUserEngineStore,
    trips: Arc<AtomicU64>,
    cut: Arc<Cut>,
}

/// More connections than any case has calls under way.
const MANY_CONNECTIONS: usize = 1_024;

impl MemorySandbox {
    fn new(store: InMemoryUserEngineStore) -> Self {
        Self {
            store,
            trips: Arc::default(),
            cut: Arc::default(),
        }
    }

    /// A handle over so many connections.
    fn over(&self, connections: usize) -> CountedStore {
        CountedStore::new(self.store.clone(), self.trips.clone(), connections)
    }
}

#[async_trait]
impl Sandbox for MemorySandbox {
    fn store(&self) -> Store {
        Arc::new(FaultyStore::new(
            Arc::new(self.over(MANY_CONNECTIONS)),
            self.cut.clone(),
        ))
    }

    fn migrator(&self) -> Arc<dyn Migrator> {
        Arc::new(self.store.clone())
    }

    async fn second_handle(&self) -> Result<Store, PowerError> {
        Ok(Arc::new(self.store.clone()))
    }

    async fn reopen(&self) -> Result<Store, PowerError> {
        Ok(Arc::new(self.store.clone()))
    }

    async fn pool_of_one(&self) -> Result<Store, PowerError> {
        Ok(Arc::new(self.over(1)))
    }

    fn round_trips(&self) -> Result<u64, PowerError> {
        Ok(self.trips.load(Ordering::Relaxed))
    }

    async fn cut_next_commit(&self, point: CutPoint) -> Result<(), PowerError> {
        self.cut.set(Some(point));
        Ok(())
    }

    async fn tamper(&self, tamper: Tamper) -> Result<(), PowerError> {
        let mut applied: Vec<_> = MANIFEST.iter().map(AppliedMigration::of).collect();
        let newer = |compatible_from| AppliedMigration {
            version: LATEST_SCHEMA_VERSION + 1,
            name: "newer".to_owned(),
            checksum: "0".repeat(64),
            compatible_from,
        };
        match tamper {
            Tamper::AppliedChecksum => {
                for step in &mut applied {
                    step.checksum = "0".repeat(64);
                }
                self.store.replace_applied(Some(applied));
            }
            Tamper::NewerIncompatible => {
                applied.push(newer(LATEST_SCHEMA_VERSION + 1));
                self.store.replace_applied(Some(applied));
            }
            Tamper::NewerCompatible => {
                applied.push(newer(LATEST_SCHEMA_VERSION));
                self.store.replace_applied(Some(applied));
            }
            Tamper::UnreadableVersions => self.store.replace_applied(None),
            Tamper::MarkDisposable => self.store.mark_disposable(true),
            Tamper::DropIndex
            | Tamper::ReplaceFunction
            | Tamper::LowerDurability
            | Tamper::ForeignShadow
            | Tamper::ReadOnlyServer
            | Tamper::RevokePrivilege => return Err(PowerError::Unsupported),
        }
        Ok(())
    }
}

/// The cut that waits for the next commit.
#[derive(Debug, Default)]
struct Cut(Mutex<Option<CutPoint>>);

impl Cut {
    fn set(&self, point: Option<CutPoint>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = point;
    }

    fn take(&self) -> Option<CutPoint> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A handle on the cut, since a fault is shared and a unit's is not.
struct CutUnit(Arc<Cut>);

#[async_trait]
impl Fault for Cut {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let point = Arc::new(Self(Mutex::new(self.take())));
        faulty(store.begin(options), CutUnit(point))
    }
}

#[async_trait]
impl UnitFault for CutUnit {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let lost = || StoreError::new(StoreErrorKind::Unavailable, Verb::Commit);
        match self.0.take() {
            None | Some(CutPoint::AfterAnswer) => unit.commit().await,
            Some(CutPoint::BeforeSend) => Err(lost()),
            Some(CutPoint::BeforeArrival) => Err(lost().with_unknown_effect()),
            Some(CutPoint::BeforeAnswer) => {
                unit.commit().await?;
                Err(lost().with_unknown_effect())
            }
        }
    }
}
