//! Completing registrations.

use super::*;
use crate::place::worlds;

#[tokio::test]
async fn a_person_whose_account_is_suspended_does_not_register_anew() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let registration_id = start(&world, &ada, None).await;
        let service = &world.service;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        let suspend = user_engine_service::SetAccountStatus {
            user_id: UserId::new("ada").unwrap(),
            status: user_engine_domain::AccountStatus::Suspended,
        };
        let operator = world.by("operator").unwrap();
        service
            .set_account_status(&operator, suspend)
            .await
            .unwrap();
        let before = written(&world).await;
        let completed = service.complete_registration(&ada, complete(&registration_id));
        assert!(denied(completed.await), "{name}");
        assert_eq!(written(&world).await, before, "{name}");
    }
}

/// Claims of an issuer that names a user for the subject.
fn named(world: &World, subject: &str, user_id: &str, issuer: IssuerTenants) -> RequestContext {
    let claims = Claims {
        tenant: Some(TenantId::new("acme").unwrap()),
        user_id: Some(UserId::new(user_id).unwrap()),
        issuer_tenants: issuer,
        ..claims_of(ActorKind::Human, subject).unwrap()
    };
    let credential = format!("{subject} named {user_id}");
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

#[tokio::test]
async fn claims_that_name_another_user_than_the_link_complete_nothing() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let honest = newcomer(&world, Some("acme"), "ada");
        let registration_id = start(&world, &honest, None).await;
        let request = email(&registration_id, "canary@example");
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        let liar = named(&world, "ada", "bob", IssuerTenants::Any);
        let completed = complete(&registration_id);
        let completed = world.service.complete_registration(&liar, completed).await;
        assert!(denied(completed), "{name}");
    }
}

#[tokio::test]
async fn a_new_user_takes_the_id_that_an_issuer_for_everybody_gives() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let acme_alone = IssuerTenants::Only([TenantId::new("acme").unwrap()].into());
        let cases = [
            (
                "eve-by-name",
                "netkingdom-1",
                IssuerTenants::Any,
                Some(true),
            ),
            ("adam-by-name", "netkingdom-2", acme_alone, Some(false)),
            ("mallory-by-name", "ada", IssuerTenants::Any, None),
        ];
        for (subject, user_id, issuer, takes_it) in cases {
            let person = named(&world, subject, user_id, issuer);
            let registration_id = start(&world, &person, None).await;
            let request = email(&registration_id, "canary@example");
            let attached = world.service.attach_registration_factor(&desk, request);
            attached.await.unwrap();
            let completed = complete(&registration_id);
            let completed = world
                .service
                .complete_registration(&person, completed)
                .await;
            match takes_it {
                None => assert!(denied(completed), "{name}"),
                Some(takes_it) => {
                    let given = completed.unwrap().response.user_id;
                    assert_eq!(given.as_str() == user_id, takes_it, "{name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_completion_repeats_its_answer_and_costs_two_round_trips() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        let request = email(&registration_id, "canary@example");
        let before = world.store.trips();
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let once = user_engine_domain::OperationId::new("once").unwrap();
        let context = eve.with_operation(once);
        let before = world.store.trips();
        let service = &world.service;
        let first = service.complete_registration(&context, complete(&registration_id));
        let first = first.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        // By now the registration has ended; the operation is known, and answers first.
        let again = service.complete_registration(&context, complete(&registration_id));
        let again = again.await.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
    }
}

#[tokio::test]
async fn one_sign_in_resolves_to_one_user_however_often_it_registers() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let mut users = Vec::new();
        for value in ["canary-1", "canary-2"] {
            let registration_id = start(&world, &eve, None).await;
            let request = email(&registration_id, value);
            let attached = world.service.attach_registration_factor(&desk, request);
            attached.await.unwrap();
            let completed = complete(&registration_id);
            let completed = world.service.complete_registration(&eve, completed).await;
            users.push(completed.unwrap().response);
        }
        assert_eq!(users[0].user_id, users[1].user_id, "{name}");
        assert!(users[0].is_new_user && !users[1].is_new_user, "{name}");
    }
}
