//! How many round trips each call costs.

use crate::world::World;
use user_engine_domain::{Record, RecordKind, User, reference};
use user_engine_ports::{
    AuditQuery, Deadline, ListBy, ListQuery, OutboxQuery, Read, Scope, UserEngineStore,
};
use user_engine_store_postgres::Mode;

/// Counts the flights of a call.
macro_rules! flights {
    ($world:expr, $call:expr) => {{
        let before = $world.recording.flights();
        let _ = $call;
        $world.recording.flights() - before
    }};
}

#[tokio::test]
async fn a_mutation_without_reads_costs_one() {
    let world = World::migrated().await;
    let mut tx = world.write("op");
    for record in reference::reference_records() {
        tx.save(record).unwrap();
    }
    assert_eq!(flights!(world, tx.commit().await.unwrap()), 1);
}

#[tokio::test]
async fn a_read_and_then_a_write_cost_two() {
    let world = World::migrated().await;
    let user = reference::user();
    let mut tx = world.write("op");
    let reads = flights!(world, tx.get::<User>(&user.user_id).await.unwrap());
    tx.save(user).unwrap();
    assert_eq!((reads, flights!(world, tx.commit().await.unwrap())), (1, 1));
}

#[tokio::test]
async fn reads_asked_for_together_cost_one_whatever_they_are() {
    let world = World::migrated().await;
    let mut tx = world.read();
    assert_eq!(
        flights!(
            world,
            tx.get::<User>(&reference::user().user_id).await.unwrap()
        ),
        1
    );
    assert_eq!(
        flights!(
            world,
            tx.list::<User>(ListBy::Kind, None, 10).await.unwrap()
        ),
        1
    );
    let mut reads: Vec<_> = reference::reference_records()
        .iter()
        .map(|record| Read::Get(record.id()))
        .collect();
    for kind in RecordKind::ALL {
        reads.push(Read::List(ListQuery::new(*kind, ListBy::Kind)));
    }
    assert_eq!(flights!(world, tx.read(&reads).await.unwrap()), 1);
}

#[tokio::test]
async fn a_read_without_operation_is_one_statement_by_itself() {
    let world = World::migrated().await;
    world.recording.take();
    world
        .read()
        .get::<User>(&reference::user().user_id)
        .await
        .unwrap();
    let flights = world.recording.take();
    assert_eq!((flights[0].mode, flights[0].calls.len()), (Mode::Read, 1));
}

#[tokio::test]
async fn every_other_call_costs_one() {
    let world = World::migrated().await;
    let (store, soon) = (&world.store, Deadline::default());
    assert_eq!(flights!(world, store.readiness(soon).await), 1);
    let mut denial = reference::reference_audit_record();
    denial.outcome = user_engine_domain::AuditOutcome::Denied;
    denial.reason = Some(user_engine_domain::ReasonCode::NotFound);
    let platform = Scope::Platform;
    assert_eq!(
        flights!(
            world,
            store.record_denial(&platform, denial, soon).await.unwrap()
        ),
        1
    );
    assert_eq!(
        flights!(world, store.record_counts(&platform, soon).await.unwrap()),
        1
    );
    let operation = user_engine_domain::OperationId::new("op").unwrap();
    assert_eq!(
        flights!(
            world,
            store.outcome(&platform, &operation, soon).await.unwrap()
        ),
        1
    );
    let audits = AuditQuery::new(platform.clone());
    assert_eq!(
        flights!(world, store.audit_records(&audits, soon).await.unwrap()),
        1
    );
    let events = OutboxQuery::new(platform);
    assert_eq!(
        flights!(world, store.outbox_events(&events, soon).await.unwrap()),
        1
    );
    let now = reference::user().created_at;
    assert_eq!(
        flights!(world, store.purge_operations(now, soon).await.unwrap()),
        1
    );
}

#[tokio::test]
async fn what_a_unit_wrote_itself_costs_nothing_to_read() {
    let world = World::migrated().await;
    let user = reference::user();
    let mut tx = world.write("op");
    tx.save(user.clone()).unwrap();
    let key = user.user_id.clone();
    assert_eq!(flights!(world, tx.get::<User>(&key).await.unwrap()), 0);
    assert_eq!(user.record_key(), User::key_of(&key));
}
