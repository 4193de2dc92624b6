//! Selecting a hat: what it needs, and what it keeps.

use super::*;
use crate::place::{stores, worlds};
use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use user_engine_ports::{Committed, Precondition, StoreError, UnitOfWork};
use user_engine_service::scenario::{HookedStore, Hooks};
use user_engine_service::{ConflictCause, Decision, Role};

async fn worn(world: &World, user_id: &str) -> Option<ActiveAccessContext> {
    stored::<ActiveAccessContext>(world, &(tenant("acme"), user(user_id))).await
}

#[tokio::test]
async fn a_selected_hat_keeps_what_it_required_and_granted() {
    for (name, world) in worlds().await {
        register(&world, choir_hat()).await;
        let ada = ada(&world).await;
        let before = world.store.trips();
        let selected = world.service.select_active_hat(&ada, select("choir")).await;
        let selected = selected.unwrap().response;
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!(
            (selected.groups, selected.journeys_started),
            (1, 0),
            "{name}"
        );
        assert_eq!(selected.previous_access_profile_id, None, "{name}");
        let context = worn(&world, "ada").await.unwrap();
        let choir = (MembershipScopeType::Group, "choir");
        let alto = membership("ada", choir, "alto").membership_id;
        assert_eq!(*context.matched_membership_ids, [alto], "{name}");
        assert_eq!(context.verified_factor_ids[0].as_str(), "eid", "{name}");
        assert_eq!(context.group_ids[0].as_str(), "singers", "{name}");
        assert_eq!(context.projection_claims.len(), 1, "{name}");
        assert_eq!(context.profile_defaults.expose().len(), 1, "{name}");
        assert_eq!(context.scope, choir_hat().scope, "{name}");
        assert_eq!(
            last_events(&world, 1).await,
            ["access_profile.hat_selected"],
            "{name}"
        );

        register(
            &world,
            RegisterAccessProfile {
                group_ids: List::default(),
                ..choir_hat()
            },
        )
        .await;
        assert_eq!(worn(&world, "ada").await, Some(context), "{name}");
    }
}

#[tokio::test]
async fn a_user_wears_one_hat_in_a_tenant() {
    for (name, world) in worlds().await {
        register(&world, hat("plain")).await;
        register(&world, hat("other")).await;
        let ada = world.person("acme", "ada").await.unwrap();
        for (id, previous) in [
            ("plain", None),
            ("other", Some("plain")),
            ("other", Some("other")),
        ] {
            let selected = world.service.select_active_hat(&ada, select(id)).await;
            let was = selected.unwrap().response.previous_access_profile_id;
            assert_eq!(
                was.as_ref().map(AccessProfileId::as_str),
                previous,
                "{name}"
            );
            let context = worn(&world, "ada").await.unwrap();
            assert_eq!(context.access_profile_id.as_str(), id, "{name}");
        }
    }
}

#[tokio::test]
async fn a_hat_is_denied_for_each_thing_that_it_requires() {
    for (name, world) in worlds().await {
        register(&world, choir_hat()).await;
        register(
            &world,
            RegisterAccessProfile {
                required_memberships: List::from([requirement(
                    MembershipScopeType::Group,
                    None,
                    Some("conductor"),
                )]),
                ..hat("conductor")
            },
        )
        .await;
        let bob = world.person("acme", "bob").await.unwrap();
        let choose = |id| world.service.select_active_hat(&bob, select(id));
        let lacking = denied(&world, choose("choir").await).await;
        assert_eq!(lacking, Some(ReasonCode::MembershipMissing), "{name}");

        let elsewhere = (MembershipScopeType::Team, "choir");
        seed(&world, vec![membership("bob", elsewhere, "bass").into()]).await;
        let lacking = denied(&world, choose("choir").await).await;
        assert_eq!(lacking, Some(ReasonCode::MembershipMissing), "{name}");

        let choir = (MembershipScopeType::Group, "choir");
        seed(&world, vec![membership("bob", choir, "bass").into()]).await;
        let lacking = denied(&world, choose("choir").await).await;
        assert_eq!(lacking, Some(ReasonCode::FactorMissing), "{name}");
        let lacking = denied(&world, choose("conductor").await).await;
        assert_eq!(lacking, Some(ReasonCode::MembershipMissing), "{name}");

        let now = world.clock.now();
        let soon = Timestamp::from_micros(now.as_micros() + 1_000_000).unwrap();
        let others = factor("mail", "bob", FactorType::Email, None);
        let brief = factor("brief", "bob", FactorType::Eid, Some(now));
        let vouched = registration("bob", None);
        seed(&world, vec![others.into(), brief.into(), vouched.into()]).await;
        let lacking = denied(&world, choose("choir").await).await;
        assert_eq!(lacking, Some(ReasonCode::FactorExpired), "{name}");
        assert_eq!(worn(&world, "bob").await, None, "{name}");

        let long = factor("long", "bob", FactorType::Eid, Some(soon));
        seed(&world, vec![long.into()]).await;
        choose("choir").await.unwrap();
        let context = worn(&world, "bob").await.unwrap();
        assert_eq!(context.verified_factor_ids[0].as_str(), "long", "{name}");
        world.clock.advance(Duration::from_secs(1));
        let lacking = denied(&world, choose("choir").await).await;
        assert_eq!(lacking, Some(ReasonCode::FactorExpired), "{name}");
    }
}

#[tokio::test]
async fn what_another_tenant_vouched_for_satisfies_no_hat() {
    for (name, world) in worlds().await {
        let eid = RegisterAccessProfile {
            required_factor_types: List::from([FactorType::Eid]),
            ..hat("eid")
        };
        register(&world, eid).await;
        let bob = world.person("acme", "bob").await.unwrap();
        let choose = || world.service.select_active_hat(&bob, select("eid"));
        let vouched = factor("eid", "bob", FactorType::Eid, None);
        let elsewhere = registration("bob", Some("globex"));
        seed(&world, vec![vouched.into(), elsewhere.into()]).await;
        let lacking = denied(&world, choose().await).await;
        assert_eq!(lacking, Some(ReasonCode::FactorMissing), "{name}");
        assert_eq!(worn(&world, "bob").await, None, "{name}");
        let desk = world.desk("acme").unwrap();
        let everybody = user_engine_service::ExportAccessControlFacts::default();
        let facts = world
            .service
            .export_access_control_facts(&desk, everybody.clone());
        assert!(
            facts.await.unwrap().subjects[0].factors.is_empty(),
            "{name}"
        );

        for (number, of) in [None, Some("acme")].into_iter().enumerate() {
            let here = RegistrationSession {
                registration_id: RegistrationId::new(format!("here {number}")).unwrap(),
                ..registration("bob", of)
            };
            let vouched = IdentityFactor {
                registration_id: here.registration_id.clone(),
                ..factor(&format!("here {number}"), "bob", FactorType::Eid, None)
            };
            let key = vouched.factor_id.clone();
            seed(&world, vec![here.into(), vouched.into()]).await;
            let before = world.store.trips();
            choose().await.unwrap();
            assert_eq!(world.store.trips() - before, 2, "{name}");
            let context = worn(&world, "bob").await.unwrap();
            assert_eq!(context.verified_factor_ids[..], [key.clone()][..], "{name}");
            let facts = world
                .service
                .export_access_control_facts(&desk, everybody.clone());
            let facts = facts.await.unwrap();
            assert_eq!(facts.subjects[0].factors.len(), 1, "{name}");
            super::facts::remove::<IdentityFactor>(&world, &key).await;
        }
    }
}

#[tokio::test]
async fn a_hat_that_requires_approval_is_denied_without_one() {
    for (name, world) in worlds().await {
        let privileged = RegisterAccessProfile {
            requires_approval: true,
            ..hat("keys")
        };
        register(&world, privileged.clone()).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let choose = || world.service.select_active_hat(&ada, select("keys"));
        for (decision, reason) in [
            (Decision::Allow, ReasonCode::ApprovalRequired),
            (Decision::Unavailable, ReasonCode::PolicyUnavailable),
            (
                Decision::Deny(ReasonCode::PolicyDenied),
                ReasonCode::PolicyDenied,
            ),
        ] {
            world.authorizer.set("select_active_hat", decision);
            assert_eq!(denied(&world, choose().await).await, Some(reason), "{name}");
        }
        // An approval is of just this hat: the authorizer is told which one is meant.
        let keys = AccessProfile::key_of(&(
            TenantId::new("acme").unwrap(),
            AccessProfileId::new("keys").unwrap(),
        ));
        let asked = RecordId::new(RecordKind::AccessProfile, keys);
        assert_eq!(world.authorizer.last_target(), Some(asked), "{name}");
        assert_eq!(worn(&world, "ada").await, None, "{name}");
        world
            .authorizer
            .set("select_active_hat", Decision::Approved);
        choose().await.unwrap();
        assert!(worn(&world, "ada").await.is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_hat_needs_an_active_tenant_account() {
    for (name, world) in worlds().await {
        register(&world, hat("plain")).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let account = stored::<TenantAccount>(&world, &(tenant("acme"), user("ada"))).await;
        let suspended = TenantAccount {
            status: AccountStatus::Suspended,
            ..account.unwrap()
        };
        seed(&world, vec![suspended.into()]).await;
        let ended = world.service.select_active_hat(&ada, select("plain")).await;
        let reason = denied(&world, ended).await;
        assert_eq!(reason, Some(ReasonCode::TenantAccountInactive), "{name}");

        // An operator may stand without a tenant account, and wears no hat without one.
        world.person("other", "root").await.unwrap();
        let root = world
            .sign_in("other", "root", &[Role::PlatformOperator])
            .unwrap();
        let root = root.in_tenant(tenant("acme"));
        let ended = world
            .service
            .select_active_hat(&root, select("plain"))
            .await;
        let reason = denied(&world, ended).await;
        assert_eq!(reason, Some(ReasonCode::TenantAccountInactive), "{name}");
        assert_eq!(worn(&world, "root").await, None, "{name}");
    }
}

#[tokio::test]
async fn an_unknown_hat_and_another_tenants_look_the_same() {
    for (name, world) in worlds().await {
        register(&world, hat("plain")).await;
        let eve = world.person("other", "eve").await.unwrap();
        let before = logged(&world).await;
        for id in ["plain", "nothing"] {
            let ended = world.service.select_active_hat(&eve, select(id)).await;
            let not_found = ServiceErrorKind::NotFound(RecordKind::AccessProfile);
            assert_eq!(ended.unwrap_err().kind(), &not_found, "{name}");
        }
        assert_eq!(logged(&world).await, before, "{name}");
        let there = eve.in_tenant(tenant("acme"));
        let ended = world
            .service
            .select_active_hat(&there, select("plain"))
            .await;
        assert_eq!(
            denied(&world, ended).await,
            Some(ReasonCode::CrossTenant),
            "{name}"
        );
    }
}

#[tokio::test]
async fn services_select_no_hat() {
    for (name, world) in worlds().await {
        register(&world, hat("plain")).await;
        let desk = world.desk("acme").unwrap();
        let ended = world
            .service
            .select_active_hat(&desk, select("plain"))
            .await;
        let reason = denied(&world, ended).await;
        assert_eq!(reason, Some(ReasonCode::Unauthenticated), "{name}");
    }
}

#[tokio::test]
async fn a_repeated_selection_gives_the_first_answer() {
    for (name, world) in worlds().await {
        register(&world, hat("plain")).await;
        register(&world, hat("other")).await;
        let ada = world.person("acme", "ada").await.unwrap();
        let once = ada.with_operation(OperationId::new("once").unwrap());
        let first = world
            .service
            .select_active_hat(&once, select("plain"))
            .await
            .unwrap();
        let again = world
            .service
            .select_active_hat(&once, select("plain"))
            .await
            .unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
        let other = world
            .service
            .select_active_hat(&once, select("other"))
            .await;
        let cause = other.unwrap_err().conflict();
        assert_eq!(cause, Some(ConflictCause::OperationReused), "{name}");
    }
}

/// Does something behind the reads and before the commit of the next unit that selects a hat.
#[derive(Default)]
struct Meddler(Mutex<Option<(Arc<dyn UserEngineStore>, DomainRecord)>>);

#[async_trait]
impl Hooks for Meddler {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let meddling = self.0.lock().unwrap().take();
        if let Some((store, record)) = meddling {
            let id = OperationId::new(format!("meddle {:?}", record.kind())).unwrap();
            let operation = Operation::new(id, RequestDigest::of("meddle"));
            let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
            tx.save_if(record, Precondition::Any).unwrap();
            tx.commit().await.unwrap();
        }
        unit.commit().await
    }
}

#[tokio::test]
async fn what_a_selection_rests_on_stays_until_its_commit() {
    for (name, store) in stores().await {
        let meddler = Arc::new(Meddler::default());
        let hooked = HookedStore::new(store.clone(), meddler.clone());
        let world = World::new(Arc::new(hooked)).unwrap();
        register(&world, choir_hat()).await;
        let ada = ada(&world).await;
        let profile = (tenant("acme"), AccessProfileId::new("choir").unwrap());
        let profile = stored::<AccessProfile>(&world, &profile).await.unwrap();
        let account = (tenant("acme"), user("ada"));
        let account = stored::<TenantAccount>(&world, &account).await.unwrap();
        let alto = membership("ada", (MembershipScopeType::Group, "choir"), "alto");
        let eid = FactorId::new("eid").unwrap();
        let eid = stored::<IdentityFactor>(&world, &eid).await.unwrap();
        let rested_on: [DomainRecord; 4] =
            [profile.into(), account.into(), alto.into(), eid.into()];
        for record in rested_on {
            let kind = record.kind();
            *meddler.0.lock().unwrap() = Some((store.clone(), record));
            let ended = world.service.select_active_hat(&ada, select("choir")).await;
            let cause = ended.unwrap_err().conflict();
            assert_eq!(cause, Some(ConflictCause::Changed(Some(kind))), "{name}");
            assert_eq!(worn(&world, "ada").await, None, "{name}");
        }
        world
            .service
            .select_active_hat(&ada, select("choir"))
            .await
            .unwrap();
    }
}
