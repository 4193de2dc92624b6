//! One Postgres store for one case, and what the harness can do to it.

use crate::disposable::{self, Mark};
use crate::factory_postgres::{admin, tampering};
use crate::instrument::Instrument;
use async_trait::async_trait;
use deadpool_postgres::{Manager, Pool, Runtime};
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex as AsyncMutex;
use tokio_postgres::{Client, NoTls};
use user_engine_conformance::{CutPoint, Dump, Hold, Power, PowerError, RawRow, Sandbox, Tamper};
use user_engine_domain::RecordId;
use user_engine_ports::{Capabilities, Deadline, Migrator, NotReady, UserEngineStore, Wall};
use user_engine_store_postgres::{
    PoolSession, PostgresMigrator, PostgresOptions, PostgresUserEngineStore,
};

/// How many connections the store under test has.
const CONNECTIONS: usize = 8;

/// How long a store may take to find its sessions again after they were ended.
const SETTLE_MAX: Duration = Duration::from_secs(5);

/// What every sandbox on a real server can do; a throwaway server allows more.
pub(super) const POWERS: &[Power] = &[
    Power::SecondHandle,
    Power::Reopen,
    Power::PoolOfOne,
    Power::CutCommit,
    Power::HoldRecord,
    Power::RoundTrips,
    Power::RawRows,
    Power::Dump,
    Power::OpenTransactions,
];

/// What the stores declare.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    name: "postgres",
    wall: Wall::Adapter,
    durable: true,
    simulated: None,
};

/// Where a sandbox is and who goes there.
#[derive(Clone)]
pub(super) struct Place {
    /// How the store under test connects.
    pub(super) app: tokio_postgres::Config,
    /// How its migrator connects.
    pub(super) owner: tokio_postgres::Config,
    /// How the harness connects.
    pub(super) harness: tokio_postgres::Config,
    /// The mark that the store carries; `None` where it is served like a live one.
    pub(super) mark: Option<Mark>,
    /// The server's log, where the server is the harness's own: then it may be tampered with too.
    pub(super) log: Option<PathBuf>,
    /// Whether the store under test names its statements.
    pub(super) names_statements: bool,
}

impl Place {
    fn options(&self) -> PostgresOptions {
        self.mark
            .as_ref()
            .map_or_else(PostgresOptions::default, |mark| {
                PostgresOptions::disposable(mark.to_string())
            })
    }
}

/// A pool that connects when it is asked and waits no longer than its callers.
pub(super) fn pool(config: &tokio_postgres::Config, size: usize) -> Result<Pool, PowerError> {
    Pool::builder(Manager::new(config.clone(), NoTls))
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|_| PowerError::Failed("no pool could be made".to_owned()))
}

/// What happens to the data when a case is over.
#[async_trait]
pub(super) trait Farewell: Send + Sync {
    async fn say(&self);
}

/// A store of one case. The last handle is the store under test; there always is one.
pub(super) struct PostgresSandbox {
    place: Place,
    newest: Mutex<Handle>,
    others: Mutex<Vec<Handle>>,
    migrator: Arc<dyn Migrator>,
    migrating: Pool,
    client: Arc<AsyncMutex<Client>>,
    log_began: u64,
    has_decoys: AtomicBool,
    farewell: Box<dyn Farewell>,
}

/// The store under test with what it flies over.
#[derive(Clone)]
struct Handle {
    pool: Pool,
    instrument: Instrument,
    store: Arc<dyn UserEngineStore>,
}

impl Handle {
    fn open(place: &Place, connections: usize) -> Result<Self, PowerError> {
        let pool = pool(&place.app, connections)?;
        let session = PoolSession::new(pool.clone());
        let session = if place.names_statements {
            session.named_statements()
        } else {
            session
        };
        let instrument = Instrument::new(Arc::new(session));
        let store = PostgresUserEngineStore::new(instrument.session(), place.options());
        Ok(Self {
            pool,
            instrument,
            store: Arc::new(store),
        })
    }
}

impl PostgresSandbox {
    pub(super) async fn open(
        place: Place,
        farewell: Box<dyn Farewell>,
    ) -> Result<Self, PowerError> {
        let client = Arc::new(AsyncMutex::new(admin::connect(&place.harness).await?));
        let log_began = place.log.as_ref().and_then(|path| fs::metadata(path).ok());
        let migrating = pool(&place.owner, 2)?;
        let migrator = marking(migrating.clone(), place.mark.as_ref());
        Ok(Self {
            newest: Mutex::new(Handle::open(&place, CONNECTIONS)?),
            others: Mutex::default(),
            migrator: Arc::new(migrator),
            migrating,
            client,
            log_began: log_began.map_or(0, |log| log.len()),
            has_decoys: AtomicBool::new(false),
            place,
            farewell,
        })
    }

    fn newest(&self) -> MutexGuard<'_, Handle> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn others(&self) -> MutexGuard<'_, Vec<Handle>> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another handle beside the store under test, closed with the sandbox.
    fn another(&self, connections: usize) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        let handle = Handle::open(&self.place, connections)?;
        let store = handle.store.clone();
        self.others().push(handle);
        Ok(store)
    }

    fn close_handles(&self) {
        self.newest().pool.close();
        for handle in self.others().drain(..) {
            handle.pool.close();
        }
    }

    /// Waits until the store has noticed that its sessions were ended.
    async fn settle(&self) {
        let began = Instant::now();
        while began.elapsed() < SETTLE_MAX {
            let readiness = self.store().readiness(Deadline::after(SETTLE_MAX)).await;
            if !readiness.reasons.contains(&NotReady::Unreachable) {
                return;
            }
        }
    }
}

#[async_trait]
impl Sandbox for PostgresSandbox {
    fn store(&self) -> Arc<dyn UserEngineStore> {
        self.newest().store.clone()
    }

    fn migrator(&self) -> Arc<dyn Migrator> {
        self.migrator.clone()
    }

    async fn close(&self) {
        self.close_handles();
        self.migrating.close();
        if self.has_decoys.load(Ordering::Relaxed) {
            drop(admin::drop_decoys(&*self.client.lock().await).await);
        }
        self.farewell.say().await;
    }

    async fn second_handle(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        self.another(CONNECTIONS)
    }

    async fn reopen(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        let handle = Handle::open(&self.place, CONNECTIONS)?;
        let store = handle.store.clone();
        self.close_handles();
        *self.newest() = handle;
        Ok(store)
    }

    async fn pool_of_one(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        self.another(1)
    }

    async fn cut_next_commit(&self, point: CutPoint) -> Result<(), PowerError> {
        self.newest().instrument.cut_next_commit(point);
        Ok(())
    }

    async fn hold_record(&self, id: &RecordId) -> Result<Box<dyn Hold>, PowerError> {
        admin::hold(&self.place.harness, id).await
    }

    fn round_trips(&self) -> Result<u64, PowerError> {
        Ok(self.newest().instrument.flights())
    }

    async fn server_log(&self) -> Result<String, PowerError> {
        let Some(path) = &self.place.log else {
            return Err(PowerError::Unsupported);
        };
        let failed = |error: std::io::Error| {
            PowerError::Failed(format!("the server's log: {}", error.kind()))
        };
        let mut file = fs::File::open(path).map_err(failed)?;
        file.seek(SeekFrom::Start(self.log_began)).map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn plant_raw_row(&self, row: RawRow) -> Result<(), PowerError> {
        admin::plant(&*self.client.lock().await, &row).await
    }

    async fn dump(&self) -> Result<Dump, PowerError> {
        admin::dump(&*self.client.lock().await).await
    }

    async fn open_transactions(&self) -> Result<u64, PowerError> {
        admin::open_transactions(&*self.client.lock().await).await
    }

    async fn plant_decoys(&self) -> Result<(), PowerError> {
        admin::plant_decoys(&*self.client.lock().await).await?;
        self.has_decoys.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn reset(&self) -> Result<(), PowerError> {
        let Some(mark) = &self.place.mark else {
            return Err(PowerError::Unsupported);
        };
        disposable::wipe(&mut *self.client.lock().await, mark)
            .await
            .map_err(|stop| PowerError::Failed(stop.sentence))
    }

    async fn decoys_survive(&self) -> Result<bool, PowerError> {
        if self.place.mark.is_none() {
            return Err(PowerError::Unsupported);
        }
        admin::decoys_survive(&*self.client.lock().await).await
    }

    async fn tamper(&self, tamper: Tamper) -> Result<(), PowerError> {
        if self.place.log.is_none() {
            return Err(PowerError::Unsupported);
        }
        let ended_sessions = tampering::tamper(&*self.client.lock().await, tamper).await?;
        if ended_sessions {
            self.settle().await;
        }
        Ok(())
    }
}

/// A migrator whose stores carry the mark.
fn marking(pool: Pool, mark: Option<&Mark>) -> PostgresMigrator {
    let migrator = PostgresMigrator::from_pool(pool);
    match mark {
        Some(mark) => migrator.disposable_mark(mark.to_string()),
        None => migrator,
    }
}

/// Migrates a database by itself, before it is anybody's sandbox.
pub(super) async fn migrate(
    owner: &tokio_postgres::Config,
    mark: Option<&Mark>,
) -> Result<(), PowerError> {
    let pool = pool(owner, 1)?;
    let migrated = marking(pool.clone(), mark)
        .migrate(Deadline::after(Duration::from_secs(30)))
        .await;
    pool.close();
    migrated
        .map(|_| ())
        .map_err(|error| PowerError::Failed(error.to_string()))
}
