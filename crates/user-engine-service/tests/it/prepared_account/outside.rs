//! Registrations of no tenant: what a tenant may do about who made them.

use super::*;
use crate::place::{stores, worlds};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use user_engine_ports::{Committed, Precondition, StoreError, UnitOfWork};
use user_engine_service::scenario::{HookedStore, Hooks};
use user_engine_service::{ConflictCause, IssuerTenants, Role};

fn acme() -> TenantId {
    TenantId::new("acme").unwrap()
}

/// Registers eve outside of every tenant, with the e-mail address that an operator vouches for.
async fn register_outside(world: &World) -> (ClaimPreparedAccount, UserId) {
    let claims = claims_of(ActorKind::Human, "eve").unwrap();
    world.claims.set("eve", Ok(claims));
    let eve = world.by("eve").unwrap();
    let registration_id = begin(world, "acme", &eve, &[]).await;
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
    let operator = world.by("operator").unwrap();
    let attached = world.service.attach_registration_factor(&operator, vouch);
    attached.await.unwrap();
    let complete = CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    };
    let done = world.service.complete_registration(&eve, complete).await;
    let user_id = done.unwrap().response.user_id;
    (ClaimPreparedAccount { registration_id }, user_id)
}

/// A service and administrator of a tenant, by an issuer that speaks for that tenant alone.
fn confined_desk(world: &World) -> RequestContext {
    let desk = Claims {
        tenant: Some(acme()),
        issuer: Issuer::new("https://acme.example").unwrap(),
        issuer_tenants: IssuerTenants::Only([acme()].into()),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Service, "desk").unwrap()
    };
    world.claims.set("confined desk", Ok(desk));
    world.by("confined desk").unwrap()
}

fn hinted(entitlement: Entitlement) -> AccountLayout {
    AccountLayout {
        primary_email_hint: Some(Sensitive::new(text(CANARY))),
        ..layout(vec![entitlement])
    }
}

#[tokio::test]
async fn a_tenants_service_claims_for_nobody_who_registered_outside_of_it() {
    for (name, world) in worlds().await {
        let (claim, user_id) = register_outside(&world).await;
        prepare(
            &world,
            "acme",
            hinted(tenant_account(AccountStatus::Active)),
        )
        .await;
        let unknown = ClaimPreparedAccount {
            registration_id: RegistrationId::new("no such registration").unwrap(),
        };
        let before = done(&world).await;
        for desk in [world.desk("acme").unwrap(), confined_desk(&world)] {
            for claim in [&unknown, &claim] {
                let denied = world.service.claim_prepared_account(&desk, claim.clone());
                assert!(is_denied(denied.await), "{name}");
                let reason = audits(&world).await.last().and_then(|it| it.reason);
                assert_eq!(reason, Some(ReasonCode::NotFound), "{name}");
            }
        }
        assert_eq!(done(&world).await, before, "{name}");
        let key = (acme(), user_id.clone());
        assert_eq!(stored::<TenantAccount>(&world, &key).await, None, "{name}");
        // Coming in is eve's to decide.
        let eve = stranger(&world, "acme", "eve");
        let claimed = world.service.claim_prepared_account(&eve, claim).await;
        assert_eq!(claimed.unwrap().response.user_id, user_id, "{name}");
        let user = stored::<User>(&world, &user_id).await.unwrap();
        assert!(user.primary_email.is_some(), "{name}");
    }
}

#[tokio::test]
async fn an_operator_claims_for_who_registered_outside_of_the_tenant() {
    for (name, world) in worlds().await {
        let (claim, user_id) = register_outside(&world).await;
        prepare(
            &world,
            "acme",
            hinted(tenant_account(AccountStatus::Active)),
        )
        .await;
        let operator = world.by("operator").unwrap().in_tenant(acme());
        let claimed = world.service.claim_prepared_account(&operator, claim).await;
        assert_eq!(claimed.unwrap().response.user_id, user_id, "{name}");
    }
}

#[tokio::test]
async fn hints_are_for_those_who_have_a_tenant_account() {
    for (name, world) in worlds().await {
        let (claim, user_id) = register_outside(&world).await;
        let team = membership(MembershipScopeType::Team, "press");
        prepare(&world, "acme", hinted(team)).await;
        let eve = stranger(&world, "acme", "eve");
        let claimed = world.service.claim_prepared_account(&eve, claim.clone());
        assert_eq!(claimed.await.unwrap().response.memberships, 1, "{name}");
        let user = stored::<User>(&world, &user_id).await.unwrap();
        assert_eq!(user.primary_email, None, "{name}");
        // One that comes with the claim will do, as does one that is there.
        prepare(
            &world,
            "acme",
            hinted(tenant_account(AccountStatus::Invited)),
        )
        .await;
        world
            .service
            .claim_prepared_account(&eve, claim)
            .await
            .unwrap();
        let user = stored::<User>(&world, &user_id).await.unwrap();
        assert!(user.primary_email.is_some(), "{name}");
    }
}

/// Saves something behind the reads and before the commit of the next unit.
#[derive(Default)]
struct Meddler(Mutex<Option<(Arc<dyn UserEngineStore>, DomainRecord)>>);

#[async_trait]
impl Hooks for Meddler {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let meddling = self.0.lock().unwrap().take();
        if let Some((store, record)) = meddling {
            let id = OperationId::new("meddle").unwrap();
            let operation = Operation::new(id, RequestDigest::of("meddle"));
            let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
            tx.save_if(record, Precondition::Any).unwrap();
            tx.commit().await.unwrap();
        }
        unit.commit().await
    }
}

#[tokio::test]
async fn who_is_suspended_here_meanwhile_gets_nothing() {
    for (name, store) in stores().await {
        let meddler = Arc::new(Meddler::default());
        let hooked = HookedStore::new(store.clone(), meddler.clone());
        let world = World::new(Arc::new(hooked)).unwrap();
        let (claim, user_id) = register_outside(&world).await;
        let team = membership(MembershipScopeType::Team, "press");
        prepare(&world, "acme", layout(vec![team])).await;
        let now = world.clock.now();
        let suspended = TenantAccount {
            tenant: acme(),
            user_id,
            status: AccountStatus::Suspended,
            created_at: now,
            updated_at: now,
        };
        *meddler.0.lock().unwrap() = Some((store, suspended.into()));
        let eve = stranger(&world, "acme", "eve");
        let claimed = world.service.claim_prepared_account(&eve, claim.clone());
        let cause = claimed.await.unwrap_err().conflict();
        let kind = RecordKind::TenantAccount;
        let is_of_it = matches!(
            cause,
            Some(ConflictCause::Changed(Some(found)) | ConflictCause::Exists(found)) if found == kind
        );
        assert!(is_of_it, "{name}: {cause:?}");
        let denied = world.service.claim_prepared_account(&eve, claim).await;
        assert!(is_denied(denied), "{name}");
    }
}
