//! What a claim of a prepared account rests on, where nobody's own standing is judged along.

use super::*;
use user_engine_service::{ClaimPreparedAccount, PrepareAccount};

/// Prepares what waits for the e-mail address.
pub(super) async fn prepare(world: &World, entitlements: Vec<Entitlement>) {
    let prepare = PrepareAccount {
        prepared_account_id: None,
        layout: layout(entitlements),
    };
    let desk = world.desk("acme").unwrap();
    world.service.prepare_account(&desk, prepare).await.unwrap();
}

/// The one factor that was verified of a user.
async fn factor_of(world: &World, user_id: &UserId) -> IdentityFactor {
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    let by = ListBy::User(user_id.clone());
    let page = tx.list::<IdentityFactor>(by, None, 10).await.unwrap();
    let [factor] = &page.records[..] else {
        panic!("{} factors", page.records.len())
    };
    factor.record.clone()
}

#[tokio::test]
async fn a_claim_by_the_desk_rests_on_who_registered_by_what_and_on_what_it_gives() {
    for (name, overtaken, world) in Overtaken::worlds().await {
        crate::application::serve(&world, "press", vec![attribute("press.desk")]).await;
        prepare(&world, vec![given("press.desk")]).await;
        let eve = newcomer(&world, "eve");
        let registration_id = begun(&world, &eve).await;
        vouch(&world, &registration_id, "verifier", None).await;
        let completed = complete(&registration_id);
        let completed = world.service.complete_registration(&eve, completed).await;
        let user_id = completed.unwrap().response.user_id;
        let desk = world.desk("acme").unwrap();
        let late = Late {
            name,
            overtaken: &overtaken,
            world: &world,
        };
        let call = || {
            let registration_id = registration_id.clone();
            let claim = ClaimPreparedAccount { registration_id };
            world.service.claim_prepared_account(&desk, claim)
        };
        let session = present::<RegistrationSession>(&world, &registration_id).await;
        late.is_lost_to(session, call()).await;
        let factor = factor_of(&world, &user_id).await;
        late.is_lost_to(factor, call()).await;
        let account = present::<Account>(&world, &user_id).await;
        late.is_lost_to(account, call()).await;
        let unchanged = present::<User>(&world, &user_id).await;
        late.is_lost_to(unchanged, call()).await;
        let key = (tenant("acme"), user_id);
        let account = present::<TenantAccount>(&world, &key).await;
        late.is_lost_to(account, call()).await;
        let catalog = present::<Catalog>(&world, &namespace("press")).await;
        late.is_lost_to(catalog, call()).await;
        assert_eq!(call().await.unwrap().response.profile_values, 1, "{name}");
    }
}
