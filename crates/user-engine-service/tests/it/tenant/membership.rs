//! Who becomes a member, what a refused call names, and what one unit may hold of a membership.

use super::{field, member, operator_in, set};
use crate::access_profile::{logged, stored, tenant, user};
use crate::place::worlds;
use user_engine_domain::*;
use user_engine_ports::*;
use user_engine_service::pairing::Verifier;
use user_engine_service::scenario::World;
use user_engine_service::{
    AddMembership, CreateUser, EraseUser, FamilyMember, FamilyPerson, InviteFamilyMember,
    OnboardFamilyDataspace, RemoveMembership, ServiceError,
};

/// What the audit record of a denied call names.
async fn named<T: std::fmt::Debug>(
    world: &World,
    ended: Result<T, ServiceError>,
) -> Option<AuditTarget> {
    let error = ended.unwrap_err();
    assert!(error.is_denied(), "{error:?}");
    let query = AuditQuery {
        correlation_id: error.correlation_id().cloned(),
        ..AuditQuery::new(Scope::Platform)
    };
    let page = world.store.audit_records(&query, Deadline::default()).await;
    let mut entries = page.unwrap().entries;
    assert_eq!(entries.len(), 1);
    entries.pop().unwrap().unwrap().target
}

fn target<R: Record>(key: &R::Key) -> AuditTarget {
    AuditTarget::of(&RecordId::new(R::KIND, R::key_of(key)))
}

fn family_of(founder: FamilyPerson, members: List<FamilyMember>) -> OnboardFamilyDataspace {
    OnboardFamilyDataspace { founder, members }
}

fn newcomer(user_id: Option<&str>) -> FamilyPerson {
    FamilyPerson::New(CreateUser {
        user_id: user_id.map(user),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    })
}

#[tokio::test]
async fn a_tombstone_becomes_no_member_whoever_asks() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let operator = world.by("operator").unwrap();
        let erase = EraseUser {
            user_id: user("ada"),
        };
        world.service.erase_user(&operator, erase).await.unwrap();
        let buried = user(&format!("erased:{}", sha256_hex("user/ada")));
        let tombstone: Option<Account> = stored(&world, &buried).await;
        assert!(tombstone.is_some(), "{name}: no tombstone is where one is");
        let (service, here) = (&world.service, operator_in(&world, "acme"));
        let before = logged(&world).await;
        let join = AddMembership {
            user_id: buried.clone(),
            ..member(MembershipScopeType::Team, "red")
        };
        let joined = service.add_membership(&here, join).await;
        assert_eq!(field(joined), "user_id", "{name}");
        let open = set(buried.as_str(), AccountStatus::Active);
        let opened = service.set_tenant_account_status(&here, open).await;
        assert_eq!(field(opened), "user_id", "{name}");
        let invite = InviteFamilyMember {
            user_id: buried.clone(),
            role: MembershipKind::new("guest").unwrap(),
            expires_at: None,
        };
        let invited = service.invite_family_member(&here, invite).await;
        assert_eq!(field(invited), "user_id", "{name}");
        let founded = family_of(FamilyPerson::Known(buried), List::default());
        let founded = service.onboard_family_dataspace(&here, founded).await;
        assert_eq!(field(founded), "user_id", "{name}");
        assert_eq!(logged(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_denied_call_about_members_names_what_it_was_about() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let service = &world.service;
        let id = MembershipId::new("ada/team/red/guest").unwrap();
        let remove = RemoveMembership {
            membership_id: id.clone(),
        };
        let removed = service.remove_membership(&ada, remove).await;
        let about = target::<Membership>(&(tenant("acme"), id));
        assert_eq!(named(&world, removed).await, Some(about), "{name}");
        let invite = InviteFamilyMember {
            user_id: user("bob"),
            role: MembershipKind::new("guest").unwrap(),
            expires_at: None,
        };
        world.authorizer.set(
            "invite_family_member",
            user_engine_service::Decision::Deny(ReasonCode::PolicyDenied),
        );
        let invited = service.invite_family_member(&ada, invite).await;
        let about = FamilyInvitation::pending_id(&user("bob"));
        let about = target::<FamilyInvitation>(&(tenant("acme"), about));
        assert_eq!(named(&world, invited).await, Some(about), "{name}");
        let family = MembershipScope {
            scope_type: MembershipScopeType::Family,
            scope_id: ScopeId::new("acme").unwrap(),
        };
        let owner = MembershipKind::new("owner").unwrap();
        let about = Membership::derive_id(&user("ada"), &family, &owner);
        let about = Some(target::<Membership>(&(tenant("acme"), about)));
        for founder in [FamilyPerson::Known(user("ada")), newcomer(Some("ada"))] {
            let founded = family_of(founder, List::default());
            let founded = service.onboard_family_dataspace(&ada, founded).await;
            assert_eq!(named(&world, founded).await, about, "{name}");
        }
        // Who is yet to get an id is not named.
        let founded = family_of(newcomer(None), List::default());
        let founded = service.onboard_family_dataspace(&ada, founded).await;
        assert_eq!(named(&world, founded).await, None, "{name}");
    }
}

#[tokio::test]
async fn a_unit_does_not_remove_what_it_wrote_and_says_so_before_its_commit() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let join = member(MembershipScopeType::Team, "red");
        let before = logged(&world).await;
        let mut unit = world.service.begin(desk.clone()).unwrap();
        let added = unit.run(join.clone()).await.unwrap();
        let remove = RemoveMembership {
            membership_id: added.membership_id,
        };
        let removed = unit.run(remove.clone()).await;
        assert_eq!(field(removed), "unit", "{name}");
        assert!(unit.commit().await.is_err(), "{name}");
        assert_eq!(logged(&world).await, before, "{name}");
        // The other way round it is one membership for another.
        let added = world.service.add_membership(&desk, join.clone()).await;
        added.unwrap();
        let mut unit = world.service.begin(desk.clone()).unwrap();
        unit.run(remove.clone()).await.unwrap();
        unit.run(join).await.unwrap();
        unit.commit().await.unwrap();
        let key = (tenant("acme"), remove.membership_id);
        assert!(stored::<Membership>(&world, &key).await.is_some(), "{name}");
        let verifier = Verifier::new(&*world.store).counting_rows();
        let report = verifier.verify().await.unwrap();
        assert!(report.proves(), "{name}: {report}");
    }
}

#[tokio::test]
async fn a_unit_clears_no_value_that_it_set() {
    for (name, world) in worlds().await {
        let ada = crate::access_profile::ada(&world).await;
        crate::access_profile::catalog(&world, CatalogState::Active).await;
        let scope = (ProfileScope::Tenant, None);
        let before = logged(&world).await;
        let mut unit = world.service.begin(ada).unwrap();
        let set = crate::profile::set("choir.voice", scope, "\"alto\"");
        unit.run(set).await.unwrap();
        let cleared = unit.run(crate::profile::clear("choir.voice", scope)).await;
        assert_eq!(field(cleared), "unit", "{name}");
        assert!(unit.commit().await.is_err(), "{name}");
        assert_eq!(logged(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn what_nothing_is_told_of_is_made_and_removed_in_one_unit() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let operator = world.by("operator").unwrap();
        let mut unit = world.service.begin(operator).unwrap();
        let link = crate::identity::link("ada", "elsewhere");
        unit.run(link).await.unwrap();
        let unlink = crate::identity::unlink("ada", "elsewhere");
        unit.run(unlink).await.unwrap();
        unit.commit().await.unwrap();
        let verifier = Verifier::new(&*world.store).counting_rows();
        let report = verifier.verify().await.unwrap();
        assert!(report.proves(), "{name}: {report}");
    }
}
