//! Several calls at once for one immutable attribute: what one of them set, none covers.

use super::set::value_of;
use super::{GLOBAL, TENANT, set};
use crate::access_profile::{membership, seed, tenant, user};
use crate::application::{attribute, serve};
use crate::place::{stores, worlds};
use std::collections::BTreeMap;
use std::sync::Arc;
use user_engine_domain::*;
use user_engine_ports::{Deadline, OutboxQuery, Scope, UserEngineStore};
use user_engine_service::scenario::{HookedStore, Overlap, World};
use user_engine_service::{ConflictCause, RequestContext, SetProfileValue};

const ROUNDS: usize = 50;

fn red() -> Membership {
    membership("ada", (MembershipScopeType::Team, "red"), "owner")
}

fn nth(number: usize) -> String {
    format!("once.a{number:02}")
}

/// The scopes of an immutable attribute's values, lowest first.
fn scopes(number: usize) -> [SetProfileValue; 4] {
    let red = red().membership_id;
    [
        GLOBAL,
        TENANT,
        (ProfileScope::Application, Some("once")),
        (ProfileScope::Membership, Some(red.as_str())),
    ]
    .map(|scope| set(&nth(number), scope, "\"a\""))
}

/// Ada of acme's red team, a catalog of immutable attributes, and an operator in acme.
async fn operator(world: &World) -> RequestContext {
    let attributes = (0..ROUNDS).map(|number| AttributeDefinition {
        mutability: Mutability::Immutable,
        ..attribute(&nth(number))
    });
    serve(world, "once", attributes.collect()).await;
    world.person("acme", "ada").await.unwrap();
    seed(world, vec![red().into()]).await;
    world.by("operator").unwrap().in_tenant(tenant("acme"))
}

#[tokio::test]
async fn who_is_overtaken_by_another_scope_of_an_immutable_attribute_writes_nothing() {
    for (name, world) in worlds().await {
        let operator = operator(&world).await;
        let mut number = 0;
        for late in 0..4 {
            for early in (0..4).filter(|early| *early != late) {
                let (late, early) = (&scopes(number)[late], &scopes(number)[early]);
                let mut unit = world.service.begin(operator.clone()).unwrap();
                unit.run(late.clone()).await.unwrap();
                let first = world.service.set_profile_value(&operator, early.clone());
                first.await.unwrap();
                let cause = unit.commit().await.unwrap_err().conflict();
                let changed = ConflictCause::Changed(Some(RecordKind::User));
                assert_eq!(cause, Some(changed), "{name}");
                assert!(value_of(&world, late).await.is_none(), "{name}");
                assert!(value_of(&world, early).await.is_some(), "{name}");
                // Who asks again is judged by what is there now.
                let again = world.service.set_profile_value(&operator, late.clone());
                assert_eq!(again.await.is_ok(), late.scope < early.scope, "{name}");
                number += 1;
            }
        }
    }
}

#[tokio::test]
async fn one_unit_sets_several_immutable_values() {
    for (name, world) in worlds().await {
        let operator = operator(&world).await;
        let before = crate::access_profile::stored::<User>(&world, &user("ada")).await;
        let mut unit = world.service.begin(operator).unwrap();
        for request in [&scopes(1)[1], &scopes(2)[0], &scopes(1)[0]] {
            unit.run(request.clone()).await.unwrap();
        }
        unit.commit().await.unwrap();
        for request in [&scopes(1)[0], &scopes(1)[1], &scopes(2)[0]] {
            assert!(value_of(&world, request).await.is_some(), "{name}");
        }
        let after = crate::access_profile::stored::<User>(&world, &user("ada")).await;
        assert_eq!(before, after, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_calls_at_once_none_covers_an_immutable_value() {
    for (name, store) in stores().await {
        let overlap = Arc::new(Overlap::default());
        let hooked = HookedStore::new(store.clone(), overlap.clone());
        let world = World::new(Arc::new(hooked)).unwrap();
        let operator = operator(&world).await;
        for number in 0..ROUNDS {
            let running = scopes(number).map(|request| {
                let (world, operator) = (world.clone(), operator.clone());
                tokio::spawn(
                    async move { world.service.set_profile_value(&operator, request).await },
                )
            });
            let mut winners = 0;
            for racer in running {
                match racer.await.unwrap() {
                    Ok(_) => winners += 1,
                    Err(error) => assert!(
                        error.conflict().is_some() || error.is_denied(),
                        "{name}: {error:?}"
                    ),
                }
            }
            assert!(winners > 0, "{name}");
        }
        assert!(overlap.overtaken() > 0, "{name} was no race");
        let told = told(&*store).await;
        assert_eq!(told.len(), ROUNDS, "{name}");
        for (key, scopes) in told {
            let falls = scopes.windows(2).all(|pair| pair[1] < pair[0]);
            assert!(falls, "{name}: {key} was set in {scopes:?}");
        }
    }
}

/// The scopes in which each attribute was set, in the order of the commits.
async fn told(store: &dyn UserEngineStore) -> BTreeMap<String, Vec<ProfileScope>> {
    let mut told: BTreeMap<String, Vec<ProfileScope>> = BTreeMap::new();
    let mut query = OutboxQuery::new(Scope::Platform);
    loop {
        let page = store.outbox_events(&query, Deadline::default()).await;
        let page = page.unwrap();
        for event in page.entries.into_iter().map(Result::unwrap) {
            if event.event_type.as_str() != "profile_value.set" {
                continue;
            }
            let payload = event.payload.to_value();
            let key = payload["attribute_key"].as_str().unwrap().to_owned();
            let scope = payload["scope"].as_str().unwrap().parse().unwrap();
            told.entry(key).or_default().push(scope);
        }
        if !page.has_more {
            return told;
        }
        query.after = Some(page.next);
    }
}
