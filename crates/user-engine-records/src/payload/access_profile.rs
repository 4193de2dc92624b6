//! The wire form of an access profile.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    AccessProfile, AccessProfileId, AccessScope, AccessScopeType, AssetId, AttributeKey,
    FactorType, GroupId, JsonValue, List, Map, MembershipKind, MembershipRequirement,
    MembershipScopeType, RealmId, ScopeId, Sensitive, ServiceId, TenantId, Text, Timestamp,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "AccessScope", deny_unknown_fields)]
struct AccessScopeV1 {
    scope_type: AccessScopeType,
    scope_id: ScopeId,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MembershipRequirement", deny_unknown_fields)]
struct MembershipRequirementV1 {
    scope_type: MembershipScopeType,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    scope_id: Option<ScopeId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    kind: Option<MembershipKind>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AccessProfile", deny_unknown_fields)]
struct AccessProfileV1 {
    tenant: TenantId,
    access_profile_id: AccessProfileId,
    hat_name: Text,
    #[serde(with = "crate::wire::nested")]
    scope: AccessScope,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    realm: Option<RealmId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    service_id: Option<ServiceId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    asset_id: Option<AssetId>,
    #[serde(with = "crate::wire::list")]
    required_memberships: List<MembershipRequirement>,
    required_factor_types: List<FactorType>,
    #[serde(with = "crate::wire::sensitive")]
    profile_defaults: Sensitive<Map<AttributeKey, JsonValue>>,
    projection_claims: Map<Text, JsonValue>,
    group_ids: List<GroupId>,
    requires_approval: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(
    AccessScope => AccessScopeV1,
    MembershipRequirement => MembershipRequirementV1,
    AccessProfile => AccessProfileV1,
);
