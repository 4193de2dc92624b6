//! Users with more values than a page holds.

use super::{GLOBAL, at, effective, json, set};
use crate::access_profile::{membership, seed, user};
use crate::application::{attribute, serve};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_service::scenario::World;
use user_engine_service::{
    EffectiveProfile, GetEffectiveProfile, Provenance, RequestContext, ShownValue,
};

fn key(namespace: &str, number: usize) -> String {
    format!("{namespace}.a{number:04}")
}

/// A membership of ada's.
fn red() -> Membership {
    membership("ada", (MembershipScopeType::Team, "red"), "owner")
}

/// Seeds a value in each scope for each of a number of attributes.
async fn values(world: &World, namespace: &str, attributes: usize) {
    let red = red();
    let mut records: Vec<DomainRecord> = Vec::new();
    for number in 0..attributes {
        for scope in ProfileScope::ALL {
            let scope_id = match scope {
                ProfileScope::Global => None,
                ProfileScope::Tenant => Some("acme"),
                ProfileScope::Application => Some(namespace),
                ProfileScope::Membership => Some(red.membership_id.as_str()),
            };
            let value = ProfileValue {
                tenant: scope.has_tenant().then(|| red.tenant.clone()),
                user_id: user("ada"),
                attribute_key: AttributeKey::new(key(namespace, number)).unwrap(),
                scope: *scope,
                scope_id: scope_id.map(|id| ScopeId::new(id).unwrap()),
                value: json(&format!("\"{scope} {number}\"")),
                updated_by: ActorId::new("seed").unwrap(),
                updated_at: Timestamp::from_micros(0).unwrap(),
            };
            records.push(value.into());
        }
    }
    while !records.is_empty() {
        let rest = records.split_off(records.len().min(900));
        seed(world, std::mem::replace(&mut records, rest)).await;
    }
}

async fn publish(world: &World, namespace: &str, attributes: usize) {
    let attributes = (0..attributes).map(|it| attribute(&key(namespace, it)));
    serve(world, namespace, attributes.collect()).await;
}

/// The profile under ada's membership, and the round trips that it took.
async fn resolve(
    world: &World,
    context: &RequestContext,
    application: Option<&str>,
) -> (EffectiveProfile, u64) {
    let question = GetEffectiveProfile {
        membership_id: Some(red().membership_id),
        ..effective(application)
    };
    let before = world.store.trips();
    let profile = world.service.effective_profile(context, question).await;
    (profile.unwrap(), world.store.trips() - before)
}

fn check(profile: &EffectiveProfile, namespace: &str, attributes: usize) {
    for number in 0..attributes {
        let found = at(profile, &key(namespace, number)).unwrap();
        let expected = json(&format!("\"membership {number}\""));
        assert_eq!(found.value, ShownValue::Value(expected));
        let red = Provenance::Membership(red().membership_id);
        assert_eq!(found.provenance, red);
    }
}

#[tokio::test]
async fn the_size_of_the_catalogs_costs_no_round_trip() {
    for (name, world) in worlds().await {
        publish(&world, "small", 10).await;
        publish(&world, "large", 1_000).await;
        let ada = world.person("acme", "ada").await.unwrap();
        seed(&world, vec![red().into()]).await;
        for namespace in ["small", "large"] {
            let request = set(&key(namespace, 7), GLOBAL, "\"a\"");
            world
                .service
                .set_profile_value(&ada, request)
                .await
                .unwrap();
        }
        for application in [Some("small"), Some("large"), None] {
            let (profile, trips) = resolve(&world, &ada, application).await;
            let expected = if application.is_some() { 1 } else { 2 };
            assert_eq!(profile.attributes.len(), expected, "{name}");
            assert_eq!(trips, 1, "{name}: {application:?}");
        }
    }
}

#[tokio::test]
async fn what_a_user_has_elsewhere_costs_an_applications_profile_one_round_trip() {
    for (name, world) in worlds().await {
        publish(&world, "mail", 10).await;
        let ada = world.person("acme", "ada").await.unwrap();
        seed(&world, vec![red().into()]).await;
        values(&world, "mail", 10).await;
        // No catalog defines these; they come before the others by their keys.
        values(&world, "elsewhere", 700).await;
        let (profile, trips) = resolve(&world, &ada, Some("mail")).await;
        assert_eq!(profile.attributes.len(), 10, "{name}");
        check(&profile, "mail", 10);
        assert_eq!(trips, 2, "{name}");
        // Without an application everything is read: 2,840 values in three pages.
        let (profile, trips) = resolve(&world, &ada, None).await;
        assert_eq!(profile.attributes.len(), 710, "{name}");
        check(&profile, "mail", 10);
        assert_eq!(trips, 3, "{name}");
    }
}

#[tokio::test]
async fn what_the_first_page_held_is_not_asked_for_again() {
    for (name, world) in worlds().await {
        publish(&world, "mail", 300).await;
        let ada = world.person("acme", "ada").await.unwrap();
        seed(&world, vec![red().into()]).await;
        values(&world, "mail", 300).await;
        values(&world, "zebra", 300).await;
        let (profile, trips) = resolve(&world, &ada, Some("mail")).await;
        assert_eq!(profile.attributes.len(), 300, "{name}");
        check(&profile, "mail", 300);
        // Of 1,200 keys a page of the 2,400 values held half.
        assert_eq!(trips, 2, "{name}");
    }
}

#[tokio::test]
async fn more_keys_than_a_flight_takes_are_read_page_by_page() {
    for (name, world) in worlds().await {
        publish(&world, "mail", 1_000).await;
        let ada = world.person("acme", "ada").await.unwrap();
        seed(&world, vec![red().into()]).await;
        values(&world, "mail", 1_000).await;
        let (profile, trips) = resolve(&world, &ada, Some("mail")).await;
        assert_eq!(profile.attributes.len(), 1_000, "{name}");
        check(&profile, "mail", 1_000);
        // 4,000 values: three pages, and the keys that are left.
        assert_eq!(trips, 4, "{name}");
    }
}
