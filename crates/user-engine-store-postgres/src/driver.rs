//! The session over a provider's connections: a deadpool pool or one plain client.
//!
//! A flight takes a connection, sends everything it has at once and gives the connection back when
//! the server was ready again. One that is dropped or out of time leaves its connection in an
//! unknown state: it is taken out of the pool, its query is cancelled, and nobody uses it again.

mod bind;
mod cancel;
mod direct;
mod flight;
mod prepared;
mod row;

pub use cancel::Cancel;

use self::prepared::{Names, OwnNames};
use crate::answer::Answer;
use crate::call::Call;
use crate::migrator::PostgresMigrator;
use crate::options::PostgresOptions;
use crate::session::{Mode, Session, SessionError, Why};
use crate::store::PostgresUserEngineStore;
use async_trait::async_trait;
use deadpool_postgres::{Object, Pool, PoolError};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::Client;
use tracing::Instrument;
use user_engine_ports::{Deadline, SqlState};

/// A session over a provider's pool. The pool should serve nothing else: a transaction that other
/// code leaves open on a connection would take the store's writes with it.
///
/// Statements are unnamed unless [`named_statements`](Self::named_statements) is asked for. Unnamed
/// ones pass through any pooler, transaction poolers included; the server parses and plans each
/// anew. Named ones spare it that, and need connections that lead to one server process each.
#[derive(Clone)]
pub struct PoolSession {
    pool: Pool,
    cancel: Cancel,
    names_statements: bool,
}

impl fmt::Debug for PoolSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The pool's own Debug prints its configuration, the password included.
        f.debug_struct("PoolSession").finish_non_exhaustive()
    }
}

impl PoolSession {
    /// A session over a pool.
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            cancel: Cancel::default(),
            names_statements: false,
        }
    }

    /// The same session with another way to cancel queries, for servers that require TLS.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// The same session with named statements for commits, denials and reads by key: for direct
    /// connections, never behind a transaction pooler. A connection's first use of a statement
    /// prepares it in the same round trip, with the pool's own statement cache; a statement that
    /// the server forgot meanwhile is sent unnamed, one round trip later.
    ///
    /// A unit of up to three saves with one audit record and one event then commits by a statement
    /// of its own, which costs the server less than the function; where it can't apply, the
    /// function is asked, one round trip later, and says why.
    #[must_use]
    pub const fn named_statements(mut self) -> Self {
        self.names_statements = true;
        self
    }

    /// A connection that is open, within the deadline.
    async fn seat(&self, deadline: Deadline) -> Result<Seat<'_>, SessionError> {
        loop {
            let taken = tokio::time::timeout(deadline.remaining(), self.pool.get()).await;
            let not_sent = |why, sqlstate| SessionError::NotSent { why, sqlstate };
            let object = match taken {
                Err(_) => return Err(not_sent(Why::Deadline, None)),
                Ok(Err(PoolError::Backend(error))) => {
                    let sqlstate = error.code().map(|code| SqlState::new(code.code()));
                    return Err(not_sent(Why::Unreachable, sqlstate));
                }
                Ok(Err(_)) => return Err(not_sent(Why::Unreachable, None)),
                Ok(Ok(object)) => object,
            };
            if !object.is_closed() {
                return Ok(Seat {
                    taken: Some(Taken::Pooled(Box::new(object))),
                    cancel: self.cancel.clone(),
                    names_statements: self.names_statements,
                    is_flying: false,
                });
            }
            // Lost while it lay in the pool: nothing was sent, another one will do.
            drop(Object::take(object));
        }
    }
}

#[async_trait]
impl Session for PoolSession {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        let flown = async {
            let seat = self.seat(deadline).await?;
            fly(seat, mode, &calls, deadline).await
        };
        flown.instrument(span(mode, &calls)).await
    }
}

/// A session over one plain client, whose flights wait for each other. When a flight is dropped or
/// out of time the connection is given up, and every later flight answers that it is unreachable.
///
/// Statements are unnamed unless [`named_statements`](Self::named_statements) is asked for, with
/// the same consequences as for a [`PoolSession`].
pub struct ClientSession {
    own: Mutex<Option<Own>>,
    cancel: Cancel,
    names_statements: bool,
}

/// The client, with what it has prepared.
struct Own {
    client: Client,
    names: OwnNames,
}

impl fmt::Debug for ClientSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSession").finish_non_exhaustive()
    }
}

impl ClientSession {
    /// A session over a client, whose connection the caller drives.
    pub fn new(client: Client) -> Self {
        let names = OwnNames::default();
        Self {
            own: Mutex::new(Some(Own { client, names })),
            cancel: Cancel::default(),
            names_statements: false,
        }
    }

    /// The same session with another way to cancel queries, for servers that require TLS.
    #[must_use]
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// The same session with named statements, as
    /// [`PoolSession::named_statements`](PoolSession::named_statements) says.
    #[must_use]
    pub const fn named_statements(mut self) -> Self {
        self.names_statements = true;
        self
    }

    async fn seat(&self, deadline: Deadline) -> Result<Seat<'_>, SessionError> {
        let locked = tokio::time::timeout(deadline.remaining(), self.own.lock()).await;
        let not_in_time = SessionError::NotSent {
            why: Why::Deadline,
            sqlstate: None,
        };
        let guard = locked.map_err(|_| not_in_time)?;
        match &*guard {
            Some(own) if !own.client.is_closed() => {
                let taken = Taken::Client(guard);
                Ok(Seat {
                    taken: Some(taken),
                    cancel: self.cancel.clone(),
                    names_statements: self.names_statements,
                    is_flying: false,
                })
            }
            _ => Err(SessionError::UNREACHABLE),
        }
    }
}

#[async_trait]
impl Session for ClientSession {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        let flown = async {
            let seat = self.seat(deadline).await?;
            fly(seat, mode, &calls, deadline).await
        };
        flown.instrument(span(mode, &calls)).await
    }
}

fn span(mode: Mode, calls: &[Call]) -> tracing::Span {
    let first = calls.first().map(Call::name);
    tracing::debug_span!(
        "user_engine.flight",
        mode = mode.as_str(),
        calls = calls.len(),
        first
    )
}

/// Flies on a connection until the deadline.
async fn fly(
    mut seat: Seat<'_>,
    mode: Mode,
    calls: &[Call],
    deadline: Deadline,
) -> Result<Vec<Answer>, SessionError> {
    let Some((client, names)) = seat.take_off() else {
        return Err(SessionError::UNREACHABLE);
    };
    let flight = flight::run(client, names, mode, calls);
    let flown = tokio::time::timeout(deadline.remaining(), flight).await;
    let flown = flown.unwrap_or(Err(SessionError::Lost {
        why: Why::Deadline,
        sqlstate: None,
    }));
    // Refused, the server is about to be ready again; lost, nothing is known.
    seat.is_flying = matches!(flown, Err(SessionError::Lost { .. }));
    if let Err(error) = &flown {
        let sqlstate = error.sqlstate().map(tracing::field::display);
        tracing::debug!(sqlstate, "{error}");
    }
    flown
}

/// A connection taken for one flight. Dropped in flight, it is given up: see the module.
struct Seat<'a> {
    taken: Option<Taken<'a>>,
    cancel: Cancel,
    names_statements: bool,
    is_flying: bool,
}

enum Taken<'a> {
    Pooled(Box<Object>),
    Client(MutexGuard<'a, Option<Own>>),
}

impl Seat<'_> {
    /// The client with its named statements, from now on in flight.
    fn take_off(&mut self) -> Option<(&Client, Names<'_>)> {
        self.is_flying = true;
        let (client, names): (&Client, _) = match self.taken.as_ref()? {
            Taken::Pooled(object) => (object, Names::Pooled(&object.statement_cache)),
            Taken::Client(guard) => {
                let own = guard.as_ref()?;
                (&own.client, Names::Own(&own.names))
            }
        };
        Some((
            client,
            if self.names_statements {
                names
            } else {
                Names::None
            },
        ))
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if !self.is_flying {
            return;
        }
        match self.taken.take() {
            Some(Taken::Pooled(object)) => {
                let client = Object::take(*object);
                give_up(self.cancel.run(client.cancel_token()), client);
            }
            Some(Taken::Client(mut guard)) => {
                if let Some(Own { client, .. }) = guard.take() {
                    give_up(self.cancel.run(client.cancel_token()), client);
                }
            }
            None => {}
        }
    }
}

/// Cancels what runs on a connection, then closes it; without a runtime it is only closed.
fn give_up(cancelled: impl Future<Output = ()> + Send + 'static, client: impl Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            cancelled.await;
            drop(client);
        });
    }
}

impl PostgresUserEngineStore {
    /// A store over a provider's pool, with the default options. [`PoolSession`] says what the pool
    /// must be.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use deadpool_postgres::{Manager, Pool};
    /// use tokio_postgres::{Config, NoTls};
    /// use user_engine_store_postgres::PostgresUserEngineStore;
    ///
    /// let mut config = Config::new();
    /// config.host("/var/run/postgresql").user("user_engine").dbname("identity");
    /// let pool = Pool::builder(Manager::new(config, NoTls)).max_size(8).build()?;
    /// let store = PostgresUserEngineStore::from_pool(pool);
    /// # let _ = store;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_pool(pool: Pool) -> Self {
        Self::new(Arc::new(PoolSession::new(pool)), PostgresOptions::default())
    }

    /// A store over one client, whose connection the caller drives, with the default options.
    pub fn from_client(client: Client) -> Self {
        Self::new(
            Arc::new(ClientSession::new(client)),
            PostgresOptions::default(),
        )
    }
}

impl PostgresMigrator {
    /// A migrator over a pool of the migrating role.
    pub fn from_pool(pool: Pool) -> Self {
        Self::new(Arc::new(PoolSession::new(pool)))
    }

    /// A migrator over a client of the migrating role, whose connection the caller drives.
    pub fn from_client(client: Client) -> Self {
        Self::new(Arc::new(ClientSession::new(client)))
    }
}
