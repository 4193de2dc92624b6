//! The factory over a dedicated, disposable database: one store, wiped before each case, and left
//! as it was found.

use crate::disposable::{self, Mark, Standing};
use crate::dsn::{self, Acknowledged, Dsn};
use crate::exit::Stop;
use crate::factory_postgres::sandbox::{self, Farewell, Place, PostgresSandbox};
use crate::factory_postgres::{admin, settings};
use crate::role;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_postgres::Client;
use user_engine_conformance::{FactoryError, Level, Power, Sandbox, StoreFactory};
use user_engine_ports::Capabilities;

/// Held for a whole run: a second run on the same database is refused. It belongs to a
/// transaction, so that it works through a pooler and ends with the session.
const RUN_LOCK: &str = "\
    SET LOCAL idle_in_transaction_session_timeout = 0; \
    SET LOCAL lock_timeout = '1s'";

/// The number spells `ueharn`, the harness.
const RUN_LOCK_TAKE: &str = "SELECT pg_try_advisory_xact_lock(129078403363438)";

/// Hands out one store again and again.
pub(crate) struct DedicatedFactory {
    /// How the store under test connects.
    config: tokio_postgres::Config,
    /// The same under the harness's own name, so that its sessions are told apart.
    harness: tokio_postgres::Config,
    mark: Mark,
    settings: BTreeMap<String, String>,
    /// One case at a time: there is one store.
    turn: Arc<Mutex<Client>>,
    /// Holds the run's lock.
    _lock: Client,
}

impl DedicatedFactory {
    /// Looks at the database and takes it over, if that is allowed.
    ///
    /// # Errors
    ///
    /// Refused, with nothing touched, without the acknowledgement or for a store that must not be
    /// wiped; unreachable when nobody answers.
    pub(crate) async fn take_over(dsn: &Dsn, said: Acknowledged) -> Result<Self, Stop> {
        said.require_reset()?;
        let config = dsn.config(said)?;
        let mut harness = config.clone();
        harness.application_name(admin::APPLICATION_NAME);
        let lock = lock(&harness).await?;
        let (mut client, _) = dsn::connect(&harness).await?;
        let settings = settings(&client).await.map_err(Stop::refused)?;
        let standing = disposable::standing(&client).await?;
        role::require(&client, &standing).await?;
        let mark = match standing {
            Standing::Absent => {
                let mark = Mark::of_this_run(&client, true).await?;
                migrate(&config, &mark).await?;
                mark
            }
            Standing::Empty => Mark::of_this_run(&client, false).await?,
            // Of a run that was killed: the lock says that it is over.
            Standing::Marked(mark) => mark,
        };
        disposable::mark(&mut client, &mark).await?;
        let turn = Arc::new(Mutex::new(client));
        Ok(Self {
            config,
            harness,
            mark,
            settings,
            turn,
            _lock: lock,
        })
    }

    /// Leaves the database as it was found: the mark goes, and what this run created.
    ///
    /// # Errors
    ///
    /// Refused when the mark is gone or another.
    pub(crate) async fn leave(&self) -> Result<(), Stop> {
        self.remove(&mut *self.turn.lock().await).await
    }

    async fn remove(&self, client: &mut Client) -> Result<(), Stop> {
        match disposable::standing(client).await? {
            Standing::Absent => Ok(()),
            _ => disposable::release(client, &self.mark).await,
        }
    }

    /// Makes the store empty; one that a case of an empty database took away is made again.
    async fn wipe(&self, client: &mut Client) -> Result<(), Stop> {
        if self.mark.created() && disposable::standing(client).await? == Standing::Absent {
            migrate(&self.config, &self.mark).await?;
        }
        disposable::wipe(client, &self.mark).await
    }

    async fn sandbox(
        &self,
        turn: OwnedMutexGuard<Client>,
    ) -> Result<Arc<dyn Sandbox>, FactoryError> {
        let place = Place {
            app: self.config.clone(),
            owner: self.config.clone(),
            harness: self.harness.clone(),
            mark: Some(self.mark.clone()),
            log: None,
            names_statements: false,
        };
        let opened = PostgresSandbox::open(place, Box::new(NextTurn(Mutex::new(Some(turn))))).await;
        Ok(Arc::new(opened.map_err(|error| {
            FactoryError::Failed(error.to_string())
        })?))
    }
}

async fn migrate(config: &tokio_postgres::Config, mark: &Mark) -> Result<(), Stop> {
    sandbox::migrate(config, Some(mark))
        .await
        .map_err(|error| Stop::refused(format!("the database can't be migrated: {error}")))
}

/// Takes the lock of a run; it is free again when the client goes.
///
/// # Errors
///
/// Refused while another run holds it.
pub(crate) async fn lock(config: &tokio_postgres::Config) -> Result<Client, Stop> {
    let (client, _) = dsn::connect(config).await?;
    let failed = |error: &tokio_postgres::Error| {
        Stop::refused(format!(
            "the run's lock can't be taken ({})",
            disposable::code(error)
        ))
    };
    client
        .batch_execute("BEGIN")
        .await
        .map_err(|error| failed(&error))?;
    client
        .batch_execute(RUN_LOCK)
        .await
        .map_err(|error| failed(&error))?;
    let row = client
        .query_typed_one(RUN_LOCK_TAKE, &[])
        .await
        .map_err(|error| failed(&error))?;
    if row.get(0) {
        Ok(client)
    } else {
        Err(Stop::refused(
            "another run of the harness is using this database",
        ))
    }
}

#[async_trait]
impl StoreFactory for DedicatedFactory {
    fn label(&self) -> String {
        let version = self
            .settings
            .get("server_version")
            .map_or("", String::as_str);
        let version = version.split(' ').next().unwrap_or_default();
        format!("postgres {version} (dedicated)")
    }

    fn capabilities(&self) -> Capabilities {
        sandbox::CAPABILITIES
    }

    fn powers(&self) -> Vec<Power> {
        let mut powers = sandbox::POWERS.to_vec();
        powers.push(Power::Decoys);
        // Tables that were here before this run stay.
        if self.mark.created() {
            powers.push(Power::Empty);
        }
        powers
    }

    fn claims(&self) -> Level {
        Level::L2
    }

    fn settings(&self) -> BTreeMap<String, String> {
        self.settings.clone()
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        let mut turn = self.turn.clone().lock_owned().await;
        self.wipe(&mut turn).await.map_err(refused)?;
        self.sandbox(turn).await
    }

    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        if !self.mark.created() {
            return Err(FactoryError::Unsupported);
        }
        let mut turn = self.turn.clone().lock_owned().await;
        self.remove(&mut turn).await.map_err(refused)?;
        self.sandbox(turn).await
    }
}

fn refused(stop: Stop) -> FactoryError {
    FactoryError::Refused(stop.sentence)
}

/// Lets the next case in.
struct NextTurn(Mutex<Option<OwnedMutexGuard<Client>>>);

#[async_trait]
impl Farewell for NextTurn {
    async fn say(&self) {
        drop(self.0.lock().await.take());
    }
}
