//! The wire form of a family invitation.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    FamilyInvitation, InvitationId, InvitationStatus, MembershipKind, TenantId, Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "FamilyInvitation", deny_unknown_fields)]
struct FamilyInvitationV1 {
    tenant: TenantId,
    invitation_id: InvitationId,
    user_id: UserId,
    role: MembershipKind,
    status: InvitationStatus,
    sent_count: u32,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(FamilyInvitation => FamilyInvitationV1);
