//! Claims that are granted, and what they give.

use super::*;
use crate::place::worlds;
use user_engine_service::{
    ConflictCause, RetireApplication, SetProfileValue, SetTenantAccountStatus,
};

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn value_key(user_id: &UserId, attribute_key: &str) -> ProfileValueKey {
    ProfileValueKey {
        tenant: Some(tenant()),
        user_id: user_id.clone(),
        attribute_key: AttributeKey::new(attribute_key).unwrap(),
        scope: ProfileScope::Tenant,
        scope_id: Some(ScopeId::from(&tenant())),
    }
}

#[tokio::test]
async fn every_kind_of_entitlement_is_given() {
    for (name, world) in worlds().await {
        serve(&world).await;
        let entitlements = vec![
            tenant_account(AccountStatus::Active),
            membership(MembershipScopeType::Team, "press"),
            access("press"),
            value("press.desk", CANARY.into()),
            value("press.badge", CANARY.into()),
        ];
        let hinted = AccountLayout {
            display_name_hint: Some(Sensitive::new(text(CANARY))),
            primary_email_hint: Some(Sensitive::new(text(CANARY))),
            ..layout(entitlements)
        };
        let id = prepare(&world, "acme", hinted).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, user_id) = register(&world, "acme", &eve, &[email()]).await;
        let before = events(&world).await.len();
        let claimed = world.service.claim_prepared_account(&eve, claim.clone());
        let claimed = claimed.await.unwrap().response;
        assert_eq!(claimed.memberships, 2, "{name}");
        assert_eq!(claimed.profile_values, 2, "{name}");
        let told: Vec<_> = events(&world).await.split_off(before);
        let mut told: Vec<_> = told.iter().map(|it| it.event_type.as_str()).collect();
        told.sort_unstable();
        let expected = [
            "membership.added",
            "membership.added",
            "prepared_account.claimed",
            "profile_value.set",
            "profile_value.set",
            "user.updated",
        ];
        assert_eq!(told, expected, "{name}");
        let user = stored::<User>(&world, &user_id).await.unwrap();
        assert!(user.display_name.is_some() && user.primary_email.is_some());
        let key = value_key(&user_id, "press.desk");
        let desk = stored::<ProfileValue>(&world, &key).await.unwrap();
        let account = stored::<PreparedAccount>(&world, &(tenant(), id)).await;
        let account = account.unwrap();
        assert_eq!(desk.updated_by, account.prepared_by, "{name}");
        assert_eq!(account.status, PreparedAccountStatus::Claimed, "{name}");
        let claim_on_record = account.claim.unwrap();
        assert_eq!(claim_on_record.user_id, user_id, "{name}");
        assert_eq!(claim_on_record.registration_id, claim.registration_id);
    }
}

#[tokio::test]
async fn what_the_user_has_stays() {
    for (name, world) in worlds().await {
        serve(&world).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let user_id = UserId::new("ada").unwrap();
        let set = SetProfileValue {
            user_id: user_id.clone(),
            attribute_key: AttributeKey::new("press.desk").unwrap(),
            scope: ProfileScope::Tenant,
            scope_id: None,
            value: Sensitive::new(JsonValue::new("hers".into()).unwrap()),
        };
        world.service.set_profile_value(&desk, set).await.unwrap();
        // An immutable attribute that holds everywhere is not hidden by one of the tenant.
        let everywhere = SetProfileValue {
            user_id: user_id.clone(),
            attribute_key: AttributeKey::new("press.badge").unwrap(),
            scope: ProfileScope::Global,
            scope_id: None,
            value: Sensitive::new(JsonValue::new("hers".into()).unwrap()),
        };
        let operator = world.by("operator").unwrap();
        let operator = operator.in_tenant(tenant());
        world
            .service
            .set_profile_value(&operator, everywhere)
            .await
            .unwrap();
        let entitlements = || {
            vec![
                tenant_account(AccountStatus::Invited),
                membership(MembershipScopeType::Team, "press"),
                value("press.desk", CANARY.into()),
                value("press.badge", CANARY.into()),
            ]
        };
        for memberships in [1, 0] {
            prepare(&world, "acme", layout(entitlements())).await;
            let (claim, _) = register(&world, "acme", &ada, &[email()]).await;
            let claimed = world.service.claim_prepared_account(&ada, claim).await;
            let claimed = claimed.unwrap().response;
            assert_eq!(claimed.memberships, memberships, "{name}");
            assert_eq!(claimed.profile_values, 0, "{name}");
            let status = claimed.tenant_account_status;
            assert_eq!(status, Some(AccountStatus::Active), "{name}");
        }
        let key = value_key(&user_id, "press.desk");
        let kept = stored::<ProfileValue>(&world, &key).await.unwrap();
        assert_eq!(kept.value.expose().to_text(), "\"hers\"", "{name}");
    }
}

#[tokio::test]
async fn a_claim_that_sets_an_immutable_value_and_another_scope_at_once_have_one_winner() {
    for (name, world) in worlds().await {
        serve(&world).await;
        prepare(
            &world,
            "acme",
            layout(vec![value("press.badge", CANARY.into())]),
        )
        .await;
        let ada = world.person("acme", "ada").await.unwrap();
        let (claim, user_id) = register(&world, "acme", &ada, &[email()]).await;
        let above = SetProfileValue {
            user_id: user_id.clone(),
            attribute_key: AttributeKey::new("press.badge").unwrap(),
            scope: ProfileScope::Application,
            scope_id: Some(ScopeId::new("press").unwrap()),
            value: Sensitive::new(JsonValue::new("covers".into()).unwrap()),
        };
        let operator = world.by("operator").unwrap().in_tenant(tenant());
        let mut late = world.service.begin(operator).unwrap();
        late.run(above).await.unwrap();
        let claimed = world.service.claim_prepared_account(&ada, claim).await;
        assert_eq!(claimed.unwrap().response.profile_values, 1, "{name}");
        let cause = late.commit().await.unwrap_err().conflict();
        let changed = ConflictCause::Changed(Some(RecordKind::User));
        assert_eq!(cause, Some(changed), "{name}");
    }
}

#[tokio::test]
async fn a_registration_of_no_tenant_claims_in_one_by_what_the_platform_vouched_for() {
    for (name, world) in worlds().await {
        let verifier = claims_of(ActorKind::Service, "verifier").unwrap();
        world.claims.set("verifier", Ok(verifier));
        for (subject, voucher) in [("eve", "operator"), ("adam", "verifier")] {
            let entitlements = vec![tenant_account(AccountStatus::Active)];
            let id = prepare(&world, "acme", layout(entitlements)).await;
            let claims = claims_of(ActorKind::Human, subject).unwrap();
            world.claims.set("of no tenant", Ok(claims));
            let person = world.by("of no tenant").unwrap();
            let registration_id = begin(&world, "acme", &person, &[]).await;
            let vouch = AttachRegistrationFactor {
                registration_id: registration_id.clone(),
                factor_type: FactorType::Email,
                normalized_value: Sensitive::new(text(CANARY)),
                display_value: None,
                source_system: text("verifier"),
                assurance: Map::default(),
                evidence_references: List::default(),
                expires_at: None,
            };
            // A tenant's desk vouches for nobody who registers outside of it.
            let service = &world.service;
            let desk = world.desk("acme").unwrap();
            let foreign = service.attach_registration_factor(&desk, vouch.clone());
            assert!(foreign.await.is_err(), "{name}");
            let voucher = world.by(voucher).unwrap();
            let attached = service.attach_registration_factor(&voucher, vouch);
            attached.await.unwrap();
            let complete = CompleteRegistration {
                registration_id: registration_id.clone(),
                secret: None,
                display_name: None,
                primary_email: None,
            };
            let completed = service.complete_registration(&person, complete);
            completed.await.unwrap();
            let in_acme = stranger(&world, "acme", subject);
            let claim = ClaimPreparedAccount { registration_id };
            let claimed = service.claim_prepared_account(&in_acme, claim).await;
            let claimed = claimed.unwrap().response;
            assert_eq!(claimed.prepared_account_id, id, "{name}");
            let key = (tenant(), claimed.user_id);
            let opened = stored::<TenantAccount>(&world, &key).await.unwrap();
            assert_eq!(opened.status, AccountStatus::Active, "{name}");
        }
    }
}

#[tokio::test]
async fn the_tenants_service_claims_for_its_users() {
    for (name, world) in worlds().await {
        prepare(&world, "acme", layout(vec![])).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, user_id) = register(&world, "acme", &eve, &[email()]).await;
        let desk = world.desk("acme").unwrap();
        let claimed = world.service.claim_prepared_account(&desk, claim).await;
        assert_eq!(claimed.unwrap().response.user_id, user_id, "{name}");
    }
}

#[tokio::test]
async fn an_account_that_was_laid_out_becomes_active() {
    for (name, world) in worlds().await {
        let entitlements = vec![tenant_account(AccountStatus::Active)];
        prepare(&world, "acme", layout(entitlements)).await;
        let ada = world.person("globex", "ada").await.unwrap();
        let desk = world.desk("globex").unwrap();
        let (claim, user_id) = register(&world, "globex", &ada, &[email()]).await;
        drop((claim, desk));
        let invite = SetTenantAccountStatus {
            user_id: user_id.clone(),
            status: AccountStatus::Invited,
        };
        let operator = world.by("operator").unwrap().in_tenant(tenant());
        world
            .service
            .set_tenant_account_status(&operator, invite)
            .await
            .unwrap();
        let in_acme = world.sign_in("acme", "ada", &[]).unwrap();
        let (claim, _) = register(&world, "acme", &in_acme, &[email()]).await;
        let key = (tenant(), user_id);
        let completed = stored::<TenantAccount>(&world, &key).await.unwrap();
        assert_eq!(completed.status, AccountStatus::Active, "{name}");
        let claimed = world.service.claim_prepared_account(&in_acme, claim).await;
        let status = claimed.unwrap().response.tenant_account_status;
        assert_eq!(status, Some(AccountStatus::Active), "{name}");
    }
}

#[tokio::test]
async fn a_claim_costs_three_round_trips_and_a_fourth_for_values_and_applications() {
    for (name, world) in worlds().await {
        serve(&world).await;
        let mut costs = Vec::new();
        let given = [
            membership(MembershipScopeType::Team, "press"),
            value("press.desk", CANARY.into()),
            access("press"),
        ];
        let subjects = ["eve", "adam", "cleo"];
        for (subject, entitlement) in subjects.into_iter().zip(given) {
            prepare(&world, "acme", layout(vec![entitlement])).await;
            let person = stranger(&world, "acme", subject);
            let (claim, user_id) = register(&world, "acme", &person, &[email()]).await;
            let claims = Claims {
                tenant: Some(tenant()),
                user_id: Some(user_id),
                ..claims_of(ActorKind::Human, subject).unwrap()
            };
            world.claims.set(subject, Ok(claims));
            let known = world.by(subject).unwrap();
            let before = world.store.trips();
            world
                .service
                .claim_prepared_account(&known, claim)
                .await
                .unwrap();
            costs.push(world.store.trips() - before);
        }
        assert_eq!(costs, [3, 4, 4], "{name}");
    }
}

#[tokio::test]
async fn a_repeated_claim_gives_the_first_answer() {
    for (name, world) in worlds().await {
        prepare(&world, "acme", layout(vec![])).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, _) = register(&world, "acme", &eve, &[email()]).await;
        let once = eve.with_operation(OperationId::new("once").unwrap());
        let service = &world.service;
        let first = service.claim_prepared_account(&once, claim.clone()).await;
        let first = first.unwrap();
        let again = service.claim_prepared_account(&once, claim).await.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
    }
}

#[tokio::test]
async fn an_account_is_found_among_more_than_a_page_that_begin_alike() {
    for (name, world) in worlds().await {
        let invite = || requirement(FactorType::Invite, "campaign", None);
        let one = |number: usize| {
            let address = format!("{number}@mail.example");
            requirement(FactorType::Email, &address, None)
        };
        let at = Timestamp::from_micros(0).unwrap();
        let account = |number: usize| PreparedAccount {
            tenant: tenant(),
            prepared_account_id: PreparedAccountId::new(format!("account-{number:04}")).unwrap(),
            factor_requirements: List::from([invite(), one(number)]),
            entitlements: List::default(),
            status: PreparedAccountStatus::Pending,
            prepared_by: ActorId::new("admin").unwrap(),
            display_name_hint: None,
            primary_email_hint: None,
            claim: None,
            expires_at: None,
            created_at: at,
            updated_at: at,
        };
        for part in 0..3 {
            let records = (0..400).map(|number| account(part * 400 + number).into());
            crate::access_profile::seed(&world, records.collect()).await;
        }
        // On the first page, and behind it.
        for number in [7, 1_107] {
            let eve = stranger(&world, "acme", &format!("eve {number}"));
            let (claim, _) = register(&world, "acme", &eve, &[invite(), one(number)]).await;
            let claimed = world.service.claim_prepared_account(&eve, claim).await;
            let claimed = claimed.unwrap().response.prepared_account_id;
            assert_eq!(claimed, account(number).prepared_account_id, "{name}");
        }
        let mallory = stranger(&world, "acme", "mallory");
        let (claim, _) = register(&world, "acme", &mallory, &[invite()]).await;
        let denied = world.service.claim_prepared_account(&mallory, claim).await;
        assert!(is_denied(denied), "{name}");
    }
}

#[tokio::test]
async fn nobody_becomes_a_member_of_an_application_that_was_retired_since() {
    for (name, world) in worlds().await {
        serve(&world).await;
        prepare(&world, "acme", layout(vec![access("press")])).await;
        let eve = stranger(&world, "acme", "eve");
        let (claim, user_id) = register(&world, "acme", &eve, &[email()]).await;
        let operator = world.by("operator").unwrap();
        let retire = RetireApplication {
            application_id: ApplicationId::new("press").unwrap(),
        };
        let mut late = world.service.begin(eve.clone()).unwrap();
        late.run(claim.clone()).await.unwrap();
        let retired = world.service.retire_application(&operator, retire).await;
        retired.unwrap();
        let cause = late.commit().await.unwrap_err().conflict();
        let changed = ConflictCause::Changed(Some(RecordKind::Application));
        assert_eq!(cause, Some(changed), "{name}");
        let before = done(&world).await;
        let claimed = world.service.claim_prepared_account(&eve, claim.clone());
        let kind = claimed.await.unwrap_err().kind().clone();
        let gone = ServiceErrorKind::NotFound(RecordKind::Application);
        assert_eq!(kind, gone, "{name}");
        assert_eq!(done(&world).await, before, "{name}");
        // Who is a member already gets the rest.
        let scope = MembershipScope {
            scope_type: MembershipScopeType::Application,
            scope_id: ScopeId::new("press").unwrap(),
        };
        let kind = MembershipKind::new("member").unwrap();
        let member = Membership {
            tenant: tenant(),
            membership_id: Membership::derive_id(&user_id, &scope, &kind),
            user_id,
            scope,
            kind,
            created_at: world.clock.now(),
        };
        seed(&world, member).await;
        let claimed = world.service.claim_prepared_account(&eve, claim).await;
        assert_eq!(claimed.unwrap().response.memberships, 0, "{name}");
    }
}
