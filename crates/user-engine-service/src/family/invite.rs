//! Inviting a user into a family.

use super::authority::{AuthoritySlots, family_of};
use super::enter::check_no_member;
use super::event::FamilyInvitationCreated;
use super::invitation::{GRANTS, has_run_out, target};
use crate::prelude::*;

request!(
    /// Asks for a user to be invited into the tenant's family.
    InviteFamilyMember {
        /// The user.
        user_id: UserId,
        /// The membership kind that acceptance gives.
        role: MembershipKind,
        /// When the invitation runs out; never, where absent.
        expires_at: Option<Timestamp>,
    }
);

response!(
    /// A user who was invited.
    InvitedFamilyMember {
        /// The invitation, by which it is resent, revoked and accepted.
        invitation_id: InvitationId,
        /// Its status.
        status: InvitationStatus,
        /// When it runs out; never, where absent.
        expires_at: Option<Timestamp>,
        /// When it came to be.
        created_at: Timestamp,
    }
);

/// The reads of [`InviteFamilyMember`].
#[derive(Debug, Clone, Copy)]
pub struct InviteSlots {
    authority: AuthoritySlots,
    invitation: One<FamilyInvitation>,
    memberships: Many<Membership>,
}

impl Operation for InviteFamilyMember {
    const SPEC: OperationSpec = OperationSpec {
        name: "invite_family_member",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: GRANTS,
        events: &[FamilyInvitationCreated::SPEC],
    };
    type Slots = InviteSlots;

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<InviteSlots, Refusal> {
        let tenant = admitted.tenant()?.clone();
        Ok(InviteSlots {
            authority: AuthoritySlots::reads(admitted, flight)?,
            invitation: flight.get(&(tenant, FamilyInvitation::pending_id(&self.user_id))),
            memberships: flight.list(ListBy::User(self.user_id.clone())),
        })
    }
}

impl Mutation for InviteFamilyMember {
    type Response = InvitedFamilyMember;

    fn decide(
        &self,
        slots: &InviteSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<InvitedFamilyMember>, Refusal> {
        let (tenant, now) = (draft.admitted().tenant()?, draft.now());
        // Judged behind the flight, where a repetition has been answered already.
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::rule("expires_at", "must not have passed"));
        }
        let invitation_id = FamilyInvitation::pending_id(&self.user_id);
        let target = target(tenant, &invitation_id);
        let makes = Some(&self.role);
        slots.authority.require(makes, &target, answers, draft)?;
        check_no_member(slots.memberships, &family_of(tenant)?, answers)?;
        let read = answers.one(slots.invitation)?;
        let waits = read.as_ref().is_some_and(|read| {
            read.record.status == InvitationStatus::Pending && !has_run_out(&read.record, now)
        });
        if waits {
            let cause = ConflictCause::Exists(RecordKind::FamilyInvitation);
            return Err(Refusal::Conflict(cause));
        }
        let invitation = FamilyInvitation {
            tenant: tenant.clone(),
            invitation_id: invitation_id.clone(),
            user_id: self.user_id.clone(),
            role: self.role.clone(),
            status: InvitationStatus::Pending,
            sent_count: 1,
            expires_at: self.expires_at,
            created_at: now,
            updated_at: now,
        };
        draft.put(invitation.clone(), read.as_ref())?;
        let created = FamilyInvitationCreated {
            invitation_id: invitation_id.clone(),
            user_id: self.user_id.clone(),
            role: self.role.clone(),
            status: invitation.status,
        };
        let response = InvitedFamilyMember {
            invitation_id,
            status: invitation.status,
            expires_at: self.expires_at,
            created_at: now,
        };
        Ok(Change::of(&invitation, &invitation, &created, response))
    }
}
