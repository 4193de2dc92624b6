//! A hat that holds no longer: it lends nothing, whoever asks.

use super::*;
use crate::access_profile::facts::{one, remove};
use crate::access_profile::{
    ada, choir_hat, factor, hat, membership, register, registration, seed, select, tenant,
};
use crate::place::worlds;
use std::time::Duration;
use user_engine_service::{
    GetIdentityContext, IdentityContext, Projection, Provenance, RegisterAccessProfile,
    SetAccountStatus, SetTenantAccountStatus,
};

/// Ada of the choir wears its hat, which lends a default, a claim and a group.
async fn worn(world: &World) -> RequestContext {
    register(world, choir_hat()).await;
    let choir = Application {
        application_id: ApplicationId::new("choir").unwrap(),
        display_name: Text::new("Choir").unwrap(),
        state: ApplicationState::Active,
        created_at: Timestamp::from_micros(0).unwrap(),
        updated_at: Timestamp::from_micros(0).unwrap(),
    };
    seed(world, vec![choir.into()]).await;
    let ada = ada(world).await;
    let selected = world.service.select_active_hat(&ada, select("choir")).await;
    selected.unwrap();
    ada
}

/// The ways in which the hat of the choir lapses, and what each is told as.
const WAYS: &[(Way, ReasonCode)] = &[
    (Way::HatGone, ReasonCode::NotFound),
    (Way::HatAsksMore, ReasonCode::FactorMissing),
    (Way::HatToBeApproved, ReasonCode::ApprovalRequired),
    (Way::AccountSuspended, ReasonCode::AccountInactive),
    (
        Way::TenantAccountSuspended,
        ReasonCode::TenantAccountInactive,
    ),
    (Way::MembershipRemoved, ReasonCode::MembershipMissing),
    (Way::FactorOfAnotherTenant, ReasonCode::FactorMissing),
    (Way::FactorExpired, ReasonCode::FactorExpired),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    HatGone,
    HatAsksMore,
    HatToBeApproved,
    AccountSuspended,
    TenantAccountSuspended,
    MembershipRemoved,
    FactorOfAnotherTenant,
    FactorExpired,
}

impl Way {
    /// Whether the user is no more active than the hat.
    fn is_of_account(self) -> bool {
        matches!(self, Self::AccountSuspended | Self::TenantAccountSuspended)
    }

    async fn come_about(self, world: &World) {
        let (user_id, status) = (user("ada"), AccountStatus::Suspended);
        let desk = world.desk("acme").unwrap();
        match self {
            Self::HatGone => {
                let key = (tenant("acme"), choir_hat().access_profile_id);
                remove::<AccessProfile>(world, &key).await;
            }
            Self::HatAsksMore => {
                let more = RegisterAccessProfile {
                    required_factor_types: List::from([FactorType::Eid, FactorType::Phone]),
                    ..choir_hat()
                };
                register(world, more).await;
            }
            Self::HatToBeApproved => {
                world.clock.advance(Duration::from_secs(1));
                let approved = RegisterAccessProfile {
                    requires_approval: true,
                    ..choir_hat()
                };
                register(world, approved).await;
            }
            Self::AccountSuspended => {
                let operator = world.by("operator").unwrap();
                let suspend = SetAccountStatus { user_id, status };
                let done = world.service.set_account_status(&operator, suspend).await;
                done.unwrap();
            }
            Self::TenantAccountSuspended => {
                let suspend = SetTenantAccountStatus { user_id, status };
                let done = world.service.set_tenant_account_status(&desk, suspend);
                done.await.unwrap();
            }
            Self::MembershipRemoved => {
                let choir = membership("ada", (MembershipScopeType::Group, "choir"), "alto");
                let key = (tenant("acme"), choir.membership_id);
                remove::<Membership>(world, &key).await;
            }
            Self::FactorOfAnotherTenant => {
                let theirs = registration("ada", Some("globex"));
                remove::<RegistrationSession>(world, &theirs.registration_id).await;
                seed(world, vec![theirs.into()]).await;
            }
            Self::FactorExpired => world.clock.advance(Duration::from_hours(24)),
        }
    }
}

/// What came in one round trip.
async fn in_one<T>(world: &World, asked: impl Future<Output = T>) -> T {
    let before = world.store.trips();
    let answer = asked.await;
    assert_eq!(world.store.trips() - before, 1);
    answer
}

async fn who(world: &World, ada: &RequestContext) -> IdentityContext {
    let ask = GetIdentityContext {
        application_id: None,
    };
    let asked = world.service.identity_context(ada, ask);
    in_one(world, asked).await.unwrap()
}

/// Whether a hat's default is among the attributes.
fn is_lent(attributes: &[ResolvedAttribute]) -> bool {
    let lent = |it: &ResolvedAttribute| matches!(it.provenance, Provenance::HatDefault(_));
    attributes.iter().any(lent)
}

/// Whether a projection shows anything of a hat: all of it, or nothing.
fn shows_hat(projection: &Projection) -> bool {
    let shown = [
        projection.hat.is_some(),
        !projection.claims.expose().is_empty(),
        is_lent(&projection.attributes),
    ];
    assert_eq!(shown, [shown[0]; 3]);
    shown[0]
}

#[tokio::test]
async fn a_worn_hat_lends_what_it_is_asked_for() {
    for (name, world) in worlds().await {
        let ada = worn(&world).await;
        let desk = world.desk("acme").unwrap();
        for (by, application) in [(&ada, None), (&desk, None), (&desk, Some("choir"))] {
            let asked = world.service.effective_profile(by, effective(application));
            let profile = in_one(&world, asked).await.unwrap();
            assert!(is_lent(&profile.attributes), "{name}");
        }
        for kind in ProjectionKind::ALL.iter().copied() {
            if kind.needs_application() {
                let asked = world
                    .service
                    .projection(&desk, project(kind, Some("choir")));
                let shown = in_one(&world, asked).await.unwrap();
                assert!(shows_hat(&shown), "{name}: {kind:?}");
            }
        }
        let hat = who(&world, &ada).await.hat.unwrap();
        assert_eq!((hat.group_ids.len(), hat.lapsed), (1, None), "{name}");
        // Another tenant's reader finds no hat at all.
        let elsewhere = world.sign_in("globex", "ada", &[]).unwrap();
        assert_eq!(who(&world, &elsewhere).await.hat, None, "{name}");
    }
}

#[tokio::test]
async fn a_lapsed_hat_lends_no_default() {
    for (way, _) in WAYS {
        for (name, world) in worlds().await {
            let ada = worn(&world).await;
            way.come_about(&world).await;
            let desk = world.desk("acme").unwrap();
            for application in [None, Some("choir")] {
                let ask = effective(application);
                let asked = world.service.effective_profile(&desk, ask.clone());
                let profile = in_one(&world, asked).await.unwrap();
                assert!(!is_lent(&profile.attributes), "{name}: {way:?}");
                let own = world.service.effective_profile(&ada, ask).await;
                match own {
                    Ok(own) => assert!(!is_lent(&own.attributes), "{name}: {way:?}"),
                    Err(error) => assert!(way.is_of_account() && error.is_denied(), "{name}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn a_hat_lends_nothing_that_became_the_systems() {
    for (name, world) in worlds().await {
        let ada = worn(&world).await;
        let desk = world.desk("acme").unwrap();
        let key = CatalogNamespace::new("choir").unwrap();
        let catalog = crate::access_profile::stored::<Catalog>(&world, &key).await;
        let catalog = catalog.unwrap();
        for (mutability, is_to_be_lent) in [(Mutability::Admin, true), (Mutability::System, false)]
        {
            let attributes = catalog.attributes.iter().cloned();
            let attributes: Vec<_> = attributes
                .map(|it| AttributeDefinition { mutability, ..it })
                .collect();
            let changed = Catalog {
                attributes: List::new(attributes).unwrap(),
                ..catalog.clone()
            };
            remove::<Catalog>(&world, &key).await;
            seed(&world, vec![changed.into()]).await;
            for (by, application) in [(&ada, None), (&ada, Some("choir")), (&desk, None)] {
                let ask = effective(application);
                let profile = world.service.effective_profile(by, ask).await.unwrap();
                assert_eq!(is_lent(&profile.attributes), is_to_be_lent, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_lapsed_hat_is_in_no_projection() {
    for (way, reason) in WAYS {
        for (name, world) in worlds().await {
            worn(&world).await;
            way.come_about(&world).await;
            let desk = world.desk("acme").unwrap();
            let operator = world.by("operator").unwrap().in_tenant(tenant("acme"));
            for kind in ProjectionKind::ALL.iter().copied() {
                let by = match kind {
                    ProjectionKind::SelfService => continue,
                    ProjectionKind::Audit => &operator,
                    _ => &desk,
                };
                let shown = world.service.projection(by, project(kind, Some("choir")));
                match shown.await {
                    Ok(shown) => assert!(!shows_hat(&shown), "{name}: {way:?} {kind:?}"),
                    Err(error) => {
                        let is_denied = way.is_of_account() && kind.needs_application();
                        assert!(is_denied && error.is_denied(), "{name}: {way:?} {kind:?}");
                    }
                }
            }
            // The facts say why.
            let facts = world.service.export_access_control_facts(&desk, one("ada"));
            let facts = in_one(&world, facts).await.unwrap();
            let lapsed = facts.subjects[0].hat.as_ref().unwrap().lapsed;
            assert_eq!(lapsed, Some(*reason), "{name}: {way:?}");
        }
    }
}

#[tokio::test]
async fn a_lapsed_hat_tells_its_wearer_why_and_grants_no_group() {
    for (way, reason) in WAYS {
        for (name, world) in worlds().await {
            let ada = worn(&world).await;
            way.come_about(&world).await;
            if *way == Way::AccountSuspended {
                let ask = GetIdentityContext {
                    application_id: None,
                };
                let denied = world.service.identity_context(&ada, ask).await;
                assert!(denied.unwrap_err().is_denied(), "{name}");
                continue;
            }
            let hat = who(&world, &ada).await.hat.unwrap();
            assert_eq!(hat.lapsed, Some(*reason), "{name}: {way:?}");
            assert!(hat.group_ids.is_empty(), "{name}: {way:?}");
        }
    }
}

#[tokio::test]
async fn a_worn_hat_behind_many_others_costs_its_wearer_one_round_trip() {
    for (name, world) in worlds().await {
        for number in 0..60 {
            register(&world, hat(&format!("hat {number}"))).await;
        }
        world.person("acme", "bob").await.unwrap();
        worn(&world).await;
        // By its key it comes before the others.
        let last = RegisterAccessProfile {
            access_profile_id: AccessProfileId::new("the last").unwrap(),
            ..choir_hat()
        };
        register(&world, last).await;
        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        for (id, trips) in [("choir", 1), ("the last", 2)] {
            let selected = world.service.select_active_hat(&ada, select(id)).await;
            selected.unwrap();
            let before = world.store.trips();
            let profile = world.service.effective_profile(&ada, effective(None));
            assert!(is_lent(&profile.await.unwrap().attributes), "{name}");
            assert_eq!(world.store.trips() - before, trips, "{name}");
        }
        let gone = (tenant("acme"), AccessProfileId::new("the last").unwrap());
        remove::<AccessProfile>(&world, &gone).await;
        let profile = world.service.effective_profile(&ada, effective(None));
        assert!(!is_lent(&profile.await.unwrap().attributes), "{name}");
        let bob = world.sign_in("acme", "bob", &[]).unwrap();
        assert_eq!(who(&world, &bob).await.hat, None, "{name}");
    }
}

#[tokio::test]
async fn a_wearer_with_more_than_a_page_of_memberships_and_factors_is_judged_by_all() {
    for (name, world) in worlds().await {
        let ada = worn(&world).await;
        let mut records: Vec<DomainRecord> = Vec::new();
        for number in 0..1_000 {
            let team = format!("team {number}");
            records.push(membership("ada", (MembershipScopeType::Team, &team), "owner").into());
            let id = format!("another {number}");
            records.push(factor(&id, "ada", FactorType::Email, None).into());
        }
        while !records.is_empty() {
            let rest = records.split_off(records.len().min(900));
            seed(&world, std::mem::replace(&mut records, rest)).await;
        }
        let desk = world.desk("acme").unwrap();
        let service = &world.service;
        let profile = service.effective_profile(&desk, effective(None)).await;
        assert!(is_lent(&profile.unwrap().attributes), "{name}");
        let runtime = project(ProjectionKind::ApplicationRuntime, Some("choir"));
        let before = world.store.trips();
        let shown = service.projection(&desk, runtime).await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert!(shows_hat(&shown), "{name}");
        let ask = GetIdentityContext {
            application_id: None,
        };
        let context = service.identity_context(&ada, ask).await.unwrap();
        assert_eq!(context.memberships.len(), 1_001, "{name}");
        let counted = context.assurance[&FactorType::Email].factors;
        assert_eq!(counted, 1_000, "{name}");
        assert_eq!(context.hat.unwrap().lapsed, None, "{name}");
        let facts = service.export_access_control_facts(&desk, one("ada"));
        let facts = facts.await.unwrap();
        assert_eq!(facts.subjects[0].memberships.len(), 1_001, "{name}");
        let counts = user_engine_service::DiagnoseAccessProfiles::default();
        let counts = service.access_profile_diagnostics(&desk, counts).await;
        let counts = counts.unwrap();
        assert_eq!((counts.worn, counts.membership_missing), (1, 0), "{name}");
    }
}
