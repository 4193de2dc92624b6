//! Whose a registration is: bound to a sign-in or to a secret from its beginning.

use super::*;
use crate::place::{stores, worlds};
use user_engine_service::scenario::{Failed, SECRET, Story};
use user_engine_service::{IssuerTenants, Role};

fn secret(name: &str) -> Sensitive<Text> {
    Sensitive::new(Text::new(format!("{SECRET} of {name}")).unwrap())
}

/// A registration that acme's desk begins, bound to eve's secret, with a verified address.
async fn with_a_secret(world: &World) -> RegistrationId {
    let desk = world.desk("acme").unwrap();
    let bound_to = RegistrationBinding::Secret(secret("eve"));
    let registration_id = start_for(world, &desk, Some(bound_to), None).await;
    vouched(world, &registration_id).await;
    registration_id
}

async fn vouched(world: &World, registration_id: &RegistrationId) {
    let desk = world.desk("acme").unwrap();
    let request = email(registration_id, "canary@example");
    let attached = world.service.attach_registration_factor(&desk, request);
    attached.await.unwrap();
}

fn completing(
    registration_id: &RegistrationId,
    secret: Option<Sensitive<Text>>,
) -> CompleteRegistration {
    CompleteRegistration {
        secret,
        ..complete(registration_id)
    }
}

/// Resumes, gives up and completes; each is denied, on record, and nothing else is written.
async fn all_denied(
    world: &World,
    by: &RequestContext,
    registration_id: &RegistrationId,
    secret: Option<&Sensitive<Text>>,
) -> bool {
    let (before, service) = (written(world).await, &world.service);
    let resume = ResumeRegistration {
        registration_id: registration_id.clone(),
        secret: secret.cloned(),
    };
    let abandon = AbandonRegistration {
        registration_id: registration_id.clone(),
        secret: secret.cloned(),
    };
    let complete = completing(registration_id, secret.cloned());
    let resumed = denied(service.resume_registration(by, resume).await);
    let abandoned = denied(service.abandon_registration(by, abandon).await);
    let completed = denied(service.complete_registration(by, complete).await);
    resumed && abandoned && completed && written(world).await == before
}

#[tokio::test]
async fn a_person_begins_for_nobody_else_and_everybody_else_for_somebody() {
    for (name, world) in worlds().await {
        let person = newcomer(&world, Some("acme"), "eve");
        let admin = world.sign_in("acme", "ada", &[Role::TenantAdmin]).unwrap();
        let agent = Claims {
            tenant: Some(TenantId::new("acme").unwrap()),
            on_behalf_of: Some(UserId::new("ada").unwrap()),
            ..claims_of(ActorKind::Agent, "agent").unwrap()
        };
        world.claims.set("agent", Ok(agent));
        let nobody = claims_of(ActorKind::Service, "verifier").unwrap();
        world.claims.set("verifier", Ok(nobody));
        let by_secret = Some(RegistrationBinding::Secret(secret("eve")));
        let cases = [
            (person, vec![expected("eve"), by_secret.clone()]),
            (admin, vec![expected("eve"), by_secret]),
            (world.desk("acme").unwrap(), vec![None]),
            (world.by("verifier").unwrap(), vec![None]),
            (world.by("operator").unwrap(), vec![None]),
            (world.by("agent").unwrap(), vec![None]),
        ];
        for (by, bindings) in cases {
            for bound_to in bindings {
                let start = StartRegistration {
                    bound_to,
                    expires_at: None,
                };
                let refused = world.service.start_registration(&by, start).await;
                assert_eq!(field(refused), "bound_to", "{name}");
            }
        }
        assert_eq!(written(&world).await, (0, 0), "{name}");
        let agent = world.by("agent").unwrap();
        start_for(&world, &agent, expected("eve"), None).await;
    }
}

#[tokio::test]
async fn a_secret_has_sixteen_to_a_thousand_and_twenty_four_bytes() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let of = |bytes: usize| {
            let text = Text::new(format!("{:x<bytes$}", "canary")).unwrap();
            StartRegistration {
                bound_to: Some(RegistrationBinding::Secret(Sensitive::new(text))),
                expires_at: None,
            }
        };
        for bytes in [6, 15, 1_025, 4_096] {
            let refused = world.service.start_registration(&desk, of(bytes)).await;
            let error = refused.unwrap_err();
            assert!(!format!("{error:?} {error}").contains("canary"), "{name}");
            assert_eq!(error.invalid().unwrap().field(), "secret", "{name}");
        }
        assert_eq!(written(&world).await, (0, 0), "{name}");
        for bytes in [16, 1_024] {
            let started = world.service.start_registration(&desk, of(bytes)).await;
            started.unwrap();
        }
    }
}

#[tokio::test]
async fn the_id_of_what_a_service_began_opens_nothing() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let expecting = start_for(&world, &desk, expected("eve"), None).await;
        vouched(&world, &expecting).await;
        let guarded = with_a_secret(&world).await;
        let unknown = RegistrationId::new("unknown").unwrap();
        let mallory = newcomer(&world, Some("acme"), "mallory");
        let shown = [None, Some(secret("mallory"))];
        for registration_id in [&expecting, &guarded, &unknown] {
            for secret in &shown {
                let secret = secret.as_ref();
                let denied = all_denied(&world, &mallory, registration_id, secret).await;
                assert!(denied, "{name}: {registration_id:?} by {secret:?}");
            }
        }
        // Nor does the right secret, of another registration or of none that has one.
        let hers = secret("eve");
        for registration_id in [&expecting, &unknown] {
            let denied = all_denied(&world, &mallory, registration_id, Some(&hers)).await;
            assert!(denied, "{name}");
        }
        // Nor in another tenant, or in none.
        for tenant in [Some("globex"), None] {
            let elsewhere = newcomer(&world, tenant, "eve");
            for (id, secret) in [(&expecting, None), (&guarded, Some(&hers))] {
                assert!(all_denied(&world, &elsewhere, id, secret).await, "{name}");
            }
        }
        let audit = AuditQuery::new(Scope::Platform);
        let audit = world.store.audit_records(&audit, Deadline::default());
        let entries = audit.await.unwrap().entries;
        let denials = entries
            .iter()
            .filter(|entry| entry.as_ref().unwrap().outcome == AuditOutcome::Denied);
        assert_eq!(denials.count(), 3 * (3 * 2 + 2 + 2 * 2), "{name}");
    }
}

#[tokio::test]
async fn the_expected_sign_in_is_of_its_issuer_and_shows_no_secret() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let registration_id = start_for(&world, &desk, expected("eve"), None).await;
        vouched(&world, &registration_id).await;
        let claims = Claims {
            tenant: Some(TenantId::new("acme").unwrap()),
            issuer: Issuer::new("https://other.example").unwrap(),
            issuer_tenants: IssuerTenants::Any,
            ..claims_of(ActorKind::Human, "eve").unwrap()
        };
        world.claims.set("the other eve", Ok(claims));
        let other = world.by("the other eve").unwrap();
        assert!(
            all_denied(&world, &other, &registration_id, None).await,
            "{name}"
        );
        let eve = newcomer(&world, Some("acme"), "eve");
        let shown = secret("eve");
        assert!(
            all_denied(&world, &eve, &registration_id, Some(&shown)).await,
            "{name}: a secret is asked for where none is"
        );
        let completed = world
            .service
            .complete_registration(&eve, complete(&registration_id));
        assert!(completed.await.unwrap().response.is_new_user, "{name}");
    }
}

#[tokio::test]
async fn a_persons_own_registration_takes_no_secret() {
    for (name, world) in worlds().await {
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        vouched(&world, &registration_id).await;
        let shown = secret("eve");
        assert!(
            all_denied(&world, &eve, &registration_id, Some(&shown)).await,
            "{name}"
        );
        let completed = world
            .service
            .complete_registration(&eve, complete(&registration_id));
        completed.await.unwrap();
    }
}

#[tokio::test]
async fn whoever_shows_the_secret_comes_back_completes_and_gives_up() {
    for (name, world) in worlds().await {
        let service = &world.service;
        let eve = newcomer(&world, Some("acme"), "eve");
        let given_up = with_a_secret(&world).await;
        let abandon = AbandonRegistration {
            registration_id: given_up,
            secret: Some(secret("eve")),
        };
        service
            .abandon_registration(&eve, abandon.clone())
            .await
            .unwrap();
        let again = service.abandon_registration(&eve, abandon).await;
        assert_eq!(field(again), "status", "{name}");

        let registration_id = with_a_secret(&world).await;
        let resume = ResumeRegistration {
            registration_id: registration_id.clone(),
            secret: Some(secret("eve")),
        };
        let resumed = service.resume_registration(&eve, resume).await;
        assert_eq!(resumed.unwrap().response.factor_count, 1, "{name}");
        // Coming back binds nobody: the secret is shown again, by whoever knows it.
        let forgotten = completing(&registration_id, None);
        assert!(
            denied(service.complete_registration(&eve, forgotten).await),
            "{name}"
        );
        let adam = newcomer(&world, Some("acme"), "adam");
        let known = completing(&registration_id, Some(secret("eve")));
        let once = user_engine_domain::OperationId::new("once").unwrap();
        let adam = adam.with_operation(once);
        let first = service.complete_registration(&adam, known.clone()).await;
        let first = first.unwrap();
        // The secret has ended, and the operation is known.
        let again = service.complete_registration(&adam, known.clone()).await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
        for late in [&eve, &newcomer(&world, Some("acme"), "adam")] {
            let late = service.complete_registration(late, known.clone()).await;
            assert!(denied(late), "{name}");
        }
    }
}

#[tokio::test]
async fn who_acts_by_a_role_shows_no_secret() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let registration_id = with_a_secret(&world).await;
        for secret in [None, Some(secret("mallory"))] {
            let resume = ResumeRegistration {
                registration_id: registration_id.clone(),
                secret,
            };
            let resumed = world.service.resume_registration(&desk, resume).await;
            assert_eq!(resumed.unwrap().response.factor_count, 1, "{name}");
        }
        // It completes nothing all the same: nobody signs in for somebody else.
        let itself = completing(&registration_id, Some(secret("eve")));
        let itself = world.service.complete_registration(&desk, itself).await;
        assert!(denied(itself), "{name}");
        let abandon = AbandonRegistration {
            registration_id,
            secret: None,
        };
        let abandoned = world.service.abandon_registration(&desk, abandon).await;
        abandoned.unwrap();
    }
}

#[tokio::test]
async fn of_two_people_who_know_one_secret_one_completes() {
    for (name, world) in worlds().await {
        let registration_id = with_a_secret(&world).await;
        let known = completing(&registration_id, Some(secret("eve")));
        let eve = newcomer(&world, Some("acme"), "eve");
        let adam = newcomer(&world, Some("acme"), "adam");
        let mut slow = world.service.begin(adam.clone()).unwrap();
        slow.run(known.clone()).await.unwrap();
        let won = world.service.complete_registration(&eve, known.clone());
        let won = won.await.unwrap().response;
        let lost = slow.commit().await.unwrap_err();
        assert!(lost.conflict().is_some(), "{name}: {lost:?}");
        let late = world.service.complete_registration(&adam, known).await;
        assert!(denied(late), "{name}");
        let counts = world
            .store
            .record_counts(&Scope::Platform, Deadline::default());
        let counts = counts.await.unwrap();
        assert_eq!(counts["user"], 1, "{name}");
        // What it was bound to is gone: the verified address is left.
        assert_eq!(counts["identity_factor"], 1, "{name}: {won:?}");
    }
}

#[tokio::test]
async fn the_same_beginning_with_another_secret_is_no_repetition() {
    for (name, world) in worlds().await {
        let once = user_engine_domain::OperationId::new("once").unwrap();
        let desk = world.desk("acme").unwrap().with_operation(once);
        let start = |bound_to| {
            let start = StartRegistration {
                bound_to: Some(bound_to),
                expires_at: None,
            };
            world.service.start_registration(&desk, start)
        };
        let bound_to = |name| RegistrationBinding::Secret(secret(name));
        let first = start(bound_to("eve")).await.unwrap();
        let again = start(bound_to("eve")).await.unwrap();
        assert_eq!(again.response, first.response, "{name}");
        for other in [bound_to("adam"), expected("eve").unwrap()] {
            let other = start(other).await.unwrap_err();
            let reused = Some(ConflictCause::OperationReused);
            assert_eq!(other.conflict(), reused, "{name}");
        }
    }
}

#[tokio::test]
async fn no_secret_is_seen_anywhere() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let bound_to = Some(RegistrationBinding::Secret(secret("eve")));
        let start = StartRegistration {
            bound_to,
            expires_at: None,
        };
        let mut seen = vec![format!("{start:?}")];
        let started = world.service.start_registration(&desk, start).await;
        let started = started.unwrap();
        seen.push(format!("{started:?}"));
        let resume = ResumeRegistration {
            registration_id: started.response.registration_id.clone(),
            secret: Some(secret("nobody")),
        };
        seen.push(format!("{resume:?}"));
        let refused = world.service.resume_registration(&eve, resume).await;
        let refused = refused.unwrap_err();
        seen.push(format!("{refused:?} {refused}"));
        let abandon = AbandonRegistration {
            registration_id: started.response.registration_id.clone(),
            secret: Some(secret("eve")),
        };
        seen.push(format!("{abandon:?}"));
        let complete = completing(&started.response.registration_id, Some(secret("eve")));
        seen.push(format!("{complete:?}"));
        let seen = seen.concat();
        assert!(!seen.contains("canary"), "{name}: {seen}");
        assert!(seen.contains("[sensitive]"), "{name}: it looked");
    }
}

/// A story in which a factor holds what a secret is.
async fn kept(world: World) -> Result<(), Failed> {
    let registration_id = with_a_secret(&world).await;
    let desk = world.desk("acme")?;
    let request = email(&registration_id, secret("eve").expose().as_str());
    let attached = world.service.attach_registration_factor(&desk, request);
    attached.await?;
    Ok(())
}

#[tokio::test]
async fn a_secret_that_a_record_holds_is_found() {
    for (name, store) in stores().await {
        let story = Story {
            name: "a-factor-that-is-a-secret",
            tell: |world| Box::pin(kept(world)),
        };
        let seen = story.told(store).await.unwrap();
        let found = "a record of identity_factor holds a secret";
        assert_eq!(seen.seen, [found], "{name}");
    }
}
