//! What is told about families.

use crate::prelude::*;

event!("A family was brought into its tenant." FamilyOnboarded: "family.onboarded" v 1 of Membership {
    founder: UserId,
    member_count: u32,
    invitation_count: u32,
});
event!("A user was invited into a family." FamilyInvitationCreated: "family_invitation.created" v 1 of FamilyInvitation {
    invitation_id: InvitationId,
    user_id: UserId,
    status: InvitationStatus,
});
event!("An invitation is to be sent again." FamilyInvitationResent: "family_invitation.resent" v 1 of FamilyInvitation {
    invitation_id: InvitationId,
    user_id: UserId,
    sent_count: u32,
});
event!("An invitation was withdrawn, or its user came into the family without it." FamilyInvitationRevoked: "family_invitation.revoked" v 1 of FamilyInvitation {
    invitation_id: InvitationId,
    user_id: UserId,
    status: InvitationStatus,
});
event!("An invitation was taken up." FamilyInvitationAccepted: "family_invitation.accepted" v 1 of FamilyInvitation {
    invitation_id: InvitationId,
    user_id: UserId,
    status: InvitationStatus,
});

impl FamilyInvitationRevoked {
    pub(super) fn of(invitation: &FamilyInvitation) -> Self {
        Self {
            invitation_id: invitation.invitation_id.clone(),
            user_id: invitation.user_id.clone(),
            status: invitation.status,
        }
    }
}
