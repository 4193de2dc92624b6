//! Exporting facts, and counting hats that lapsed.

use super::*;
use crate::place::worlds;
use user_engine_service::{DiagnoseAccessProfiles, ExportAccessControlFacts};

pub(crate) async fn remove<R: Record>(world: &World, key: &R::Key) {
    let id = OperationId::new(format!("remove {}", world.store.trips())).unwrap();
    let operation = Operation::new(id, RequestDigest::of("remove"));
    let mut tx = world
        .store
        .begin(UnitOptions::write(Scope::Platform, operation));
    tx.delete::<R>(key).unwrap();
    tx.commit().await.unwrap();
}

fn everybody() -> ExportAccessControlFacts {
    ExportAccessControlFacts::default()
}

pub(crate) fn one(user_id: &str) -> ExportAccessControlFacts {
    ExportAccessControlFacts {
        user_id: Some(user(user_id)),
        ..everybody()
    }
}

#[tokio::test]
async fn facts_tell_what_holds_now() {
    for (name, world) in worlds().await {
        register(&world, choir_hat()).await;
        let ada = ada(&world).await;
        world.person("acme", "bob").await.unwrap();
        world
            .service
            .select_active_hat(&ada, select("choir"))
            .await
            .unwrap();
        let desk = world.desk("acme").unwrap();
        let before = world.store.trips();
        let facts = world
            .service
            .export_access_control_facts(&desk, everybody())
            .await
            .unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!((facts.subjects.len(), facts.next), (2, None), "{name}");
        let [of_ada, of_bob] = &facts.subjects[..] else {
            panic!("{name}")
        };
        assert!(of_ada.is_active && of_bob.is_active, "{name}");
        assert_eq!(
            (of_ada.memberships.len(), of_bob.memberships.len()),
            (1, 0),
            "{name}"
        );
        assert_eq!(of_ada.factors.len(), 1, "{name}");
        assert!(of_ada.factors[0].expires_at.is_some(), "{name}");
        let hat = of_ada.hat.as_ref().unwrap();
        assert_eq!((hat.lapsed, hat.group_ids.len()), (None, 1), "{name}");
        assert_eq!(hat.projection_claims.len(), 1, "{name}");
        assert_eq!(of_bob.hat, None, "{name}");

        let before = world.store.trips();
        let single = world
            .service
            .export_access_control_facts(&desk, one("ada"))
            .await
            .unwrap();
        assert_eq!(world.store.trips() - before, 1, "{name}");
        assert_eq!(single.subjects[..], facts.subjects[..1], "{name}");

        world.clock.advance(Duration::from_hours(24));
        let facts = world
            .service
            .export_access_control_facts(&desk, one("ada"))
            .await
            .unwrap();
        let of_ada = &facts.subjects[0];
        assert!(of_ada.factors.is_empty(), "{name}");
        let hat = of_ada.hat.as_ref().unwrap();
        assert_eq!(hat.lapsed, Some(ReasonCode::FactorExpired), "{name}");
        assert!(
            hat.group_ids.is_empty() && hat.projection_claims.is_empty(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn facts_are_exported_page_by_page() {
    for (name, world) in worlds().await {
        for id in ["ada", "bob", "cy"] {
            world.person("acme", id).await.unwrap();
        }
        world.person("other", "eve").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let request = ExportAccessControlFacts {
                after,
                limit: Some(2),
                ..everybody()
            };
            let page = world
                .service
                .export_access_control_facts(&desk, request)
                .await
                .unwrap();
            seen.extend(
                page.subjects
                    .iter()
                    .map(|it| it.user_id.as_str().to_owned()),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["ada", "bob", "cy"], "{name}");
    }
}

#[tokio::test]
async fn facts_are_kept_from_users_and_other_tenants() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        world.person("other", "eve").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let ended = world
            .service
            .export_access_control_facts(&ada, one("ada"))
            .await;
        assert_eq!(
            denied(&world, ended).await,
            Some(ReasonCode::RoleMissing),
            "{name}"
        );
        for stranger in ["eve", "nobody"] {
            let ended = world
                .service
                .export_access_control_facts(&desk, one(stranger))
                .await;
            let not_found = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(ended.unwrap_err().kind(), &not_found, "{name}");
        }
        for limit in [0, 101] {
            let bad = ExportAccessControlFacts {
                limit: Some(limit),
                ..everybody()
            };
            let ended = world.service.export_access_control_facts(&desk, bad).await;
            assert_eq!(field(&ended.unwrap_err()), "limit", "{name}");
        }
        let after = Some(User::key_of(&user("ada")));
        let bad = ExportAccessControlFacts {
            after,
            ..one("ada")
        };
        let ended = world.service.export_access_control_facts(&desk, bad).await;
        assert_eq!(field(&ended.unwrap_err()), "after", "{name}");
    }
}

#[tokio::test]
async fn diagnostics_count_worn_hats_and_why_they_lapsed() {
    for (name, world) in worlds().await {
        register(&world, choir_hat()).await;
        register(&world, hat("plain")).await;
        register(&world, hat("gone")).await;
        let in_choir = ada(&world).await;
        world
            .service
            .select_active_hat(&in_choir, select("choir"))
            .await
            .unwrap();
        for (id, hat) in [("bob", "plain"), ("cy", "gone"), ("dee", "plain")] {
            let person = world.person("acme", id).await.unwrap();
            world
                .service
                .select_active_hat(&person, select(hat))
                .await
                .unwrap();
        }
        let desk = world.desk("acme").unwrap();
        let ask = || {
            world
                .service
                .access_profile_diagnostics(&desk, DiagnoseAccessProfiles::default())
        };
        let counts = ask().await.unwrap();
        assert_eq!((counts.profiles, counts.worn), (3, 4), "{name}");
        assert_eq!(counts.profiles_requiring_approval, 0, "{name}");
        let lapsed = counts.profile_gone
            + counts.account_inactive
            + counts.membership_missing
            + counts.factor_missing
            + counts.factor_expired
            + counts.approval_outdated;
        assert_eq!(lapsed, 0, "{name}");

        let gone = (tenant("acme"), AccessProfileId::new("gone").unwrap());
        remove::<AccessProfile>(&world, &gone).await;
        let choir = (MembershipScopeType::Group, "choir");
        let alto = membership("ada", choir, "alto").membership_id;
        remove::<Membership>(&world, &(tenant("acme"), alto)).await;
        let account = stored::<TenantAccount>(&world, &(tenant("acme"), user("dee"))).await;
        let suspended = TenantAccount {
            status: AccountStatus::Suspended,
            ..account.unwrap()
        };
        seed(&world, vec![suspended.into()]).await;
        world.clock.advance(Duration::from_secs(1));
        register(
            &world,
            RegisterAccessProfile {
                requires_approval: true,
                ..hat("plain")
            },
        )
        .await;
        let counts = ask().await.unwrap();
        assert_eq!((counts.profiles, counts.worn), (2, 4), "{name}");
        assert_eq!(counts.profiles_requiring_approval, 1, "{name}");
        let found = (
            counts.profile_gone,
            counts.membership_missing,
            counts.account_inactive,
        );
        assert_eq!(found, (1, 1, 1), "{name}");
        assert_eq!(counts.approval_outdated, 1, "{name}");

        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        let ask = DiagnoseAccessProfiles::default();
        let ended = world.service.access_profile_diagnostics(&ada, ask).await;
        assert_eq!(
            denied(&world, ended).await,
            Some(ReasonCode::RoleMissing),
            "{name}"
        );
        let bad = DiagnoseAccessProfiles {
            limit: Some(0),
            after: None,
        };
        let ended = world.service.access_profile_diagnostics(&desk, bad).await;
        assert_eq!(field(&ended.unwrap_err()), "limit", "{name}");
    }
}
