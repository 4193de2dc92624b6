//! Factors: what may be vouched for, and where their values are seen.

use super::*;
use crate::place::worlds;

#[tokio::test]
async fn a_factor_that_breaks_a_rule_is_refused_by_field() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let id = start_for(&world, &desk, expected("eve"), None).await;
        let good = email(&id, "canary@example");
        let before = written(&world).await;
        let cases = [
            (
                "normalized_value",
                AttachRegistrationFactor {
                    normalized_value: Sensitive::new(Text::new("").unwrap()),
                    ..good.clone()
                },
            ),
            (
                "source_system",
                AttachRegistrationFactor {
                    source_system: Text::new("").unwrap(),
                    ..good.clone()
                },
            ),
            (
                "expires_at",
                AttachRegistrationFactor {
                    expires_at: Some(world.clock.now()),
                    ..good.clone()
                },
            ),
        ];
        for (expected, request) in cases {
            let refused = world.service.attach_registration_factor(&desk, request);
            assert_eq!(field(refused.await), expected, "{name}");
        }
        assert_eq!(written(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_registration_holds_thirty_two_factors() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let id = start_for(&world, &desk, expected("eve"), None).await;
        for number in 0..32 {
            let factor = email(&id, &format!("canary-{number}"));
            let attached = world.service.attach_registration_factor(&desk, factor);
            assert!(!attached.await.unwrap().response.is_renewed, "{name}");
        }
        let more = world
            .service
            .attach_registration_factor(&desk, email(&id, "canary-32"))
            .await
            .unwrap_err();
        let refused = more.invalid().unwrap();
        assert_eq!(refused.field(), "factors", "{name}");
        assert_eq!(refused.rule(), &Rule::TooMany { max_entries: 32 }, "{name}");
        let again = email(&id, "canary-31");
        let again = world.service.attach_registration_factor(&desk, again);
        assert!(again.await.unwrap().response.is_renewed, "{name}");
    }
}

#[tokio::test]
async fn no_factor_value_is_seen_outside_of_records() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "canary-subject");
        let registration_id = start(&world, &eve, None).await;
        let service = &world.service;
        let good = email(&registration_id, "canary@example");
        let mut seen = vec![format!("{good:?}")];
        let attached = service.attach_registration_factor(&desk, good.clone());
        seen.push(format!("{:?}", attached.await.unwrap()));
        let bad = AttachRegistrationFactor {
            expires_at: Some(world.clock.now()),
            ..good
        };
        let bad = service.attach_registration_factor(&desk, bad).await;
        let error = bad.unwrap_err();
        seen.push(format!("{error:?} {error}"));
        let named = CompleteRegistration {
            display_name: Some(Sensitive::new(Text::new("canary name").unwrap())),
            ..complete(&registration_id)
        };
        seen.push(format!("{named:?}"));
        let done = service.complete_registration(&eve, named).await.unwrap();
        seen.push(format!("{done:?}"));
        let audit = AuditQuery::new(Scope::Platform);
        let audit = world.store.audit_records(&audit, Deadline::default());
        for entry in audit.await.unwrap().entries {
            let entry = entry.unwrap();
            seen.push(entry.actor.id.as_str().to_owned());
            seen.push(
                entry
                    .target
                    .as_ref()
                    .map_or("", |target| target.key())
                    .to_owned(),
            );
        }
        let events = OutboxQuery::new(Scope::Platform);
        let events = world.store.outbox_events(&events, Deadline::default());
        for entry in events.await.unwrap().entries {
            let entry = entry.unwrap();
            seen.push(entry.payload.to_text());
            seen.push(entry.aggregate.key.as_str().to_owned());
        }
        let seen = seen.concat();
        assert!(seen.contains(registration_id.as_str()), "{name}: it looked");
        assert!(!seen.contains("canary"), "{name}");
    }
}
