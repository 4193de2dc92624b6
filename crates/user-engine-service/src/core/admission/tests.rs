//! Tenants, grants and reach as tables.

use super::grant::{
    acting_user, granted, lacking, needs_link, resolve_tenant, roles, scope, tenant_of_call,
};
use super::{Asked, actor};
use crate::core::operation::{Grant, OperationSpec, Reach, Stands};
use crate::port::{Claims, IssuerTenants, Role};
use std::collections::BTreeSet;
use user_engine_domain::{ActorKind, Issuer, ReasonCode, Subject, TenantId, UserId};
use user_engine_ports::Scope;

const EVERY_GRANT: &[Grant] = &[
    Grant::Own,
    Grant::TenantAdmin,
    Grant::Service,
    Grant::PlatformOperator,
];
const ADMIN: &[Role] = &[Role::TenantAdmin];
const OPERATOR: &[Role] = &[Role::PlatformOperator];

fn tenant(id: &str) -> TenantId {
    TenantId::new(id).unwrap()
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn claims(kind: ActorKind, of: Option<&str>, roles: &[Role]) -> Claims {
    Claims {
        kind,
        issuer: Issuer::new("https://id.example").unwrap(),
        subject: Subject::new("subject").unwrap(),
        user_id: None,
        on_behalf_of: None,
        tenant: of.map(tenant),
        issuer_tenants: IssuerTenants::Any,
        roles: roles.iter().copied().collect(),
        break_glass: false,
        expires_at: None,
    }
}

fn only(tenants: &[&str], claims: Claims) -> Claims {
    let tenants: BTreeSet<_> = tenants.iter().map(|id| tenant(id)).collect();
    Claims {
        issuer_tenants: IssuerTenants::Only(tenants),
        ..claims
    }
}

fn break_glass(claims: Claims) -> Claims {
    Claims {
        break_glass: true,
        ..claims
    }
}

const fn spec(reach: Reach, stands: Stands, grants: &'static [Grant]) -> OperationSpec {
    OperationSpec {
        name: "test",
        reach,
        stands,
        grants,
        events: &[],
    }
}

type Name = &'static str;
type Id = Option<&'static str>;
/// What it is, the claims, the tenant asked for, the reach, and the tenant resolved.
type Resolution = (Name, Claims, Id, Reach, Result<Id, ReasonCode>);
/// What it is, the claims, the reach, the owner, the tenant resolved, and the grant.
type Granting = (Name, Claims, Reach, Id, Id, Option<Grant>);

#[test]
fn a_request_resolves_to_the_tenant_of_its_claims_or_to_one_that_they_may_leave_it_for() {
    use Reach::{ByGrant, Platform, Tenant, TenantOrNone};
    use ReasonCode::{CrossTenant, IssuerForeignToTenant, TenantUnresolved};
    let person = |of| claims(ActorKind::Human, of, ADMIN);
    let operator = |of| claims(ActorKind::Human, of, OPERATOR);
    let confined = |tenants: &[&str], claims| only(tenants, claims);
    #[rustfmt::skip]
    let table: Vec<Resolution> = vec![
        ("the claims'", person(Some("a")), None, Tenant, Ok(Some("a"))),
        ("named", person(Some("a")), Some("a"), Tenant, Ok(Some("a"))),
        ("another", person(Some("a")), Some("b"), Tenant, Err(CrossTenant)),
        ("another, for all", person(Some("a")), Some("b"), Platform, Err(CrossTenant)),
        ("of no tenant", person(None), Some("a"), Tenant, Err(CrossTenant)),
        ("of no tenant, none needed", person(None), None, TenantOrNone, Ok(None)),
        ("of no tenant, by grant", person(None), None, ByGrant, Ok(None)),
        ("of no tenant, one needed", person(None), None, Tenant, Err(TenantUnresolved)),
        ("operator", operator(None), Some("b"), Tenant, Ok(Some("b"))),
        ("operator elsewhere", operator(Some("a")), Some("b"), Tenant, Ok(Some("b"))),
        ("operator of no tenant", operator(None), None, Tenant, Err(TenantUnresolved)),
        ("break-glass", break_glass(person(Some("a"))), Some("b"), Tenant, Ok(Some("b"))),
        ("confined", confined(&["a"], person(Some("a"))), None, Tenant, Ok(Some("a"))),
        ("one of two", confined(&["a", "b"], person(Some("b"))), None, Tenant, Ok(Some("b"))),
        ("confined, elsewhere", confined(&["a"], person(Some("b"))), None, Tenant,
            Err(IssuerForeignToTenant)),
        ("confined, naming its own", confined(&["a"], person(Some("b"))), Some("a"), Tenant,
            Err(CrossTenant)),
        ("confined, of no tenant", confined(&["a"], person(None)), None, TenantOrNone,
            Err(IssuerForeignToTenant)),
        ("confined, for all", confined(&["a"], person(Some("a"))), None, Platform,
            Err(IssuerForeignToTenant)),
        ("confined operator elsewhere", confined(&["a"], operator(None)), Some("b"), Tenant,
            Err(IssuerForeignToTenant)),
        ("confined operator, for all", confined(&["a"], operator(Some("a"))), None, Platform,
            Err(IssuerForeignToTenant)),
        ("confined to nothing", confined(&[], person(Some("a"))), None, Tenant,
            Err(IssuerForeignToTenant)),
        ("confined break-glass", confined(&["a"], break_glass(person(Some("a")))), Some("b"),
            Tenant, Err(IssuerForeignToTenant)),
    ];
    for (name, claims, requested, reach, expected) in table {
        let resolved = resolve_tenant(requested.map(tenant).as_ref(), &claims, reach);
        assert_eq!(resolved, expected.map(|id| id.map(tenant)), "{name}");
    }
}

#[test]
fn a_grant_holds_for_whom_it_names_and_nobody_else() {
    use ActorKind::{Agent, Human, Service};
    use Reach::{ByGrant, Platform, Tenant, TenantOrNone};
    let ada = |claims| Claims {
        user_id: Some(user("ada")),
        ..claims
    };
    let for_ada = |claims| Claims {
        on_behalf_of: Some(user("ada")),
        ..claims
    };
    #[rustfmt::skip]
    let table: Vec<Granting> = vec![
        ("oneself", ada(claims(Human, Some("a"), &[])), Tenant, Some("ada"), Some("a"),
            Some(Grant::Own)),
        ("whoever calls", ada(claims(Human, None, &[])), TenantOrNone, None, None,
            Some(Grant::Own)),
        ("somebody else", ada(claims(Human, Some("a"), &[])), Tenant, Some("bob"), Some("a"), None),
        ("nobody known", claims(Human, Some("a"), &[]), Tenant, None, Some("a"), None),
        ("a delegated agent", for_ada(claims(Agent, Some("a"), &[])), Tenant, Some("ada"),
            Some("a"), Some(Grant::Own)),
        ("a delegated agent for another", for_ada(claims(Agent, Some("a"), &[])), Tenant,
            Some("bob"), Some("a"), None),
        ("an agent by itself", claims(Agent, Some("a"), &[]), Tenant, None, Some("a"), None),
        ("an agent whose claims name a user", ada(claims(Agent, Some("a"), &[])), Tenant,
            Some("ada"), Some("a"), None),
        ("a service whose claims name a user", ada(claims(Service, Some("a"), &[])), Tenant,
            Some("ada"), Some("b"), None),
        ("an admin", ada(claims(Human, Some("a"), ADMIN)), Tenant, Some("bob"), Some("a"),
            Some(Grant::TenantAdmin)),
        ("an admin without tenant", ada(claims(Human, None, ADMIN)), TenantOrNone, Some("bob"),
            None, None),
        ("an admin elsewhere", break_glass(ada(claims(Human, Some("a"), ADMIN))), Tenant,
            Some("bob"), Some("b"), Some(Grant::PlatformOperator)),
        ("an admin, for all", ada(claims(Human, Some("a"), ADMIN)), Platform, Some("bob"),
            Some("a"), None),
        ("an admin, by grant", ada(claims(Human, Some("a"), ADMIN)), ByGrant, Some("bob"),
            Some("a"), Some(Grant::TenantAdmin)),
        ("a tenant's service", claims(Service, Some("a"), &[]), Tenant, None, Some("a"),
            Some(Grant::Service)),
        ("a tenant's service, for all", claims(Service, Some("a"), &[]), Platform, None,
            Some("a"), None),
        ("a tenant's service on a user", claims(Service, Some("a"), &[]), TenantOrNone,
            Some("ada"), Some("a"), Some(Grant::Service)),
        ("a service of no tenant", claims(Service, None, &[]), TenantOrNone, None, None,
            Some(Grant::Service)),
        ("a service of no tenant on a user", claims(Service, None, &[]), TenantOrNone,
            Some("ada"), None, None),
        ("a service of no tenant, by grant", claims(Service, None, &[]), ByGrant, Some("ada"),
            None, None),
        ("a service of no tenant, for all", claims(Service, None, &[]), Platform, None, None,
            None),
        ("an operating service on a user", claims(Service, None, OPERATOR), TenantOrNone,
            Some("ada"), None, Some(Grant::Service)),
        ("an operating service, for all", claims(Service, None, OPERATOR), Platform, None, None,
            Some(Grant::Service)),
        ("an operating service elsewhere", claims(Service, None, OPERATOR), Tenant, None,
            Some("b"), Some(Grant::Service)),
        ("an operator", claims(Human, None, OPERATOR), Platform, None, None,
            Some(Grant::PlatformOperator)),
        ("an operating agent", claims(Agent, None, OPERATOR), Tenant, None, Some("b"),
            Some(Grant::PlatformOperator)),
        ("emergency rights", break_glass(claims(Human, None, &[])), Platform, None, None,
            Some(Grant::PlatformOperator)),
    ];
    for (name, claims, reach, owner, resolved, expected) in table {
        let owner = owner.map(user);
        let spec = spec(reach, Stands::InTenant, EVERY_GRANT);
        let asked = Asked {
            spec: &spec,
            owner: owner.as_ref(),
            target: None,
            target_in: &|_| None,
        };
        let acting = acting_user(&claims);
        let resolved = resolved.map(tenant);
        let grant = granted(&claims, asked, acting.as_ref(), resolved.as_ref());
        assert_eq!(grant, expected, "{name}");
    }
}

#[test]
fn only_owners_and_the_platform_reach_every_tenant() {
    let (a, everywhere) = (tenant("a"), Scope::Platform);
    let here = Scope::Tenant(a.clone());
    let person = claims(ActorKind::Human, Some("a"), &[]);
    let confined = only(&["a"], person.clone());
    let foreign = Err(ReasonCode::IssuerForeignToTenant);
    let (own, admin) = (Grant::Own, Grant::TenantAdmin);
    #[rustfmt::skip]
    let table = [
        (Reach::Tenant, own, &person, Some(&a), Ok(here.clone())),
        (Reach::TenantOrNone, own, &person, Some(&a), Ok(here.clone())),
        (Reach::TenantOrNone, own, &person, None, Ok(Scope::Tenantless)),
        (Reach::TenantOrNone, Grant::PlatformOperator, &person, None, Ok(Scope::Tenantless)),
        (Reach::Platform, own, &person, Some(&a), Ok(everywhere.clone())),
        (Reach::ByGrant, own, &person, Some(&a), Ok(everywhere.clone())),
        (Reach::ByGrant, Grant::PlatformOperator, &person, None, Ok(everywhere)),
        (Reach::ByGrant, admin, &person, Some(&a), Ok(here.clone())),
        (Reach::ByGrant, Grant::Service, &person, None, Ok(Scope::Tenantless)),
        (Reach::ByGrant, own, &confined, Some(&a), foreign.clone()),
        (Reach::Platform, own, &confined, Some(&a), foreign),
        (Reach::ByGrant, admin, &confined, Some(&a), Ok(here)),
    ];
    for (index, (reach, grant, claims, tenant, expected)) in table.into_iter().enumerate() {
        assert_eq!(scope(reach, grant, claims, tenant), expected, "row {index}");
    }
}

#[test]
fn what_is_done_for_the_platform_is_told_where_the_request_says() {
    let (a, b) = (tenant("a"), tenant("b"));
    let (own, admin, operator) = (Grant::Own, Grant::TenantAdmin, Grant::PlatformOperator);
    #[rustfmt::skip]
    let table = [
        (Reach::Platform, operator, None, None),
        (Reach::Platform, operator, Some(&b), Some(&b)),
        (Reach::Platform, own, None, Some(&a)),
        (Reach::ByGrant, operator, None, None),
        (Reach::ByGrant, operator, Some(&b), Some(&b)),
        (Reach::ByGrant, own, None, Some(&a)),
        (Reach::ByGrant, admin, None, Some(&a)),
        (Reach::ByGrant, Grant::Service, None, Some(&a)),
        (Reach::TenantOrNone, operator, None, Some(&a)),
        (Reach::Tenant, operator, None, Some(&a)),
    ];
    for (index, (reach, grant, requested, expected)) in table.into_iter().enumerate() {
        let resolved = requested.or(Some(&a)).cloned();
        let told = tenant_of_call(reach, grant, requested, resolved);
        assert_eq!(told.as_ref(), expected, "row {index}");
    }
}

#[test]
fn a_person_is_looked_for_by_the_link_where_it_matters() {
    let own = &[Grant::Own, Grant::TenantAdmin];
    let admin = &[Grant::TenantAdmin];
    let anyone = &[Grant::Anyone];
    let at = |stands, grants| spec(Reach::Tenant, stands, grants);
    let table = [
        (at(Stands::InTenant, own), None, true),
        (at(Stands::InTenant, admin), None, false),
        (at(Stands::InTenant, admin), Some(Grant::TenantAdmin), true),
        (at(Stands::Nowhere, anyone), Some(Grant::Anyone), false),
        (at(Stands::Anywhere, anyone), Some(Grant::Anyone), true),
        (at(Stands::Nowhere, own), None, true),
    ];
    for (index, (spec, grant, expected)) in table.into_iter().enumerate() {
        assert_eq!(needs_link(&spec, grant), expected, "row {index}");
    }
}

#[test]
fn a_denial_says_what_is_lacking() {
    let of = |grants| spec(Reach::Tenant, Stands::InTenant, grants);
    let ada = user("ada");
    let table = [
        (
            of(&[Grant::PlatformOperator]),
            None,
            ReasonCode::PlatformOperatorRequired,
        ),
        (of(&[Grant::Own]), None, ReasonCode::Unauthenticated),
        (of(&[Grant::Own]), Some(&ada), ReasonCode::RoleMissing),
        (of(EVERY_GRANT), None, ReasonCode::RoleMissing),
    ];
    for (spec, user_id, expected) in table {
        assert_eq!(lacking(&spec, user_id), expected, "{:?}", spec.grants);
    }
}

#[test]
fn no_operation_lets_one_tenant_or_anybody_reach_every_other() {
    for spec in crate::operations().filter(|spec| spec.reach == Reach::Platform) {
        for grant in [Grant::TenantAdmin, Grant::Anyone] {
            assert!(!spec.grants.contains(&grant), "{}: {grant:?}", spec.name);
        }
    }
}

#[test]
fn an_actor_is_named_by_user_subject_or_digest() {
    let person = claims(ActorKind::Human, None, &[]);
    assert_eq!(actor(&person, Some(&user("ada"))).id.as_str(), "ada");
    let unlinked = actor(&person, None);
    assert!(unlinked.id.as_str().starts_with("unlinked-"));
    assert!(!unlinked.id.as_str().contains("subject"));
    let service = claims(ActorKind::Service, None, &[]);
    assert_eq!(actor(&service, None).id.as_str(), "subject");
    let long = Claims {
        subject: Subject::new("s".repeat(1_000)).unwrap(),
        ..service
    };
    assert!(actor(&long, None).id.as_str().starts_with("subject-"));
    let agent = Claims {
        on_behalf_of: Some(user("ada")),
        ..claims(ActorKind::Agent, None, &[])
    };
    let named = actor(&agent, acting_user(&agent).as_ref());
    assert_eq!(named.id.as_str(), "subject");
    assert_eq!(named.on_behalf_of.unwrap().as_str(), "ada");
}

#[test]
fn an_issuer_of_some_tenants_makes_no_operators() {
    let operator = claims(ActorKind::Service, Some("a"), OPERATOR);
    let person = claims(ActorKind::Human, Some("a"), &[]);
    let admin: BTreeSet<_> = ADMIN.iter().copied().collect();
    assert_eq!(roles(&operator), operator.roles);
    assert_eq!(roles(&break_glass(person.clone())), BTreeSet::new());
    assert_eq!(roles(&only(&["a"], person.clone())), BTreeSet::new());
    assert_eq!(roles(&only(&["a"], operator)), admin);
    assert_eq!(roles(&only(&["a"], break_glass(person))), admin);
}
