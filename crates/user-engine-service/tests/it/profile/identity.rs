//! The identity context.

use crate::access_profile::facts::remove;
use crate::access_profile::{factor, last_reason, membership, registration, seed, user};
use crate::application::{register, retire, serve};
use crate::place::worlds;
use std::time::Duration;
use user_engine_domain::*;
use user_engine_ports::Clock;
use user_engine_service::scenario::claims_of;
use user_engine_service::{
    Claims, GetIdentityContext, ServiceErrorKind, SetAccountStatus, SetTenantAccountStatus,
};

fn ask(application: Option<&str>) -> GetIdentityContext {
    GetIdentityContext {
        application_id: application.map(|it| ApplicationId::new(it).unwrap()),
    }
}

#[tokio::test]
async fn factors_assure_until_they_expire() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let end = world.clock.now().as_micros() + 60_000_000;
        let end = Timestamp::from_micros(end).unwrap();
        seed(
            &world,
            vec![
                factor("one", "ada", FactorType::Email, None).into(),
                factor("two", "ada", FactorType::Email, Some(end)).into(),
                factor("three", "ada", FactorType::Eid, Some(end)).into(),
                factor("other", "bob", FactorType::Phone, None).into(),
                registration("ada", Some("acme")).into(),
                registration("bob", Some("acme")).into(),
            ],
        )
        .await;
        let before = world.store.trips();
        let context = world
            .service
            .identity_context(&ada, ask(None))
            .await
            .unwrap();
        assert_eq!(world.store.trips() - before, 1, "{name}");
        let counts = |context: &user_engine_service::IdentityContext| -> Vec<_> {
            let assurance = context.assurance.iter();
            assurance.map(|(kind, it)| (*kind, it.factors)).collect()
        };
        let all = vec![(FactorType::Email, 2), (FactorType::Eid, 1)];
        assert_eq!(counts(&context), all, "{name}");
        world.clock.advance(Duration::from_mins(1));
        let context = world
            .service
            .identity_context(&ada, ask(None))
            .await
            .unwrap();
        assert_eq!(counts(&context), vec![(FactorType::Email, 1)], "{name}");
    }
}

#[tokio::test]
async fn factors_assure_where_they_were_vouched_for() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        seed(
            &world,
            vec![factor("one", "ada", FactorType::Email, None).into()],
        )
        .await;
        let nowhere = claims_of(ActorKind::Human, "ada").unwrap();
        let nowhere = Claims {
            user_id: Some(user("ada")),
            ..nowhere
        };
        world.claims.set("ada of no tenant", Ok(nowhere));
        for (vouching, counting) in [
            (Some("acme"), &["acme"][..]),
            (Some("globex"), &["globex"]),
            // What was verified for no tenant counts in each.
            (None, &["acme", "globex", ""]),
        ] {
            let vouching = registration("ada", vouching);
            remove::<RegistrationSession>(&world, &vouching.registration_id).await;
            seed(&world, vec![vouching.into()]).await;
            for place in ["acme", "globex", ""] {
                let ada = match place {
                    "" => world.by("ada of no tenant").unwrap(),
                    tenant => world.sign_in(tenant, "ada", &[]).unwrap(),
                };
                let context = world.service.identity_context(&ada, ask(None)).await;
                let assures = !context.unwrap().assurance.is_empty();
                assert_eq!(assures, counting.contains(&place), "{name}: {place}");
            }
        }
    }
}

#[tokio::test]
async fn memberships_of_other_applications_are_left_out() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        serve(&world, "mail", Vec::new()).await;
        let of = |scope, id| membership("ada", (scope, id), "owner");
        seed(
            &world,
            vec![
                of(MembershipScopeType::Application, "mail").into(),
                of(MembershipScopeType::Application, "notes").into(),
                of(MembershipScopeType::Team, "notes").into(),
            ],
        )
        .await;
        for (application, expected) in [(None, 3), (Some("mail"), 2)] {
            let context = world.service.identity_context(&ada, ask(application));
            let context = context.await.unwrap();
            assert_eq!(context.memberships.len(), expected, "{name}");
        }
    }
}

#[tokio::test]
async fn an_application_that_is_not_served_is_not_found() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let operator = world.by("operator").unwrap();
        let registered = world
            .service
            .register_application(&operator, register("old"));
        registered.await.unwrap();
        let retired = world.service.retire_application(&operator, retire("old"));
        retired.await.unwrap();
        for id in ["old", "unknown"] {
            let error = world.service.identity_context(&ada, ask(Some(id))).await;
            assert_eq!(
                error.unwrap_err().kind(),
                &ServiceErrorKind::NotFound(RecordKind::Application),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn only_somebody_who_is_a_user_is_told_who_they_are() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let error = world.service.identity_context(&desk, ask(None)).await;
        assert!(error.unwrap_err().is_denied(), "{name}");
        let suspended = SetTenantAccountStatus {
            user_id: user("ada"),
            status: AccountStatus::Suspended,
        };
        let suspended = world.service.set_tenant_account_status(&desk, suspended);
        suspended.await.unwrap();
        // Who is suspended in the tenant is told so.
        let context = world
            .service
            .identity_context(&ada, ask(None))
            .await
            .unwrap();
        let status = context.tenant_account;
        assert_eq!(status, Some(AccountStatus::Suspended), "{name}");
        let operator = world.by("operator").unwrap();
        let suspended = SetAccountStatus {
            user_id: user("ada"),
            status: AccountStatus::Suspended,
        };
        let suspended = world.service.set_account_status(&operator, suspended);
        suspended.await.unwrap();
        let error = world.service.identity_context(&ada, ask(None)).await;
        assert!(error.unwrap_err().is_denied(), "{name}");
        assert_eq!(
            last_reason(&world).await,
            Some(ReasonCode::AccountInactive),
            "{name}"
        );
    }
}
