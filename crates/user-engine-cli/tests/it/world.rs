//! What live tests stand on: a database of their own, stores over it, and a mutation to make.

use deadpool_postgres::{Manager, Pool, Runtime};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio_postgres::{Client, Config, NoTls};
use user_engine_cli::local_server::{DatabaseName, LocalServer};
use user_engine_domain::reference::{reference_audit_record, reference_outbox_event};
use user_engine_domain::{
    AuditId, AuditOutcome, AuditRecord, DomainRecord, EventId, OperationId, OutboxEvent,
    ReasonCode, Timestamp, User, UserId,
};
use user_engine_ports::{
    AuditQuery, Committed, Deadline, Migrator, Operation, OutboxQuery, RequestDigest, Scope,
    StoreError, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::{PostgresMigrator, PostgresUserEngineStore};

/// A database of its own on a throwaway server, reached as its superuser unless said otherwise.
pub(crate) struct World<'a> {
    pub(crate) server: &'a LocalServer,
    pub(crate) database: DatabaseName,
}

impl<'a> World<'a> {
    /// An empty database.
    pub(crate) async fn empty(server: &'a LocalServer) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = DatabaseName::new(format!("world_{number}")).unwrap();
        server.create_database(&database).await.unwrap();
        Self { server, database }
    }

    /// A database with a migrated store.
    pub(crate) async fn migrated(server: &'a LocalServer) -> Self {
        let world = Self::empty(server).await;
        migrate(&world.config()).await;
        world
    }

    pub(crate) fn config(&self) -> Config {
        self.server.config(&self.database)
    }

    /// A connection past the store.
    pub(crate) async fn admin(&self) -> Client {
        connect(&self.config()).await
    }

    /// A store over a pool of one connection, and that pool.
    pub(crate) fn pool_of_one(&self) -> (PostgresUserEngineStore, Pool) {
        let pool = pool(&self.config(), 1);
        (PostgresUserEngineStore::from_pool(pool.clone()), pool)
    }

    /// A store over a pool of one connection.
    pub(crate) fn store(&self) -> PostgresUserEngineStore {
        self.pool_of_one().0
    }

    /// A store whose sessions begin with these settings.
    pub(crate) fn store_with(&self, options: &str) -> PostgresUserEngineStore {
        let mut config = self.config();
        config.options(options);
        PostgresUserEngineStore::from_pool(pool(&config, 1))
    }
}

pub(crate) async fn migrate(config: &Config) {
    PostgresMigrator::from_pool(pool(config, 1))
        .migrate(Deadline::default())
        .await
        .unwrap();
}

pub(crate) async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) fn pool(config: &Config, size: usize) -> Pool {
    Pool::builder(Manager::new(config.clone(), NoTls))
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .build()
        .unwrap()
}

/// The same database at another socket.
pub(crate) fn moved(config: &Config, host: &Path) -> Config {
    let mut moved = Config::new();
    moved
        .host_path(host)
        .user(config.get_user().unwrap())
        .dbname(config.get_dbname().unwrap());
    moved
}

/// A number that the server computes.
pub(crate) async fn count(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

/// Asks until the number is the wanted one; false when it is not within some seconds.
pub(crate) async fn becomes(client: &Client, query: &str, wanted: i64) -> bool {
    let begun = std::time::Instant::now();
    while count(client, query).await != wanted {
        if begun.elapsed() > Duration::from_secs(8) {
            return false;
        }
    }
    true
}

pub(crate) fn user(id: &str) -> User {
    let at = Timestamp::from_micros(0).unwrap();
    let user_id = UserId::new(id).unwrap();
    User {
        user_id,
        display_name: None,
        primary_email: None,
        created_at: at,
        updated_at: at,
    }
}

pub(crate) fn operation(id: &str) -> Operation {
    Operation::new(OperationId::new(id).unwrap(), RequestDigest::of("create"))
}

pub(crate) fn denial(id: &str) -> AuditRecord {
    AuditRecord {
        audit_id: AuditId::new(id).unwrap(),
        outcome: AuditOutcome::Denied,
        reason: Some(ReasonCode::ALL[0]),
        ..reference_audit_record()
    }
}

/// Commits a user with its audit record and event.
pub(crate) async fn mutate(store: &dyn UserEngineStore, id: &str) -> Result<Committed, StoreError> {
    mutate_within(store, id, Deadline::default()).await
}

/// The same by a deadline.
pub(crate) async fn mutate_within(
    store: &dyn UserEngineStore,
    id: &str,
    deadline: Deadline,
) -> Result<Committed, StoreError> {
    let operation = operation(id);
    let operation_id = operation.id.clone();
    let mut options = UnitOptions::write(Scope::Platform, operation);
    options.deadline = deadline;
    let mut tx = store.begin(options);
    let user = user(id);
    let aggregate = DomainRecord::from(user.clone()).id();
    tx.save(user)?;
    tx.append_audit(AuditRecord {
        audit_id: AuditId::new(id).unwrap(),
        operation_id: operation_id.clone(),
        outcome: AuditOutcome::Allowed,
        reason: None,
        ..reference_audit_record()
    })?;
    tx.enqueue(OutboxEvent {
        event_id: EventId::new(id).unwrap(),
        operation_id,
        aggregate,
        ..reference_outbox_event()
    })?;
    tx.commit().await
}

pub(crate) async fn get(store: &dyn UserEngineStore, id: &str) -> Option<User> {
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    let found = tx.get::<User>(&UserId::new(id).unwrap()).await.unwrap();
    found.map(|found| found.record)
}

/// How many of the record, the audit record and the event of a mutation are stored.
pub(crate) async fn parts(store: &dyn UserEngineStore, id: &str) -> usize {
    let user = get(store, id).await;
    let mut query = AuditQuery::new(Scope::Platform);
    query.operation_id = Some(OperationId::new(id).unwrap());
    let audits = store
        .audit_records(&query, Deadline::default())
        .await
        .unwrap()
        .entries
        .len();
    let query = OutboxQuery::new(Scope::Platform);
    let events = store
        .outbox_events(&query, Deadline::default())
        .await
        .unwrap()
        .entries;
    let events = events
        .iter()
        .flatten()
        .filter(|event| event.event_id.as_str() == id)
        .count();
    usize::from(user.is_some()) + audits + events
}
