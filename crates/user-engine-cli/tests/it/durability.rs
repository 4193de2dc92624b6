//! What an acknowledged commit is worth: durability settings, read-only servers, isolation
//! defaults of someone else.

use crate::live::{asked_for, server_or_skip};
use crate::world::{World, denial, get, migrate, mutate, operation, parts, pool, user};
use std::time::Duration;
use user_engine_cli::local_server::{Durability, LocalServer, Settings};
use user_engine_domain::{OperationId, User, UserId};
use user_engine_ports::{
    ConflictReason, Deadline, Effect, NotReady, Precondition, Revision, Scope, StoreErrorKind,
    UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::PostgresUserEngineStore;

/// Writes down what holds inside each call of ours, as the server sees it at every inserted row.
const WITNESS: &str = "\
    CREATE TABLE seen (relation text, setting text); \
    CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    INSERT INTO public.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); \
    RETURN NULL; END $$; \
    CREATE TRIGGER w AFTER INSERT ON user_engine_records \
    FOR EACH ROW EXECUTE FUNCTION public.witness(); \
    CREATE TRIGGER w AFTER INSERT ON user_engine_audit_records \
    FOR EACH ROW EXECUTE FUNCTION public.witness(); \
    CREATE TRIGGER w AFTER INSERT ON user_engine_operations \
    FOR EACH ROW EXECUTE FUNCTION public.witness()";

#[tokio::test]
async fn synchronous_commit_is_raised_inside_every_write_and_never_lowered() {
    let Some(server) = server_or_skip("synchronous_commit_is_raised_inside_every_write") else {
        return;
    };
    let world = World::migrated(server).await;
    let admin = world.admin().await;
    admin.batch_execute(WITNESS).await.unwrap();
    let lowered = NotReady::DurabilityLowered {
        setting: "synchronous_commit".into(),
    };
    for (set, inside) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_write", "on"),
        ("on", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        let store = world.store_with(&format!("-c synchronous_commit={set}"));
        admin.batch_execute("TRUNCATE seen").await.unwrap();
        mutate(&store, set).await.unwrap();
        let scope = Scope::Platform;
        let denied = store.record_denial(&scope, denial(&format!("d-{set}")), Deadline::default());
        denied.await.unwrap();
        let asked = OperationId::new(format!("o-{set}")).unwrap();
        let outcome = store.outcome(&scope, &asked, Deadline::default());
        outcome.await.unwrap();
        let rows = admin
            .query("SELECT relation, setting FROM seen", &[])
            .await
            .unwrap();
        // The operation, the record and the audit record; the denial; the fence.
        assert_eq!(rows.len(), 5, "{set}");
        for row in rows {
            assert_eq!(
                row.get::<_, &str>(1),
                inside,
                "{set}: {:?}",
                row.get::<_, &str>(0)
            );
        }
        let ready = store.readiness(Deadline::default()).await;
        assert_eq!(ready.reasons.contains(&lowered), set != inside, "{set}");
    }
}

#[tokio::test]
async fn a_server_without_fsync_is_not_ready_and_a_durable_one_is() {
    let Some(server) = server_or_skip("a_server_without_fsync_is_not_ready") else {
        return;
    };
    let world = World::migrated(server).await;
    let lowered = ["fsync", "full_page_writes"].map(|setting| NotReady::DurabilityLowered {
        setting: setting.into(),
    });
    let ready = world.store().readiness(Deadline::default()).await;
    assert_eq!(ready.reasons, lowered);
    let durable = LocalServer::start(&Settings {
        durability: Durability::Durable,
        ..Settings::default()
    })
    .unwrap();
    let world = World::migrated(&durable).await;
    let ready = world.store().readiness(Deadline::default()).await;
    assert_eq!(ready.reasons, []);
}

#[tokio::test]
async fn a_commit_on_a_server_that_turned_read_only_is_refused_as_such() {
    if !asked_for() {
        server_or_skip("a_commit_on_a_server_that_turned_read_only");
        return;
    }
    let server = LocalServer::start(&Settings::default()).unwrap();
    let world = World::migrated(&server).await;
    let store = world.store();
    mutate(&store, "before").await.unwrap();
    let admin = world.admin().await;
    for statement in [
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()",
    ] {
        admin.batch_execute(statement).await.unwrap();
    }
    // The session that is warm already learns of it between two statements.
    let turned = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            let ready = store.readiness(Deadline::default()).await;
            if ready.reasons.contains(&NotReady::ReadOnlyServer) {
                return;
            }
        }
    });
    turned.await.unwrap();
    let error = mutate(&store, "after").await.unwrap_err();
    assert_eq!(*error.kind(), StoreErrorKind::ReadOnly);
    assert_eq!(error.effect(), Effect::NotApplied);
    let denied = store.record_denial(&Scope::Platform, denial("d"), Deadline::default());
    assert_eq!(*denied.await.unwrap_err().kind(), StoreErrorKind::ReadOnly);
    assert_eq!(parts(&store, "before").await, 3);
    assert_eq!(parts(&store, "after").await, 0);
}

#[tokio::test]
async fn sessions_that_default_to_serializable_lose_no_update_and_still_name_the_record() {
    let Some(server) = server_or_skip("sessions_that_default_to_serializable") else {
        return;
    };
    let world = World::empty(server).await;
    migrate(&world.config()).await;
    for level in ["repeatable\\ read", "serializable"] {
        let mut config = world.config();
        config.options(format!("-c default_transaction_isolation={level}"));
        let store = PostgresUserEngineStore::from_pool(pool(&config, 4));
        let id = level.replace("\\ ", "-");
        mutate(&store, &id).await.unwrap();
        let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation("stale")));
        let stale = Precondition::Revision(Revision::from_stored(i64::MAX));
        tx.save_if(user(&id), stale).unwrap();
        let error = tx.commit().await.unwrap_err();
        let conflict = error.conflict().unwrap();
        assert_eq!(conflict.reason, ConflictReason::Precondition);
        assert!(conflict.record.is_some(), "{level}");

        let race = (0..4).map(|racer| {
            let (store, id) = (store.clone(), id.clone());
            tokio::spawn(async move { increment(&store, &id, racer).await })
        });
        let mut won = 0;
        for racer in race.collect::<Vec<_>>() {
            won += racer.await.unwrap();
        }
        let stored = get(&store, &id).await.unwrap();
        assert_eq!(
            stored.updated_at.as_micros(),
            won,
            "{level}: an update was lost"
        );
        assert_eq!(won, 40, "{level}");
    }
}

/// Counts up in one record ten times, each time until it was applied.
async fn increment(store: &PostgresUserEngineStore, id: &str, racer: usize) -> i64 {
    let mut won = 0;
    for attempt in 0.. {
        let operation = operation(&format!("{id}-{racer}-{attempt}"));
        let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
        let found = tx.get::<User>(&UserId::new(id).unwrap()).await.unwrap();
        let found = found.unwrap();
        let mut next = found.record;
        let micros = next.updated_at.as_micros() + 1;
        next.updated_at = user_engine_domain::Timestamp::from_micros(micros).unwrap();
        tx.save_if(next, Precondition::Revision(found.revision))
            .unwrap();
        match tx.commit().await {
            Ok(_) => won += 1,
            Err(error) => assert!(
                error.conflict().is_some() || *error.kind() == StoreErrorKind::Contention,
                "{error:?}"
            ),
        }
        if won == 10 {
            break;
        }
    }
    won
}
