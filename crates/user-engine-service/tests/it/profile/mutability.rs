//! Who sets and clears values.

use super::set::value_of;
use super::{GLOBAL, TENANT, clear, mail, plain_service, set};
use crate::access_profile::{last_reason, membership, seed, user};
use crate::application::retire;
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::{Role, SetProfileValue};

#[tokio::test]
async fn mutability_says_who_changes_a_value() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let admin = world.person("acme", "admin").await.unwrap();
        drop(admin);
        let admin = world
            .sign_in("acme", "admin", &[Role::TenantAdmin])
            .unwrap();
        let service = plain_service(&world, Some("acme"));
        for (who, context, may) in [
            ("user", &ada, &["user"][..]),
            ("admin", &admin, &["admin", "user", "immutable"]),
            ("service", &service, &["system", "admin", "user"]),
        ] {
            for mutability in Mutability::ALL {
                let request = set(&format!("mail.{mutability}"), TENANT, "\"a\"");
                let ended = world.service.set_profile_value(context, request).await;
                if may.contains(&mutability.as_str()) {
                    assert!(ended.is_ok(), "{name}: {who} {mutability} {ended:?}");
                    continue;
                }
                let error = ended.unwrap_err();
                assert!(error.is_denied(), "{name}: {who} {mutability} {error}");
                assert_eq!(
                    last_reason(&world).await,
                    Some(ReasonCode::AttributeImmutable),
                    "{name}"
                );
            }
        }
        // The same judges who may clear: nobody an immutable value.
        for (who, context, may) in [
            ("user", &ada, &["user"][..]),
            ("admin", &admin, &["admin"]),
            ("service", &service, &["system"]),
        ] {
            for mutability in Mutability::ALL {
                let request = clear(&format!("mail.{mutability}"), TENANT);
                let key = format!("mail.{mutability}");
                let kept = value_of(&world, &set(&key, TENANT, "null")).await;
                let ended = world.service.clear_profile_value(context, request).await;
                if may.contains(&mutability.as_str()) {
                    assert!(ended.is_ok(), "{name}: {who} {mutability} {ended:?}");
                } else {
                    assert!(ended.is_err(), "{name}: {who} {mutability}");
                    let left = value_of(&world, &set(&key, TENANT, "null")).await;
                    assert_eq!(left, kept, "{name}");
                }
            }
        }
        let left = set("mail.immutable", TENANT, "null");
        assert!(value_of(&world, &left).await.is_some(), "{name}");
    }
}

#[tokio::test]
async fn an_immutable_value_is_not_covered_by_a_higher_one() {
    for (name, world) in worlds().await {
        mail(&world).await;
        let red = membership("ada", (MembershipScopeType::Team, "red"), "owner");
        let red_id = red.membership_id.clone();
        seed(&world, vec![red.into()]).await;
        let operator = world.by("operator").unwrap();
        let operator = operator.in_tenant(TenantId::new("acme").unwrap());
        let scopes = [
            GLOBAL,
            TENANT,
            (ProfileScope::Application, Some("mail")),
            (ProfileScope::Membership, Some(red_id.as_str())),
        ];
        for (height, scope) in scopes.into_iter().enumerate() {
            let request = set("mail.immutable", scope, "\"a\"");
            let before = world.store.trips();
            let ended = world.service.set_profile_value(&operator, request).await;
            let trips = world.store.trips() - before;
            assert_eq!(trips, if height == 0 { 2 } else { 3 }, "{name}");
            assert_eq!(ended.is_ok(), height == 0, "{name}: {ended:?}");
        }
        // What lies above a value doesn't keep one from being set below it.
        let request = SetProfileValue {
            user_id: user("bob"),
            ..set("mail.immutable", TENANT, "\"a\"")
        };
        world.person("acme", "bob").await.unwrap();
        let above = world.service.set_profile_value(&operator, request.clone());
        above.await.unwrap();
        let below = SetProfileValue {
            scope: ProfileScope::Global,
            ..request
        };
        let below = world.service.set_profile_value(&operator, below).await;
        assert!(below.is_ok(), "{name}: {below:?}");
    }
}

#[tokio::test]
async fn what_holds_in_every_tenant_is_not_a_tenants_to_write() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let desk = world.desk("acme").unwrap();
        let application = (ProfileScope::Application, Some("mail"));
        for scope in [GLOBAL, application] {
            let by = |context| {
                let request = set("mail.user", scope, "\"a\"");
                world.service.set_profile_value(context, request)
            };
            assert!(by(&desk).await.unwrap_err().is_denied(), "{name}");
            assert_eq!(
                last_reason(&world).await,
                Some(ReasonCode::PlatformOperatorRequired),
                "{name}"
            );
            let tenants = plain_service(&world, Some("acme"));
            assert!(by(&tenants).await.unwrap_err().is_denied(), "{name}");
            assert!(by(&ada).await.is_ok(), "{name}");
            let of_none = plain_service(&world, None);
            assert!(by(&of_none).await.unwrap_err().is_denied(), "{name}");
            let operator = world.by("operator").unwrap();
            assert!(by(&operator).await.is_ok(), "{name}");
            let cleared = world
                .service
                .clear_profile_value(&desk, clear("mail.user", scope));
            assert!(cleared.await.unwrap_err().is_denied(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_value_without_definition_is_cleared_by_administrators() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let desk = world.desk("acme").unwrap();
        let request = set("mail.user", TENANT, "\"a\"");
        let done = world.service.set_profile_value(&ada, request.clone()).await;
        done.unwrap();
        let operator = world.by("operator").unwrap();
        let retired = world.service.retire_application(&operator, retire("mail"));
        retired.await.unwrap();
        let cleared = clear("mail.user", TENANT);
        let by_user = world.service.clear_profile_value(&ada, cleared.clone());
        assert!(by_user.await.unwrap_err().is_denied(), "{name}");
        let by_desk = world.service.clear_profile_value(&desk, cleared).await;
        assert!(by_desk.is_ok(), "{name}: {by_desk:?}");
        assert!(value_of(&world, &request).await.is_none(), "{name}");
    }
}
