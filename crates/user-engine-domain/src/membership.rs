//! Memberships: a user's role-like ties to the scopes of a tenant.

use crate::error::FieldError;
use crate::id::{MembershipId, MembershipKind, ScopeId, TenantId, UserId};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{inconsistent, own_tenant};
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// What a membership can be in.
    MembershipScopeType, "scope_type", {
        /// The tenant itself.
        Tenant = "tenant",
        /// A team.
        Team = "team",
        /// An application.
        Application = "application",
        /// A group.
        Group = "group",
        /// A realm.
        Realm = "realm",
        /// A service.
        Service = "service",
        /// An asset.
        Asset = "asset",
        /// A family.
        Family = "family",
    }
);

/// What a membership is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MembershipScope {
    /// The type of what it is in.
    pub scope_type: MembershipScopeType,
    /// Its id; the tenant's own for the type `tenant`.
    pub scope_id: ScopeId,
}

/// A user's role-like tie to a scope of a tenant. Key: `tenant`, `membership_id`.
///
/// The id is derived from user, scope and kind, so a membership can't be doubled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// [`Membership::derive_id`] of the three fields below.
    pub membership_id: MembershipId,
    /// The member.
    pub user_id: UserId,
    /// What the user is a member of.
    pub scope: MembershipScope,
    /// As what.
    pub kind: MembershipKind,
    /// When the membership came to be.
    pub created_at: Timestamp,
}

impl Membership {
    /// The id that a membership of this user, scope and kind has in every tenant.
    pub fn derive_id(
        user_id: &UserId,
        scope: &MembershipScope,
        kind: &MembershipKind,
    ) -> MembershipId {
        MembershipId::derived([
            user_id.as_str(),
            scope.scope_type.as_str(),
            scope.scope_id.as_str(),
            kind.as_str(),
        ])
    }
}

impl Record for Membership {
    record_kind!(Membership);
    type Key = (TenantId, MembershipId);

    fn key_of((tenant, membership_id): &(TenantId, MembershipId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(membership_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([
            Some(self.tenant.as_str()),
            Some(self.membership_id.as_str()),
        ])
    }

    fn columns(&self) -> Columns<'_> {
        let MembershipScope {
            scope_type,
            scope_id,
        } = &self.scope;
        Columns {
            tenant: Some(&self.tenant),
            user_id: Some(&self.user_id),
            application_id: (*scope_type == MembershipScopeType::Application)
                .then(|| Cow::Owned(scope_id.into())),
            scope_type: Some(scope_type.as_str()),
            scope_id: Some(Cow::Borrowed(scope_id.as_str())),
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        if self.scope.scope_type == MembershipScopeType::Tenant {
            own_tenant(&self.tenant, &self.scope.scope_id)?;
        }
        if self.membership_id != Self::derive_id(&self.user_id, &self.scope, &self.kind) {
            let expected = "must be derived from user, scope and kind";
            return Err(inconsistent("membership_id", expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(scope_type: MembershipScopeType, scope_id: &str) -> Membership {
        let user_id = UserId::new("user").unwrap();
        let scope = MembershipScope {
            scope_type,
            scope_id: ScopeId::new(scope_id).unwrap(),
        };
        let kind = MembershipKind::new("owner").unwrap();
        Membership {
            tenant: TenantId::new("tenant").unwrap(),
            membership_id: Membership::derive_id(&user_id, &scope, &kind),
            user_id,
            scope,
            kind,
            created_at: Timestamp::from_micros(0).unwrap(),
        }
    }

    #[test]
    fn the_id_follows_user_scope_and_kind() {
        let one = membership(MembershipScopeType::Team, "red");
        assert_eq!(one.membership_id.as_str(), "user/team/red/owner");
        assert_eq!(one.validate(), Ok(()));
        let mut other = one.clone();
        other.kind = MembershipKind::new("canary").unwrap();
        let error = other.validate().unwrap_err();
        assert_eq!(error.field(), "membership_id");
        assert!(!error.to_string().contains("canary"));
    }

    #[test]
    fn borders_between_the_derived_parts_do_not_move() {
        let id = |scope_id, kind: &str| {
            let scope = membership(MembershipScopeType::Team, scope_id).scope;
            let kind = MembershipKind::new(kind).unwrap();
            Membership::derive_id(&UserId::new("user").unwrap(), &scope, &kind)
        };
        assert_ne!(id("a/b", "c"), id("a", "b/c"));
        assert_ne!(id("a%2Fb", "c"), id("a/b", "c"));
    }

    #[test]
    fn a_tenant_scope_is_the_records_own_tenant() {
        assert_eq!(
            membership(MembershipScopeType::Tenant, "tenant").validate(),
            Ok(())
        );
        let error = membership(MembershipScopeType::Tenant, "canary")
            .validate()
            .unwrap_err();
        assert_eq!(error.field(), "scope_id");
    }

    #[test]
    fn an_application_scope_fills_the_application_column() {
        let one = membership(MembershipScopeType::Application, "app");
        assert_eq!(one.columns().application_id.unwrap().as_str(), "app");
        assert_eq!(
            membership(MembershipScopeType::Team, "app")
                .columns()
                .application_id,
            None
        );
    }
}
