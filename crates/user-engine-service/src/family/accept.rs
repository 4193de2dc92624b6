//! Taking up an invitation.

use super::enter::{EnterFamily, EnterSlots};
use super::event::FamilyInvitationAccepted;
use super::invitation::target;
use crate::access_profile::register::count;
use crate::onboarding::{Occasion, OccasionSlots};
use crate::prelude::*;

request!(
    /// Says that the caller takes up an invitation.
    AcceptFamilyInvitation {
        /// The invitation.
        invitation_id: InvitationId,
    }
);

response!(
    /// An invitation that was taken up.
    AcceptedFamilyInvitation {
        /// The invitation.
        invitation_id: InvitationId,
        /// The membership that it gave.
        membership_id: MembershipId,
        /// The member.
        user_id: UserId,
        /// How many onboarding journeys began.
        journeys_started: u32,
        /// How many more would have been too many at once.
        journeys_left_out: u32,
        /// When.
        accepted_at: Timestamp,
    }
);

/// The reads of [`AcceptFamilyInvitation`].
#[derive(Debug)]
pub struct AcceptSlots {
    invitation: One<FamilyInvitation>,
    account: One<Account>,
    enter: EnterSlots,
    onboarding: OccasionSlots,
}

impl Operation for AcceptFamilyInvitation {
    const SPEC: OperationSpec = OperationSpec {
        name: "accept_family_invitation",
        reach: Reach::Tenant,
        stands: Stands::Anywhere,
        grants: &[Grant::Own],
        events: &[FamilyInvitationAccepted::SPEC],
    };
    type Slots = AcceptSlots;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = FamilyInvitation::key_of(&(tenant.clone(), self.invitation_id.clone()));
        Some(RecordId::new(RecordKind::FamilyInvitation, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<AcceptSlots, Refusal> {
        let (tenant, user_id) = (admitted.tenant()?, admitted.user()?);
        Ok(AcceptSlots {
            invitation: flight.get(&(tenant.clone(), self.invitation_id.clone())),
            account: flight.get(user_id),
            enter: EnterSlots::reads(tenant, user_id, Some(&self.invitation_id), flight),
            onboarding: OccasionSlots::reads_of(tenant, user_id, flight),
        })
    }

    fn reads_on(
        &self,
        _: &Admitted,
        slots: &mut AcceptSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.read_on(answers, flight)
    }
}

impl AcceptSlots {
    /// Asks for what the last answers leave open; for nothing more about an invitation that
    /// nobody may take up.
    fn read_on(&mut self, answers: &Answers, flight: &mut Flight) -> Result<(), Refusal> {
        let Some(found) = answers.one(self.invitation)? else {
            return Ok(());
        };
        if found.record.status != InvitationStatus::Pending {
            return Ok(());
        }
        let occasion = accepted(&found.record)?;
        self.enter.read_on(answers, flight)?;
        self.onboarding.read_on(&occasion, answers, flight)
    }
}

/// The occasion that taking up an invitation is: each time it was made anew, a new one.
fn accepted(invitation: &FamilyInvitation) -> Result<Occasion, Refusal> {
    let (id, since) = (&invitation.invitation_id, invitation.created_at);
    let source = format!("{}@{}", id.as_str(), since.as_micros());
    let source = if source.len() > SourceId::MAX_BYTES {
        sha256_hex(source)
    } else {
        source
    };
    let trigger = OnboardingTrigger::InvitationAccepted;
    Ok(Occasion {
        roles: vec![invitation.role.clone()],
        ..Occasion::new(&invitation.user_id, trigger, &source)?
    })
}

impl Mutation for AcceptFamilyInvitation {
    type Response = AcceptedFamilyInvitation;

    fn decide(
        &self,
        slots: &AcceptSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<AcceptedFamilyInvitation>, Refusal> {
        let admitted = draft.admitted();
        let (tenant, user_id) = (admitted.tenant()?, admitted.user()?);
        let target = target(tenant, &self.invitation_id);
        let denied = |reason| Refusal::Denied(reason, Some(target.clone()));
        let found = answers
            .one(slots.invitation)?
            .filter(|found| found.record.user_id == *user_id)
            .ok_or_else(|| denied(ReasonCode::NotFound))?;
        match found.record.status {
            InvitationStatus::Pending => {}
            InvitationStatus::Accepted => return Err(denied(ReasonCode::StateForbids)),
            InvitationStatus::Revoked => return Err(denied(ReasonCode::Revoked)),
            InvitationStatus::Expired => return Err(denied(ReasonCode::Expired)),
        }
        if has_run_out(found.record.expires_at, draft.now()) {
            return Err(denied(ReasonCode::Expired));
        }
        // Admission saw an active account; it must still be that one at the commit.
        let account = answers.one(slots.account)?;
        let account = account.ok_or_else(|| denied(ReasonCode::AccountInactive))?;
        draft.rely_on::<Account>(user_id, account.revision)?;
        let invitation = FamilyInvitation {
            status: InvitationStatus::Accepted,
            updated_at: draft.now_or(found.record.updated_at),
            ..found.record
        };
        draft.replace(invitation.clone(), found.revision)?;
        let enter = EnterFamily {
            user_id: user_id.clone(),
            kind: invitation.role.clone(),
            is_new: false,
        };
        let entered = draft.join(&enter, &slots.enter, answers)?;
        let occasion = accepted(&invitation)?;
        let welcomed = occasion.welcome(&slots.onboarding, answers, draft)?;
        let accepted = FamilyInvitationAccepted {
            invitation_id: self.invitation_id.clone(),
            user_id: user_id.clone(),
            status: invitation.status,
        };
        let response = AcceptedFamilyInvitation {
            invitation_id: self.invitation_id.clone(),
            membership_id: entered.membership_id,
            user_id: user_id.clone(),
            journeys_started: count(&welcomed.started),
            journeys_left_out: welcomed.left_out,
            accepted_at: draft.now(),
        };
        Ok(Change::of(&invitation, &invitation, &accepted, response))
    }
}
