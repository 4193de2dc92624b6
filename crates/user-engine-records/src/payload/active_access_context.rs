//! The wire form of an active access context.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    AccessProfileId, AccessScope, ActiveAccessContext, AttributeKey, FactorId, GroupId, JsonValue,
    List, Map, MembershipId, Sensitive, TenantId, Text, Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "ActiveAccessContext", deny_unknown_fields)]
struct ActiveAccessContextV1 {
    tenant: TenantId,
    user_id: UserId,
    access_profile_id: AccessProfileId,
    #[serde(with = "crate::wire::nested")]
    scope: AccessScope,
    matched_membership_ids: List<MembershipId>,
    verified_factor_ids: List<FactorId>,
    group_ids: List<GroupId>,
    projection_claims: Map<Text, JsonValue>,
    #[serde(with = "crate::wire::sensitive")]
    profile_defaults: Sensitive<Map<AttributeKey, JsonValue>>,
    selected_at: Timestamp,
}

wire!(ActiveAccessContext => ActiveAccessContextV1);
