//! What a user joined a tenant by, where that is no account.

use super::*;
use crate::access_profile::{membership, registration};
use crate::profile::{TENANT, set};

#[tokio::test]
async fn a_value_rests_on_the_membership_or_the_registration_that_the_user_came_by() {
    let member = membership("ada", (MembershipScopeType::Team, "red"), "editor");
    let registered = registration("ada", Some("acme"));
    for came_by in [DomainRecord::from(member), registered.into()] {
        for (name, overtaken, world) in Overtaken::worlds().await {
            crate::application::serve(&world, "press", vec![attribute("press.desk")]).await;
            world.person("globex", "ada").await.unwrap();
            let desk = world.desk("acme").unwrap();
            let late = Late {
                name,
                overtaken: &overtaken,
                world: &world,
            };
            let call = || {
                let set = set("press.desk", TENANT, "\"a\"");
                world.service.set_profile_value(&desk, set)
            };
            assert!(call().await.is_err(), "{name}: of a stranger");
            seed(&world, vec![came_by.clone()]).await;
            late.is_lost_to(came_by.clone(), call()).await;
            assert!(call().await.unwrap().response.is_new, "{name}");
        }
    }
}
