//! Setting and clearing values.

use super::{GLOBAL, TENANT, clear, json, mail, set};
use crate::access_profile::{last_reason, logged, membership, seed, stored, user};
use crate::application::{attribute, catalog, field, retire, serve};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::scenario::World;
use user_engine_service::{
    ConflictCause, RequestContext, ServiceErrorKind, SetAccountStatus, SetProfileValue,
};

fn key_of(request: &SetProfileValue) -> ProfileValueKey {
    let tenant = request.scope.has_tenant();
    ProfileValueKey {
        tenant: tenant.then(|| TenantId::new("acme").unwrap()),
        user_id: request.user_id.clone(),
        attribute_key: request.attribute_key.clone(),
        scope: request.scope,
        scope_id: match request.scope {
            ProfileScope::Tenant => Some(ScopeId::new("acme").unwrap()),
            _ => request.scope_id.clone(),
        },
    }
}

/// The value that stands where a request asks for it.
pub(super) async fn value_of(world: &World, request: &SetProfileValue) -> Option<ProfileValue> {
    stored::<ProfileValue>(world, &key_of(request)).await
}

#[tokio::test]
async fn a_value_is_set_changed_and_cleared_in_two_round_trips_each() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        for (is_new, text) in [(true, "\"first\""), (false, "\"second\"")] {
            let before = world.store.trips();
            let request = set("mail.user", TENANT, text);
            let done = world.service.set_profile_value(&ada, request.clone()).await;
            let done = done.unwrap();
            assert_eq!(world.store.trips() - before, 2, "{name}");
            assert_eq!(done.response.is_new, is_new, "{name}");
            let kept = value_of(&world, &request).await.unwrap();
            assert_eq!(kept.value, json(text), "{name}");
            assert_eq!(kept.updated_by.as_str(), "ada", "{name}");
        }
        let before = world.store.trips();
        let cleared = clear("mail.user", TENANT);
        world
            .service
            .clear_profile_value(&ada, cleared.clone())
            .await
            .unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let kept = value_of(&world, &set("mail.user", TENANT, "null")).await;
        assert!(kept.is_none(), "{name}");
        let logs = logged(&world).await;
        let again = world.service.clear_profile_value(&ada, cleared).await;
        assert_eq!(
            again.unwrap_err().kind(),
            &ServiceErrorKind::NotFound(RecordKind::ProfileValue),
            "{name}"
        );
        assert_eq!(logged(&world).await, logs, "{name}");
    }
}

/// Ada of acme, beside bob with a membership, and namespaces that admit no value: `old` is retired,
/// `notes.a` was removed, `posts` is a draft.
async fn beside_what_admits_nothing(world: &World) -> (RequestContext, MembershipId) {
    let ada = mail(world).await;
    world.person("acme", "bob").await.unwrap();
    let team = (MembershipScopeType::Team, "red");
    let of_bob = membership("bob", team, "owner");
    let bobs = of_bob.membership_id.clone();
    seed(world, vec![of_bob.into()]).await;
    let operator = world.by("operator").unwrap();
    serve(world, "old", vec![attribute("old.a")]).await;
    let retired = world.service.retire_application(&operator, retire("old"));
    retired.await.unwrap();
    serve(
        world,
        "notes",
        vec![attribute("notes.a"), attribute("notes.b")],
    )
    .await;
    let next = catalog("notes", "1.1.0", vec![attribute("notes.b")]);
    let next = world.service.publish_catalog(&operator, next);
    next.await.unwrap();
    let draft = user_engine_service::PublishCatalog {
        state: CatalogState::Draft,
        namespace: CatalogNamespace::new("posts").unwrap(),
        ..catalog("notes", "1.0.0", vec![attribute("posts.a")])
    };
    world
        .service
        .publish_catalog(&operator, draft)
        .await
        .unwrap();
    (ada, bobs)
}

#[tokio::test]
async fn what_the_catalog_does_not_admit_is_refused_and_changes_nothing() {
    for (name, world) in worlds().await {
        let (ada, bobs) = beside_what_admits_nothing(&world).await;
        let application = |id| (ProfileScope::Application, Some(id));
        let bad = [
            ("attribute_key", set("nameless", GLOBAL, "\"a\"")),
            ("attribute_key", set(".a", GLOBAL, "\"a\"")),
            ("attribute_key", set("unknown.a", GLOBAL, "\"a\"")),
            ("attribute_key", set("mail.unknown", GLOBAL, "\"a\"")),
            ("attribute_key", set("mail.user.more", GLOBAL, "\"a\"")),
            ("attribute_key", set("old.a", GLOBAL, "\"a\"")),
            ("attribute_key", set("notes.a", GLOBAL, "\"a\"")),
            ("attribute_key", set("posts.a", GLOBAL, "\"a\"")),
            ("value", set("mail.user", GLOBAL, "7")),
            ("value", set("mail.user", GLOBAL, "null")),
            ("value", set("mail.user", GLOBAL, "[\"a\"]")),
            (
                "scope_id",
                set("mail.user", (ProfileScope::Global, Some("a")), "\"a\""),
            ),
            (
                "scope_id",
                set("mail.user", (ProfileScope::Tenant, Some("globex")), "\"a\""),
            ),
            (
                "scope_id",
                set("mail.user", (ProfileScope::Application, None), "\"a\""),
            ),
            ("scope_id", set("mail.user", application("notes"), "\"a\"")),
            (
                "scope_id",
                set("mail.user", (ProfileScope::Membership, None), "\"a\""),
            ),
        ];
        let logs = logged(&world).await;
        for (number, (refused, request)) in bad.into_iter().enumerate() {
            let ended = world.service.set_profile_value(&ada, request.clone()).await;
            assert_eq!(field(&ended), Some(refused), "{name}, case {number}");
            assert!(value_of(&world, &request).await.is_none(), "{name}");
        }
        for id in [bobs.as_str(), "unknown"] {
            let request = set("mail.user", (ProfileScope::Membership, Some(id)), "\"a\"");
            let ended = world.service.set_profile_value(&ada, request).await;
            assert_eq!(
                ended.unwrap_err().kind(),
                &ServiceErrorKind::NotFound(RecordKind::Membership),
                "{name}"
            );
        }
        assert_eq!(logged(&world).await, logs, "{name}");
    }
}

#[tokio::test]
async fn a_value_of_each_type_is_held_against_it() {
    for (name, world) in worlds().await {
        let attributes = ValueType::ALL.iter().map(|value_type| AttributeDefinition {
            value_type: *value_type,
            ..attribute(&format!("types.{value_type}"))
        });
        serve(&world, "types", attributes.collect()).await;
        let ada = world.person("acme", "ada").await.unwrap();
        for (value, admitted) in [
            ("\"a\"", &["string", "json"][..]),
            ("7", &["integer", "number", "json"]),
            ("7.5", &["number", "json"]),
            ("true", &["boolean", "json"]),
            ("[\"a\"]", &["string_list", "json"]),
            ("{\"a\":null}", &["json"]),
            ("null", &["json"]),
        ] {
            for value_type in ValueType::ALL {
                let request = set(&format!("types.{value_type}"), GLOBAL, value);
                let ended = world.service.set_profile_value(&ada, request).await;
                let expected = if admitted.contains(&value_type.as_str()) {
                    None
                } else {
                    Some("value")
                };
                assert_eq!(field(&ended), expected, "{name}: {value_type} {value}");
            }
        }
    }
}

#[test]
fn json_past_its_limits_is_no_value_at_all() {
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    let long = format!("\"{}\"", "a".repeat(JSON_MAX_BYTES));
    for text in [
        deep.as_str(),
        &long,
        "\"\\u0000\"",
        "1e999",
        "{\"a\":1,\"a\":2}",
    ] {
        assert!(JsonValue::parse(text).is_err());
    }
}

#[tokio::test]
async fn a_user_whom_the_tenant_does_not_know_is_as_one_who_is_not_there() {
    for (name, world) in worlds().await {
        mail(&world).await;
        world.person("globex", "zoe").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let logs = logged(&world).await;
        let mut errors = Vec::new();
        for user_id in ["zoe", "unknown"] {
            let request = SetProfileValue {
                user_id: user(user_id),
                ..set("mail.user", TENANT, "\"a\"")
            };
            let error = world.service.set_profile_value(&desk, request).await;
            errors.push(error.unwrap_err().kind().clone());
            let request = user_engine_service::ClearProfileValue {
                user_id: user(user_id),
                ..clear("mail.user", TENANT)
            };
            let error = world.service.clear_profile_value(&desk, request).await;
            errors.push(error.unwrap_err().kind().clone());
        }
        let missing = ServiceErrorKind::NotFound(RecordKind::User);
        assert!(errors.iter().all(|it| *it == missing), "{name}: {errors:?}");
        assert_eq!(logged(&world).await, logs, "{name}");
        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        let bob = SetProfileValue {
            user_id: user("zoe"),
            ..set("mail.user", TENANT, "\"a\"")
        };
        let foreign = world.service.set_profile_value(&ada, bob).await;
        assert!(foreign.unwrap_err().is_denied(), "{name}");
        let platform = world.by("operator").unwrap();
        let tenantless = world
            .service
            .set_profile_value(&platform, set("mail.user", TENANT, "\"a\""));
        assert!(tenantless.await.unwrap_err().is_denied(), "{name}");
        assert_eq!(
            last_reason(&world).await,
            Some(ReasonCode::TenantUnresolved),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_value_and_a_publication_at_once_have_one_winner() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let request = set("mail.user", GLOBAL, "\"a\"");
        let mut late = world.service.begin(ada.clone()).unwrap();
        late.run(request.clone()).await.unwrap();
        let operator = world.by("operator").unwrap();
        let next = catalog("mail", "1.1.0", Vec::new());
        world
            .service
            .publish_catalog(&operator, next)
            .await
            .unwrap();
        let changed = ConflictCause::Changed(Some(RecordKind::Catalog));
        let cause = late.commit().await.unwrap_err().conflict();
        assert_eq!(cause, Some(changed), "{name}");
        assert!(value_of(&world, &request).await.is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_value_is_not_set_beside_a_changed_account() {
    for (name, world) in worlds().await {
        mail(&world).await;
        let desk = world.desk("acme").unwrap();
        let request = set("mail.user", TENANT, "\"a\"");
        let mut late = world.service.begin(desk).unwrap();
        late.run(request.clone()).await.unwrap();
        let suspend = SetAccountStatus {
            user_id: user("ada"),
            status: AccountStatus::Suspended,
        };
        let operator = world.by("operator").unwrap();
        let suspended = world.service.set_account_status(&operator, suspend);
        suspended.await.unwrap();
        let changed = ConflictCause::Changed(Some(RecordKind::Account));
        let cause = late.commit().await.unwrap_err().conflict();
        assert_eq!(cause, Some(changed), "{name}");
        assert!(value_of(&world, &request).await.is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_repeated_value_gives_the_first_answer() {
    for (name, world) in worlds().await {
        let ada = mail(&world).await;
        let context = ada.with_operation(OperationId::new("once").unwrap());
        let request = set("mail.user", GLOBAL, "\"a\"");
        let first = world.service.set_profile_value(&context, request.clone());
        let first = first.await.unwrap();
        let again = world
            .service
            .set_profile_value(&context, request)
            .await
            .unwrap();
        assert!(
            again.is_repeated && again.response == first.response,
            "{name}"
        );
        let other = set("mail.user", GLOBAL, "\"b\"");
        let other = world.service.set_profile_value(&context, other).await;
        assert_eq!(
            other.unwrap_err().conflict(),
            Some(ConflictCause::OperationReused),
            "{name}"
        );
    }
}
