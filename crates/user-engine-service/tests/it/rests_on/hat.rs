//! Which memberships and which of a hat's defaults count.

use super::*;
use crate::access_profile::{
    choir_hat, factor, hat, last_reason, membership, register, registration, select,
};
use crate::application::serve;
use crate::place::worlds;
use crate::profile::{at, effective};
use user_engine_service::{Provenance, RegisterAccessProfile};

#[tokio::test]
async fn a_hat_of_one_group_is_not_worn_by_a_member_of_another() {
    for (name, world) in worlds().await {
        register(&world, choir_hat()).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let of_group = |group| membership("ada", (MembershipScopeType::Group, group), "alto");
        let has_eid = factor("eid", "ada", FactorType::Eid, None);
        let registered = registration("ada", Some("acme"));
        let records = vec![of_group("other").into(), has_eid.into(), registered.into()];
        seed(&world, records).await;
        let refused = world.service.select_active_hat(&ada, select("choir")).await;
        assert!(refused.unwrap_err().is_denied(), "{name}");
        let reason = last_reason(&world).await;
        assert_eq!(reason, Some(ReasonCode::MembershipMissing), "{name}");
        let worn = stored::<ActiveAccessContext>(&world, &(tenant("acme"), user("ada"))).await;
        assert_eq!(worn, None, "{name}");
        // Beside the membership that doesn't count, one that does.
        seed(&world, vec![of_group("choir").into()]).await;
        let selected = world.service.select_active_hat(&ada, select("choir")).await;
        selected.unwrap();
        let worn = present::<ActiveAccessContext>(&world, &(tenant("acme"), user("ada"))).await;
        let matched = [of_group("choir").membership_id];
        assert_eq!(*worn.matched_membership_ids, matched, "{name}");
    }
}

/// Ada wears a hat with a default for `press.desk`, which applications see.
async fn lent(world: &World) -> RequestContext {
    serve(world, "press", vec![attribute("press.desk")]).await;
    serve(world, "mail", vec![attribute("mail.desk")]).await;
    let value = JsonValue::new("chief".into()).unwrap();
    let default = (AttributeKey::new("press.desk").unwrap(), value);
    let hat = RegisterAccessProfile {
        profile_defaults: Sensitive::new(Map::from([default])),
        ..hat("clerk")
    };
    let desk = world.desk("acme").unwrap();
    let registered = world.service.register_access_profile(&desk, hat).await;
    registered.unwrap();
    let ada = world.person("acme", "ada").await.unwrap();
    let selected = world.service.select_active_hat(&ada, select("clerk")).await;
    selected.unwrap();
    ada
}

/// Where the desk's value comes from, for an application or for none.
async fn lent_by(
    world: &World,
    by: &RequestContext,
    application: Option<&str>,
) -> Option<Provenance> {
    let profile = world.service.effective_profile(by, effective(application));
    let profile = profile.await.unwrap();
    at(&profile, "press.desk").map(|found| found.provenance.clone())
}

#[tokio::test]
async fn a_hats_default_is_shown_for_no_other_application_than_its_own() {
    for (name, world) in worlds().await {
        let ada = lent(&world).await;
        let clerk = AccessProfileId::new("clerk").unwrap();
        let by_hat = Some(Provenance::HatDefault(clerk));
        for application in [None, Some("press")] {
            let found = lent_by(&world, &ada, application).await;
            assert_eq!(found, by_hat, "{name}: for {application:?}");
        }
        let found = lent_by(&world, &ada, Some("mail")).await;
        assert_eq!(found, None, "{name}");
    }
}

#[tokio::test]
async fn a_hats_default_of_a_type_that_its_attribute_had_once_is_not_shown() {
    for (name, world) in worlds().await {
        let ada = lent(&world).await;
        assert!(lent_by(&world, &ada, Some("press")).await.is_some());
        let mut catalog = present::<Catalog>(&world, &namespace("press")).await;
        catalog.attributes = List::from([AttributeDefinition {
            value_type: ValueType::Integer,
            ..attribute("press.desk")
        }]);
        seed(&world, vec![catalog.into()]).await;
        for application in [None, Some("press")] {
            let found = lent_by(&world, &ada, application).await;
            assert_eq!(found, None, "{name}: for {application:?}");
        }
    }
}
