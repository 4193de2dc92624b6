//! Beginning, coming back, ending and counting registrations.

use super::*;
use crate::place::worlds;

#[tokio::test]
async fn an_end_that_does_not_lie_ahead_is_refused() {
    for (name, world) in worlds().await {
        let eve = newcomer(&world, Some("acme"), "eve");
        let expires_at = Some(world.clock.now());
        let refused = world.service.start_registration(
            &eve,
            StartRegistration {
                bound_to: None,
                expires_at,
            },
        );
        assert_eq!(field(refused.await), "expires_at", "{name}");
        assert_eq!(written(&world).await, (0, 0), "{name}");
    }
}

#[tokio::test]
async fn a_foreign_or_unknown_registration_is_not_found_by_role() {
    for (name, world) in worlds().await {
        let acme = world.desk("acme").unwrap();
        let globex = world.desk("globex").unwrap();
        let operator = world.by("operator").unwrap();
        let id = start_for(&world, &acme, expected("eve"), Some(1)).await;
        let tenantless = start_for(&world, &operator, expected("eve"), Some(1)).await;
        let unknown = RegistrationId::new("unknown").unwrap();
        let before = written(&world).await;
        world.clock.advance(Duration::from_secs(1));
        for registration_id in [id, tenantless, unknown] {
            let service = &world.service;
            let request = email(&registration_id, "canary@example");
            let attached = service.attach_registration_factor(&globex, request).await;
            assert!(not_found(attached), "{name}");
            let request = ResumeRegistration {
                registration_id: registration_id.clone(),
                secret: None,
            };
            assert!(
                not_found(service.resume_registration(&globex, request).await),
                "{name}"
            );
            let request = AbandonRegistration {
                registration_id: registration_id.clone(),
                secret: None,
            };
            assert!(
                not_found(service.abandon_registration(&globex, request).await),
                "{name}"
            );
            let request = RejectRegistration {
                registration_id: registration_id.clone(),
            };
            assert!(
                not_found(service.reject_registration(&globex, request).await),
                "{name}"
            );
            let request = ExpireRegistration {
                registration_id: registration_id.clone(),
            };
            assert!(
                not_found(service.expire_registration(&globex, request).await),
                "{name}"
            );
        }
        assert_eq!(written(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn an_ended_registration_takes_nothing_more() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        let service = &world.service;
        let abandon = AbandonRegistration {
            registration_id: registration_id.clone(),
            secret: None,
        };
        let ended = service.abandon_registration(&eve, abandon.clone()).await;
        let ended = ended.unwrap().response;
        assert_eq!(ended.from, RegistrationStatus::Started, "{name}");
        assert_eq!(ended.to, RegistrationStatus::Abandoned, "{name}");
        let before = written(&world).await;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request).await;
        assert_eq!(field(attached), "status", "{name}");
        let completed = service.complete_registration(&eve, complete(&registration_id));
        assert_eq!(field(completed.await), "status", "{name}");
        let again = service.abandon_registration(&eve, abandon).await;
        assert_eq!(field(again), "status", "{name}");
        let resume = ResumeRegistration {
            registration_id: registration_id.clone(),
            secret: None,
        };
        let resumed = service.resume_registration(&eve, resume).await;
        assert_eq!(field(resumed), "status", "{name}");
        let reject = RejectRegistration { registration_id };
        let rejected = service.reject_registration(&desk, reject).await;
        assert_eq!(field(rejected), "status", "{name}");
        assert_eq!(written(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_registration_ends_at_its_instant_marked_or_not() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, Some(60)).await;
        let service = &world.service;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request.clone());
        attached.await.unwrap();
        let expire = ExpireRegistration {
            registration_id: registration_id.clone(),
        };
        let early = service.expire_registration(&desk, expire.clone()).await;
        assert_eq!(field(early), "expires_at", "{name}");
        world.clock.advance(Duration::from_mins(1));
        let completed = service.complete_registration(&eve, complete(&registration_id));
        assert_eq!(field(completed.await), "expires_at", "{name}");
        let attached = service.attach_registration_factor(&desk, request).await;
        assert_eq!(field(attached), "expires_at", "{name}");
        let by_herself = service.expire_registration(&eve, expire.clone()).await;
        assert!(denied(by_herself), "{name}");
        let marked = service.expire_registration(&desk, expire.clone()).await;
        assert_eq!(marked.unwrap().response.to, RegistrationStatus::Expired);
        let again = service.expire_registration(&desk, expire).await;
        assert_eq!(field(again), "status", "{name}");
    }
}

#[tokio::test]
async fn counts_say_how_registrations_stand() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let operator = world.by("operator").unwrap();
        let first = start_for(&world, &desk, expected("eve"), Some(60)).await;
        start_for(&world, &desk, expected("eve"), None).await;
        start_for(&world, &operator, expected("eve"), None).await;
        start_for(
            &world,
            &world.desk("globex").unwrap(),
            expected("eve"),
            None,
        )
        .await;
        let request = email(&first, "canary@example");
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        world.clock.advance(Duration::from_mins(1));
        let counts = world
            .service
            .registration_diagnostics(&desk, CountRegistrations::default())
            .await
            .unwrap();
        assert_eq!(counts.open, 2, "{name}");
        assert_eq!(counts.run_out_unmarked, 1, "{name}");
        let verified = counts.by_status.get(&RegistrationStatus::FactorVerified);
        assert_eq!(verified, Some(&1), "{name}");
        assert_eq!(counts.next, None, "{name}");
        let everything = CountAllRegistrations::default();
        let all = world
            .service
            .platform_registration_diagnostics(&operator, everything.clone())
            .await
            .unwrap();
        assert_eq!(all.open, 4, "{name}");
        let ada = world.person("acme", "ada").await.unwrap();
        let own = CountRegistrations::default();
        assert!(
            denied(world.service.registration_diagnostics(&ada, own).await),
            "{name}"
        );
        let platform = world
            .service
            .platform_registration_diagnostics(&desk, everything);
        assert!(denied(platform.await), "{name}");
    }
}

#[tokio::test]
async fn of_two_that_act_on_one_registration_at_once_one_wins() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        let service = &world.service;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        let mut unit = service.begin(eve.clone()).unwrap();
        unit.run(complete(&registration_id)).await.unwrap();
        let abandon = AbandonRegistration {
            registration_id,
            secret: None,
        };
        service.abandon_registration(&desk, abandon).await.unwrap();
        let lost = unit.commit().await.unwrap_err();
        let kind = Some(RecordKind::RegistrationSession);
        assert_eq!(
            lost.conflict(),
            Some(ConflictCause::Changed(kind)),
            "{name}"
        );
    }
}
