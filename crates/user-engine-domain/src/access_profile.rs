//! Access profiles (hats): what selecting one requires and grants.

use crate::bounded::{List, Map};
use crate::error::FieldError;
use crate::id::{
    AccessProfileId, AssetId, AttributeKey, GroupId, MembershipKind, RealmId, ScopeId, ServiceId,
    TenantId,
};
use crate::identity_factor::FactorType;
use crate::json::JsonValue;
use crate::key::RecordKey;
use crate::membership::MembershipScopeType;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{inconsistent, not_before, own_tenant};
use crate::sensitive::Sensitive;
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// What a hat can be worn in.
    AccessScopeType, "scope_type", {
        /// The tenant itself.
        Tenant = "tenant",
        /// A realm.
        Realm = "realm",
        /// A service.
        Service = "service",
        /// An asset.
        Asset = "asset",
        /// A group.
        Group = "group",
    }
);

/// What a hat is worn in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessScope {
    /// The type of what it is worn in.
    pub scope_type: AccessScopeType,
    /// Its id; the tenant's own for the type `tenant`.
    pub scope_id: ScopeId,
}

impl AccessScope {
    /// A scope of type `tenant` is the record's own tenant.
    pub(crate) fn validate_in(&self, tenant: &TenantId) -> Result<(), FieldError> {
        match self.scope_type {
            AccessScopeType::Tenant => own_tenant(tenant, &self.scope_id),
            AccessScopeType::Realm
            | AccessScopeType::Service
            | AccessScopeType::Asset
            | AccessScopeType::Group => Ok(()),
        }
    }

    /// The columns of a record that has this scope.
    pub(crate) fn columns<'a>(&'a self, tenant: &'a TenantId) -> Columns<'a> {
        Columns {
            tenant: Some(tenant),
            scope_type: Some(self.scope_type.as_str()),
            scope_id: Some(Cow::Borrowed(self.scope_id.as_str())),
            ..Columns::default()
        }
    }
}

/// A membership that a hat requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipRequirement {
    /// The type of what the membership is in.
    pub scope_type: MembershipScopeType,
    /// Its id; any, where absent.
    pub scope_id: Option<ScopeId>,
    /// As what; anything, where absent.
    pub kind: Option<MembershipKind>,
}

/// A hat. Key: `tenant`, `access_profile_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessProfile {
    /// The tenant.
    pub tenant: TenantId,
    /// The hat.
    pub access_profile_id: AccessProfileId,
    /// The name to show.
    pub hat_name: Text,
    /// What it is worn in.
    pub scope: AccessScope,
    /// The realm it is for; that of a realm scope, where both are given.
    pub realm: Option<RealmId>,
    /// The service it is for; that of a service scope, where both are given.
    pub service_id: Option<ServiceId>,
    /// The asset it is for; that of an asset scope, where both are given.
    pub asset_id: Option<AssetId>,
    /// The memberships that the user must have, all of them.
    pub required_memberships: List<MembershipRequirement>,
    /// The types of which the user must have a verified, unexpired factor each.
    pub required_factor_types: List<FactorType>,
    /// Attribute values that hold while the hat is worn, above catalog defaults only.
    pub profile_defaults: Sensitive<Map<AttributeKey, JsonValue>>,
    /// Claims that projections carry while the hat is worn.
    pub projection_claims: Map<Text, JsonValue>,
    /// The groups that the wearer counts as being in.
    pub group_ids: List<GroupId>,
    /// Whether selecting it has to be approved.
    pub requires_approval: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl Record for AccessProfile {
    record_kind!(AccessProfile);
    type Key = (TenantId, AccessProfileId);

    fn key_of((tenant, access_profile_id): &(TenantId, AccessProfileId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(access_profile_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        let id = self.access_profile_id.as_str();
        RecordKey::from_parts([Some(self.tenant.as_str()), Some(id)])
    }

    fn columns(&self) -> Columns<'_> {
        self.scope.columns(&self.tenant)
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)?;
        self.scope.validate_in(&self.tenant)?;
        let (field, named) = match self.scope.scope_type {
            AccessScopeType::Realm => ("realm", self.realm.as_ref().map(RealmId::as_str)),
            AccessScopeType::Service => (
                "service_id",
                self.service_id.as_ref().map(ServiceId::as_str),
            ),
            AccessScopeType::Asset => ("asset_id", self.asset_id.as_ref().map(AssetId::as_str)),
            AccessScopeType::Tenant | AccessScopeType::Group => return Ok(()),
        };
        if named.is_some_and(|id| id != self.scope.scope_id.as_str()) {
            return Err(inconsistent(field, "must be what the scope names"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(scope_type: AccessScopeType, scope_id: &str) -> AccessProfile {
        let at = Timestamp::from_micros(0).unwrap();
        AccessProfile {
            tenant: TenantId::new("tenant").unwrap(),
            access_profile_id: AccessProfileId::new("hat").unwrap(),
            hat_name: Text::new("Hat").unwrap(),
            scope: AccessScope {
                scope_type,
                scope_id: ScopeId::new(scope_id).unwrap(),
            },
            realm: None,
            service_id: Some(ServiceId::new("billing").unwrap()),
            asset_id: None,
            required_memberships: List::default(),
            required_factor_types: List::default(),
            profile_defaults: Sensitive::new(Map::default()),
            projection_claims: Map::default(),
            group_ids: List::default(),
            requires_approval: false,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn the_scope_and_the_field_of_its_type_agree() {
        let refused = |it: AccessProfile| it.validate().map_err(|error| error.field());
        assert_eq!(
            refused(profile(AccessScopeType::Service, "billing")),
            Ok(())
        );
        assert_eq!(
            refused(profile(AccessScopeType::Service, "mail")),
            Err("service_id")
        );
        assert_eq!(refused(profile(AccessScopeType::Realm, "north")), Ok(()));
        assert_eq!(refused(profile(AccessScopeType::Tenant, "tenant")), Ok(()));
        assert_eq!(
            refused(profile(AccessScopeType::Tenant, "other")),
            Err("scope_id")
        );
    }
}
