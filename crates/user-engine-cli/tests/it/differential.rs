//! Flights of the conformance suite on the fake, flown once more on a real server: both must
//! answer alike, apart from what each server gives out by itself.

mod twin;

use crate::live::server_or_skip;
use crate::world::{World, pool};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use twin::Twin;
use user_engine_cli::local_server::{DatabaseName, LocalServer};
use user_engine_conformance::{
    FactoryError, Level, Power, PowerError, RunOptions, Sandbox, StoreFactory, cases, run_case,
};
use user_engine_ports::{Capabilities, Deadline, Migrator, SystemClock, UserEngineStore};
use user_engine_store_postgres::fake::FakeDatabase;
use user_engine_store_postgres::testing::{Flight, RecordingSession};
use user_engine_store_postgres::{
    PoolSession, PostgresMigrator, PostgresOptions, PostgresUserEngineStore,
};

/// Cases that add only their size, or that change the database behind the store's back.
const LEFT_OUT: &[&str] = &["limit.", "isolation.", "model.", "list.page.largest"];

/// Hands out fakes and keeps what flew on the last one.
struct KeepingFactory {
    kept: Mutex<Option<(bool, Arc<RecordingSession>)>>,
}

impl KeepingFactory {
    async fn sandbox(&self, is_migrated: bool) -> Arc<dyn Sandbox> {
        let database = FakeDatabase::new(Arc::new(SystemClock));
        if is_migrated {
            let migrator = PostgresMigrator::new(Arc::new(database.session()));
            migrator.migrate(Deadline::default()).await.unwrap();
        }
        let session = Arc::new(RecordingSession::keeping(Arc::new(database.session())));
        *self.kept.lock().unwrap() = Some((is_migrated, session.clone()));
        Arc::new(KeepingSandbox { session })
    }

    /// Whether the last fake began migrated, and what flew on it.
    fn take(&self) -> Option<(bool, Vec<Flight>)> {
        let kept = self.kept.lock().unwrap().take();
        kept.map(|(is_migrated, session)| (is_migrated, session.take()))
    }
}

#[async_trait]
impl StoreFactory for KeepingFactory {
    fn label(&self) -> String {
        "kept fake".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        let database = FakeDatabase::new(Arc::new(SystemClock));
        PostgresUserEngineStore::fake(&database, PostgresOptions::default()).capabilities()
    }

    fn powers(&self) -> Vec<Power> {
        vec![Power::Empty, Power::SecondHandle, Power::Reopen]
    }

    fn claims(&self) -> Level {
        Level::L2
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Ok(self.sandbox(true).await)
    }

    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Ok(self.sandbox(false).await)
    }
}

struct KeepingSandbox {
    session: Arc<RecordingSession>,
}

#[async_trait]
impl Sandbox for KeepingSandbox {
    fn store(&self) -> Arc<dyn UserEngineStore> {
        let options = PostgresOptions::default();
        let store = PostgresUserEngineStore::simulated(self.session.clone(), options);
        Arc::new(store)
    }

    fn migrator(&self) -> Arc<dyn Migrator> {
        Arc::new(PostgresMigrator::new(self.session.clone()))
    }

    async fn second_handle(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        Ok(self.store())
    }

    async fn reopen(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        Ok(self.store())
    }
}

/// Which database is next.
static TURN: AtomicUsize = AtomicUsize::new(0);

/// Flies them on a database of their own; says where the answers part.
async fn fly_again(
    server: &LocalServer,
    database: &DatabaseName,
    template: &DatabaseName,
    is_migrated: bool,
    flights: Vec<Flight>,
) -> (Twin, Vec<String>) {
    if is_migrated {
        let cloned = server.create_database_from_template(database, template);
        cloned.await.unwrap();
    } else {
        server.create_database(database).await.unwrap();
    }
    let pool = pool(&server.config(database), 1);
    // Every other case with named statements, which must answer the same.
    let mut session = PoolSession::new(pool.clone());
    if TURN.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
        session = session.named_statements();
    }
    let mut twin = Twin::default();
    let mut parted = Vec::new();
    for flight in flights {
        parted.extend(twin.fly(&session, flight).await);
    }
    pool.close();
    server.drop_database(database).await.unwrap();
    (twin, parted)
}

// One thread: a flight of the fake and its recording are one step, so that they keep their order.
#[tokio::test(flavor = "current_thread")]
async fn a_real_server_answers_the_flights_of_the_suite_as_the_fake_does() {
    let name = "a_real_server_answers_the_flights_of_the_suite_as_the_fake_does";
    let Some(server) = server_or_skip(name) else {
        return;
    };
    let template = World::migrated(server).await.database;
    let factory = Arc::new(KeepingFactory {
        kept: Mutex::default(),
    });
    let (mut parted, mut calls) = (Vec::new(), BTreeMap::<&str, usize>::new());
    let (mut flights, mut left_out) = (0, 0);
    let is_chosen = |id: &str| !LEFT_OUT.iter().any(|part| id.starts_with(part));
    for (number, case) in cases().filter(|case| is_chosen(case.id)).enumerate() {
        let report = run_case(factory.clone(), case, &RunOptions::default()).await;
        assert!(
            !report.verdict.is_bad(),
            "{}: {:?}",
            case.id,
            report.verdict
        );
        let Some((is_migrated, kept)) = factory.take() else {
            continue;
        };
        let database = DatabaseName::new(format!("twin_{number}")).unwrap();
        let (twin, found) = fly_again(server, &database, &template, is_migrated, kept).await;
        parted.extend(found.iter().map(|what| format!("{}: {what}", case.id)));
        flights += twin.flights;
        left_out += twin.left_out;
        for (call, count) in twin.calls {
            *calls.entry(call).or_default() += count;
        }
    }
    println!("{flights} flights twice, {left_out} left out, {calls:?}");
    assert!(parted.is_empty(), "{}", parted.join("\n"));
    assert!(flights > 1_000, "only {flights} flights");
    assert!(calls.len() > 15, "only {calls:?}");
}
