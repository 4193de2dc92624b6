//! An invitation while it waits: sent again, or withdrawn.

use super::authority::AuthoritySlots;
use super::event::{FamilyInvitationResent, FamilyInvitationRevoked};
use crate::prelude::*;

request!(
    /// Asks for an invitation to be sent again.
    ResendFamilyInvitation {
        /// The invitation.
        invitation_id: InvitationId,
    }
);

response!(
    /// An invitation that is to be sent again.
    ResentFamilyInvitation {
        /// The invitation.
        invitation_id: InvitationId,
        /// How often it was sent, with this time.
        sent_count: u32,
        /// When it runs out; never, where absent.
        expires_at: Option<Timestamp>,
    }
);

request!(
    /// Asks for an invitation to be withdrawn.
    RevokeFamilyInvitation {
        /// The invitation.
        invitation_id: InvitationId,
    }
);

response!(
    /// An invitation that was withdrawn.
    RevokedFamilyInvitation {
        /// The invitation.
        invitation_id: InvitationId,
        /// Its status.
        status: InvitationStatus,
        /// When.
        updated_at: Timestamp,
    }
);

/// Who may invite, resend and revoke; [`Grant::Own`] is narrowed to the family's own members.
pub(super) const GRANTS: &[Grant] = &[
    Grant::TenantAdmin,
    Grant::Service,
    Grant::PlatformOperator,
    Grant::Own,
];

/// Names an invitation; without a tenant it has no key, and the call is denied before that.
pub(super) fn target(tenant: &TenantId, invitation_id: &InvitationId) -> RecordId {
    let key = FamilyInvitation::key_of(&(tenant.clone(), invitation_id.clone()));
    RecordId::new(RecordKind::FamilyInvitation, key)
}

/// The reads by which an invitation is changed.
#[derive(Debug, Clone, Copy)]
pub struct InvitationSlots {
    authority: AuthoritySlots,
    invitation: One<FamilyInvitation>,
}

impl InvitationSlots {
    fn reads(
        invitation_id: &InvitationId,
        admitted: &Admitted,
        flight: &mut Flight,
    ) -> Result<Self, Refusal> {
        let tenant = admitted.tenant()?.clone();
        Ok(Self {
            authority: AuthoritySlots::reads(admitted, flight)?,
            invitation: flight.get(&(tenant, invitation_id.clone())),
        })
    }

    /// The invitation, to a caller who speaks for the family, while it waits.
    fn pending(
        self,
        invitation_id: &InvitationId,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Versioned<FamilyInvitation>, Refusal> {
        let target = target(draft.admitted().tenant()?, invitation_id);
        self.authority.require(None, &target, answers, draft)?;
        let found = answers.one(self.invitation)?;
        let found = found.ok_or(Refusal::NotFound(RecordKind::FamilyInvitation))?;
        if found.record.status != InvitationStatus::Pending {
            return Err(Refusal::rule("status", "must be pending"));
        }
        Ok(found)
    }
}

/// Both operations are called and read for alike.
macro_rules! on_invitation {
    ($request:ident, $name:literal, $event:ident) => {
        impl Operation for $request {
            const SPEC: OperationSpec = OperationSpec {
                name: $name,
                reach: Reach::Tenant,
                stands: Stands::InTenant,
                grants: GRANTS,
                events: &[$event::SPEC],
            };
            type Slots = InvitationSlots;

            fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
                let key = FamilyInvitation::key_of(&(tenant.clone(), self.invitation_id.clone()));
                Some(RecordId::new(RecordKind::FamilyInvitation, key))
            }

            fn reads(
                &self,
                admitted: &Admitted,
                flight: &mut Flight,
            ) -> Result<Self::Slots, Refusal> {
                InvitationSlots::reads(&self.invitation_id, admitted, flight)
            }
        }
    };
}

on_invitation!(
    ResendFamilyInvitation,
    "resend_family_invitation",
    FamilyInvitationResent
);

impl Mutation for ResendFamilyInvitation {
    type Response = ResentFamilyInvitation;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ResentFamilyInvitation>, Refusal> {
        let found = slots.pending(&self.invitation_id, answers, draft)?;
        if has_run_out(found.record.expires_at, draft.now()) {
            return Err(Refusal::rule("expires_at", "must not have passed"));
        }
        let invitation = FamilyInvitation {
            sent_count: found.record.sent_count.saturating_add(1),
            updated_at: draft.now_or(found.record.updated_at),
            ..found.record
        };
        draft.replace(invitation.clone(), found.revision)?;
        let resent = FamilyInvitationResent {
            invitation_id: invitation.invitation_id.clone(),
            user_id: invitation.user_id.clone(),
            sent_count: invitation.sent_count,
        };
        let response = ResentFamilyInvitation {
            invitation_id: invitation.invitation_id.clone(),
            sent_count: invitation.sent_count,
            expires_at: invitation.expires_at,
        };
        Ok(Change::of(&invitation, &invitation, &resent, response))
    }
}

on_invitation!(
    RevokeFamilyInvitation,
    "revoke_family_invitation",
    FamilyInvitationRevoked
);

impl Mutation for RevokeFamilyInvitation {
    type Response = RevokedFamilyInvitation;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<RevokedFamilyInvitation>, Refusal> {
        let found = slots.pending(&self.invitation_id, answers, draft)?;
        let invitation = revoked(found.record, draft);
        draft.replace(invitation.clone(), found.revision)?;
        let revoked = FamilyInvitationRevoked::of(&invitation);
        let response = RevokedFamilyInvitation {
            invitation_id: invitation.invitation_id.clone(),
            status: invitation.status,
            updated_at: invitation.updated_at,
        };
        Ok(Change::of(&invitation, &invitation, &revoked, response))
    }
}

/// The invitation as one that is no use any more.
pub(super) fn revoked(invitation: FamilyInvitation, draft: &Draft<'_>) -> FamilyInvitation {
    FamilyInvitation {
        status: InvitationStatus::Revoked,
        updated_at: draft.now_or(invitation.updated_at),
        ..invitation
    }
}
