//! What a real wire shows: round trips counted between client and server, and a mutation cut at
//! every message border.

use crate::live::server_or_skip;
use crate::world::{World, denial, get, migrate, moved, mutate, operation, parts, pool, user};
use std::path::Path;
use std::time::{Duration, Instant};
use user_engine_cli::local_server::LocalServer;
use user_engine_cli::wire::Wire;
use user_engine_domain::{DomainRecord, OperationId, RecordKind, User, UserId};
use user_engine_ports::{
    Deadline, Effect, ListBy, ListQuery, OperationOutcome, Read, Scope, UnitOptions,
    UserEngineStore,
};
use user_engine_store_postgres::PostgresUserEngineStore;

/// Long enough that a round trip can't be taken for the server's own time.
const ROUND_TRIP: Duration = Duration::from_millis(60);

struct Fixture {
    world: World<'static>,
    wire: Wire,
}

impl Fixture {
    async fn start(server: &'static LocalServer, round_trip: Duration) -> Self {
        let world = World::empty(server).await;
        migrate(&world.config()).await;
        let socket = server.socket_folder().join(".s.PGSQL.5432");
        let wire = Wire::start(server.socket_folder(), socket, round_trip).unwrap();
        Self { world, wire }
    }

    /// A store over a pool of one connection through the wire.
    fn store(&self) -> PostgresUserEngineStore {
        self.store_at(self.wire.folder())
    }

    /// A store over a pool of one connection to the server itself.
    fn direct(&self) -> PostgresUserEngineStore {
        self.store_at(self.world.server.socket_folder())
    }

    fn store_at(&self, host: &Path) -> PostgresUserEngineStore {
        PostgresUserEngineStore::from_pool(pool(&moved(&self.world.config(), host), 1))
    }
}

#[tokio::test]
async fn each_call_is_one_round_trip_on_the_wire_cold_and_warm() {
    let Some(server) = server_or_skip("each_call_is_one_round_trip_on_the_wire") else {
        return;
    };
    let fixture = Fixture::start(server, ROUND_TRIP).await;
    let wire = &fixture.wire;
    // What connecting alone costs, so that cold calls can be told from it.
    let before = wire.round_trips();
    let probe = pool(&moved(&fixture.world.config(), wire.folder()), 1);
    drop(probe.get().await.unwrap());
    let connecting = wire.round_trips() - before;
    let deadline = Deadline::default;
    for turn in ["cold", "warm"] {
        let warm = fixture.store();
        if turn == "warm" {
            mutate(&warm, "warm-up").await.unwrap();
            parts(&warm, "warm-up").await;
        }
        // A cold call has a fresh connection of its own.
        let store = || {
            if turn == "cold" {
                fixture.store()
            } else {
                warm.clone()
            }
        };
        let expect = async |what: &str, trips: u64, call: &mut dyn FnMut() -> Call| {
            let before = wire.round_trips();
            let begun = Instant::now();
            call().await;
            let extra = if turn == "cold" { connecting } else { 0 };
            let counted = wire.round_trips() - before - extra;
            assert_eq!(counted, trips, "{turn} {what}");
            let least = ROUND_TRIP * u32::try_from(trips + extra).unwrap();
            assert!(
                begun.elapsed() >= least,
                "{turn} {what}: the wire was not in between"
            );
        };
        expect("mutation without reads", 1, &mut || {
            let store = store();
            Box::pin(async move { drop(mutate(&store, &format!("{turn}-1")).await.unwrap()) })
        })
        .await;
        expect("read-then-write", 2, &mut || {
            let store = store();
            Box::pin(async move { read_then_write(&store, turn).await })
        })
        .await;
        expect("point read", 1, &mut || {
            let store = store();
            Box::pin(async move { drop(get(&store, "warm-up").await) })
        })
        .await;
        expect("several reads asked for together", 1, &mut || {
            let store = store();
            Box::pin(async move { several(&store).await })
        })
        .await;
        expect("page of a list", 1, &mut || {
            let store = store();
            Box::pin(async move { page(&store).await })
        })
        .await;
        expect("denial", 1, &mut || {
            let store = store();
            Box::pin(async move { deny(&store, turn).await })
        })
        .await;
        expect("readiness", 1, &mut || {
            let store = store();
            Box::pin(
                async move { assert!(store.readiness(deadline()).await.schema_version.is_some()) },
            )
        })
        .await;
    }
}

type Call = std::pin::Pin<Box<dyn Future<Output = ()>>>;

async fn read_then_write(store: &dyn UserEngineStore, turn: &str) {
    let id = format!("{turn}-read-then-write");
    let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation(&id)));
    assert_eq!(
        tx.get::<User>(&UserId::new(&*id).unwrap()).await.unwrap(),
        None
    );
    tx.save(user(&id)).unwrap();
    tx.commit().await.unwrap();
}

async fn several(store: &dyn UserEngineStore) {
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    let user_id = UserId::new("warm-up").unwrap();
    let reads = [
        Read::Get(DomainRecord::from(user("warm-up")).id()),
        Read::Get(DomainRecord::from(user("absent")).id()),
        Read::List(ListQuery::new(
            RecordKind::Account,
            ListBy::User(user_id.clone()),
        )),
        Read::List(ListQuery::new(
            RecordKind::Membership,
            ListBy::User(user_id),
        )),
    ];
    assert_eq!(tx.read(&reads).await.unwrap().len(), 4);
}

async fn page(store: &dyn UserEngineStore) {
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    tx.list::<User>(ListBy::Kind, None, 100).await.unwrap();
}

async fn deny(store: &dyn UserEngineStore, turn: &str) {
    let denial = denial(&format!("{turn}-denial"));
    store
        .record_denial(&Scope::Platform, denial, Deadline::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_mutation_cut_at_any_message_border_is_whole_or_absent_and_the_outcome_says_which() {
    let Some(server) = server_or_skip("a_mutation_cut_at_any_message_border") else {
        return;
    };
    let fixture = Fixture::start(server, Duration::ZERO).await;
    let direct = fixture.direct();
    let (mut cut, mut applied, mut unknown) = (0, 0, 0);
    for border in 0_u64.. {
        let store = fixture.store();
        get(&store, "warm-up").await;
        let id = format!("cut-{border}");
        fixture.wire.cut_after(border);
        let committed = mutate(&store, &id).await;
        if !fixture.wire.mend() {
            assert!(committed.is_ok(), "nothing was cut any more");
            break;
        }
        cut += 1;
        let operation_id = OperationId::new(&*id).unwrap();
        let asked = direct.outcome(&Scope::Platform, &operation_id, Deadline::default());
        let outcome = asked.await.unwrap();
        let stored = parts(&direct, &id).await;
        let is_applied = matches!(outcome, OperationOutcome::Applied(_));
        assert_eq!(
            stored,
            if is_applied { 3 } else { 0 },
            "border {border}: {outcome:?}"
        );
        match committed {
            Ok(_) => assert!(is_applied, "border {border}: acknowledged and not stored"),
            Err(error) if error.effect() == Effect::NotApplied => {
                assert!(
                    !is_applied,
                    "border {border}: said not applied, and is stored"
                );
            }
            Err(_) => unknown += 1,
        }
        applied += usize::from(is_applied);
        // What was fenced never applies; what applied is not applied again.
        let again = mutate(&direct, &id).await;
        assert_eq!(
            again.is_ok_and(|again| again.is_repeated),
            is_applied,
            "border {border}"
        );
        assert_eq!(parts(&direct, &id).await, stored);
    }
    assert!(
        cut >= 8,
        "only {cut} borders: the wire did not see the messages"
    );
    assert!(
        applied > 0 && applied < cut && unknown > 0,
        "{applied} of {cut}, {unknown} unknown"
    );
}
