//! Inviting a user into a family.

use super::authority::{AuthoritySlots, family_of};
use super::enter::check_no_member;
use super::event::FamilyInvitationCreated;
use super::invitation::{GRANTS, target};
use crate::prelude::*;
use crate::profile::walk::Walk;
use crate::user::tombstone::check_user_id;

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
#[derive(Debug)]
pub struct InviteSlots {
    authority: AuthoritySlots,
    invitation: One<FamilyInvitation>,
    tenant_account: One<TenantAccount>,
    memberships: Walk<Membership>,
}

impl InviteSlots {
    /// Asks for the next memberships of a user with more than a page of them.
    pub(super) fn read_on(
        &mut self,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        self.memberships.read_on(answers, flight)
    }
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

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        Some(target(tenant, &FamilyInvitation::pending_id(&self.user_id)))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<InviteSlots, Refusal> {
        check_user_id(&self.user_id)?;
        let (tenant, user_id) = (admitted.tenant()?, &self.user_id);
        Ok(InviteSlots {
            authority: AuthoritySlots::reads(admitted, flight)?,
            invitation: flight.get(&(tenant.clone(), FamilyInvitation::pending_id(user_id))),
            tenant_account: flight.get(&(tenant.clone(), user_id.clone())),
            memberships: Walk::begin(ListBy::User(user_id.clone()), flight),
        })
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut InviteSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.read_on(answers, flight)
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
        if has_run_out(self.expires_at, now) {
            return Err(Refusal::rule("expires_at", "must not have passed"));
        }
        let invitation_id = FamilyInvitation::pending_id(&self.user_id);
        let target = target(tenant, &invitation_id);
        let makes = Some(&self.role);
        slots.authority.require(makes, &target, answers, draft)?;
        check_no_member(&slots.memberships, &family_of(tenant)?, answers)?;
        // Whoever comes into the family meanwhile has their tenant account written by it.
        let account = (tenant.clone(), self.user_id.clone());
        match answers.one(slots.tenant_account)? {
            Some(found) => draft.rely_on::<TenantAccount>(&account, found.revision)?,
            None => draft.rely_on_absence::<TenantAccount>(&account)?,
        }
        let read = answers.one(slots.invitation)?;
        let waits = read.as_ref().is_some_and(|read| {
            read.record.status == InvitationStatus::Pending
                && !has_run_out(read.record.expires_at, now)
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
