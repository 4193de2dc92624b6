//! Nobody is kept out by how much a tenant, or a user, has gathered.

use super::*;
use crate::access_profile::seed;
use crate::place::worlds;
use user_engine_service::{
    AcceptFamilyInvitation, ConflictCause, InviteFamilyMember, JOURNEYS_MAX, RemoveMembership,
    StartOnboardingForRegistration,
};

/// Protocols of so many, by the order of their ids.
fn protocols(
    count: usize,
    trigger: OnboardingTrigger,
    steps: &[ProtocolStep],
) -> Vec<DomainRecord> {
    let protocol = |number| {
        DomainRecord::from(WelcomeProtocol {
            tenant: tenant("acme"),
            protocol_id: ProtocolId::new(format!("protocol-{number:05}")).unwrap(),
            trigger,
            matching: ProtocolMatch::default(),
            steps: List::new(steps.to_vec()).unwrap(),
            created_at: Timestamp::from_micros(0).unwrap(),
        })
    };
    (0..count).map(protocol).collect()
}

fn greeting() -> ProtocolStep {
    step("greet", None)
}

fn invite(user_id: &str) -> InviteFamilyMember {
    InviteFamilyMember {
        user_id: user(user_id),
        role: MembershipKind::new("guest").unwrap(),
        expires_at: None,
    }
}

fn accept(user_id: &str) -> AcceptFamilyInvitation {
    AcceptFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&user(user_id)),
    }
}

/// Bob of another tenant, invited; how many journeys began by his coming, and how many did not.
async fn come(world: &World) -> (u32, u32) {
    let desk = world.desk("acme").unwrap();
    world.person("home", "bob").await.unwrap();
    let bob = world.sign_in("acme", "bob", &[]).unwrap();
    let service = &world.service;
    let invited = service.invite_family_member(&desk, invite("bob")).await;
    invited.unwrap();
    let came = service.accept_family_invitation(&bob, accept("bob")).await;
    let came = came.unwrap().response;
    (came.journeys_started, came.journeys_left_out)
}

#[tokio::test]
async fn a_tenant_of_more_protocols_than_a_page_lets_in_who_is_invited() {
    for (name, world) in worlds().await {
        let many = protocols(1_000, OnboardingTrigger::Manual, &[greeting()]);
        seed(&world, many).await;
        let last = protocol("z", OnboardingTrigger::InvitationAccepted);
        lay_out(&world, last).await;
        assert_eq!(come(&world).await, (1, 0), "{name}");
    }
}

#[tokio::test]
async fn a_user_of_more_journeys_than_a_page_comes_in_and_wears_a_hat() {
    for (name, world) in worlds().await {
        lay_out(&world, protocol("welcome", OnboardingTrigger::Manual)).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let service = &world.service;
        let started = service.start_onboarding_journey(&desk, start("welcome", "ada"));
        let journey_id = started.await.unwrap().response.journey_id;
        let first: OnboardingJourney = stored(&world, &(tenant("acme"), journey_id)).await.unwrap();
        for half in 0..2 {
            let journey = |number| {
                let source_id = SourceId::new(format!("{half}-{number}")).unwrap();
                let trigger = OnboardingTrigger::Manual;
                DomainRecord::from(OnboardingJourney {
                    journey_id: OnboardingJourney::derive_id(
                        &first.protocol_id,
                        trigger,
                        &source_id,
                        &first.user_id,
                    ),
                    source_id,
                    ..first.clone()
                })
            };
            seed(&world, (0..500).map(journey).collect()).await;
        }
        let invited = service.invite_family_member(&desk, invite("ada")).await;
        invited.unwrap();
        let came = service.accept_family_invitation(&ada, accept("ada")).await;
        came.unwrap();
        let plain = crate::access_profile::hat("plain");
        crate::access_profile::register(&world, plain).await;
        let worn = crate::access_profile::select("plain");
        let worn = service.select_active_hat(&ada, worn).await;
        assert!(worn.is_ok(), "{name}: {worn:?}");
    }
}

#[tokio::test]
async fn one_occasion_starts_a_hundred_journeys_and_says_how_many_more_there_would_be() {
    for (name, world) in worlds().await {
        let trigger = OnboardingTrigger::InvitationAccepted;
        seed(&world, protocols(620, trigger, &[greeting()])).await;
        let max = u32::try_from(JOURNEYS_MAX).unwrap();
        assert_eq!(come(&world).await, (max, 620 - max), "{name}");
    }
}

#[tokio::test]
async fn steps_of_megabytes_keep_nobody_out() {
    for (name, world) in worlds().await {
        let text = text(&"x".repeat(TEXT_MAX_BYTES));
        let steps = 1_000_000 / text.as_str().len();
        let heavy = |number| ProtocolStep {
            task_kind: text.clone(),
            ..step(&format!("step-{number}"), None)
        };
        let heavy: Vec<_> = (0..steps).map(heavy).collect();
        let trigger = OnboardingTrigger::InvitationAccepted;
        for protocol in protocols(20, trigger, &heavy) {
            seed(&world, vec![protocol]).await;
        }
        assert_eq!(come(&world).await, (4, 16), "{name}");
    }
}

#[tokio::test]
async fn what_one_call_leaves_out_the_next_one_starts() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let trigger = OnboardingTrigger::RegistrationCompleted;
        seed(&world, protocols(130, trigger, &[greeting()])).await;
        seed(
            &world,
            vec![crate::access_profile::registration("ada", Some("acme")).into()],
        )
        .await;
        let request = StartOnboardingForRegistration {
            registration_id: RegistrationId::new("registration of ada").unwrap(),
            application_id: None,
            realm: None,
            service_id: None,
        };
        let mut seen = Vec::new();
        for _ in 0..2 {
            let done = world
                .service
                .start_onboarding_for_registration(&desk, request.clone());
            let done = done.await.unwrap().response;
            seen.push((done.started, done.started_before, done.left_out));
        }
        assert_eq!(seen, [(100, 0, 30), (30, 100, 0)], "{name}");
        let again = world
            .service
            .start_onboarding_for_registration(&desk, request)
            .await;
        let exists = ConflictCause::Exists(RecordKind::OnboardingJourney);
        assert_eq!(again.unwrap_err().conflict(), Some(exists), "{name}");
    }
}

#[tokio::test]
async fn who_comes_in_anew_is_welcomed_anew() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        // An id so long that the source of its journeys is a digest.
        for id in ["bob".to_owned(), "b".repeat(InvitationId::MAX_BYTES - 8)] {
            world.person("home", &id).await.unwrap();
            let bob = world.sign_in("acme", &id, &[]).unwrap();
            let trigger = OnboardingTrigger::InvitationAccepted;
            lay_out(&world, protocol("welcome", trigger)).await;
            let service = &world.service;
            for _ in 0..2 {
                let invited = service.invite_family_member(&desk, invite(&id)).await;
                invited.unwrap();
                let came = service.accept_family_invitation(&bob, accept(&id)).await;
                let came = came.unwrap().response;
                assert_eq!(came.journeys_started, 1, "{name}");
                let leave = RemoveMembership {
                    membership_id: came.membership_id,
                };
                service.remove_membership(&desk, leave).await.unwrap();
                world.clock.advance(std::time::Duration::from_secs(1));
            }
        }
    }
}

#[tokio::test]
async fn who_was_only_invited_is_started_on_no_journey_by_hand() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        lay_out(&world, protocol("welcome", OnboardingTrigger::Manual)).await;
        world.person("home", "bob").await.unwrap();
        let service = &world.service;
        for id in ["bob", "nobody"] {
            let invited = service.invite_family_member(&desk, invite(id)).await;
            invited.unwrap();
            let before = logged(&world).await;
            let started = service.start_onboarding_journey(&desk, start("welcome", id));
            let not_found = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(started.await.unwrap_err().kind(), &not_found, "{name}");
            assert_eq!(logged(&world).await, before, "{name}");
        }
    }
}
