//! Which journeys a registration, a claim and a hat set off.

use super::*;
use crate::access_profile::{
    factor, hat, last_events, membership, register, registration, seed, select,
};
use crate::place::worlds;
use user_engine_ports::{Clock, ListBy, Scope, UnitOptions, UserEngineStore};
use user_engine_service::{
    AcceptFamilyInvitation, ConflictCause, InviteFamilyMember, StartOnboardingForPreparedAccount,
    StartOnboardingForRegistration,
};

fn session(id: &str, status: RegistrationStatus, user_id: Option<&str>) -> RegistrationSession {
    RegistrationSession {
        registration_id: RegistrationId::new(id).unwrap(),
        tenant: Some(tenant("acme")),
        status,
        user_id: user_id.map(user),
        correlation_id: CorrelationId::new("correlation").unwrap(),
        expires_at: None,
        created_at: Timestamp::from_micros(0).unwrap(),
        updated_at: Timestamp::from_micros(0).unwrap(),
    }
}

fn registered(id: &str) -> StartOnboardingForRegistration {
    StartOnboardingForRegistration {
        registration_id: RegistrationId::new(id).unwrap(),
        application_id: None,
        realm: None,
        service_id: None,
    }
}

/// Protocols that ask for one thing each.
async fn lay_out_asking(world: &World, trigger: OnboardingTrigger) {
    let asking = |id: &str, matching: ProtocolMatch| RegisterWelcomeProtocol {
        matching,
        ..protocol(id, trigger)
    };
    let any = ProtocolMatch::default;
    let application_id = Some(ApplicationId::new("shop").unwrap());
    let realm = Some(RealmId::new("north").unwrap());
    let service_id = Some(ServiceId::new("post").unwrap());
    let role = Some(MembershipKind::new("alto").unwrap());
    let required_factor_types = List::from([FactorType::Eid]);
    for protocol in [
        asking("anybody", any()),
        asking(
            "application",
            ProtocolMatch {
                application_id,
                ..any()
            },
        ),
        asking("realm", ProtocolMatch { realm, ..any() }),
        asking(
            "service",
            ProtocolMatch {
                service_id,
                ..any()
            },
        ),
        asking("role", ProtocolMatch { role, ..any() }),
        asking(
            "hat",
            ProtocolMatch {
                hat: Some(text("Hat")),
                ..any()
            },
        ),
        asking(
            "prepared",
            ProtocolMatch {
                prepared_journey: Some(text("named")),
                ..any()
            },
        ),
        asking(
            "factor",
            ProtocolMatch {
                required_factor_types,
                ..any()
            },
        ),
        protocol("by hand", OnboardingTrigger::Manual),
    ] {
        lay_out(world, protocol).await;
    }
}

/// The protocols of which a user has a journey.
async fn followed(world: &World, user_id: &str) -> Vec<String> {
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    let by = ListBy::User(user(user_id));
    let page = tx.list::<OnboardingJourney>(by, None, 1_000).await.unwrap();
    let journeys = page.records.into_iter();
    journeys
        .map(|it| it.record.protocol_id.as_str().to_owned())
        .collect()
}

#[tokio::test]
async fn a_registration_starts_what_its_user_and_purpose_match() {
    for (name, world) in worlds().await {
        lay_out_asking(&world, OnboardingTrigger::RegistrationCompleted).await;
        world.person("acme", "ada").await.unwrap();
        world.person("acme", "bob").await.unwrap();
        let done = RegistrationStatus::Completed;
        let choir = (MembershipScopeType::Group, "choir");
        let now = world.clock.now();
        let elsewhere = RegistrationSession {
            tenant: Some(tenant("globex")),
            ..session("elsewhere", done, Some("ada"))
        };
        let foreign = IdentityFactor {
            registration_id: elsewhere.registration_id.clone(),
            ..factor("foreign", "ada", FactorType::Eid, None)
        };
        seed(
            &world,
            vec![
                session("of ada", done, Some("ada")).into(),
                session("of bob", done, Some("bob")).into(),
                membership("bob", choir, "alto").into(),
                factor("eid", "bob", FactorType::Eid, None).into(),
                registration("bob", Some("acme")).into(),
                factor("old", "ada", FactorType::Eid, Some(now)).into(),
                registration("ada", Some("acme")).into(),
                foreign.into(),
                elsewhere.into(),
            ],
        )
        .await;
        let desk = world.desk("acme").unwrap();
        let before = world.store.trips();
        let plain = world
            .service
            .start_onboarding_for_registration(&desk, registered("of ada"));
        let plain = plain.await.unwrap().response;
        assert_eq!(world.store.trips() - before, 3, "{name}");
        assert_eq!((plain.started, plain.started_before), (1, 0), "{name}");
        assert_eq!(followed(&world, "ada").await, ["anybody"], "{name}");
        let told = [
            "onboarding.journey_started",
            "onboarding.registration_welcomed",
        ];
        assert_eq!(last_events(&world, 2).await, told, "{name}");

        let purposeful = StartOnboardingForRegistration {
            application_id: Some(ApplicationId::new("shop").unwrap()),
            realm: Some(RealmId::new("north").unwrap()),
            service_id: Some(ServiceId::new("post").unwrap()),
            ..registered("of bob")
        };
        let first = world
            .service
            .start_onboarding_for_registration(&desk, registered("of bob"));
        assert_eq!(first.await.unwrap().response.started, 3, "{name}");
        let second = world
            .service
            .start_onboarding_for_registration(&desk, purposeful.clone());
        let second = second.await.unwrap().response;
        assert_eq!((second.started, second.started_before), (3, 3), "{name}");
        let all = [
            "anybody",
            "application",
            "factor",
            "realm",
            "role",
            "service",
        ];
        assert_eq!(followed(&world, "bob").await, all, "{name}");
        let before = logged(&world).await;
        let third = world
            .service
            .start_onboarding_for_registration(&desk, purposeful)
            .await;
        let exists = ConflictCause::Exists(RecordKind::OnboardingJourney);
        assert_eq!(third.unwrap_err().conflict(), Some(exists), "{name}");
        assert_eq!(logged(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_registration_starts_nothing_before_its_end_or_in_another_tenant() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let nowhere = RegistrationSession {
            tenant: None,
            ..session("tenantless", RegistrationStatus::Completed, Some("ada"))
        };
        seed(
            &world,
            vec![
                session("done", RegistrationStatus::Completed, Some("ada")).into(),
                session("open", RegistrationStatus::FactorVerified, Some("ada")).into(),
                session("nobody", RegistrationStatus::Completed, None).into(),
                nowhere.into(),
            ],
        )
        .await;
        let before = logged(&world).await;
        let ask = |by, id| {
            world
                .service
                .start_onboarding_for_registration(by, registered(id))
        };
        let nothing = ServiceErrorKind::NotFound(RecordKind::WelcomeProtocol);
        assert_eq!(
            ask(&desk, "done").await.unwrap_err().kind(),
            &nothing,
            "{name}"
        );
        for id in ["open", "nobody"] {
            let error = ask(&desk, id).await.unwrap_err();
            assert_eq!(
                error.invalid().map(FieldError::field),
                Some("status"),
                "{name}"
            );
        }
        let elsewhere = world.desk("other").unwrap();
        let unknown = ServiceErrorKind::NotFound(RecordKind::RegistrationSession);
        for (by, id) in [
            (&desk, "nothing"),
            (&desk, "tenantless"),
            (&elsewhere, "done"),
        ] {
            assert_eq!(ask(by, id).await.unwrap_err().kind(), &unknown, "{name}");
        }
        assert_eq!(logged(&world).await, before, "{name}");
        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        assert!(ask(&ada, "done").await.unwrap_err().is_denied(), "{name}");
    }
}

fn prepared(id: &str, claimed_by: Option<&str>) -> PreparedAccount {
    let at = Timestamp::from_micros(0).unwrap();
    let entitlement = OnboardingJourneyEntitlement {
        protocol_id: ProtocolId::new("named").unwrap(),
        requires_approval: false,
    };
    PreparedAccount {
        tenant: tenant("acme"),
        prepared_account_id: PreparedAccountId::new(id).unwrap(),
        factor_requirements: List::from([FactorRequirement {
            factor_type: FactorType::Email,
            normalized_value: Sensitive::new(text("value")),
            source_system: None,
            evidence_references: List::default(),
        }]),
        entitlements: List::from([Entitlement::OnboardingJourney(entitlement)]),
        status: if claimed_by.is_some() {
            PreparedAccountStatus::Claimed
        } else {
            PreparedAccountStatus::Pending
        },
        prepared_by: ActorId::new("desk").unwrap(),
        display_name_hint: None,
        primary_email_hint: None,
        claim: claimed_by.map(|user_id| PreparedAccountClaim {
            user_id: user(user_id),
            registration_id: RegistrationId::new("registration").unwrap(),
            claimed_at: at,
        }),
        expires_at: None,
        created_at: at,
        updated_at: at,
    }
}

#[tokio::test]
async fn a_claim_starts_what_it_matches_and_what_it_was_prepared_for() {
    for (name, world) in worlds().await {
        lay_out_asking(&world, OnboardingTrigger::PreparedAccountClaimed).await;
        lay_out(&world, protocol("named", OnboardingTrigger::Manual)).await;
        world.person("acme", "ada").await.unwrap();
        let accounts = [prepared("claimed", Some("ada")), prepared("open", None)];
        seed(&world, accounts.map(DomainRecord::from).to_vec()).await;
        let claimed = |id: &str| StartOnboardingForPreparedAccount {
            prepared_account_id: PreparedAccountId::new(id).unwrap(),
            application_id: None,
            realm: None,
            service_id: None,
        };
        let desk = world.desk("acme").unwrap();
        let before = logged(&world).await;
        let ask = |by, id| {
            world
                .service
                .start_onboarding_for_prepared_account(by, claimed(id))
        };
        let error = ask(&desk, "open").await.unwrap_err();
        assert_eq!(
            error.invalid().map(FieldError::field),
            Some("status"),
            "{name}"
        );
        let elsewhere = world.desk("other").unwrap();
        let unknown = ServiceErrorKind::NotFound(RecordKind::PreparedAccount);
        for (by, id) in [(&desk, "nothing"), (&elsewhere, "claimed")] {
            assert_eq!(ask(by, id).await.unwrap_err().kind(), &unknown, "{name}");
        }
        assert_eq!(logged(&world).await, before, "{name}");

        let done = ask(&desk, "claimed").await.unwrap().response;
        assert_eq!((done.started, done.started_before), (3, 0), "{name}");
        assert_eq!(
            followed(&world, "ada").await,
            ["anybody", "named", "prepared"],
            "{name}"
        );
        let again = ask(&desk, "claimed").await.unwrap_err().conflict();
        let exists = ConflictCause::Exists(RecordKind::OnboardingJourney);
        assert_eq!(again, Some(exists), "{name}");
    }
}

#[tokio::test]
async fn a_selected_hat_starts_its_journeys_once() {
    for (name, world) in worlds().await {
        lay_out_asking(&world, OnboardingTrigger::AccessProfileSelected).await;
        register(&world, hat("plain")).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let before = world.store.trips();
        let first = world.service.select_active_hat(&ada, select("plain")).await;
        assert_eq!(first.unwrap().response.journeys_started, 2, "{name}");
        assert_eq!(world.store.trips() - before, 3, "{name}");
        assert_eq!(followed(&world, "ada").await, ["anybody", "hat"], "{name}");
        let again = world.service.select_active_hat(&ada, select("plain")).await;
        assert_eq!(again.unwrap().response.journeys_started, 0, "{name}");
    }
}

#[tokio::test]
async fn an_accepted_invitation_starts_its_journeys() {
    for (name, world) in worlds().await {
        lay_out_asking(&world, OnboardingTrigger::InvitationAccepted).await;
        let desk = world.desk("acme").unwrap();
        world.person("elsewhere", "bob").await.unwrap();
        let invite = InviteFamilyMember {
            user_id: user("bob"),
            role: MembershipKind::new("alto").unwrap(),
            expires_at: None,
        };
        let invited = world.service.invite_family_member(&desk, invite).await;
        let accept = AcceptFamilyInvitation {
            invitation_id: invited.unwrap().response.invitation_id,
        };
        let bob = world.sign_in("acme", "bob", &[]).unwrap();
        let before = world.store.trips();
        let accepted = world.service.accept_family_invitation(&bob, accept).await;
        assert_eq!(accepted.unwrap().response.journeys_started, 2, "{name}");
        assert_eq!(world.store.trips() - before, 3, "{name}");
        // One asks for nothing, the other for the role that the invitation gives.
        assert_eq!(followed(&world, "bob").await, ["anybody", "role"], "{name}");
    }
}
