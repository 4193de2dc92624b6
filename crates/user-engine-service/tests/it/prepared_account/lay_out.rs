//! Preparing accounts, anew too, listing and ending them.

use super::*;
use crate::place::worlds;
use user_engine_service::{
    ConflictCause, ExpirePreparedAccount, ListPreparedAccounts, RevokePreparedAccount,
    UpdatePreparedAccount,
};

fn id(text: &str) -> PreparedAccountId {
    PreparedAccountId::new(text).unwrap()
}

/// Layouts that break a rule, by the field that is refused.
fn bad(world: &World) -> Vec<(&'static str, AccountLayout)> {
    let good = || layout(vec![]);
    let asks = |requirements: Vec<FactorRequirement>| AccountLayout {
        factor_requirements: List::new(requirements).unwrap(),
        ..good()
    };
    let gives = |entitlement: Entitlement| layout(vec![entitlement]);
    let global = match value("press.desk", "canary".into()) {
        Entitlement::ProfileValue(it) => Entitlement::ProfileValue(ProfileValueEntitlement {
            scope: ProfileScope::Global,
            ..it
        }),
        other => other,
    };
    let many = (0..33).map(|number| requirement(FactorType::Phone, &number.to_string(), None));
    let teams = (0..65).map(|number| membership(MembershipScopeType::Team, &number.to_string()));
    let editor = || membership(MembershipScopeType::Team, "press");
    vec![
        ("factor_requirements", asks(vec![])),
        ("factor_requirements", asks(many.collect())),
        ("factor_requirements", asks(vec![email(), email()])),
        (
            "normalized_value",
            asks(vec![requirement(FactorType::Email, "", None)]),
        ),
        (
            "source_system",
            asks(vec![requirement(FactorType::Eid, CANARY, None)]),
        ),
        (
            "source_system",
            asks(vec![requirement(FactorType::Sso, CANARY, None)]),
        ),
        (
            "source_system",
            asks(vec![requirement(FactorType::Email, CANARY, Some(""))]),
        ),
        ("entitlements", layout(teams.collect())),
        ("entitlements", layout(vec![editor(), editor()])),
        (
            "entitlements",
            layout(vec![access("press"), access("press")]),
        ),
        ("status", gives(tenant_account(AccountStatus::Suspended))),
        ("status", gives(tenant_account(AccountStatus::Deactivated))),
        (
            "scope_type",
            gives(membership(MembershipScopeType::Family, "acme")),
        ),
        (
            "scope_id",
            gives(membership(MembershipScopeType::Tenant, "globex")),
        ),
        ("scope", gives(global)),
        ("attribute_key", gives(value("nodot", CANARY.into()))),
        ("attribute_key", gives(value("other.desk", CANARY.into()))),
        ("attribute_key", gives(value("press.other", CANARY.into()))),
        ("attribute_key", gives(value("press.inner", CANARY.into()))),
        ("value", gives(value("press.desk", 7.into()))),
        (
            "expires_at",
            AccountLayout {
                expires_at: Some(world.clock.now()),
                ..good()
            },
        ),
    ]
}

#[tokio::test]
async fn a_layout_that_breaks_a_rule_is_refused_by_field() {
    for (name, world) in worlds().await {
        serve(&world).await;
        let desk = world.desk("acme").unwrap();
        let prepared_account_id = prepare(&world, "acme", layout(vec![])).await;
        let before = done(&world).await;
        for (expected, layout) in bad(&world) {
            let shown = format!("{layout:?}");
            assert!(!shown.contains("canary"), "{name}: {shown}");
            let request = PrepareAccount {
                prepared_account_id: None,
                layout: layout.clone(),
            };
            let refused = world.service.prepare_account(&desk, request).await;
            assert_eq!(field(refused), expected, "{name}");
            let request = UpdatePreparedAccount {
                prepared_account_id: prepared_account_id.clone(),
                layout,
            };
            let refused = world.service.update_prepared_account(&desk, request).await;
            assert_eq!(field(refused), expected, "{name}");
        }
        assert_eq!(done(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn what_an_entitlement_names_must_be_there() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let journey = Entitlement::OnboardingJourney(OnboardingJourneyEntitlement {
            protocol_id: ProtocolId::new("welcome").unwrap(),
            requires_approval: false,
        });
        let cases = [
            (RecordKind::Application, access("press")),
            (RecordKind::WelcomeProtocol, journey),
        ];
        for (kind, entitlement) in cases {
            let request = PrepareAccount {
                prepared_account_id: None,
                layout: layout(vec![entitlement]),
            };
            let refused = world.service.prepare_account(&desk, request).await;
            let refused = refused.unwrap_err();
            assert_eq!(*refused.kind(), ServiceErrorKind::NotFound(kind), "{name}");
        }
        assert_eq!(done(&world).await, (0, 0), "{name}");
    }
}

#[tokio::test]
async fn an_id_is_taken_once_in_a_tenant() {
    for (name, world) in worlds().await {
        let request = PrepareAccount {
            prepared_account_id: Some(id("first")),
            layout: layout(vec![]),
        };
        let service = &world.service;
        for tenant in ["acme", "globex"] {
            let desk = world.desk(tenant).unwrap();
            service
                .prepare_account(&desk, request.clone())
                .await
                .unwrap();
        }
        let desk = world.desk("acme").unwrap();
        let again = service.prepare_account(&desk, request).await.unwrap_err();
        let exists = ConflictCause::Exists(RecordKind::PreparedAccount);
        assert_eq!(again.conflict(), Some(exists), "{name}");
    }
}

#[tokio::test]
async fn a_pending_account_is_replaced_as_a_whole() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let hint = AccountLayout {
            display_name_hint: Some(Sensitive::new(text(CANARY))),
            ..layout(vec![membership(MembershipScopeType::Team, "press")])
        };
        let prepared_account_id = prepare(&world, "acme", hint).await;
        let request = UpdatePreparedAccount {
            prepared_account_id: prepared_account_id.clone(),
            layout: AccountLayout {
                factor_requirements: List::from([requirement(FactorType::Phone, "1", None)]),
                ..layout(vec![])
            },
        };
        let before = world.store.trips();
        let updated = world.service.update_prepared_account(&desk, request).await;
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!(updated.unwrap().response.entitlements, 0, "{name}");
        let key = (TenantId::new("acme").unwrap(), prepared_account_id);
        let now = stored::<PreparedAccount>(&world, &key).await.unwrap();
        assert_eq!(now.display_name_hint, None, "{name}");
        let asked = now.factor_requirements[0].factor_type;
        assert_eq!(asked, FactorType::Phone, "{name}");
    }
}

#[tokio::test]
async fn what_has_ended_is_not_changed() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let service = &world.service;
        let prepared_account_id = prepare(&world, "acme", layout(vec![])).await;
        let expire = ExpirePreparedAccount {
            prepared_account_id: prepared_account_id.clone(),
        };
        let early = service.expire_prepared_account(&desk, expire.clone()).await;
        assert_eq!(field(early), "expires_at", "{name}");
        let revoke = RevokePreparedAccount {
            prepared_account_id: prepared_account_id.clone(),
        };
        let revoked = service.revoke_prepared_account(&desk, revoke.clone()).await;
        let status = revoked.unwrap().response.status;
        assert_eq!(status, PreparedAccountStatus::Revoked, "{name}");
        let before = done(&world).await;
        let again = service.revoke_prepared_account(&desk, revoke).await;
        assert_eq!(field(again), "status", "{name}");
        let expired = service.expire_prepared_account(&desk, expire).await;
        assert_eq!(field(expired), "status", "{name}");
        let update = UpdatePreparedAccount {
            prepared_account_id,
            layout: layout(vec![]),
        };
        let updated = service.update_prepared_account(&desk, update).await;
        assert_eq!(field(updated), "status", "{name}");
        assert_eq!(done(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn one_that_has_run_out_is_marked_or_given_more_time() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let service = &world.service;
        let soon = |seconds: i64| {
            let micros = world.clock.now().as_micros() + seconds * 1_000_000;
            AccountLayout {
                expires_at: Some(Timestamp::from_micros(micros).unwrap()),
                ..layout(vec![])
            }
        };
        let prepared_account_id = prepare(&world, "acme", soon(60)).await;
        world.clock.advance(Duration::from_mins(1));
        let update = UpdatePreparedAccount {
            prepared_account_id: prepared_account_id.clone(),
            layout: soon(60),
        };
        service
            .update_prepared_account(&desk, update)
            .await
            .unwrap();
        world.clock.advance(Duration::from_mins(1));
        let expire = ExpirePreparedAccount {
            prepared_account_id,
        };
        let expired = service.expire_prepared_account(&desk, expire).await;
        let status = expired.unwrap().response.status;
        assert_eq!(status, PreparedAccountStatus::Expired, "{name}");
    }
}

#[tokio::test]
async fn what_was_laid_out_in_time_is_answered_again_when_it_has_run_out() {
    for (name, world) in worlds().await {
        let service = &world.service;
        let once = |id: &str| {
            let desk = world.desk("acme").unwrap();
            desk.with_operation(OperationId::new(id).unwrap())
        };
        let micros = world.clock.now().as_micros() + 60_000_000;
        let soon = AccountLayout {
            expires_at: Some(Timestamp::from_micros(micros).unwrap()),
            ..layout(vec![])
        };
        let prepare = PrepareAccount {
            prepared_account_id: Some(id("first")),
            layout: soon.clone(),
        };
        let update = UpdatePreparedAccount {
            prepared_account_id: id("first"),
            layout: soon,
        };
        let prepared = service
            .prepare_account(&once("prepared"), prepare.clone())
            .await;
        let prepared = prepared.unwrap().response;
        let updated = service
            .update_prepared_account(&once("updated"), update.clone())
            .await;
        let updated = updated.unwrap().response;
        world.clock.advance(Duration::from_mins(1));
        let before = done(&world).await;
        let again = service
            .prepare_account(&once("prepared"), prepare.clone())
            .await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, prepared, "{name}");
        let again = service
            .update_prepared_account(&once("updated"), update.clone())
            .await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, updated, "{name}");
        // Asked for anew it is too late.
        let late = service.update_prepared_account(&once("late"), update).await;
        assert_eq!(field(late), "expires_at", "{name}");
        let other = PrepareAccount {
            prepared_account_id: Some(id("second")),
            ..prepare
        };
        let late = service.prepare_account(&once("later"), other).await;
        assert_eq!(field(late), "expires_at", "{name}");
        assert_eq!(done(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_foreign_or_unknown_account_is_not_found() {
    for (name, world) in worlds().await {
        let foreign = prepare(&world, "acme", layout(vec![])).await;
        let desk = world.desk("globex").unwrap();
        let service = &world.service;
        let before = done(&world).await;
        for prepared_account_id in [foreign, id("unknown")] {
            let update = UpdatePreparedAccount {
                prepared_account_id: prepared_account_id.clone(),
                layout: layout(vec![]),
            };
            let revoke = RevokePreparedAccount {
                prepared_account_id: prepared_account_id.clone(),
            };
            let expire = ExpirePreparedAccount {
                prepared_account_id,
            };
            let refused = [
                service
                    .update_prepared_account(&desk, update)
                    .await
                    .unwrap_err(),
                service
                    .revoke_prepared_account(&desk, revoke)
                    .await
                    .unwrap_err(),
                service
                    .expire_prepared_account(&desk, expire)
                    .await
                    .unwrap_err(),
            ];
            let not_found = ServiceErrorKind::NotFound(RecordKind::PreparedAccount);
            assert!(refused.iter().all(|it| *it.kind() == not_found), "{name}");
        }
        assert_eq!(done(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn users_prepare_and_list_nothing() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let request = PrepareAccount {
            prepared_account_id: None,
            layout: layout(vec![]),
        };
        let prepared = world.service.prepare_account(&ada, request).await;
        assert!(is_denied(prepared), "{name}");
        let list = ListPreparedAccounts::default();
        let listed = world.service.list_prepared_accounts(&ada, list).await;
        assert!(is_denied(listed), "{name}");
    }
}

#[tokio::test]
async fn accounts_are_listed_page_by_page_and_shown_without_values() {
    for (name, world) in worlds().await {
        for tenant in ["acme", "acme", "acme", "globex"] {
            prepare(&world, tenant, layout(vec![])).await;
        }
        let desk = world.desk("acme").unwrap();
        let mut list = ListPreparedAccounts {
            limit: Some(2),
            ..ListPreparedAccounts::default()
        };
        let mut lengths = Vec::new();
        loop {
            let page = world.service.list_prepared_accounts(&desk, list.clone());
            let page = page.await.unwrap();
            assert!(!format!("{page:?}").contains("canary"), "{name}");
            lengths.push(page.prepared_accounts.len());
            list.after = page.next;
            if list.after.is_none() {
                break;
            }
        }
        assert_eq!(lengths.iter().sum::<usize>(), 3, "{name}");
        assert!(lengths.iter().all(|length| *length <= 2), "{name}");
        for limit in [0, 1_001] {
            let list = ListPreparedAccounts {
                limit: Some(limit),
                ..ListPreparedAccounts::default()
            };
            let refused = world.service.list_prepared_accounts(&desk, list).await;
            assert_eq!(field(refused), "limit", "{name}");
        }
    }
}
