//! Which tenant a call resolves to, and by which grant it is made.

use super::Asked;
use crate::core::operation::{Grant, OperationSpec, Reach, Stands};
use crate::port::{Claims, IssuerTenants, Role};
use std::collections::BTreeSet;
use user_engine_domain::{ActorKind, ReasonCode, TenantId, UserId};
use user_engine_ports::Scope;

/// The user in whose stead a [`Grant::Own`] call is made.
pub(super) fn acting_user(claims: &Claims) -> Option<UserId> {
    match claims.kind {
        ActorKind::Human => claims.user_id.clone(),
        ActorKind::Agent => claims.on_behalf_of.clone(),
        ActorKind::Service | ActorKind::System => None,
    }
}

/// The tenant that a call is made in: the one that the request names, or that of the claims.
///
/// An issuer that may speak for some tenants speaks for nobody elsewhere, whatever roles its
/// claims carry; a request may leave the tenant of its claims only as the platform's.
pub(super) fn resolve_tenant(
    requested: Option<&TenantId>,
    claims: &Claims,
    reach: Reach,
) -> Result<Option<TenantId>, ReasonCode> {
    let tenant = requested.or(claims.tenant.as_ref());
    if let IssuerTenants::Only(tenants) = &claims.issuer_tenants {
        let speaks = tenant.is_some_and(|tenant| tenants.contains(tenant));
        if !speaks || reach == Reach::Platform {
            return Err(ReasonCode::IssuerForeignToTenant);
        }
    }
    if tenant.is_some() && tenant != claims.tenant.as_ref() && !is_platform(claims) {
        return Err(ReasonCode::CrossTenant);
    }
    if tenant.is_none() && reach == Reach::Tenant {
        return Err(ReasonCode::TenantUnresolved);
    }
    Ok(tenant.cloned())
}

/// The tenant that an admitted call belongs to, in whose log it is told.
///
/// What somebody does for the platform belongs to the tenant that they name, or to none: whose
/// operator they are is no reason to tell that tenant of the others.
pub(super) fn tenant_of_call(
    reach: Reach,
    grant: Grant,
    requested: Option<&TenantId>,
    resolved: Option<TenantId>,
) -> Option<TenantId> {
    if reaches_all(reach, grant) && grant != Grant::Own {
        requested.cloned()
    } else {
        resolved
    }
}

/// The first grant that holds.
pub(super) fn granted(
    claims: &Claims,
    asked: Asked<'_>,
    user_id: Option<&UserId>,
    tenant: Option<&TenantId>,
) -> Option<Grant> {
    // Whoever acts for one tenant never reaches beyond it.
    let is_own_tenant = tenant == claims.tenant.as_ref() && asked.spec.reach != Reach::Platform;
    let holds = |grant: &Grant| match grant {
        Grant::Anyone => true,
        Grant::Own => user_id.is_some() && asked.owner.is_none_or(|owner| user_id == Some(owner)),
        Grant::TenantAdmin => {
            claims.roles.contains(&Role::TenantAdmin) && tenant.is_some() && is_own_tenant
        }
        Grant::Service => {
            // Without a tenant no ties are asked for, and a user's records are of all tenants: a
            // service that doesn't operate the platform acts on what is nobody's yet alone.
            let is_within = tenant.is_some() || asked.owner.is_none();
            claims.kind == ActorKind::Service && (is_own_tenant && is_within || is_platform(claims))
        }
        Grant::PlatformOperator => is_platform(claims),
    };
    asked.spec.grants.iter().copied().find(holds)
}

/// Whether the claims are the platform's own: an operator's, or emergency rights. Those of an issuer
/// that may speak for some tenants only never are.
fn is_platform(claims: &Claims) -> bool {
    let is_operator = claims.roles.contains(&Role::PlatformOperator) || claims.break_glass;
    is_operator && claims.issuer_tenants == IssuerTenants::Any
}

/// The roles that claims give: an operator, or emergency rights, of an issuer that may speak for
/// some tenants only administers these, whatever the issuer calls it.
pub(super) fn roles(claims: &Claims) -> BTreeSet<Role> {
    let mut roles = claims.roles.clone();
    if claims.issuer_tenants != IssuerTenants::Any
        && (roles.remove(&Role::PlatformOperator) || claims.break_glass)
    {
        roles.insert(Role::TenantAdmin);
    }
    roles
}

/// Where the caller's own accounts must be active. Who comes by a role is judged by accounts even
/// where others become users first; and an agent whose issuer may speak for some tenants only acts
/// for those who are active there, since nobody else vouches for whom it acts for.
pub(super) fn stands(stands: Stands, grant: Grant, is_confined_agent: bool) -> Stands {
    match (stands, grant) {
        (Stands::Nowhere, Grant::TenantAdmin | Grant::PlatformOperator) => Stands::InTenant,
        (Stands::Anywhere, _) if is_confined_agent => Stands::InTenant,
        (stands, _) => stands,
    }
}

/// Whether a person whom the issuer doesn't know as a user is to be found by the link: to be
/// admitted as the user, or for the user's accounts to be judged.
pub(super) fn needs_link(spec: &OperationSpec, grant: Option<Grant>) -> bool {
    match grant {
        None => spec.grants.contains(&Grant::Own),
        Some(grant) => stands(spec.stands, grant, false) != Stands::Nowhere,
    }
}

/// Why no grant holds.
pub(super) fn lacking(spec: &OperationSpec, user_id: Option<&UserId>) -> ReasonCode {
    if spec.grants == [Grant::PlatformOperator] {
        ReasonCode::PlatformOperatorRequired
    } else if spec.grants == [Grant::Own] && user_id.is_none() {
        ReasonCode::Unauthenticated
    } else {
        ReasonCode::RoleMissing
    }
}

/// Whether a call by a grant reaches every tenant.
const fn reaches_all(reach: Reach, grant: Grant) -> bool {
    match reach {
        Reach::Platform => true,
        Reach::ByGrant => matches!(grant, Grant::Own | Grant::PlatformOperator),
        Reach::Tenant | Reach::TenantOrNone => false,
    }
}

/// What the unit of work of an admitted call may reach.
///
/// # Errors
///
/// `IssuerForeignToTenant` where a grant would reach every tenant and the issuer may not.
pub(super) fn scope(
    reach: Reach,
    grant: Grant,
    claims: &Claims,
    tenant: Option<&TenantId>,
) -> Result<Scope, ReasonCode> {
    match (reaches_all(reach, grant), tenant) {
        (true, _) if claims.issuer_tenants != IssuerTenants::Any => {
            Err(ReasonCode::IssuerForeignToTenant)
        }
        (true, _) => Ok(Scope::Platform),
        (false, Some(tenant)) => Ok(Scope::Tenant(tenant.clone())),
        (false, None) => Ok(Scope::Tenantless),
    }
}
