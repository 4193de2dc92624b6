//! What a completion rests on.

use super::*;
use user_engine_service::scenario::ISSUER;

#[tokio::test]
async fn a_completion_by_a_known_sign_in_rests_on_the_link_and_on_both_accounts() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        world.person("acme", "ada").await.unwrap();
        let ada = newcomer(&world, "ada");
        let registration_id = begun(&world, &ada).await;
        vouch(&world, &registration_id, "verifier", None).await;
        let late = Late {
            name,
            overtaken: &overtaken,
            world: &world,
        };
        let call = || {
            let complete = complete(&registration_id);
            world.service.complete_registration(&ada, complete)
        };
        let key = (Issuer::new(ISSUER).unwrap(), Subject::new("ada").unwrap());
        let link = present::<ExternalIdentity>(&world, &key).await;
        late.is_lost_to(link, call()).await;
        let account = present::<Account>(&world, &user("ada")).await;
        late.is_lost_to(account, call()).await;
        let key = (tenant("acme"), user("ada"));
        let account = present::<TenantAccount>(&world, &key).await;
        late.is_lost_to(account, call()).await;
        assert_eq!(call().await.unwrap().response.user_id, user("ada"));
    }
}
