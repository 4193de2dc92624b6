//! Which of several factors a claim rests on.

use super::*;
use std::time::Duration;
use user_engine_service::ClaimPreparedAccount;

#[tokio::test]
async fn a_claim_rests_on_the_factor_that_lasts_longest_whichever_came_first() {
    for lasting in [None, Some(2)] {
        for place in 0..3 {
            for (name, world) in crate::place::worlds().await {
                let seconds = |it: i64| world.clock.now().saturating_add_micros(it * 1_000_000);
                super::claim::prepare(&world, vec![]).await;
                let eve = newcomer(&world, "eve");
                let registration_id = begun(&world, &eve).await;
                for (at, source) in ["a", "b", "c"].into_iter().enumerate() {
                    let brief = Some(seconds(1));
                    let lasting = lasting.map(seconds);
                    let end = if at == place { lasting } else { brief };
                    vouch(&world, &registration_id, source, end).await;
                }
                world.clock.advance(Duration::from_secs(1));
                let completed = complete(&registration_id);
                let completed = world.service.complete_registration(&eve, completed).await;
                let counted = completed.unwrap().response.factor_count;
                assert_eq!(counted, 1, "{name}: the {place}th until {lasting:?}");
                let claim = ClaimPreparedAccount { registration_id };
                let claimed = world.service.claim_prepared_account(&eve, claim).await;
                assert!(claimed.is_ok(), "{name}: the {place}th until {lasting:?}");
            }
        }
    }
}
