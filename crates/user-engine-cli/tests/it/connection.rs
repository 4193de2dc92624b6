//! What happens around a connection: dropped futures, empty pools, silent servers, commits that
//! fail late.

use crate::live::server_or_skip;
use crate::world::{
    World, becomes, connect, count, denial, get, moved, mutate, mutate_within, parts, pool,
};
use deadpool_postgres::Pool;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};
use user_engine_conformance::DropAfter;
use user_engine_domain::{DomainRecord, OperationId, RecordKind, UserId};
use user_engine_ports::{
    AuditQuery, Deadline, Effect, ListBy, ListQuery, NotReady, OperationOutcome, OutboxQuery, Read,
    Retryability, Scope, StoreError, StoreErrorKind, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::testing::RecordingSession;
use user_engine_store_postgres::{
    Call, Mode, PoolSession, PostgresOptions, PostgresUserEngineStore, Session, SessionError, Why,
};

/// Long enough for a machine that is busy with other tests.
const SOON: Duration = Duration::from_millis(250);
const LATE: Duration = Duration::from_secs(4);

/// What the session itself has set, and what is still open in it.
const SETTINGS_SET: &str = "\
    SELECT count(*) FROM pg_settings WHERE source = 'session' AND setting IS DISTINCT FROM reset_val";
const OPEN_ELSEWHERE: &str = "\
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
const WAITING: &str = "\
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND wait_event_type = 'Lock'";
const OTHERS: &str = "\
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
    AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Borrows the pool's one connection and expects nothing of an earlier borrower in it.
async fn expect_clean_session(pool: &Pool, what: &str) {
    let next = tokio::time::timeout(LATE, pool.get()).await.unwrap();
    let next = next.unwrap();
    assert_eq!(count(&next, SETTINGS_SET).await, 0, "{what}: a setting");
    let mut began = Vec::new();
    for _ in 0..2 {
        let row = next.query_one("SELECT now()::text", &[]).await.unwrap();
        began.push(row.get::<_, String>(0));
    }
    assert_ne!(began[0], began[1], "{what}: a transaction is open");
    next.batch_execute("BEGIN READ WRITE; CREATE TABLE probe (); ROLLBACK")
        .await
        .unwrap();
}

fn reads() -> [Read; 3] {
    let user_id = UserId::new("u").unwrap();
    let of_user = |kind| Read::List(ListQuery::new(kind, ListBy::User(user_id.clone())));
    [
        Read::Get(DomainRecord::from(crate::world::user("u")).id()),
        of_user(RecordKind::Account),
        of_user(RecordKind::Membership),
    ]
}

#[tokio::test]
async fn a_future_dropped_between_send_and_answer_leaves_the_next_borrower_a_clean_session() {
    let Some(server) = server_or_skip("a_future_dropped_between_send_and_answer") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, pool) = world.pool_of_one();
    mutate(&store, "u").await.unwrap();
    let holder = world.admin().await;
    let watcher = world.admin().await;
    holder
        .batch_execute("BEGIN; SELECT FROM user_engine_records FOR UPDATE")
        .await
        .unwrap();
    // The same record under another operation waits for the holder, inside its apply.
    let waiting = tokio::spawn({
        let store = store.clone();
        async move {
            let mut tx = store.begin(UnitOptions::write(
                Scope::Platform,
                crate::world::operation("dropped"),
            ));
            tx.save(crate::world::user("u")).unwrap();
            tx.commit().await
        }
    });
    assert!(becomes(&watcher, WAITING, 1).await, "it was not sent");
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    expect_clean_session(&pool, "a dropped commit").await;
    // Only the holder's transaction is left: the dropped one's query was cancelled.
    assert!(becomes(&watcher, OPEN_ELSEWHERE, 1).await, "it stayed open");
    holder.batch_execute("ROLLBACK").await.unwrap();
    let dropped = OperationId::new("dropped").unwrap();
    let asked = store.outcome(&Scope::Platform, &dropped, Deadline::default());
    assert!(matches!(asked.await, Ok(OperationOutcome::NotApplied)));

    for polls in 1..8 {
        let mut tx = store.begin(UnitOptions::read(Scope::Platform));
        drop(DropAfter::polls(tx.read(&reads()), polls).await);
        expect_clean_session(&pool, "a dropped read").await;
        drop(DropAfter::polls(mutate(&store, &format!("d{polls}")), polls).await);
        expect_clean_session(&pool, "a dropped mutation").await;
    }
    assert!(
        becomes(&watcher, OPEN_ELSEWHERE, 0).await,
        "a transaction stayed open"
    );
}

/// Every call of the port by one deadline, each with how it was refused.
async fn every_call(store: &PostgresUserEngineStore, within: Duration) -> Vec<StoreError> {
    let by = || Deadline::after(within);
    let scope = Scope::Platform;
    let mut reading = UnitOptions::read(scope.clone());
    reading.deadline = by();
    let mut tx = store.begin(reading.clone());
    let mut failed = vec![tx.read(&reads()).await.unwrap_err()];
    reading.deadline = by();
    failed.push(store.begin(reading).read(&reads()[..1]).await.unwrap_err());
    failed.push(mutate_within(store, "m", by()).await.unwrap_err());
    let denied = store.record_denial(&scope, denial("d"), by()).await;
    failed.push(denied.unwrap_err());
    failed.push(store.record_counts(&scope, by()).await.unwrap_err());
    let operation = OperationId::new("o").unwrap();
    match store.outcome(&scope, &operation, by()).await {
        // Said of a holder that is in the way; nothing is known.
        Ok(OperationOutcome::StillRunning) => {}
        other => failed.push(other.unwrap_err()),
    }
    let query = AuditQuery::new(scope.clone());
    failed.push(store.audit_records(&query, by()).await.unwrap_err());
    let query = OutboxQuery::new(scope);
    failed.push(store.outbox_events(&query, by()).await.unwrap_err());
    let reasons = store.readiness(by()).await.reasons;
    assert_eq!(reasons, [NotReady::DeadlineExceeded]);
    failed
}

#[tokio::test]
async fn an_exhausted_pool_is_a_typed_error_within_the_deadline() {
    let Some(server) = server_or_skip("an_exhausted_pool_is_a_typed_error") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, pool) = world.pool_of_one();
    let taken = pool.get().await.unwrap();
    let begun = Instant::now();
    let failed = every_call(&store, SOON).await;
    assert!(begun.elapsed() < SOON * 9 + LATE, "{:?}", begun.elapsed());
    for error in &failed {
        assert_eq!(*error.kind(), StoreErrorKind::DeadlineExceeded, "{error}");
        assert_eq!(error.effect(), Effect::NotApplied, "{error}");
    }
    drop(taken);
    mutate(&store, "m").await.unwrap();
}

#[tokio::test]
async fn a_server_that_never_answers_ends_every_call_at_its_deadline() {
    let Some(server) = server_or_skip("a_server_that_never_answers") else {
        return;
    };
    let folder = server.socket_folder().join("silent");
    std::fs::create_dir(&folder).unwrap();
    let silent = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    let world = World::empty(server).await;
    let store = PostgresUserEngineStore::from_pool(pool(&moved(&world.config(), &folder), 4));
    let begun = Instant::now();
    for error in every_call(&store, SOON).await {
        assert_eq!(*error.kind(), StoreErrorKind::DeadlineExceeded, "{error}");
        assert_eq!(error.effect(), Effect::NotApplied, "{error}");
    }
    assert!(begun.elapsed() < SOON * 9 + LATE, "{:?}", begun.elapsed());
    drop(silent);
}

#[tokio::test]
async fn calls_behind_a_lock_end_within_their_deadline_and_leave_nothing_waiting() {
    let Some(server) = server_or_skip("calls_behind_a_lock_end_within_their_deadline") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, _pool) = world.pool_of_one();
    get(&store, "u").await;
    let holder = world.admin().await;
    let all = "BEGIN; LOCK TABLE user_engine_records, user_engine_audit_records, \
        user_engine_outbox_events, user_engine_operations, user_engine_schema_versions";
    holder.batch_execute(all).await.unwrap();
    let begun = Instant::now();
    let failed = every_call(&store, SOON).await;
    assert!(begun.elapsed() < SOON * 9 + LATE, "{:?}", begun.elapsed());
    let ends = |error: &StoreError| {
        matches!(
            error.kind(),
            StoreErrorKind::DeadlineExceeded | StoreErrorKind::Contention
        )
    };
    assert!(failed.iter().all(ends), "{failed:?}");
    // Not the holder: a transaction sees the activity of its first look.
    let watcher = world.admin().await;
    assert!(becomes(&watcher, WAITING, 0).await, "a query still waits");
    assert!(
        becomes(&watcher, OPEN_ELSEWHERE, 1).await,
        "one stayed open"
    );
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(parts(&store, "m").await, 0);
}

#[tokio::test]
async fn a_commit_that_fails_after_its_row_was_sent_is_not_applied() {
    let Some(server) = server_or_skip("a_commit_that_fails_after_its_row") else {
        return;
    };
    let world = World::migrated(server).await;
    let store = world.store();
    // Checked when the statement commits, behind its answer.
    let late = "\
        CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'P0001'; END $$; \
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON user_engine_outbox_events \
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_late()";
    world.admin().await.batch_execute(late).await.unwrap();
    let error = mutate(&store, "late").await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(parts(&store, "late").await, 0);
    let asked = OperationId::new("late").unwrap();
    let outcome = store.outcome(&Scope::Platform, &asked, Deadline::default());
    assert!(matches!(outcome.await, Ok(OperationOutcome::NotApplied)));
}

#[tokio::test]
async fn an_aborted_transaction_on_a_borrowed_connection_is_no_success() {
    let Some(server) = server_or_skip("an_aborted_transaction_on_a_borrowed_connection") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, pool) = world.pool_of_one();
    let borrowed = pool.get().await.unwrap();
    borrowed.batch_execute("BEGIN").await.unwrap();
    borrowed.batch_execute("SELECT 1 / 0").await.unwrap_err();
    drop(borrowed);
    let error = mutate(&store, "m").await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(parts(&world.store(), "m").await, 0);
}

#[tokio::test]
async fn nothing_is_pipelined_behind_a_commit() {
    let Some(server) = server_or_skip("nothing_is_pipelined_behind_a_commit") else {
        return;
    };
    let world = World::migrated(server).await;
    let (_, pool) = world.pool_of_one();
    let session = std::sync::Arc::new(PoolSession::new(pool));
    let recording = std::sync::Arc::new(RecordingSession::keeping(session.clone()));
    let store = PostgresUserEngineStore::new(recording.clone(), PostgresOptions::default());
    // A server that runs without fsync is not ready, and takes writes all the same.
    mutate(&store, "one").await.unwrap();
    let flights = recording.take();
    let [flight] = flights.as_slice() else {
        panic!("a mutation is one flight: {flights:?}");
    };
    assert_eq!((flight.mode, flight.calls.len()), (Mode::Apply, 1));
    let apply = flight.calls[0].clone();
    for mode in [Mode::Apply, Mode::Denial, Mode::Maintain] {
        let together = vec![apply.clone(), Call::ListVersions];
        let flown = session.flight(mode, together, Deadline::default()).await;
        let not_sent = SessionError::NotSent {
            why: Why::Malformed,
            sqlstate: None,
        };
        assert_eq!(flown, Err(not_sent), "{mode:?}");
    }
}

#[tokio::test]
async fn a_connection_that_can_not_be_had_is_known_not_to_be_applied() {
    let Some(server) = server_or_skip("a_connection_that_can_not_be_had") else {
        return;
    };
    let world = World::migrated(server).await;
    let mut nobody = world.config();
    nobody.user("nobody_of_this_name");
    let nowhere = moved(&world.config(), &server.socket_folder().join("nowhere"));
    for config in [nobody, nowhere] {
        let store = PostgresUserEngineStore::from_pool(pool(&config, 1));
        let error = mutate(&store, "m").await.unwrap_err();
        assert_eq!(*error.kind(), StoreErrorKind::Unavailable, "{error:?}");
        assert_eq!(error.effect(), Effect::NotApplied);
        assert_ne!(error.retryability(), Retryability::AskOutcome);
        let ready = store.readiness(Deadline::default()).await;
        assert_eq!(ready.reasons, [NotReady::Unreachable]);
    }
    assert_eq!(parts(&world.store(), "m").await, 0);
}

#[tokio::test]
async fn a_connection_lost_while_it_lay_in_the_pool_costs_no_call() {
    let Some(server) = server_or_skip("a_connection_lost_while_it_lay_in_the_pool") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, pool) = world.pool_of_one();
    get(&store, "u").await;
    let lying = pool.get().await.unwrap();
    let admin = connect(&world.config()).await;
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(count(&admin, end).await, 1);
    assert!(becomes(&admin, OTHERS, 0).await);
    while !lying.is_closed() {
        tokio::task::yield_now().await;
    }
    drop(lying);
    mutate(&store, "m").await.unwrap();
    assert_eq!(parts(&store, "m").await, 3);
}
