//! Registering and listing hats.

use super::*;
use crate::place::worlds;
use std::collections::BTreeMap;
use user_engine_service::ListAccessProfiles;

#[tokio::test]
async fn a_hat_is_replaced_but_keeps_its_scope_and_beginning() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        catalog(&world, CatalogState::Active).await;
        let first = world
            .service
            .register_access_profile(&desk, choir_hat())
            .await;
        assert!(first.unwrap().response.is_new, "{name}");
        let key = (tenant("acme"), AccessProfileId::new("choir").unwrap());
        let before = stored::<AccessProfile>(&world, &key).await.unwrap();
        world.clock.advance(Duration::from_secs(9));
        let changed = RegisterAccessProfile {
            required_factor_types: List::default(),
            ..choir_hat()
        };
        let again = world.service.register_access_profile(&desk, changed).await;
        assert!(!again.unwrap().response.is_new, "{name}");
        let after = stored::<AccessProfile>(&world, &key).await.unwrap();
        assert_eq!(after.created_at, before.created_at, "{name}");
        assert!(after.updated_at > before.updated_at, "{name}");
        assert!(after.required_factor_types.is_empty(), "{name}");

        let scope = AccessScope {
            scope_type: AccessScopeType::Asset,
            scope_id: ScopeId::new("choir").unwrap(),
        };
        let moved = RegisterAccessProfile {
            scope,
            ..choir_hat()
        };
        let refused = world.service.register_access_profile(&desk, moved).await;
        assert_eq!(field(&refused.unwrap_err()), "scope", "{name}");
        let kept = stored::<AccessProfile>(&world, &key).await;
        assert_eq!(kept, Some(after), "{name}");
    }
}

#[tokio::test]
async fn a_hat_that_breaks_a_rule_is_refused_by_its_field() {
    let scope = |scope_type, scope_id: &str| AccessScope {
        scope_type,
        scope_id: ScopeId::new(scope_id).unwrap(),
    };
    let (realm, service) = (AccessScopeType::Realm, AccessScopeType::Service);
    let member = requirement(MembershipScopeType::Team, None, None);
    let stranger = requirement(MembershipScopeType::Tenant, Some("other"), None);
    let group = GroupId::new("singers").unwrap();
    let refused = [
        (
            "scope_id",
            RegisterAccessProfile {
                scope: scope(AccessScopeType::Tenant, "other"),
                ..hat("bad")
            },
        ),
        (
            "realm",
            RegisterAccessProfile {
                scope: scope(realm, "north"),
                realm: Some(RealmId::new("south").unwrap()),
                ..hat("bad")
            },
        ),
        (
            "service_id",
            RegisterAccessProfile {
                scope: scope(service, "mail"),
                service_id: Some(ServiceId::new("news").unwrap()),
                ..hat("bad")
            },
        ),
        (
            "asset_id",
            RegisterAccessProfile {
                scope: scope(AccessScopeType::Asset, "hall"),
                asset_id: Some(AssetId::new("barn").unwrap()),
                ..hat("bad")
            },
        ),
        (
            "required_memberships",
            RegisterAccessProfile {
                required_memberships: List::from([member.clone(), member]),
                ..hat("bad")
            },
        ),
        (
            "required_memberships",
            RegisterAccessProfile {
                required_memberships: List::from([stranger]),
                ..hat("bad")
            },
        ),
        (
            "required_factor_types",
            RegisterAccessProfile {
                required_factor_types: List::from([FactorType::Eid, FactorType::Eid]),
                ..hat("bad")
            },
        ),
        (
            "group_ids",
            RegisterAccessProfile {
                group_ids: List::from([group.clone(), group]),
                ..hat("bad")
            },
        ),
    ];
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        for (expected, request) in &refused {
            let ended = world
                .service
                .register_access_profile(&desk, request.clone())
                .await;
            assert_eq!(field(&ended.unwrap_err()), *expected, "{name}");
        }
        let key = (tenant("acme"), AccessProfileId::new("bad").unwrap());
        assert_eq!(stored::<AccessProfile>(&world, &key).await, None, "{name}");
        assert_eq!(logged(&world).await, (0, 0), "{name}");
    }
}

#[tokio::test]
async fn hats_are_registered_by_admins_alone() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let ended = world
            .service
            .register_access_profile(&ada, hat("own"))
            .await;
        assert_eq!(
            denied(&world, ended).await,
            Some(ReasonCode::RoleMissing),
            "{name}"
        );
        let foreign = world.desk("other").unwrap().in_tenant(tenant("acme"));
        let ended = world
            .service
            .register_access_profile(&foreign, hat("own"))
            .await;
        assert_eq!(
            denied(&world, ended).await,
            Some(ReasonCode::CrossTenant),
            "{name}"
        );
        let key = (tenant("acme"), AccessProfileId::new("own").unwrap());
        assert_eq!(stored::<AccessProfile>(&world, &key).await, None, "{name}");
        let operator = world.by("operator").unwrap().in_tenant(tenant("acme"));
        world
            .service
            .register_access_profile(&operator, hat("own"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn hats_are_listed_page_by_page_and_users_see_no_defaults() {
    for (name, world) in worlds().await {
        for id in ["a", "b", "c"] {
            register(
                &world,
                RegisterAccessProfile {
                    access_profile_id: AccessProfileId::new(id).unwrap(),
                    ..choir_hat()
                },
            )
            .await;
        }
        let desk = world.desk("acme").unwrap();
        let mut seen = Vec::new();
        let mut list = ListAccessProfiles {
            after: None,
            limit: Some(2),
        };
        loop {
            let before = world.store.trips();
            let page = world
                .service
                .list_access_profiles(&desk, list.clone())
                .await
                .unwrap();
            assert_eq!(world.store.trips() - before, 1, "{name}");
            assert!(page.access_profiles.len() <= 2, "{name}");
            for profile in page.access_profiles {
                assert_eq!(
                    profile.profile_defaults.map(|it| it.expose().len()),
                    Some(1)
                );
                seen.push(profile.access_profile_id.as_str().to_owned());
            }
            list.after = page.next;
            if list.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b", "c"], "{name}");

        let ada = world.person("acme", "ada").await.unwrap();
        let all = ListAccessProfiles::default();
        let page = world
            .service
            .list_access_profiles(&ada, all.clone())
            .await
            .unwrap();
        assert_eq!(page.access_profiles.len(), 3, "{name}");
        assert!(
            page.access_profiles
                .iter()
                .all(|it| it.profile_defaults.is_none()),
            "{name}"
        );
        let eve = world.person("other", "eve").await.unwrap();
        let page = world.service.list_access_profiles(&eve, all).await.unwrap();
        assert!(page.access_profiles.is_empty(), "{name}");
        for limit in [0, 1_001] {
            let bad = ListAccessProfiles {
                after: None,
                limit: Some(limit),
            };
            let refused = world.service.list_access_profiles(&desk, bad).await;
            assert_eq!(field(&refused.unwrap_err()), "limit", "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_registrations_of_a_hat_leave_one_that_is_whole() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let racers: Vec<_> = (0..8)
            .map(|number| {
                let (service, desk) = (world.service.clone(), desk.clone());
                let request = RegisterAccessProfile {
                    hat_name: Text::new(format!("Hat {number}")).unwrap(),
                    ..hat("raced")
                };
                tokio::spawn(async move { service.register_access_profile(&desk, request).await })
            })
            .collect();
        let mut ended = BTreeMap::new();
        for racer in racers {
            let key = match racer.await.unwrap() {
                Ok(done) if done.response.is_new => "new",
                Ok(_) => "replaced",
                Err(error) => {
                    assert!(error.conflict().is_some(), "{name}: {error:?}");
                    "lost"
                }
            };
            *ended.entry(key).or_insert(0) += 1;
        }
        assert_eq!(ended.get("new"), Some(&1), "{name}: {ended:?}");
    }
}

#[tokio::test]
async fn a_default_is_of_an_active_catalog_that_lets_others_set_it() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let with = |key: &str, value: serde_json::Value| {
            let default = (
                AttributeKey::new(key).unwrap(),
                JsonValue::new(value).unwrap(),
            );
            let profile_defaults = Sensitive::new(Map::from([default]));
            let request = RegisterAccessProfile {
                profile_defaults,
                ..hat("bad")
            };
            world.service.register_access_profile(&desk, request)
        };
        let refused = |ended: Result<_, ServiceError>| field(&ended.err().unwrap());
        let expected = "profile_defaults";
        let before = logged(&world).await;
        assert_eq!(
            refused(with("choir.voice", "alto".into()).await),
            expected,
            "{name}"
        );
        for state in [CatalogState::Draft, CatalogState::Retired] {
            catalog(&world, state).await;
            assert_eq!(
                refused(with("choir.voice", "alto".into()).await),
                expected,
                "{name}"
            );
        }
        catalog(&world, CatalogState::Active).await;
        for (key, value) in [
            ("voice", "alto".into()),
            ("choir.nothing", "alto".into()),
            ("choir.robe", "red".into()),
            ("choir.rank", "first".into()),
            ("choir.voice", 1.into()),
        ] {
            assert_eq!(refused(with(key, value).await), expected, "{name}: {key}");
        }
        assert_eq!(logged(&world).await, before, "{name}");
        with("choir.voice", "alto".into()).await.unwrap();
    }
}
