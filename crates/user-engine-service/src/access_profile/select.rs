//! Selecting the hat that a user wears.

use super::event::HatSelected;
use super::register::count;
use super::requirement::{Wearer, WearerSlots};
use crate::onboarding::{Occasion, OccasionSlots};
use crate::prelude::*;

request!(
    /// Asks for a hat to be worn by the caller, or by the user whom the agent acts for.
    SelectActiveHat {
        /// The hat.
        access_profile_id: AccessProfileId,
    }
);

response!(
    /// A hat that was selected.
    SelectedHat {
        /// Who wears it.
        user_id: UserId,
        /// The hat.
        access_profile_id: AccessProfileId,
        /// The one worn before.
        previous_access_profile_id: Option<AccessProfileId>,
        /// How many groups the wearer counts as being in.
        groups: u32,
        /// How many onboarding journeys it started.
        journeys_started: u32,
        /// When.
        selected_at: Timestamp,
    }
);

/// The reads of [`SelectActiveHat`].
#[derive(Debug)]
pub struct SelectSlots {
    profile: One<AccessProfile>,
    context: One<ActiveAccessContext>,
    wearer: WearerSlots,
    onboarding: OccasionSlots,
}

impl Operation for SelectActiveHat {
    const SPEC: OperationSpec = OperationSpec {
        name: "select_active_hat",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: &[Grant::Own],
        events: &[HatSelected::SPEC],
    };
    type Slots = SelectSlots;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = AccessProfile::key_of(&(tenant.clone(), self.access_profile_id.clone()));
        Some(RecordId::new(RecordKind::AccessProfile, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<SelectSlots, Refusal> {
        let (tenant, user_id) = (admitted.tenant()?, admitted.user()?);
        Ok(SelectSlots {
            profile: flight.get(&(tenant.clone(), self.access_profile_id.clone())),
            context: flight.get(&(tenant.clone(), user_id.clone())),
            wearer: WearerSlots::reads(Some(tenant), user_id, flight),
            onboarding: OccasionSlots::reads_of(tenant, user_id, flight),
        })
    }

    fn reads_on(
        &self,
        admitted: &Admitted,
        slots: &mut SelectSlots,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        slots.read_on(admitted, answers, flight)
    }
}

impl SelectSlots {
    /// Asks for what the last answers leave open.
    fn read_on(
        &mut self,
        admitted: &Admitted,
        answers: &Answers,
        flight: &mut Flight,
    ) -> Result<(), Refusal> {
        let Some(hat) = answers.one(self.profile)? else {
            return Ok(());
        };
        let occasion = Occasion::hat_selected(&hat.record, admitted.user()?)?;
        self.wearer.read_on(answers, flight)?;
        self.onboarding.read_on(&occasion, answers, flight)
    }
}

impl Mutation for SelectActiveHat {
    type Response = SelectedHat;

    fn decide(
        &self,
        slots: &SelectSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<SelectedHat>, Refusal> {
        let profile = answers.one(slots.profile)?;
        let profile = profile.ok_or(Refusal::NotFound(RecordKind::AccessProfile))?;
        let wearer = slots.wearer.wearer(answers)?;
        let present = answers.one(slots.context)?;
        let hat = &profile.record;
        let context = worn(hat, &wearer, present.as_ref(), draft).map_err(|refusal| {
            let target = RecordId::new(RecordKind::AccessProfile, hat.record_key());
            match refusal {
                Refusal::Denied(reason, None) => Refusal::Denied(reason, Some(target)),
                other => other,
            }
        })?;
        draft.rely_on::<AccessProfile>(
            &(hat.tenant.clone(), hat.access_profile_id.clone()),
            profile.revision,
        )?;
        draft.put(context.clone(), present.as_ref())?;
        let user_id = context.user_id.clone();
        let occasion = Occasion::hat_selected(hat, &user_id)?;
        let welcomed = occasion.welcome(&slots.onboarding, answers, draft)?;
        let access_profile_id = context.access_profile_id.clone();
        let previous_access_profile_id = present.map(|found| found.record.access_profile_id);
        let selected = HatSelected {
            user_id: user_id.clone(),
            access_profile_id: access_profile_id.clone(),
            previous_access_profile_id: previous_access_profile_id.clone(),
            factor_types: hat.required_factor_types.to_vec(),
            memberships: count(&context.matched_membership_ids),
            groups: count(&context.group_ids),
        };
        let response = SelectedHat {
            user_id,
            access_profile_id,
            previous_access_profile_id,
            groups: count(&context.group_ids),
            journeys_started: count(&welcomed.started),
            selected_at: context.selected_at,
        };
        Ok(Change::of(&context, &context, &selected, response))
    }
}

/// What a user wears with a hat, when everything that it requires holds and goes on to hold until
/// the commit.
fn worn(
    hat: &AccessProfile,
    wearer: &Wearer,
    present: Option<&Versioned<ActiveAccessContext>>,
    draft: &mut Draft<'_>,
) -> Result<ActiveAccessContext, Refusal> {
    let tenant_account = wearer.active_account().map_err(Refusal::denied)?;
    let matched = wearer.meets(hat, draft.now()).map_err(Refusal::denied)?;
    if hat.requires_approval && !draft.admitted().is_approved {
        return Err(Refusal::denied(ReasonCode::ApprovalRequired));
    }
    let account = &tenant_account.record;
    let user_id = account.user_id.clone();
    draft.rely_on::<TenantAccount>(
        &(account.tenant.clone(), user_id.clone()),
        tenant_account.revision,
    )?;
    let mut matched_membership_ids = Vec::new();
    for found in matched.memberships {
        let id = found.record.membership_id.clone();
        draft.rely_on::<Membership>(&(hat.tenant.clone(), id.clone()), found.revision)?;
        matched_membership_ids.push(id);
    }
    let mut verified_factor_ids = Vec::new();
    for found in matched.factors {
        let id = found.record.factor_id.clone();
        draft.rely_on::<IdentityFactor>(&id, found.revision)?;
        verified_factor_ids.push(id);
    }
    let not_before = present.map_or(hat.updated_at, |found| {
        hat.updated_at.max(found.record.selected_at)
    });
    Ok(ActiveAccessContext {
        tenant: hat.tenant.clone(),
        user_id,
        access_profile_id: hat.access_profile_id.clone(),
        scope: hat.scope.clone(),
        matched_membership_ids: List::new(matched_membership_ids)?,
        verified_factor_ids: List::new(verified_factor_ids)?,
        group_ids: hat.group_ids.clone(),
        projection_claims: hat.projection_claims.clone(),
        profile_defaults: hat.profile_defaults.clone(),
        selected_at: draft.now_or(not_before),
    })
}
