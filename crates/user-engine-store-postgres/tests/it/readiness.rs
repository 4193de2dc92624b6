//! What readiness says, and that a store that is not ready takes no write.

use crate::world::World;
use user_engine_domain::reference;
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{Deadline, Migrator, NotReady, StoreErrorKind, UserEngineStore};
use user_engine_store_postgres::PostgresOptions;
use user_engine_store_postgres::fake::FakeTamper;

async fn reasons(world: &World) -> Vec<NotReady> {
    world.store.readiness(Deadline::default()).await.reasons
}

async fn refused_commit(world: &World) -> StoreErrorKind {
    let mut tx = world.write("op");
    tx.save(reference::user()).unwrap();
    tx.commit().await.unwrap_err().kind().clone()
}

#[tokio::test]
async fn a_migrated_store_is_ready_and_says_where_it_is() {
    let world = World::migrated().await;
    let found = world.store.readiness(Deadline::default()).await;
    assert_eq!(found.reasons, []);
    assert_eq!(found.schema_version, Some(LATEST_SCHEMA_VERSION));
    assert_eq!(found.schema.as_deref(), Some("fake"));
}

/// Whether a reason is the one expected.
type Expected = fn(&NotReady) -> bool;

#[tokio::test]
async fn each_change_behind_the_store_has_a_reason_of_its_own() {
    let schema_differs = |reason: &NotReady| matches!(reason, NotReady::SchemaDiffers { .. });
    let cases: [(FakeTamper, Expected); 9] = [
        (FakeTamper::AppliedChecksum, |r| {
            matches!(r, NotReady::ChecksumMismatch { version: 1 })
        }),
        (FakeTamper::NewerIncompatible, |r| {
            matches!(r, NotReady::Ahead { found: 2, known: 1 })
        }),
        (FakeTamper::UnreadableVersions, |r| {
            matches!(r, NotReady::Unreadable)
        }),
        (FakeTamper::DropIndex, |r| {
            matches!(r, NotReady::SchemaDiffers { .. })
        }),
        (FakeTamper::ReplaceFunction, |r| {
            matches!(r, NotReady::SchemaDiffers { .. })
        }),
        (FakeTamper::LowerDurability, |r| {
            matches!(r, NotReady::DurabilityLowered { .. })
        }),
        (FakeTamper::ForeignShadow, |r| {
            matches!(r, NotReady::Shadowed { .. })
        }),
        (FakeTamper::ReadOnlyServer, |r| {
            matches!(r, NotReady::ReadOnlyServer)
        }),
        (FakeTamper::RevokePrivilege, |r| {
            matches!(r, NotReady::MissingPrivilege { .. })
        }),
    ];
    for (tamper, expected) in cases {
        let world = World::migrated().await;
        world.database.tamper(tamper);
        let found = reasons(&world).await;
        assert_eq!(found.len(), 1, "{tamper:?}: {found:?}");
        assert!(expected(&found[0]), "{tamper:?}: {found:?}");
    }
    let world = World::migrated().await;
    world.database.tamper(FakeTamper::DropIndex);
    assert!(reasons(&world).await.iter().all(schema_differs));
}

#[tokio::test]
async fn what_strangers_hang_on_a_table_is_said_by_name() {
    for (tamper, what) in [
        (
            FakeTamper::AddTrigger,
            "trigger strange on user_engine_records",
        ),
        (
            FakeTamper::ChangeDefault,
            "default of user_engine_records.revision",
        ),
        (
            FakeTamper::DemandColumn,
            "column user_engine_records.strange",
        ),
    ] {
        let world = World::migrated().await;
        world.database.tamper(tamper);
        let what = what.to_owned();
        assert_eq!(
            reasons(&world).await,
            [NotReady::SchemaDiffers { what }],
            "{tamper:?}"
        );
    }
}

#[tokio::test]
async fn a_store_that_is_ahead_changed_or_unreadable_takes_no_write() {
    for tamper in [
        FakeTamper::AppliedChecksum,
        FakeTamper::NewerIncompatible,
        FakeTamper::UnreadableVersions,
    ] {
        let world = World::migrated().await;
        world.database.tamper(tamper);
        let expected = StoreErrorKind::NotReady(reasons(&world).await.remove(0));
        assert_eq!(refused_commit(&world).await, expected);
        assert!(world.migrator().migrate(Deadline::default()).await.is_err());
        assert_eq!(world.database.dump().records, []);
    }
    let world = World::migrated().await;
    world.database.tamper(FakeTamper::ReadOnlyServer);
    assert_eq!(refused_commit(&world).await, StoreErrorKind::ReadOnly);
}

#[tokio::test]
async fn a_newer_schema_that_promises_to_serve_this_code_does() {
    let world = World::migrated().await;
    world.database.tamper(FakeTamper::NewerCompatible);
    assert_eq!(reasons(&world).await, []);
    let mut tx = world.write("op");
    tx.save(reference::user()).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_marked_store_serves_the_holder_of_the_mark_alone() {
    let own = World::migrated_with(PostgresOptions::disposable("run-1")).await;
    assert_ne!(reasons(&own).await, []);
    own.database.mark(Some("run-1"));
    assert_eq!(reasons(&own).await, []);

    let live = World::migrated().await;
    live.database.mark(Some("run-1"));
    assert_eq!(reasons(&live).await, [NotReady::Disposable]);
    assert_eq!(
        refused_commit(&live).await,
        StoreErrorKind::NotReady(NotReady::Disposable)
    );
}

#[tokio::test]
async fn a_store_carries_the_mark_of_the_migrator_that_made_it_and_of_no_later_one() {
    let own = World::empty(PostgresOptions::disposable("run-1"));
    let marking = own.migrator().disposable_mark("run-1");
    marking.migrate(Deadline::default()).await.unwrap();
    assert_eq!(reasons(&own).await, []);

    let live = World::migrated().await;
    let marking = live.migrator().disposable_mark("run-1");
    marking.migrate(Deadline::default()).await.unwrap();
    assert_eq!(reasons(&live).await, []);
}

#[tokio::test]
async fn migrating_an_empty_store_brings_every_step_and_again_none() {
    let world = World::empty(PostgresOptions::default());
    assert_eq!(reasons(&world).await, [NotReady::NotMigrated]);
    let not_migrated = StoreErrorKind::NotReady(NotReady::NotMigrated);
    assert_eq!(refused_commit(&world).await, not_migrated);
    let migrator = world.migrator();
    let planned = migrator.plan(Deadline::default()).await.unwrap();
    assert_eq!(
        migrator
            .planned_sql(Deadline::default())
            .await
            .unwrap()
            .len(),
        planned.steps.len()
    );
    assert_eq!(
        migrator.migrate(Deadline::default()).await.unwrap(),
        planned
    );
    assert_eq!((planned.from, planned.to), (0, LATEST_SCHEMA_VERSION));
    let again = migrator.migrate(Deadline::default()).await.unwrap();
    assert_eq!(
        (again.from, again.to, again.steps.len()),
        (planned.to, planned.to, 0)
    );
}
