//! Active access contexts: the hat that a user wears in a tenant.

use crate::access_profile::AccessScope;
use crate::bounded::{List, Map};
use crate::error::FieldError;
use crate::id::{AccessProfileId, AttributeKey, FactorId, GroupId, MembershipId, TenantId, UserId};
use crate::json::JsonValue;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::sensitive::Sensitive;
use crate::text::Text;
use crate::timestamp::Timestamp;

/// The hat that a user wears in a tenant. Key: `tenant`, `user_id`, so that there is one at most.
///
/// What the hat required and granted is kept as it was when it was selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveAccessContext {
    /// The tenant.
    pub tenant: TenantId,
    /// The user.
    pub user_id: UserId,
    /// The hat.
    pub access_profile_id: AccessProfileId,
    /// What it is worn in.
    pub scope: AccessScope,
    /// The memberships that satisfied its requirements.
    pub matched_membership_ids: List<MembershipId>,
    /// The factors that satisfied its requirements.
    pub verified_factor_ids: List<FactorId>,
    /// The groups that the user counts as being in.
    pub group_ids: List<GroupId>,
    /// Claims that projections carry.
    pub projection_claims: Map<Text, JsonValue>,
    /// Attribute values that hold above catalog defaults only.
    pub profile_defaults: Sensitive<Map<AttributeKey, JsonValue>>,
    /// When the hat was selected.
    pub selected_at: Timestamp,
}

impl Record for ActiveAccessContext {
    record_kind!(ActiveAccessContext);
    type Key = (TenantId, UserId);

    fn key_of((tenant, user_id): &(TenantId, UserId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(user_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([Some(self.tenant.as_str()), Some(self.user_id.as_str())])
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            user_id: Some(&self.user_id),
            ..self.scope.columns(&self.tenant)
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        self.scope.validate_in(&self.tenant)
    }
}
