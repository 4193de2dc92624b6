//! Forgetting old operations beside everything else that goes on.

use crate::live::server_or_skip;
use crate::world::{World, connect, count, pool};
use std::time::Duration;
use user_engine_domain::Timestamp;
use user_engine_ports::{Deadline, StoreErrorKind, UserEngineStore};
use user_engine_store_postgres::{PoolSession, PostgresOptions, PostgresUserEngineStore};

/// Old operations, in an order of keys that is not theirs.
const OLD: &str = "\
    INSERT INTO user_engine_operations (scope_key, operation_id, state, applied_at) \
    SELECT 'platform', md5(i::text), 'fenced', timestamptz '2001-01-01' + i * interval '1 s' \
    FROM generate_series(1, 3000) AS i";

#[tokio::test]
async fn finding_what_is_old_reads_no_more_than_that() {
    let Some(server) = server_or_skip("finding_what_is_old_reads_no_more") else {
        return;
    };
    let world = World::migrated(server).await;
    let admin = world.admin().await;
    admin.batch_execute(OLD).await.unwrap();
    let prepared = "ANALYZE user_engine_operations; BEGIN";
    admin.batch_execute(prepared).await.unwrap();
    let purge = "SELECT user_engine_purge(version, chained_checksum, NULL, 1000, \
        timestamptz '2001-01-01 00:00:11', 5) FROM user_engine_schema_versions";
    for gone in [5, 5, 0] {
        assert_eq!(count(&admin, purge).await, gone);
    }
    let scans = "SELECT seq_scan FROM pg_stat_xact_user_tables \
        WHERE relname = 'user_engine_operations'";
    assert_eq!(count(&admin, scans).await, 0);
    // The oldest went first, and nothing that is not older.
    let left = "SELECT extract(epoch FROM min(applied_at) - '2001-01-01')::bigint \
        FROM user_engine_operations";
    assert_eq!(count(&admin, left).await, 11);
}

#[tokio::test]
async fn a_lock_of_somebody_else_is_waited_for_no_longer_than_for_a_commit() {
    let Some(server) = server_or_skip("a_lock_of_somebody_else_is_waited_for") else {
        return;
    };
    let world = World::migrated(server).await;
    let holder = world.admin().await;
    holder.batch_execute(OLD).await.unwrap();
    let options = PostgresOptions::default().lock_wait_max(Duration::from_millis(50));
    let session = PoolSession::new(pool(&world.config(), 1));
    let store = PostgresUserEngineStore::new(std::sync::Arc::new(session), options);
    for lock in [
        "BEGIN; UPDATE user_engine_operations SET state = state",
        "BEGIN; LOCK TABLE user_engine_operations IN ACCESS EXCLUSIVE MODE",
    ] {
        holder.batch_execute(lock).await.unwrap();
        let purged = store.purge_operations(Timestamp::MAX, Deadline::default());
        let error = purged.await.unwrap_err();
        assert_eq!(*error.kind(), StoreErrorKind::Contention, "{lock}");
        holder.batch_execute("ROLLBACK").await.unwrap();
    }
    let purged = store.purge_operations(Timestamp::MAX, Deadline::default());
    assert_eq!(purged.await.unwrap(), 1_000);
}

#[tokio::test]
async fn purges_at_once_forget_each_operation_once_and_dont_deadlock() {
    let Some(server) = server_or_skip("purges_at_once_forget_each_operation_once") else {
        return;
    };
    let world = World::migrated(server).await;
    let admin = connect(&world.config()).await;
    for _ in 0..4 {
        admin.batch_execute(OLD).await.unwrap();
        let mut racers = Vec::new();
        for _ in 0..4 {
            let store = world.store();
            racers.push(tokio::spawn(async move {
                let mut gone = 0;
                loop {
                    let purged = store.purge_operations(Timestamp::MAX, Deadline::default());
                    match purged.await.unwrap() {
                        0 => return gone,
                        count => gone += count,
                    }
                }
            }));
        }
        let mut gone = 0;
        for racer in racers {
            gone += racer.await.unwrap();
        }
        assert_eq!(gone, 3_000);
    }
}
