//! The service on a real server: every story and every race, and what they leave behind.

use crate::live::server_or_skip;
use crate::world::{migrate, pool};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use user_engine_cli::local_server::{DatabaseName, LocalServer};
use user_engine_ports::UserEngineStore;
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::{HookedStore, Overlap, Racer, World, races, stories};
use user_engine_store_postgres::PostgresUserEngineStore;

/// How long all races may take together, about; the rounds are as many as fit.
const RACES_LAST: Duration = Duration::from_secs(30);

/// How many rounds each race has at the least and at the most.
const ROUNDS: std::ops::RangeInclusive<u64> = 250..=1_000;

/// A migrated database of its own, as a copy of one that was migrated once.
struct Place {
    server: &'static LocalServer,
    database: DatabaseName,
    pool: deadpool_postgres::Pool,
    store: Arc<dyn UserEngineStore>,
}

impl Place {
    async fn new(server: &'static LocalServer, connections: usize) -> Self {
        static TEMPLATE: OnceCell<DatabaseName> = OnceCell::const_new();
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let template = TEMPLATE.get_or_init(|| async {
            let template = DatabaseName::new("service_template").unwrap();
            server.create_database(&template).await.unwrap();
            migrate(&server.config(&template)).await;
            template
        });
        let template = template.await;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = DatabaseName::new(format!("service_{number}")).unwrap();
        let created = server.create_database_from_template(&database, template);
        created.await.unwrap();
        let pool = pool(&server.config(&database), connections);
        let store = PostgresUserEngineStore::from_pool(pool.clone());
        Self {
            server,
            database,
            pool,
            store: Arc::new(store),
        }
    }

    async fn leave(self) {
        self.pool.close();
        self.server.drop_database(&self.database).await.unwrap();
    }
}

#[tokio::test]
async fn every_story_is_told_on_a_server_and_leaves_only_what_fits_together() {
    let Some(server) = server_or_skip("every_story_is_told_on_a_server") else {
        return;
    };
    let begun = Instant::now();
    let (mut told, mut operations, mut events, mut denials, mut values) = (0, 0, 0, 0, 0);
    for story in stories() {
        let place = Place::new(server, 2).await;
        let seen = story.told(place.store.clone()).await.unwrap();
        assert!(seen.holds(), "{}: {seen}", story.name);
        told += 1;
        operations += seen.report.operations;
        events += seen.report.events;
        denials += seen.report.denials;
        values += seen.values;
        place.leave().await;
    }
    println!(
        "told {told}: {operations} operations with {events} events and {denials} denials, no \
         mismatch; none of {values} sensitive values seen elsewhere; {:.1?}",
        begun.elapsed()
    );
    assert!(
        told > 0 && operations > 0 && values > 0,
        "there are stories"
    );
}

/// Starts a racer on the runtime's threads.
fn spawned(racer: Racer) -> Racer {
    let running = tokio::spawn(racer);
    Box::pin(async move { running.await.unwrap() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_round_on_a_server_has_one_winner_and_losers_who_are_told_why() {
    let Some(server) = server_or_skip("every_round_on_a_server_has_one_winner") else {
        return;
    };
    let share = RACES_LAST / u32::try_from(races().count()).unwrap();
    for race in races() {
        let place = Place::new(server, 8).await;
        let overlap = Arc::new(Overlap::default());
        let hooked = HookedStore::new(place.store.clone(), overlap.clone());
        let world = World::new(Arc::new(hooked)).unwrap();
        let begun = Instant::now();
        let mut rounds = 0;
        let mut tally = user_engine_service::scenario::Tally::default();
        while rounds < *ROUNDS.end() && (rounds < *ROUNDS.start() || begun.elapsed() < share) {
            let more = race.run(&world, rounds..rounds + 50, spawned).await;
            let more = more.unwrap_or_else(|failed| panic!("{}: {failed}", race.name));
            tally.add(more);
            rounds += 50;
        }
        println!(
            "{}: {tally}; {} overtaken at their commit; {:.1?}",
            race.name,
            overlap.overtaken(),
            begun.elapsed()
        );
        assert_eq!((tally.rounds, tally.winners), (rounds, rounds));
        let lost: u64 = tally.losers.values().sum();
        assert_eq!(lost + rounds, tally.racers);
        assert!(overlap.overtaken() > 0, "{} was no race", race.name);
        let verifier = Verifier::new(&*place.store).counting_rows();
        let report = verifier.verify().await.unwrap();
        assert!(report.proves(), "{}: {report}", race.name);
        place.leave().await;
    }
}
