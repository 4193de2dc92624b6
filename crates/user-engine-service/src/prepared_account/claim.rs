//! Claiming a prepared account.

use super::event::PreparedAccountClaimed;
use super::fit::{FitSlots, longest};
use super::give::{GiveSlots, give};
use super::layout::factor_types;
use crate::access_profile::register::count;
use crate::core::draft::internal;
use crate::prelude::*;
use crate::profile::event::ProfileValueSet;
use crate::registration::session::{Found, RegistrationSlots};
use crate::tenant::event::{MembershipAdded, TenantAccountStatusChanged};
use crate::user::event::{TenantAccountCreated, UserUpdated};

request!(
    /// Asks for the prepared account that a completed registration's factors fit.
    ///
    /// It names no prepared account: that is found by the factors, and a claim that fits several
    /// is denied. So an approval, where an entitlement requires one, is the authorizer's of this
    /// operation on the registration.
    ClaimPreparedAccount {
        /// The registration, also as what an approval is about.
        registration_id: RegistrationId,
    }
);

response!(
    /// A prepared account that was claimed.
    ClaimedPreparedAccount {
        /// The prepared account.
        prepared_account_id: PreparedAccountId,
        /// The user who has it now.
        user_id: UserId,
        /// The status of the user's tenant account now; absent where there is none.
        tenant_account_status: Option<AccountStatus>,
        /// How many memberships the user got, those in applications among them.
        memberships: u32,
        /// How many profile values the user got.
        profile_values: u32,
        /// How many onboarding journeys began.
        journeys: u32,
        /// When.
        claimed_at: Timestamp,
    }
);

/// The reads of [`ClaimPreparedAccount`].
#[derive(Debug)]
pub struct ClaimSlots {
    registration: RegistrationSlots,
    more: Option<(FitSlots, GiveSlots)>,
}

impl ClaimPreparedAccount {
    fn registration_target(&self) -> RecordId {
        let key = RegistrationSession::key_of(&self.registration_id);
        RecordId::new(RecordKind::RegistrationSession, key)
    }

    fn denied(&self, reason: ReasonCode) -> Refusal {
        Refusal::Denied(reason, Some(self.registration_target()))
    }

    /// The completed registration and its user, for the user and for those who act by a role. One
    /// of no tenant is the user's own and the platform's: a tenant has nothing to do with it.
    fn completed(
        &self,
        slots: RegistrationSlots,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<(Found, UserId), Refusal> {
        let found = slots.found_or_tenantless(answers, admitted.tenant()?)?;
        let found = found.ok_or_else(|| self.denied(ReasonCode::NotFound))?;
        let session = &found.session.record;
        let is_tenants = admitted.grant != Grant::Own && !admitted.is_operator();
        if is_tenants && session.tenant.is_none() {
            return Err(self.denied(ReasonCode::NotFound));
        }
        let user_id = session.user_id.clone();
        if admitted.grant == Grant::Own && user_id != admitted.user_id {
            return Err(self.denied(ReasonCode::RoleMissing));
        }
        let is_completed = session.status == RegistrationStatus::Completed;
        let user_id = user_id.filter(|_| is_completed);
        let user_id = user_id.ok_or_else(|| self.denied(ReasonCode::RegistrationIncomplete))?;
        Ok((found, user_id))
    }
}

impl Operation for ClaimPreparedAccount {
    const SPEC: OperationSpec = OperationSpec {
        name: "claim_prepared_account",
        reach: Reach::Tenant,
        stands: Stands::Anywhere,
        grants: &[Grant::Service, Grant::PlatformOperator, Grant::Own],
        events: &[
            PreparedAccountClaimed::SPEC,
            UserUpdated::SPEC,
            TenantAccountCreated::SPEC,
            TenantAccountStatusChanged::SPEC,
            MembershipAdded::SPEC,
            ProfileValueSet::SPEC,
        ],
    };
    type Slots = ClaimSlots;

    fn target(&self) -> Option<RecordId> {
        Some(self.registration_target())
    }

    fn reads(&self, _: &Admitted, flight: &mut Flight) -> Result<ClaimSlots, Refusal> {
        Ok(ClaimSlots {
            registration: RegistrationSlots::reads(&self.registration_id, flight),
            more: None,
        })
    }

    fn reads_more(
        &self,
        admitted: &Admitted,
        slots: &mut ClaimSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let (found, user_id) = self.completed(slots.registration, answers, admitted)?;
        let fit = FitSlots::reads(&found, flight);
        let give = GiveSlots::reads(admitted.tenant()?, &user_id, flight);
        slots.more = Some((fit, give));
        Ok(())
    }

    fn reads_on(
        &self,
        admitted: &Admitted,
        slots: &mut ClaimSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let (found, user_id) = self.completed(slots.registration, answers, admitted)?;
        let Some((fit, give)) = &mut slots.more else {
            return Ok(());
        };
        if fit.read_on(answers, flight)? {
            return Ok(());
        }
        let target = self.registration_target();
        let account = fit.one(&found, answers, admitted.now, &target)?;
        give.read_on(&account.record, &user_id, answers, flight)
    }
}

impl Mutation for ClaimPreparedAccount {
    type Response = ClaimedPreparedAccount;

    fn decide(
        &self,
        slots: &ClaimSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<ClaimedPreparedAccount>, Refusal> {
        let admitted = draft.admitted();
        let (found, user_id) = self.completed(slots.registration, answers, admitted)?;
        let (fit, before) = slots.more.as_ref().ok_or_else(internal)?;
        let target = self.registration_target();
        let prepared = fit.one(&found, answers, draft.now(), &target)?;
        if prepared.record.requires_approval() && !admitted.is_approved {
            let target = RecordId::new(RecordKind::PreparedAccount, prepared.record.record_key());
            return Err(Refusal::Denied(ReasonCode::ApprovalRequired, Some(target)));
        }
        draft.rely_on::<RegistrationSession>(&self.registration_id, found.session.revision)?;
        for requirement in &prepared.record.factor_requirements {
            if let Some(shown) = longest(requirement, &found) {
                draft.rely_on::<IdentityFactor>(&shown.record.factor_id, shown.revision)?;
            }
        }
        let claimed_at = draft.now_or(prepared.record.updated_at);
        let account = PreparedAccount {
            status: PreparedAccountStatus::Claimed,
            claim: Some(PreparedAccountClaim {
                user_id: user_id.clone(),
                registration_id: self.registration_id.clone(),
                claimed_at,
            }),
            updated_at: claimed_at,
            ..prepared.record
        };
        // Of two claims at once, one finds another revision.
        draft.replace(account.clone(), prepared.revision)?;
        let claimed = PreparedAccountClaimed {
            prepared_account_id: account.prepared_account_id.clone(),
            registration_id: self.registration_id.clone(),
            user_id: user_id.clone(),
            factor_types: factor_types(&account.factor_requirements),
            entitlements: count(&account.entitlements),
        };
        let giving = give(&account, &user_id, before, answers, draft)?;
        let response = ClaimedPreparedAccount {
            prepared_account_id: account.prepared_account_id.clone(),
            user_id,
            tenant_account_status: giving.tenant_account_status,
            memberships: giving.memberships,
            profile_values: giving.profile_values,
            journeys: giving.journeys,
            claimed_at,
        };
        let mut change = Change::of(&account, &account, &claimed, response);
        change.more.extend(giving.told);
        Ok(change)
    }
}
