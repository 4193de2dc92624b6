//! Profile values: one attribute's value for one user in one scope.

use crate::error::{FieldError, Rule};
use crate::id::{ActorId, AttributeKey, ScopeId, TenantId, UserId};
use crate::json::JsonValue;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{inconsistent, own_tenant};
use crate::sensitive::Sensitive;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// Where a profile value holds, in rising precedence.
    ProfileScope, "scope", {
        /// Everywhere.
        Global = "global",
        /// In one tenant.
        Tenant = "tenant",
        /// In one application.
        Application = "application",
        /// Under one membership.
        Membership = "membership",
    }
);

impl ProfileScope {
    /// Whether a value of this scope belongs to a tenant.
    pub const fn has_tenant(self) -> bool {
        matches!(self, Self::Tenant | Self::Membership)
    }

    /// Whether the scope names something by an id.
    pub const fn has_id(self) -> bool {
        !matches!(self, Self::Global)
    }
}

/// What names one profile value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileValueKey {
    /// The tenant, exactly for the scopes `tenant` and `membership`.
    pub tenant: Option<TenantId>,
    /// The user.
    pub user_id: UserId,
    /// The attribute.
    pub attribute_key: AttributeKey,
    /// The scope's type.
    pub scope: ProfileScope,
    /// The scope's id, except for the scope `global`.
    pub scope_id: Option<ScopeId>,
}

/// One attribute's value for one user in one scope.
/// Key: `tenant`?, `user_id`, `attribute_key`, `scope`, `scope_id`?.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileValue {
    /// The tenant: required for the scopes `tenant` and `membership`, absent for the others.
    pub tenant: Option<TenantId>,
    /// The user whose attribute it is.
    pub user_id: UserId,
    /// The attribute.
    pub attribute_key: AttributeKey,
    /// Where the value holds.
    pub scope: ProfileScope,
    /// The tenant, application or membership that it holds in; absent for the scope `global`.
    ///
    /// A tenant scope names the tenant here too, so that the scope columns are whole.
    pub scope_id: Option<ScopeId>,
    /// The value.
    pub value: Sensitive<JsonValue>,
    /// Who set it.
    pub updated_by: ActorId,
    /// When it was set.
    pub updated_at: Timestamp,
}

fn key_from(
    tenant: Option<&TenantId>,
    user_id: &UserId,
    attribute_key: &AttributeKey,
    scope: ProfileScope,
    scope_id: Option<&ScopeId>,
) -> RecordKey {
    RecordKey::from_parts([
        tenant.map(TenantId::as_str),
        Some(user_id.as_str()),
        Some(attribute_key.as_str()),
        Some(scope.as_str()),
        scope_id.map(ScopeId::as_str),
    ])
}

impl Record for ProfileValue {
    record_kind!(ProfileValue);
    type Key = ProfileValueKey;

    fn key_of(key: &ProfileValueKey) -> RecordKey {
        let ProfileValueKey {
            tenant,
            user_id,
            attribute_key,
            scope,
            scope_id,
        } = key;
        key_from(
            tenant.as_ref(),
            user_id,
            attribute_key,
            *scope,
            scope_id.as_ref(),
        )
    }

    fn record_key(&self) -> RecordKey {
        let Self {
            tenant,
            user_id,
            attribute_key,
            scope,
            scope_id,
            ..
        } = self;
        key_from(
            tenant.as_ref(),
            user_id,
            attribute_key,
            *scope,
            scope_id.as_ref(),
        )
    }

    fn columns(&self) -> Columns<'_> {
        let scope_id = self.scope_id.as_ref();
        let is_application = self.scope == ProfileScope::Application;
        Columns {
            tenant: self.tenant.as_ref(),
            user_id: Some(&self.user_id),
            application_id: scope_id
                .filter(|_| is_application)
                .map(|id| Cow::Owned(id.into())),
            scope_type: Some(self.scope.as_str()),
            scope_id: scope_id.map(|id| Cow::Borrowed(id.as_str())),
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        match (&self.tenant, self.scope.has_tenant()) {
            (None, true) => return Err(FieldError::new("tenant", Rule::Missing)),
            (Some(_), false) => {
                let expected = "must be absent for the scopes global and application";
                return Err(inconsistent("tenant", expected));
            }
            _ => {}
        }
        match (&self.scope_id, self.scope.has_id()) {
            (None, true) => return Err(FieldError::new("scope_id", Rule::Missing)),
            (Some(_), false) => {
                return Err(inconsistent(
                    "scope_id",
                    "must be absent for the scope global",
                ));
            }
            _ => {}
        }
        match (self.scope, &self.tenant, &self.scope_id) {
            (ProfileScope::Tenant, Some(tenant), Some(scope_id)) => own_tenant(tenant, scope_id),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(tenant: Option<&str>, scope: ProfileScope, scope_id: Option<&str>) -> ProfileValue {
        ProfileValue {
            tenant: tenant.map(|text| TenantId::new(text).unwrap()),
            user_id: UserId::new("user").unwrap(),
            attribute_key: AttributeKey::new("mail.signature").unwrap(),
            scope,
            scope_id: scope_id.map(|text| ScopeId::new(text).unwrap()),
            value: Sensitive::new(JsonValue::NULL),
            updated_by: ActorId::new("user").unwrap(),
            updated_at: Timestamp::from_micros(0).unwrap(),
        }
    }

    #[test]
    fn each_scope_has_its_own_tenant_and_id() {
        use ProfileScope::{Application, Global, Membership, Tenant};
        let refused = |one: ProfileValue| one.validate().map_err(|error| error.field());
        assert_eq!(refused(value(None, Global, None)), Ok(()));
        assert_eq!(refused(value(Some("t"), Tenant, Some("t"))), Ok(()));
        assert_eq!(refused(value(None, Application, Some("a"))), Ok(()));
        assert_eq!(refused(value(Some("t"), Membership, Some("m"))), Ok(()));

        assert_eq!(refused(value(Some("t"), Global, None)), Err("tenant"));
        assert_eq!(refused(value(None, Tenant, Some("t"))), Err("tenant"));
        assert_eq!(
            refused(value(Some("t"), Application, Some("a"))),
            Err("tenant")
        );
        assert_eq!(refused(value(None, Membership, Some("m"))), Err("tenant"));
        assert_eq!(refused(value(None, Global, Some("g"))), Err("scope_id"));
        assert_eq!(refused(value(Some("t"), Tenant, None)), Err("scope_id"));
        assert_eq!(
            refused(value(Some("t"), Tenant, Some("u"))),
            Err("scope_id")
        );
        assert_eq!(refused(value(Some("t"), Membership, None)), Err("scope_id"));
    }

    #[test]
    fn an_absent_tenant_meets_no_tenant() {
        let absent = value(None, ProfileScope::Global, None);
        let literal = value(Some("%-"), ProfileScope::Global, None);
        assert_ne!(absent.record_key(), literal.record_key());
    }
}
