//! What a profile value rests on.

use super::*;
use crate::access_profile::membership;
use crate::profile::{TENANT, clear, set};

#[tokio::test]
async fn a_value_rests_on_the_accounts_the_catalog_and_the_membership_that_it_holds_in() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        crate::application::serve(&world, "press", vec![attribute("press.desk")]).await;
        world.person("acme", "ada").await.unwrap();
        let team = membership("ada", (MembershipScopeType::Team, "red"), "editor");
        seed(&world, vec![team.clone().into()]).await;
        let desk = world.desk("acme").unwrap();
        let late = Late {
            name,
            overtaken: &overtaken,
            world: &world,
        };
        let within = (ProfileScope::Membership, Some(team.membership_id.as_str()));
        let call = || {
            let set = set("press.desk", within, "\"a\"");
            world.service.set_profile_value(&desk, set)
        };
        let account = present::<Account>(&world, &user("ada")).await;
        late.is_lost_to(account, call()).await;
        let key = (tenant("acme"), user("ada"));
        let account = present::<TenantAccount>(&world, &key).await;
        late.is_lost_to(account, call()).await;
        let catalog = present::<Catalog>(&world, &namespace("press")).await;
        late.is_lost_to(catalog, call()).await;
        late.is_lost_to(team.clone(), call()).await;
        assert!(call().await.unwrap().response.is_new, "{name}");
    }
}

#[tokio::test]
async fn clearing_a_value_rests_on_the_catalog_that_defines_it() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        crate::application::serve(&world, "press", vec![attribute("press.desk")]).await;
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let set = set("press.desk", TENANT, "\"a\"");
        world.service.set_profile_value(&desk, set).await.unwrap();
        let late = Late {
            name,
            overtaken: &overtaken,
            world: &world,
        };
        let call = || {
            let clear = clear("press.desk", TENANT);
            world.service.clear_profile_value(&desk, clear)
        };
        let catalog = present::<Catalog>(&world, &namespace("press")).await;
        late.is_lost_to(catalog, call()).await;
        call().await.unwrap();
    }
}
