//! Hats that require approval: what was approved, and when.

use super::*;
use crate::place::{stores, worlds};
use std::sync::Arc;
use user_engine_service::scenario::CountingIds;
use user_engine_service::{Decision, ExportAccessControlFacts, Role};

/// Whether the hat that ada wears waits for an approval.
async fn waits(world: &World) -> bool {
    let ask = ExportAccessControlFacts {
        user_id: Some(user("ada")),
        ..ExportAccessControlFacts::default()
    };
    let desk = world.desk("acme").unwrap();
    let facts = world.service.export_access_control_facts(&desk, ask).await;
    let subject = facts.unwrap().subjects.remove(0);
    subject.hat.unwrap().lapsed == Some(ReasonCode::ApprovalRequired)
}

#[tokio::test]
async fn a_hat_that_came_to_require_approval_lapses_whatever_the_clocks_say() {
    for (name, store) in stores().await {
        let ids = Arc::new(CountingIds::default());
        let early = World::with_ids(store.clone(), ids.clone()).unwrap();
        let late = World::with_ids(store, ids).unwrap();
        late.clock.advance(Duration::from_secs(5));
        register(&early, hat("keys")).await;
        early.person("acme", "ada").await.unwrap();
        let ada = late.sign_in("acme", "ada", &[]).unwrap();
        let selected = late.service.select_active_hat(&ada, select("keys"));
        selected.await.unwrap();
        assert!(!waits(&late).await, "{name}");
        // By a node whose clock is behind that of the selection; then again, a real second later.
        let guarded = || RegisterAccessProfile {
            requires_approval: true,
            ..hat("keys")
        };
        for _ in 0..2 {
            register(&early, guarded()).await;
            assert!(waits(&early).await && waits(&late).await, "{name}");
            for world in [&early, &late] {
                let approved = Decision::Approved;
                world.authorizer.set("select_active_hat", approved);
            }
            let ada = early.sign_in("acme", "ada", &[]).unwrap();
            let selected = early.service.select_active_hat(&ada, select("keys"));
            selected.await.unwrap();
            assert!(!waits(&early).await && !waits(&late).await, "{name}");
            early.clock.advance(Duration::from_secs(1));
        }
    }
}

#[tokio::test]
async fn a_hat_that_is_approved_in_the_unit_that_registered_it_holds() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let ada = world.sign_in("acme", "ada", &[Role::TenantAdmin]).unwrap();
        let guarded = RegisterAccessProfile {
            requires_approval: true,
            ..hat("keys")
        };
        world
            .authorizer
            .set("select_active_hat", Decision::Approved);
        for _ in 0..2 {
            let mut unit = world.service.begin(ada.clone()).unwrap();
            unit.run(guarded.clone()).await.unwrap();
            unit.run(select("keys")).await.unwrap();
            unit.commit().await.unwrap();
            assert!(!waits(&world).await, "{name}");
        }
    }
}
