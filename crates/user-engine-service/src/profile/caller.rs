//! What a caller may do with a user's profile values, by everything that they are and not only by
//! the grant that admitted them.

use crate::port::IssuerTenants;
use crate::prelude::*;

/// A caller beside the user whose values are meant.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may hold beside each other one"
)]
pub(crate) struct Caller {
    /// The user, or an agent acting for them.
    pub(crate) is_self: bool,
    /// The user, as an issuer says that may speak for some tenants only.
    pub(crate) is_confined_self: bool,
    /// An administrator of the resolved tenant.
    pub(crate) is_admin: bool,
    /// A service.
    pub(crate) is_service: bool,
    /// A platform operator, or somebody who breaks the glass.
    pub(crate) is_operator: bool,
    /// An agent, whomever it acts for.
    pub(crate) is_agent: bool,
    is_in_tenant: bool,
}

impl Caller {
    /// Compares the caller with the user.
    pub(crate) fn of(admitted: &Admitted, user_id: &UserId) -> Self {
        let is_in_tenant = admitted.tenant.is_some();
        let is_self = admitted.user_id.as_ref() == Some(user_id);
        Self {
            is_self,
            is_confined_self: is_self && admitted.issuer_tenants != IssuerTenants::Any,
            is_admin: is_in_tenant && admitted.roles.contains(&crate::port::Role::TenantAdmin),
            is_service: admitted.actor.kind == ActorKind::Service,
            is_operator: admitted.is_operator() || admitted.actor.break_glass,
            is_agent: admitted.actor.kind == ActorKind::Agent,
            is_in_tenant,
        }
    }

    /// Whether the caller may write values of a scope at all: what holds in every tenant is not a
    /// tenant's to write, nor of an issuer that speaks for some tenants only.
    pub(crate) fn may_write_in(self, scope: ProfileScope) -> bool {
        let is_platform_service = self.is_service && !self.is_in_tenant;
        let is_everywhere = self.is_self && !self.is_confined_self;
        scope.has_tenant() || is_everywhere || self.is_operator || is_platform_service
    }

    /// Whether the caller may change values of a mutability, where one is set or not.
    pub(crate) fn may_change(self, mutability: Mutability, is_set: bool) -> bool {
        let is_administrative = self.is_admin || self.is_operator || self.is_service;
        match mutability {
            Mutability::System => self.is_service,
            Mutability::Admin => is_administrative,
            Mutability::User => is_administrative || self.is_self,
            Mutability::Immutable => is_administrative && !is_set,
        }
    }
}
