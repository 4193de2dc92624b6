//! What is shown of a value whose definition was retired since.

use super::*;
use crate::place::worlds;
use crate::profile::{TENANT, effective, set};
use user_engine_service::Provenance;

/// Retires the definition of the one attribute of `press`, and gives it a default.
async fn retire(world: &World) {
    let mut catalog = present::<Catalog>(world, &namespace("press")).await;
    catalog.attributes = List::from([AttributeDefinition {
        retired: true,
        default: Some(JsonValue::new("default".into()).unwrap()),
        ..attribute("press.desk")
    }]);
    seed(world, vec![catalog.into()]).await;
}

#[tokio::test]
async fn a_value_of_a_retired_attribute_is_as_one_that_nothing_defines() {
    for (name, world) in worlds().await {
        crate::application::serve(&world, "press", vec![attribute("press.desk")]).await;
        let ada = world.person("acme", "ada").await.unwrap();
        world.person("acme", "bob").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let hers = set("press.desk", TENANT, "\"hers\"");
        world.service.set_profile_value(&desk, hers).await.unwrap();
        retire(&world).await;
        let profile = world.service.effective_profile(&ada, effective(None));
        let profile = profile.await.unwrap();
        let [found] = &profile.attributes[..] else {
            panic!("{name}: {} attributes", profile.attributes.len())
        };
        assert!(!found.is_defined, "{name}");
        assert_eq!(found.sensitivity, Sensitivity::Secret, "{name}");
        assert_eq!(found.provenance, Provenance::Tenant(tenant("acme")));
        // It is private too, and no application's.
        for (who, by, application) in [
            ("ada", &ada, Some("press")),
            ("the desk", &desk, Some("press")),
        ] {
            let profile = world.service.effective_profile(by, effective(application));
            assert_eq!(profile.await.unwrap().attributes, [], "{name}: {who}");
        }
        let admin = [user_engine_service::Role::TenantAdmin];
        let admin = world.sign_in("acme", "bob", &admin).unwrap();
        let profile = world.service.effective_profile(&admin, effective(None));
        assert_eq!(profile.await.unwrap().attributes, [], "{name}");
    }
}
