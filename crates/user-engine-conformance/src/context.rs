//! What a case is given: its sandbox, and ids, instants and records that are its own.

use crate::case::Case;
use crate::factory::{Dump, Hold, PowerError, RawRow, Sandbox, StoreFactory};
use crate::failure::Failure;
use crate::power::{CutPoint, Power, Tamper};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use user_engine_domain::{RecordId, Timestamp, sha256_hex};
use user_engine_ports::{Deadline, Migrator, UserEngineStore};

/// What a case is given. Cheap to clone; clones share the counter behind [`Context::fresh_id`].
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    case: &'static Case,
    factory: Arc<dyn StoreFactory>,
    sandbox: Arc<dyn Sandbox>,
    seed: u64,
    tag: String,
    next: AtomicU64,
}

/// 2026-01-01T00:00:00Z in microseconds: the instant at which cases happen.
const EPOCH_MICROS: i64 = 1_767_225_600_000_000;

impl Context {
    /// The context of one run of a case.
    pub(crate) fn new(
        case: &'static Case,
        factory: Arc<dyn StoreFactory>,
        sandbox: Arc<dyn Sandbox>,
        seed: u64,
    ) -> Self {
        let mut tag = sha256_hex(format!("{}/{seed}", case.id));
        tag.truncate(8);
        Self(Arc::new(Inner {
            case,
            factory,
            sandbox,
            seed,
            tag,
            next: AtomicU64::new(0),
        }))
    }

    /// The same case on another sandbox, with ids of its own.
    pub(crate) fn on(&self, sandbox: Arc<dyn Sandbox>) -> Self {
        let inner = &*self.0;
        let tag = inner.tag.clone();
        let next = AtomicU64::new(0);
        let (case, seed) = (inner.case, inner.seed);
        Self(Arc::new(Inner {
            case,
            factory: inner.factory.clone(),
            sandbox,
            seed,
            tag,
            next,
        }))
    }

    /// The case's own id.
    pub fn case(&self) -> &'static Case {
        self.0.case
    }

    /// The seed of the run: the same seed makes the same ids and the same random sequences.
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// The store under test.
    pub fn store(&self) -> Arc<dyn UserEngineStore> {
        self.0.sandbox.store()
    }

    /// The migrator of the store under test.
    pub fn migrator(&self) -> Arc<dyn Migrator> {
        self.0.sandbox.migrator()
    }

    /// The powers that the factory declares.
    pub fn declared(&self) -> Vec<Power> {
        self.0.factory.powers()
    }

    /// A deadline that a working store never reaches.
    pub fn deadline(&self) -> Deadline {
        Deadline::after(Duration::from_secs(20))
    }

    /// An id that no other call of this run gives, with a word in it for whoever reads logs.
    pub fn fresh_id(&self, word: &str) -> String {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        format!("{word}-{}-{number:04}", self.0.tag)
    }

    /// The id of a name: the same name gives the same id within a run.
    pub fn id_of(&self, name: &str) -> String {
        format!("{name}-{}", self.0.tag)
    }

    /// The instant at which the case begins; it stands still.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(EPOCH_MICROS).unwrap_or(Timestamp::MIN)
    }

    /// An instant this many seconds after the case's beginning, before it when negative.
    pub fn at(&self, seconds: i64) -> Timestamp {
        self.now()
            .saturating_add_micros(seconds.saturating_mul(1_000_000))
    }

    /// Another fresh store, as the case was given one; the case closes it.
    ///
    /// # Errors
    ///
    /// The factory's refusal, as an error of the harness.
    pub async fn fresh(&self) -> Result<Self, Failure> {
        match self.0.factory.fresh().await {
            Ok(sandbox) => Ok(self.on(sandbox)),
            Err(error) => Err(Failure::harness(format!("no fresh store: {error}"))),
        }
    }

    /// Closes a store that [`Context::fresh`] gave.
    pub async fn close(&self) {
        self.0.sandbox.close().await;
    }
}

/// The powers that the case declared; one that is missing all the same is the harness's error.
impl Context {
    /// A second handle on the same data.
    pub async fn second_handle(&self) -> Result<Arc<dyn UserEngineStore>, Failure> {
        self.0
            .sandbox
            .second_handle()
            .await
            .map_err(|e| harness("second handle", &e))
    }

    /// Closes every handle and opens a new one on the same data.
    pub async fn reopen(&self) -> Result<Arc<dyn UserEngineStore>, Failure> {
        self.0
            .sandbox
            .reopen()
            .await
            .map_err(|e| harness("reopen", &e))
    }

    /// A handle over a pool of one connection.
    pub async fn pool_of_one(&self) -> Result<Arc<dyn UserEngineStore>, Failure> {
        self.0
            .sandbox
            .pool_of_one()
            .await
            .map_err(|e| harness("pool of one", &e))
    }

    /// Loses the connection around the next commit.
    pub async fn cut_next_commit(&self, point: CutPoint) -> Result<(), Failure> {
        self.0
            .sandbox
            .cut_next_commit(point)
            .await
            .map_err(|e| harness("cut", &e))
    }

    /// Locks a stored record.
    pub async fn hold_record(&self, id: &RecordId) -> Result<Box<dyn Hold>, Failure> {
        self.0
            .sandbox
            .hold_record(id)
            .await
            .map_err(|e| harness("hold", &e))
    }

    /// Releases a lock.
    pub async fn release(&self, hold: Box<dyn Hold>) -> Result<(), Failure> {
        hold.release().await.map_err(|e| harness("release", &e))
    }

    /// How many round trips the store has made.
    pub fn round_trips(&self) -> Result<u64, Failure> {
        self.0
            .sandbox
            .round_trips()
            .map_err(|e| harness("round trips", &e))
    }

    /// What the server has logged.
    pub async fn server_log(&self) -> Result<String, Failure> {
        self.0
            .sandbox
            .server_log()
            .await
            .map_err(|e| harness("server log", &e))
    }

    /// Writes a row past the codec.
    pub async fn plant_raw_row(&self, row: RawRow) -> Result<(), Failure> {
        self.0
            .sandbox
            .plant_raw_row(row)
            .await
            .map_err(|e| harness("raw row", &e))
    }

    /// Reads everything stored past the store.
    pub async fn dump(&self) -> Result<Dump, Failure> {
        self.0.sandbox.dump().await.map_err(|e| harness("dump", &e))
    }

    /// How many transactions are open.
    pub async fn open_transactions(&self) -> Result<u64, Failure> {
        self.0
            .sandbox
            .open_transactions()
            .await
            .map_err(|e| harness("open transactions", &e))
    }

    /// Puts strangers' tables beside the store's.
    pub async fn plant_decoys(&self) -> Result<(), Failure> {
        self.0
            .sandbox
            .plant_decoys()
            .await
            .map_err(|e| harness("decoys", &e))
    }

    /// Wipes the store as the harness does.
    pub async fn reset(&self) -> Result<(), Failure> {
        self.0
            .sandbox
            .reset()
            .await
            .map_err(|e| harness("reset", &e))
    }

    /// Whether the strangers' tables are untouched.
    pub async fn decoys_survive(&self) -> Result<bool, Failure> {
        self.0
            .sandbox
            .decoys_survive()
            .await
            .map_err(|e| harness("decoys", &e))
    }

    /// Changes the store behind its back.
    pub async fn tamper(&self, tamper: Tamper) -> Result<(), Failure> {
        self.0
            .sandbox
            .tamper(tamper)
            .await
            .map_err(|e| harness(tamper.as_str(), &e))
    }
}

#[track_caller]
fn harness(power: &str, error: &PowerError) -> Failure {
    Failure::harness(format!("{power}: {error}"))
}
