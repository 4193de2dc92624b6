//! What a client that lost its connection knows, and what asking tells.

use crate::world::{World, operation_of};
use user_engine_domain::{User, reference};
use user_engine_ports::{
    ConflictReason, Deadline, Effect, OperationOutcome, Precondition, Retryability, Scope,
    StoreErrorKind, UserEngineStore,
};
use user_engine_store_postgres::Mode;
use user_engine_store_postgres::testing::Cut;

async fn commit(world: &World, operation: &str) -> Result<bool, user_engine_ports::StoreError> {
    let mut tx = world.write(operation);
    tx.save(reference::user()).unwrap();
    tx.commit().await.map(|committed| committed.is_repeated)
}

async fn is_stored(world: &World) -> bool {
    let user_id = reference::user().user_id;
    world.read().get::<User>(&user_id).await.unwrap().is_some()
}

#[tokio::test]
async fn a_cut_at_every_border_of_a_commit_is_told_as_it_is() {
    for (cut, effect, applied) in [
        (Cut::BeforeSend, Some(Effect::NotApplied), false),
        (Cut::BeforeArrival, Some(Effect::Unknown), false),
        (Cut::BeforeAnswer, Some(Effect::Unknown), true),
        (Cut::AfterAnswer, None, true),
    ] {
        let world = World::migrated().await;
        world.cutting.cut_next(Mode::Apply, cut);
        let seen = commit(&world, "op").await;
        assert_eq!(
            seen.as_ref()
                .err()
                .map(user_engine_ports::StoreError::effect),
            effect
        );
        if effect == Some(Effect::Unknown) {
            assert_eq!(seen.unwrap_err().retryability(), Retryability::AskOutcome);
        }
        assert_eq!(is_stored(&world).await, applied, "{cut:?}");
        let operation = operation_of("op").id;
        let asked = world
            .store
            .outcome(&Scope::Platform, &operation, Deadline::default())
            .await;
        assert_eq!(
            matches!(asked.unwrap(), OperationOutcome::Applied(_)),
            applied
        );
    }
}

#[tokio::test]
async fn an_id_whose_outcome_was_asked_never_applies() {
    let world = World::migrated().await;
    let operation = operation_of("op").id;
    let asked = world
        .store
        .outcome(&Scope::Platform, &operation, Deadline::default())
        .await;
    assert_eq!(asked.unwrap(), OperationOutcome::NotApplied);
    let fenced = commit(&world, "op").await.unwrap_err();
    assert_eq!(
        fenced.conflict().unwrap().reason,
        ConflictReason::OperationFenced
    );
    assert!(!is_stored(&world).await);
}

#[tokio::test]
async fn a_repeated_operation_answers_from_its_first_read() {
    let world = World::migrated().await;
    assert!(!commit(&world, "op").await.unwrap());
    assert!(commit(&world, "op").await.unwrap());
    let read = world
        .write("op")
        .get::<User>(&reference::user().user_id)
        .await
        .unwrap_err();
    assert_eq!(read.receipt().unwrap().operation_id, operation_of("op").id);
}

#[tokio::test]
async fn a_conflict_names_the_first_record_whose_precondition_fails() {
    let world = World::migrated().await;
    commit(&world, "op").await.unwrap();
    let mut tx = world.write("other");
    tx.save(reference::account()).unwrap();
    tx.save_if(reference::user(), Precondition::Absent).unwrap();
    let conflict = tx.commit().await.unwrap_err();
    let named = conflict.conflict().unwrap().record.clone().unwrap();
    assert_eq!(
        named,
        user_engine_domain::DomainRecord::from(reference::user()).id()
    );
    assert_eq!(world.database.dump().records.len(), 1);
}

#[tokio::test]
async fn a_call_after_its_deadline_sends_nothing() {
    let world = World::migrated().await;
    let past = Deadline::after(std::time::Duration::ZERO);
    let before = world.recording.flights();
    let counted = world
        .store
        .record_counts(&Scope::Platform, past)
        .await
        .unwrap_err();
    assert_eq!(counted.kind(), &StoreErrorKind::DeadlineExceeded);
    assert_eq!(world.recording.flights(), before);
}
