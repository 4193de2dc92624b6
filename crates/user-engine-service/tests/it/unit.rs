//! Units of several operations: repeated, reused, raced, lost, and ended by their own success.

use crate::place::{stores, worlds};
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorKind, Issuer, OperationId, RegistrationId, Subject, TenantId, Timestamp,
    UserId,
};
use user_engine_ports::{IdSource, Limit, StoreErrorKind};
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    Claims, ConflictCause, CreateUser, CreatedUser, Done, LinkIdentity, RequestContext, Role,
    ServiceError, ServiceErrorKind, StartRegistration,
};

fn create(user_id: Option<&str>) -> CreateUser {
    CreateUser {
        user_id: user_id.map(|id| UserId::new(id).unwrap()),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    }
}

fn link(user_id: &UserId) -> LinkIdentity {
    LinkIdentity {
        user_id: user_id.clone(),
        issuer: Issuer::new("https://id.example").unwrap(),
        subject: Subject::new("ada").unwrap(),
    }
}

fn once(world: &World) -> RequestContext {
    let desk = world.desk("acme").unwrap();
    desk.with_operation(OperationId::new("once").unwrap())
}

/// Creates a user of a fresh id and links an identity to it, in one unit.
async fn welcome(
    world: &World,
    context: RequestContext,
) -> Result<(CreatedUser, Done<()>), ServiceError> {
    let mut unit = world.service.begin(context)?;
    let created = unit.run(create(None)).await?;
    unit.run(link(&created.user_id)).await?;
    Ok((created, unit.commit().await?))
}

async fn count(world: &World) -> (u64, u64, u64) {
    let verifier = Verifier::new(&*world.store).counting_rows();
    let report = verifier.asking_outcomes().verify().await.unwrap();
    assert!(report.proves(), "{report}");
    (report.operations, report.audit_records, report.events)
}

#[tokio::test]
async fn a_repeated_unit_gives_its_first_answers_and_writes_nothing() {
    for (name, world) in worlds().await {
        let (first, done) = welcome(&world, once(&world)).await.unwrap();
        assert!(!done.is_repeated, "{name}");
        let before = count(&world).await;
        let (again, done) = welcome(&world, once(&world)).await.unwrap();
        assert!(done.is_repeated, "{name}");
        assert_eq!(again, first, "{name}");
        assert_eq!(count(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn another_content_under_the_id_of_a_unit_is_a_conflict() {
    for (name, world) in worlds().await {
        let (first, _) = welcome(&world, once(&world)).await.unwrap();
        let before = count(&world).await;
        let reused = Some(ConflictCause::OperationReused);

        // The same operation of another content.
        let mut unit = world.service.begin(once(&world)).unwrap();
        let other = unit.run(create(Some("bob"))).await.unwrap_err();
        assert_eq!(other.conflict(), reused, "{name}");

        // Another operation at the second place.
        let mut unit = world.service.begin(once(&world)).unwrap();
        unit.run(create(None)).await.unwrap();
        let other = unit.run(create(None)).await.unwrap_err();
        assert_eq!(other.conflict(), reused, "{name}");
        assert!(unit.commit().await.is_err(), "{name}");

        // Fewer of them, and more.
        let mut unit = world.service.begin(once(&world)).unwrap();
        unit.run(create(None)).await.unwrap();
        let fewer = unit.commit().await.unwrap_err();
        assert_eq!(fewer.conflict(), reused, "{name}");
        let mut unit = world.service.begin(once(&world)).unwrap();
        unit.run(create(None)).await.unwrap();
        unit.run(link(&first.user_id)).await.unwrap();
        let more = unit.run(create(None)).await.unwrap_err();
        assert_eq!(more.conflict(), reused, "{name}");

        // A single operation, and somebody else's unit.
        let single = world.service.create_user(&once(&world), create(None)).await;
        assert_eq!(single.unwrap_err().conflict(), reused, "{name}");
        let operator = world.by("operator").unwrap();
        let operator = operator.in_tenant(TenantId::new("acme").unwrap());
        let foreign = operator.with_operation(OperationId::new("once").unwrap());
        let foreign = welcome(&world, foreign).await.unwrap_err();
        assert_eq!(foreign.conflict(), reused, "{name}");
        assert_eq!(count(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn of_two_units_of_one_id_at_once_the_later_is_told_whose_answers_count() {
    for (name, world) in worlds().await {
        let mut early = world.service.begin(once(&world)).unwrap();
        let mut late = world.service.begin(once(&world)).unwrap();
        let mut other = world.service.begin(once(&world)).unwrap();
        let mut halfway = world.service.begin(once(&world)).unwrap();
        let created = early.run(create(None)).await.unwrap();
        late.run(create(None)).await.unwrap();
        other.run(create(Some("bob"))).await.unwrap();
        halfway.run(create(None)).await.unwrap();
        assert!(!early.commit().await.unwrap().is_repeated, "{name}");

        let meanwhile = Some(ConflictCause::AppliedMeanwhile);
        let lost = late.commit().await.unwrap_err();
        assert_eq!(lost.conflict(), meanwhile, "{name}");
        let lost = halfway.run(create(Some("bob"))).await.unwrap_err();
        assert_eq!(lost.conflict(), meanwhile, "{name}");
        let reused = other.commit().await.unwrap_err();
        let cause = reused.conflict();
        assert_eq!(cause, Some(ConflictCause::OperationReused), "{name}");

        let mut again = world.service.begin(once(&world)).unwrap();
        assert_eq!(again.run(create(None)).await.unwrap(), created, "{name}");
        assert!(again.commit().await.unwrap().is_repeated, "{name}");
    }
}

#[tokio::test]
async fn a_unit_under_an_own_id_keeps_as_many_answers_as_a_receipt_holds() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let mut unit = world.service.begin(desk).unwrap();
        for _ in 0..120 {
            unit.run(create(None)).await.unwrap();
        }
        unit.commit().await.unwrap();
        let before = count(&world).await;

        let mut unit = world.service.begin(once(&world)).unwrap();
        for _ in 0..120 {
            unit.run(create(None)).await.unwrap();
        }
        let error = unit.commit().await.unwrap_err();
        let limit = StoreErrorKind::LimitExceeded(Limit::Receipt);
        let is_limit = matches!(error.kind(),
            ServiceErrorKind::Store(error) if *error.kind() == limit);
        assert!(is_limit, "{name}: {error:?}");
        assert_eq!(count(&world).await, before, "{name}");

        let mut unit = world.service.begin(once(&world)).unwrap();
        for _ in 0..20 {
            unit.run(create(None)).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

/// Somebody whom nobody knows yet: beginning a registration reads nothing.
fn stranger(world: &World) -> RequestContext {
    let claims = claims_of(ActorKind::Human, "stranger").unwrap();
    world.claims.set("stranger", Ok(claims));
    let stranger = world.by("stranger").unwrap();
    stranger.with_operation(OperationId::new("once").unwrap())
}

fn start(expires_at: Option<Timestamp>) -> StartRegistration {
    StartRegistration {
        bound_to: None,
        expires_at,
    }
}

async fn started(world: &World, expires_at: Option<Timestamp>) -> RegistrationId {
    let mut unit = world.service.begin(stranger(world)).unwrap();
    let started = unit.run(start(expires_at)).await.unwrap();
    unit.commit().await.unwrap();
    started.registration_id
}

#[tokio::test]
async fn a_repeated_unit_whose_operation_reads_nothing_gives_its_first_answer_too() {
    for (name, world) in worlds().await {
        let first = started(&world, None).await;
        assert_eq!(started(&world, None).await, first, "{name}");
    }
}

#[tokio::test]
async fn what_was_right_when_it_was_asked_first_is_answered_when_it_is_right_no_more() {
    for (name, world) in worlds().await {
        let end = Timestamp::parse_rfc3339("2026-01-01T01:00:00Z").unwrap();
        let context = stranger(&world);
        let begin = || world.service.start_registration(&context, start(Some(end)));
        let first = begin().await.unwrap();
        world.clock.advance(Duration::from_hours(2));
        let again = begin().await.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
        // Under another id it is a new request, and too late.
        let other = world.by("stranger").unwrap();
        let late = world.service.start_registration(&other, start(Some(end)));
        let refused = late.await.unwrap_err().invalid().cloned();
        assert_eq!(refused.unwrap().field(), "expires_at", "{name}");
    }
}

#[tokio::test]
async fn units_of_one_id_in_many_tasks_are_applied_once() {
    for (name, store) in stores().await {
        let world = Arc::new(World::new(store).unwrap());
        let run = |world: Arc<World>| async move { welcome(&world, once(&world)).await };
        let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(run(world.clone()))).collect();
        let mut first = None;
        for task in tasks {
            match task.await.unwrap() {
                Ok((created, _)) => {
                    assert_eq!(*first.get_or_insert(created.clone()), created, "{name}");
                }
                Err(error) => {
                    let cause = error.conflict();
                    assert_eq!(cause, Some(ConflictCause::AppliedMeanwhile), "{name}");
                }
            }
        }
        assert!(first.is_some(), "{name}");
        let (operations, audit_records, _) = count(&world).await;
        assert_eq!((operations, audit_records), (1, 2), "{name}");
    }
}

/// Ada as an administrator of acme, whom the issuer doesn't name.
fn unnamed(world: &World) -> RequestContext {
    let claims = Claims {
        tenant: Some(TenantId::new("acme").unwrap()),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Human, "ada").unwrap()
    };
    world.claims.set("ada, unnamed", Ok(claims));
    let ada = world.by("ada, unnamed").unwrap();
    ada.with_operation(OperationId::new("once").unwrap())
}

#[tokio::test]
async fn a_unit_that_ended_its_callers_sign_in_is_repeated_whatever_came_first_in_it() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let operator = world.by("operator").unwrap();
        let more = crate::identity::link("ada", "ada-2");
        world.service.link_identity(&operator, more).await.unwrap();
        let ada = unnamed(&world);
        for is_repeated in [false, true] {
            let mut unit = world.service.begin(ada.clone()).unwrap();
            // An administrator's operation, then the user's own.
            unit.run(create(Some("bob"))).await.unwrap();
            let own = crate::identity::unlink("ada", "ada");
            unit.run(own).await.unwrap();
            let done = unit.commit().await.unwrap();
            assert_eq!(done.is_repeated, is_repeated, "{name}");
        }
    }
}

/// A source of ids that are none.
struct Empty;

impl IdSource for Empty {
    fn next_id(&self) -> String {
        String::new()
    }
}

#[tokio::test]
async fn an_id_source_that_breaks_its_promise_is_the_services_failure_not_the_callers() {
    for (name, store) in stores().await {
        let world = World::with_ids(store, Arc::new(Empty)).unwrap();
        let desk = world.desk("acme").unwrap();
        let begun = world.service.begin(desk.clone()).map(drop);
        let single = world.service.create_user(&desk, create(Some("ada"))).await;
        for error in [begun.unwrap_err(), single.unwrap_err()] {
            let is_internal = matches!(error.kind(),
                ServiceErrorKind::Store(error) if *error.kind() == StoreErrorKind::Internal);
            assert!(is_internal, "{name}: {error:?}");
        }
    }
}
