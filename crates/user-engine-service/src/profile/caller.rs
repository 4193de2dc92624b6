//! What a caller may do with a user's profile values, by everything that they are and not only by
//! the grant that admitted them.

use crate::port::{IssuerTenants, Role};
use crate::prelude::*;

/// A caller beside the user whose values are meant.
///
/// An issuer that may speak for some tenants only makes nobody an operator of the platform: who
/// it says is one counts as an administrator of the tenant that it speaks for.
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
}

impl Caller {
    /// Compares the caller with the user.
    pub(crate) fn of(admitted: &Admitted, user_id: &UserId) -> Self {
        let is_confined = admitted.issuer_tenants != IssuerTenants::Any;
        let is_self = admitted.user_id.as_ref() == Some(user_id);
        let administers = admitted.roles.contains(&Role::TenantAdmin);
        Self {
            is_self,
            is_confined_self: is_self && is_confined,
            is_admin: admitted.tenant.is_some() && administers,
            is_service: admitted.actor.kind == ActorKind::Service,
            is_operator: admitted.is_operator(),
            is_agent: admitted.actor.kind == ActorKind::Agent,
        }
    }

    /// Why the caller may not change a value of a scope and a mutability, where one is set or not.
    ///
    /// What holds in every tenant is not a tenant's to write, nor of an issuer that speaks for
    /// some tenants only.
    pub(crate) fn check_change(
        self,
        scope: ProfileScope,
        mutability: Mutability,
        is_set: bool,
    ) -> Result<(), ReasonCode> {
        let is_everywhere = self.is_operator || self.is_self && !self.is_confined_self;
        if !scope.has_tenant() && !is_everywhere {
            return Err(ReasonCode::PlatformOperatorRequired);
        }
        let is_administrative = self.is_admin || self.is_operator || self.is_service;
        let may_change = match mutability {
            Mutability::System => self.is_service,
            Mutability::Admin => is_administrative,
            Mutability::User => is_administrative || self.is_self,
            Mutability::Immutable => is_administrative && !is_set,
        };
        if may_change {
            Ok(())
        } else {
            Err(ReasonCode::AttributeImmutable)
        }
    }
}
