//! Registering protocols, starting journeys by hand, and counting them.

use super::*;
use crate::place::worlds;
use std::time::Duration;
use user_engine_ports::Clock;
use user_engine_service::{ConflictCause, DiagnoseOnboarding, ListWelcomeProtocols};

#[tokio::test]
async fn a_journey_is_started_once_for_each_source() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let (service, desk) = (&walk.world.service, &walk.desk);
        let before = logged(&walk.world).await;
        let again = service
            .start_onboarding_journey(desk, start("welcome", "ada"))
            .await;
        let exists = ConflictCause::Exists(RecordKind::OnboardingJourney);
        assert_eq!(again.unwrap_err().conflict(), Some(exists), "{name}");
        assert_eq!(logged(&walk.world).await, before, "{name}");
        let source_id = SourceId::new("second day").unwrap();
        let other = StartOnboardingJourney {
            source_id,
            ..start("welcome", "ada")
        };
        service.start_onboarding_journey(desk, other).await.unwrap();
    }
}

#[tokio::test]
async fn a_journey_needs_a_protocol_and_a_user_of_the_tenant() {
    for (name, world) in worlds().await {
        lay_out(&world, protocol("welcome", OnboardingTrigger::Manual)).await;
        world.person("other", "eve").await.unwrap();
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let elsewhere = world.desk("other").unwrap();
        let before = logged(&world).await;
        for (by, request, kind) in [
            (&desk, start("welcome", "eve"), RecordKind::User),
            (&desk, start("welcome", "nobody"), RecordKind::User),
            (&desk, start("nothing", "ada"), RecordKind::WelcomeProtocol),
            (
                &elsewhere,
                start("welcome", "eve"),
                RecordKind::WelcomeProtocol,
            ),
        ] {
            let ended = world.service.start_onboarding_journey(by, request).await;
            assert_eq!(
                ended.unwrap_err().kind(),
                &ServiceErrorKind::NotFound(kind),
                "{name}"
            );
        }
        assert_eq!(logged(&world).await, before, "{name}");
        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        let ended = world
            .service
            .start_onboarding_journey(&ada, start("welcome", "ada"))
            .await;
        assert!(ended.unwrap_err().is_denied(), "{name}");
        assert_eq!(
            last_reason(&world).await,
            Some(ReasonCode::RoleMissing),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_protocol_that_breaks_a_rule_is_refused_by_its_field() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let silent = ProtocolStep {
            callback_required: true,
            ..step("wait", None)
        };
        for (field, steps) in [
            ("steps", List::default()),
            ("callback_reference", List::from([silent])),
            (
                "step_key",
                List::from([step("greet", None), step("greet", None)]),
            ),
        ] {
            let bad = RegisterWelcomeProtocol {
                steps,
                ..protocol("bad", OnboardingTrigger::Manual)
            };
            let ended = world.service.register_welcome_protocol(&desk, bad).await;
            let error = ended.unwrap_err();
            assert_eq!(
                error.invalid().map(FieldError::field),
                Some(field),
                "{name}"
            );
        }
        let list = ListWelcomeProtocols::default();
        let page = world
            .service
            .list_welcome_protocols(&desk, list)
            .await
            .unwrap();
        assert!(page.protocols.is_empty(), "{name}");
        assert_eq!(logged(&world).await, (0, 0), "{name}");
        let ada = world.person("acme", "ada").await.unwrap();
        let fine = protocol("fine", OnboardingTrigger::Manual);
        let ended = world.service.register_welcome_protocol(&ada, fine).await;
        assert!(ended.unwrap_err().is_denied(), "{name}");
        assert_eq!(
            last_reason(&world).await,
            Some(ReasonCode::RoleMissing),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_replaced_protocol_changes_no_journey_under_way() {
    for (name, world) in worlds().await {
        let walk = Walk::begin(world).await;
        let journey = walk.journey().await;
        walk.world.clock.advance(Duration::from_secs(1));
        let shorter = RegisterWelcomeProtocol {
            steps: List::from([step("hello", None)]),
            ..protocol("welcome", OnboardingTrigger::Manual)
        };
        let again = walk
            .world
            .service
            .register_welcome_protocol(&walk.desk, shorter)
            .await;
        assert!(!again.unwrap().response.is_new, "{name}");
        assert_eq!(walk.journey().await, journey, "{name}");
        walk.complete(&walk.desk, "greet").await.unwrap();
        let list = ListWelcomeProtocols::default();
        let page = walk
            .world
            .service
            .list_welcome_protocols(&walk.desk, list)
            .await
            .unwrap();
        assert_eq!(page.protocols.len(), 1, "{name}");
        assert_eq!(page.protocols[0].steps.len(), 1, "{name}");
        assert!(
            page.protocols[0].created_at < walk.world.clock.now(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn protocols_are_listed_page_by_page_in_their_tenant() {
    for (name, world) in worlds().await {
        for id in ["a", "b", "c"] {
            lay_out(&world, protocol(id, OnboardingTrigger::Manual)).await;
        }
        let desk = world.desk("acme").unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let list = ListWelcomeProtocols {
                after,
                limit: Some(2),
            };
            let page = world
                .service
                .list_welcome_protocols(&desk, list)
                .await
                .unwrap();
            let ids = page
                .protocols
                .iter()
                .map(|it| it.protocol_id.as_str().to_owned());
            seen.extend(ids);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b", "c"], "{name}");
        let elsewhere = world.desk("other").unwrap();
        let list = ListWelcomeProtocols::default();
        let page = world
            .service
            .list_welcome_protocols(&elsewhere, list)
            .await
            .unwrap();
        assert!(page.protocols.is_empty(), "{name}");
        for limit in [0, 1_001] {
            let bad = ListWelcomeProtocols {
                after: None,
                limit: Some(limit),
            };
            let ended = world.service.list_welcome_protocols(&desk, bad).await;
            let error = ended.unwrap_err();
            assert_eq!(
                error.invalid().map(FieldError::field),
                Some("limit"),
                "{name}"
            );
        }
        let ada = world.person("acme", "ada").await.unwrap();
        let list = ListWelcomeProtocols::default();
        let ended = world.service.list_welcome_protocols(&ada, list).await;
        assert!(ended.unwrap_err().is_denied(), "{name}");
    }
}

#[tokio::test]
async fn diagnostics_count_journeys_and_gaps() {
    for (name, world) in worlds().await {
        let walk = Walk::blocked(world).await;
        lay_out(&walk.world, protocol("spare", OnboardingTrigger::Manual)).await;
        for id in ["bob", "cy", "dee"] {
            walk.world.person("acme", id).await.unwrap();
            let started = walk
                .world
                .service
                .start_onboarding_journey(&walk.desk, start("spare", id));
            let journey_id = started.await.unwrap().response.journey_id;
            let other = Walk {
                world: walk.world.clone(),
                desk: walk.desk.clone(),
                ada: walk.ada.clone(),
                journey_id,
            };
            if id == "bob" {
                other.fail(&walk.desk, "greet").await.unwrap();
            } else if id == "cy" {
                for step_key in ["greet", "mailbox", "tour"] {
                    other.skip(&walk.desk, step_key).await.unwrap();
                }
            }
        }
        let (service, desk) = (&walk.world.service, &walk.desk);
        let all = DiagnoseOnboarding::default();
        let counts = service
            .onboarding_diagnostics(desk, all.clone())
            .await
            .unwrap();
        assert_eq!(
            (counts.protocols, counts.journeys, counts.lifecycle_gaps),
            (2, 4, 1),
            "{name}"
        );
        let by_status = (
            counts.active,
            counts.blocked,
            counts.completed,
            counts.failed,
        );
        assert_eq!(by_status, (1, 1, 1, 1), "{name}");
        let (mut journeys, mut after) = (0, None);
        loop {
            let part = DiagnoseOnboarding {
                after,
                limit: Some(3),
            };
            let counts = service.onboarding_diagnostics(desk, part).await.unwrap();
            journeys += counts.journeys;
            after = counts.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(journeys, 4, "{name}");
        let elsewhere = walk.world.desk("other").unwrap();
        let counts = service
            .onboarding_diagnostics(&elsewhere, all.clone())
            .await
            .unwrap();
        assert_eq!((counts.protocols, counts.journeys), (0, 0), "{name}");
        let bad = DiagnoseOnboarding {
            limit: Some(0),
            after: None,
        };
        let error = service.onboarding_diagnostics(desk, bad).await.unwrap_err();
        assert_eq!(
            error.invalid().map(FieldError::field),
            Some("limit"),
            "{name}"
        );
        let denied = service.onboarding_diagnostics(&walk.ada, all).await;
        assert!(denied.unwrap_err().is_denied(), "{name}");
    }
}
