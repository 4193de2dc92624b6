//! Calls that look a second time, or are made a second time: what was applied is never denied, and
//! nobody takes another caller's unit for their own success.

use super::*;
use crate::access_profile::{logged, user};
use user_engine_domain::ActorKind;
use user_engine_service::scenario::claims_of;
use user_engine_service::{Edit, EraseUser, UpdateUser};

fn create(user_id: &str) -> CreateUser {
    CreateUser {
        user_id: Some(user(user_id)),
        ..crate::user::create(None)
    }
}

#[tokio::test]
async fn an_applied_call_whose_deadline_passes_at_its_second_look_has_an_unknown_effect() {
    for place in Place::all().await {
        let name = place.name;
        place.lose(Lost::BeforeAnswer, []);
        *place.wire.is_slow.lock().unwrap() = true;
        let deadline = Deadline::after(Duration::from_millis(200));
        let hurried = place.context().with_deadline(deadline);
        let error = place.create(&hurried).await.unwrap_err();
        assert!(is_unknown(&error), "{name}: {error:?}");
        *place.wire.is_slow.lock().unwrap() = false;
        let again = place.create(&place.context()).await.unwrap();
        assert!(again.is_repeated, "{name}");
        place.is_applied_once().await;
    }
}

#[tokio::test]
async fn an_applied_call_whose_second_look_fails_has_an_unknown_effect() {
    for place in Place::all().await {
        let name = place.name;
        place.lose(Lost::BeforeAnswer, []);
        // Its own flight is answered; the one that looks again is not.
        *place.wire.flights.lock().unwrap() = Some(1);
        let service = &place.world.service;
        let error = service.create_user(&place.context(), create("ada")).await;
        let error = error.unwrap_err();
        assert!(is_unknown(&error), "{name}: {error:?}");
        assert_eq!(*place.wire.flights.lock().unwrap(), None, "{name}");
        let again = service.create_user(&place.context(), create("ada")).await;
        assert!(again.unwrap().is_repeated, "{name}");
        place.is_applied_once().await;
    }
}

#[tokio::test]
async fn what_was_given_no_id_is_repeated_under_the_one_that_its_error_tells() {
    for place in Place::all().await {
        let name = place.name;
        let service = &place.world.service;
        let desk = place.world.desk("acme").unwrap();
        place.lose(Lost::BeforeAnswer, [Asked::Unavailable]);
        let error = service.create_user(&desk, create("bob")).await;
        let error = error.unwrap_err();
        assert_eq!(error.effect(), Effect::Unknown, "{name}");
        let told = error.operation_id().unwrap().clone();
        let told = desk.clone().with_operation(told);
        let again = service.create_user(&told, create("bob")).await;
        assert!(again.unwrap().is_repeated, "{name}");

        // A unit too.
        place.lose(Lost::BeforeAnswer, [Asked::Unavailable]);
        let mut unit = service.begin(desk.clone()).unwrap();
        let first = unit.run(create("ada")).await.unwrap();
        let error = unit.commit().await.unwrap_err();
        assert_eq!(error.effect(), Effect::Unknown, "{name}");
        let before = logged(&place.world).await;
        let told = desk.with_operation(error.operation_id().unwrap().clone());
        let mut unit = service.begin(told).unwrap();
        assert_eq!(unit.run(create("ada")).await.unwrap(), first, "{name}");
        assert!(unit.commit().await.unwrap().is_repeated, "{name}");
        assert_eq!(logged(&place.world).await, before, "{name}");
    }
}

#[tokio::test]
async fn another_callers_unit_is_not_taken_for_ones_own_success() {
    let rename = || UpdateUser {
        user_id: user("bob"),
        display_name: Edit::Clear,
        primary_email: Edit::Keep,
    };
    for place in Place::all().await {
        let name = place.name;
        let world = &place.world;
        world.person("acme", "bob").await.unwrap();
        let operator = world.by("operator").unwrap();
        let operator = operator.in_tenant(TenantId::new("acme").unwrap());
        let foreign = operator.with_operation(OperationId::new("once").unwrap());
        let mut mine = world.service.begin(place.context()).unwrap();
        mine.run(rename()).await.unwrap();
        let mut foreign = world.service.begin(foreign).unwrap();
        foreign.run(rename()).await.unwrap();
        foreign.commit().await.unwrap();
        // Asked what became of it, the store knows the id alone.
        place.lose(Lost::BeforeArrival, []);
        let error = mine.commit().await.unwrap_err();
        let reused = Some(ConflictCause::OperationReused);
        assert_eq!(error.conflict(), reused, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn a_first_answer_that_can_not_be_read_is_the_stores_failure_and_no_denial() {
    for place in Place::all().await {
        let name = place.name;
        let world = &place.world;
        world.person("acme", "ada").await.unwrap();
        let claims = claims_of(ActorKind::Human, "ada").unwrap();
        world.claims.set("ada", Ok(claims));
        let ada = world.by("ada").unwrap();
        let ada = ada.with_operation(OperationId::new("bye").unwrap());
        let bye = || EraseUser {
            user_id: user("ada"),
        };
        world.service.erase_user(&ada, bye()).await.unwrap();
        let before = logged(world).await;
        // The sign-in is looked up, and is nobody's; then the receipt can't be asked for.
        *place.wire.flights.lock().unwrap() = Some(1);
        let error = world.service.erase_user(&ada, bye()).await.unwrap_err();
        let is_stores = matches!(error.kind(), ServiceErrorKind::Store(_));
        assert!(is_stores, "{name}: {error:?}");
        assert_eq!(logged(world).await, before, "{name}: no denial");
        let again = world.service.erase_user(&ada, bye()).await.unwrap();
        assert!(again.is_repeated, "{name}");
    }
}
