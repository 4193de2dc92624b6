//! Named statements on a real server: one round trip cold and warm, and nothing lost when the
//! server forgets a name.

use crate::live::server_or_skip;
use crate::world::{World, connect, count, denial, get, moved, mutate, operation, pool, user};
use deadpool_postgres::Pool;
use std::sync::Arc;
use std::time::Duration;
use user_engine_cli::wire::Wire;
use user_engine_domain::{User, UserId};
use user_engine_ports::{Deadline, Scope, StoreErrorKind, UnitOptions, UserEngineStore};
use user_engine_store_postgres::{
    ClientSession, PoolSession, PostgresOptions, PostgresUserEngineStore, Session,
};

/// How many statements of the store a connection has names for; this one is not of the store.
const NAMES: &str = "\
    SELECT count(*) FROM pg_prepared_statements \
    WHERE statement LIKE '%user_engine_%' AND statement NOT LIKE '%pg_prepared%'";

fn over(session: impl Session + 'static) -> PostgresUserEngineStore {
    PostgresUserEngineStore::new(Arc::new(session), PostgresOptions::default())
}

fn named(pool: &Pool) -> PostgresUserEngineStore {
    over(PoolSession::new(pool.clone()).named_statements())
}

/// Reads a user inside a unit, and saves it.
async fn read_then_write(store: &dyn UserEngineStore, id: &str) {
    let options = UnitOptions::write(Scope::Platform, operation(id));
    let mut tx = store.begin(options);
    tx.get::<User>(&UserId::new(id).unwrap()).await.unwrap();
    tx.save(user(id)).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_call_is_one_round_trip_while_its_statement_is_prepared_and_after() {
    let Some(server) = server_or_skip("a_call_is_one_round_trip_while_prepared") else {
        return;
    };
    let world = World::migrated(server).await;
    let socket = server.socket_folder().join(".s.PGSQL.5432");
    let wire = Wire::start(server.socket_folder(), socket, Duration::from_millis(20)).unwrap();
    let pool = pool(&moved(&world.config(), wire.folder()), 1);
    let store = named(&pool);
    drop(pool.get().await.unwrap());
    for turn in ["cold", "warm", "warmer"] {
        let before = wire.round_trips();
        mutate(&store, turn).await.unwrap();
        assert_eq!(wire.round_trips() - before, 1, "{turn} mutation");
        let before = wire.round_trips();
        read_then_write(&store, &format!("{turn}-read")).await;
        assert_eq!(wire.round_trips() - before, 2, "{turn} read-then-write");
        let before = wire.round_trips();
        get(&store, turn).await.unwrap();
        assert_eq!(wire.round_trips() - before, 1, "{turn} point read");
        let before = wire.round_trips();
        let denied = denial(&format!("denial-{turn}"));
        let recorded = store.record_denial(&Scope::Platform, denied, Deadline::default());
        recorded.await.unwrap();
        assert_eq!(wire.round_trips() - before, 1, "{turn} denial");
    }
}

#[tokio::test]
async fn statements_are_named_only_where_it_was_asked_for() {
    let Some(server) = server_or_skip("statements_are_named_only_where_asked_for") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, plain) = world.pool_of_one();
    mutate(&store, "unnamed").await.unwrap();
    assert_eq!(count(&plain.get().await.unwrap(), NAMES).await, 0);
    let pool = pool(&world.config(), 1);
    mutate(&named(&pool), "named").await.unwrap();
    // The function's, and that of a unit of one save.
    assert_eq!(count(&pool.get().await.unwrap(), NAMES).await, 2);
}

#[tokio::test]
async fn a_name_that_the_server_forgot_costs_nothing_but_a_round_trip() {
    let Some(server) = server_or_skip("a_name_that_the_server_forgot") else {
        return;
    };
    let world = World::migrated(server).await;
    let pool = pool(&world.config(), 1);
    let store = named(&pool);
    for id in ["cold", "warm"] {
        read_then_write(&store, id).await;
    }
    for id in ["forgotten", "again"] {
        pool.get()
            .await
            .unwrap()
            .batch_execute("DISCARD ALL")
            .await
            .unwrap();
        read_then_write(&store, id).await;
        assert!(get(&store, id).await.is_some());
    }
    assert!(count(&pool.get().await.unwrap(), NAMES).await > 0);
}

#[tokio::test]
async fn a_result_of_another_form_is_asked_for_without_the_name() {
    let Some(server) = server_or_skip("a_result_of_another_form") else {
        return;
    };
    let world = World::migrated(server).await;
    let pool = pool(&world.config(), 1);
    let store = named(&pool);
    mutate(&store, "u").await.unwrap();
    for _ in 0..2 {
        assert!(get(&store, "u").await.is_some());
    }
    let admin = world.admin().await;
    // The column's text is the same, its type is not.
    let changed = "ALTER TABLE user_engine_records ALTER record_type TYPE varchar COLLATE \"C\"";
    admin.batch_execute(changed).await.unwrap();
    assert!(get(&store, "u").await.is_some());
}

#[tokio::test]
async fn a_refused_preparation_spoils_neither_its_flight_nor_the_next() {
    let Some(server) = server_or_skip("a_refused_preparation_spoils_nothing") else {
        return;
    };
    let world = World::empty(server).await;
    let store = over(ClientSession::new(connect(&world.config()).await).named_statements());
    let refused = mutate(&store, "early").await.unwrap_err();
    assert!(matches!(refused.kind(), StoreErrorKind::NotReady(_)));
    crate::world::migrate(&world.config()).await;
    for id in ["cold", "warm"] {
        mutate(&store, id).await.unwrap();
        assert!(get(&store, id).await.is_some());
    }
}
