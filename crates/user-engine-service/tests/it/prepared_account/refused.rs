//! Claims that are denied: always alike, and audited with the reason.

use super::*;
use crate::place::worlds;
use user_engine_service::{Decision, SetAccountStatus, SetTenantAccountStatus};

/// Claims, is denied, and gives the reason on record; nothing else may have been written.
async fn reason(
    world: &World,
    by: &RequestContext,
    claim: &ClaimPreparedAccount,
) -> Option<ReasonCode> {
    let before = done(world).await;
    let denied = world.service.claim_prepared_account(by, claim.clone());
    let denied = denied.await;
    assert!(!format!("{denied:?}").contains("canary"));
    assert!(is_denied(denied));
    assert_eq!(done(world).await, before);
    audits(world).await.last().and_then(|it| it.reason)
}

#[tokio::test]
async fn each_misfit_is_denied_alike_with_a_reason_on_record() {
    for (name, world) in worlds().await {
        let eve = stranger(&world, "acme", "eve");
        let (claim, _) = register(&world, "acme", &eve, &[email()]).await;
        let none = reason(&world, &eve, &claim).await;
        assert_eq!(none, Some(ReasonCode::NotFound), "{name}");

        let both = AccountLayout {
            factor_requirements: List::from([
                email(),
                requirement(FactorType::Phone, "canary-1", None),
            ]),
            ..layout(vec![])
        };
        prepare(&world, "acme", both).await;
        let missing = reason(&world, &eve, &claim).await;
        assert_eq!(missing, Some(ReasonCode::FactorMissing), "{name}");

        let micros = world.clock.now().as_micros() + 60_000_000;
        let soon = AccountLayout {
            expires_at: Some(Timestamp::from_micros(micros).unwrap()),
            ..layout(vec![])
        };
        prepare(&world, "acme", soon).await;
        world.clock.advance(Duration::from_mins(1));
        let expired = reason(&world, &eve, &claim).await;
        assert_eq!(expired, Some(ReasonCode::Expired), "{name}");

        let withdrawn = prepare(&world, "acme", layout(vec![])).await;
        let revoke = user_engine_service::RevokePreparedAccount {
            prepared_account_id: withdrawn,
        };
        let desk = world.desk("acme").unwrap();
        world
            .service
            .revoke_prepared_account(&desk, revoke)
            .await
            .unwrap();
        let revoked = reason(&world, &eve, &claim).await;
        assert_eq!(revoked, Some(ReasonCode::Revoked), "{name}");

        prepare(&world, "acme", layout(vec![])).await;
        prepare(&world, "acme", layout(vec![])).await;
        let ambiguous = reason(&world, &eve, &claim).await;
        assert_eq!(ambiguous, Some(ReasonCode::Ambiguous), "{name}");
    }
}

#[tokio::test]
async fn what_was_claimed_is_claimed() {
    for (name, world) in worlds().await {
        prepare(&world, "acme", layout(vec![])).await;
        for (subject, is_first) in [("eve", true), ("adam", false)] {
            let person = stranger(&world, "acme", subject);
            let (claim, _) = register(&world, "acme", &person, &[email()]).await;
            if is_first {
                let claimed = world.service.claim_prepared_account(&person, claim).await;
                claimed.unwrap();
                continue;
            }
            let late = reason(&world, &person, &claim).await;
            assert_eq!(late, Some(ReasonCode::AlreadyClaimed), "{name}");
        }
    }
}

#[tokio::test]
async fn a_registration_claims_nothing_before_its_end_or_for_others() {
    for (name, world) in worlds().await {
        prepare(&world, "acme", layout(vec![])).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, _) = register(&world, "acme", &eve, &[email()]).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let others = reason(&world, &ada, &claim).await;
        assert_eq!(others, Some(ReasonCode::RoleMissing), "{name}");

        let registration_id = begin(&world, "acme", &ada, &[email()]).await;
        let open = ClaimPreparedAccount { registration_id };
        let desk = world.desk("acme").unwrap();
        let early = reason(&world, &desk, &open).await;
        assert_eq!(early, Some(ReasonCode::RegistrationIncomplete), "{name}");

        let globex = world.desk("globex").unwrap();
        let foreign = reason(&world, &globex, &claim).await;
        let unknown = ClaimPreparedAccount {
            registration_id: RegistrationId::new("unknown").unwrap(),
        };
        let unknown = reason(&world, &globex, &unknown).await;
        assert_eq!(foreign, Some(ReasonCode::NotFound), "{name}");
        assert_eq!(unknown, foreign, "{name}");
    }
}

#[tokio::test]
async fn factors_of_another_registration_do_not_count() {
    for (name, world) in worlds().await {
        let asked = AccountLayout {
            factor_requirements: List::from([
                email(),
                requirement(FactorType::Phone, "canary-1", None),
            ]),
            ..layout(vec![])
        };
        prepare(&world, "acme", asked).await;
        let eve = stranger(&world, "acme", "eve");
        let phone = requirement(FactorType::Phone, "canary-1", None);
        register(&world, "acme", &eve, &[phone]).await;
        let (claim, _) = register(&world, "acme", &eve, &[email()]).await;
        let missing = reason(&world, &eve, &claim).await;
        assert_eq!(missing, Some(ReasonCode::FactorMissing), "{name}");
    }
}

#[tokio::test]
async fn what_another_tenant_vouched_for_claims_nothing() {
    for (name, world) in worlds().await {
        let asked = AccountLayout {
            factor_requirements: List::from([
                requirement(FactorType::Phone, "canary-1", None),
                email(),
            ]),
            ..layout(vec![])
        };
        prepare(&world, "acme", asked).await;
        let phone = requirement(FactorType::Phone, "canary-1", None);
        let both = [phone.clone(), email()];
        // The one person, with everything verified in globex and the phone alone in acme.
        let abroad = stranger(&world, "globex", "eve");
        let (there, user_id) = register(&world, "globex", &abroad, &both).await;
        let eve = stranger(&world, "acme", "eve");
        let (here, same) = register(&world, "acme", &eve, &[phone]).await;
        assert_eq!(user_id, same, "{name}");
        let desk = world.desk("acme").unwrap();
        for by in [&eve, &desk] {
            let theirs = reason(&world, by, &there).await;
            assert_eq!(theirs, Some(ReasonCode::NotFound), "{name}");
            let missing = reason(&world, by, &here).await;
            assert_eq!(missing, Some(ReasonCode::FactorMissing), "{name}");
        }
        // Vouched for in acme it claims.
        let (here, _) = register(&world, "acme", &eve, &both).await;
        let claimed = world.service.claim_prepared_account(&eve, here).await;
        claimed.unwrap();
    }
}

#[tokio::test]
async fn an_approval_is_asked_of_the_authorizer_each_time() {
    for (name, world) in worlds().await {
        let entitlement = Entitlement::Membership(MembershipEntitlement {
            scope: MembershipScope {
                scope_type: MembershipScopeType::Team,
                scope_id: ScopeId::new("press").unwrap(),
            },
            kind: MembershipKind::new("editor").unwrap(),
            requires_approval: true,
        });
        let twice = prepare(&world, "acme", layout(vec![entitlement.clone()])).await;
        let id = prepare(&world, "acme", layout(vec![entitlement])).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, _) = register(&world, "acme", &eve, &[email()]).await;
        // What fits several accounts is no choice to approve.
        world
            .authorizer
            .set("claim_prepared_account", Decision::Approved);
        let both = reason(&world, &eve, &claim).await;
        assert_eq!(both, Some(ReasonCode::Ambiguous), "{name}");
        let revoke = user_engine_service::RevokePreparedAccount {
            prepared_account_id: twice,
        };
        let desk = world.desk("acme").unwrap();
        let revoked = world.service.revoke_prepared_account(&desk, revoke).await;
        revoked.unwrap();
        world
            .authorizer
            .set("claim_prepared_account", Decision::Allow);
        let early = reason(&world, &eve, &claim).await;
        assert_eq!(early, Some(ReasonCode::ApprovalRequired), "{name}");
        let denial = audits(&world).await.pop().unwrap();
        let key = PreparedAccount::key_of(&(TenantId::new("acme").unwrap(), id));
        let waiting = AuditTarget::of(&RecordId::new(RecordKind::PreparedAccount, key));
        assert_eq!(denial.target, Some(waiting), "{name}");
        let asked = world.authorizer.last_target();
        let key = RegistrationSession::key_of(&claim.registration_id);
        let registration = RecordId::new(RecordKind::RegistrationSession, key);
        assert_eq!(asked, Some(registration), "{name}");
        let operation = "claim_prepared_account";
        world.authorizer.set(operation, Decision::Unavailable);
        let unknown = reason(&world, &eve, &claim).await;
        assert_eq!(unknown, Some(ReasonCode::PolicyUnavailable), "{name}");
        world.authorizer.set(operation, Decision::Approved);
        let claimed = world.service.claim_prepared_account(&eve, claim).await;
        assert_eq!(claimed.unwrap().response.memberships, 1, "{name}");
    }
}

#[tokio::test]
async fn who_may_not_act_gets_nothing() {
    for (name, world) in worlds().await {
        prepare(&world, "acme", layout(vec![])).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let (claim, user_id) = register(&world, "acme", &ada, &[email()]).await;
        let desk = world.desk("acme").unwrap();
        let suspend = SetTenantAccountStatus {
            user_id: user_id.clone(),
            status: AccountStatus::Suspended,
        };
        let suspended = world.service.set_tenant_account_status(&desk, suspend);
        suspended.await.unwrap();
        for by in [&ada, &desk] {
            let here = reason(&world, by, &claim).await;
            assert_eq!(here, Some(ReasonCode::TenantAccountInactive), "{name}");
        }
        let suspend = SetAccountStatus {
            user_id,
            status: AccountStatus::Suspended,
        };
        let operator = world.by("operator").unwrap();
        let suspended = world.service.set_account_status(&operator, suspend);
        suspended.await.unwrap();
        for by in [&ada, &desk] {
            let anywhere = reason(&world, by, &claim).await;
            assert_eq!(anywhere, Some(ReasonCode::AccountInactive), "{name}");
        }
    }
}

#[tokio::test]
async fn an_attribute_that_is_not_in_force_any_more_is_refused() {
    for (name, world) in worlds().await {
        serve(&world).await;
        let given = vec![value("press.desk", CANARY.into())];
        prepare(&world, "acme", layout(given)).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, user_id) = register(&world, "acme", &eve, &[email()]).await;
        let namespace = CatalogNamespace::new("press").unwrap();
        let catalog = stored::<Catalog>(&world, &namespace).await.unwrap();
        let retired = Catalog {
            state: CatalogState::Retired,
            ..catalog
        };
        seed(&world, retired).await;
        let before = done(&world).await;
        let claimed = world.service.claim_prepared_account(&eve, claim).await;
        assert_eq!(field(claimed), "attribute_key", "{name}");
        assert_eq!(done(&world).await, before, "{name}");
        assert!(stored::<User>(&world, &user_id).await.is_some(), "{name}");
    }
}

#[tokio::test]
async fn no_factor_value_is_seen_outside_of_records() {
    for (name, world) in worlds().await {
        serve(&world).await;
        let hinted = AccountLayout {
            display_name_hint: Some(Sensitive::new(text(CANARY))),
            primary_email_hint: Some(Sensitive::new(text(CANARY))),
            ..layout(vec![value("press.desk", CANARY.into())])
        };
        let mut seen = vec![format!("{hinted:?}")];
        let id = prepare(&world, "acme", hinted).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, _) = register(&world, "acme", &eve, &[email()]).await;
        let service = &world.service;
        let claimed = service.claim_prepared_account(&eve, claim.clone()).await;
        seen.push(format!("{:?}", claimed.unwrap()));
        let again = service.claim_prepared_account(&eve, claim).await;
        let again = again.unwrap_err();
        seen.push(format!("{again:?} {again}"));
        for audit in audits(&world).await {
            seen.push(audit.actor.id.as_str().to_owned());
            seen.push(
                audit
                    .target
                    .as_ref()
                    .map_or("", |target| target.key())
                    .to_owned(),
            );
        }
        for event in events(&world).await {
            seen.push(event.payload.to_text());
            seen.push(event.aggregate.key.as_str().to_owned());
        }
        let seen = seen.concat();
        assert!(seen.contains(id.as_str()), "{name}: it looked");
        assert!(!seen.contains("canary"), "{name}");
        let digest = PreparedAccount::claim_scope_id(FactorType::Email, CANARY);
        assert!(!seen.contains(&digest), "{name}");
    }
}
