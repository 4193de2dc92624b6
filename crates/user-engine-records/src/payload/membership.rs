//! The wire form of a membership.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    Membership, MembershipId, MembershipKind, MembershipScope, MembershipScopeType, ScopeId,
    TenantId, Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "MembershipScope", deny_unknown_fields)]
struct MembershipScopeV1 {
    scope_type: MembershipScopeType,
    scope_id: ScopeId,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Membership", deny_unknown_fields)]
struct MembershipV1 {
    tenant: TenantId,
    membership_id: MembershipId,
    user_id: UserId,
    #[serde(with = "crate::wire::nested")]
    scope: MembershipScope,
    kind: MembershipKind,
    created_at: Timestamp,
}

wire!(
    MembershipScope => MembershipScopeV1,
    Membership => MembershipV1,
);
