//! Leaving out a step.

use super::event::{JourneyCompleted, JourneyUnblocked, StepSkipped};
use super::step::{Journey, JourneyProgress, USERS_TOO, and_completed, and_unblocked, journey_of};
use crate::prelude::*;

request!(
    /// Asks for the active step to be left out.
    SkipOnboardingStep {
        /// The journey.
        journey_id: JourneyId,
        /// The step, which must be the active one.
        step_key: StepKey,
    }
);

impl Operation for SkipOnboardingStep {
    const SPEC: OperationSpec = OperationSpec {
        name: "skip_onboarding_step",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: USERS_TOO,
        events: &[
            StepSkipped::SPEC,
            JourneyUnblocked::SPEC,
            JourneyCompleted::SPEC,
        ],
    };
    type Slots = One<OnboardingJourney>;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = OnboardingJourney::key_of(&(tenant.clone(), self.journey_id.clone()));
        Some(RecordId::new(RecordKind::OnboardingJourney, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
        journey_of(admitted, &self.journey_id, flight)
    }
}

impl Mutation for SkipOnboardingStep {
    type Response = JourneyProgress;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<JourneyProgress>, Refusal> {
        let mut journey = Journey::seen(*slots, answers, draft.admitted())?;
        journey.require(&[JourneyStatus::Active, JourneyStatus::Blocked])?;
        let place = journey.active_place(&self.step_key)?;
        if journey.requires_callback(place) {
            journey.require_staff(draft.admitted())?;
        }
        let is_unblocked = journey.close_gap(place);
        journey.set_step(place, StepStatus::Skipped);
        journey.go_on();
        let journey = journey.save(draft)?;
        let response = JourneyProgress::of(&journey, Some(&self.step_key));
        let skipped = StepSkipped {
            journey_id: journey.journey_id.clone(),
            user_id: journey.user_id.clone(),
            step_key: self.step_key.clone(),
            next_step_key: journey.active_step_key.clone(),
        };
        let change = Change::of(&journey, &journey, &skipped, response);
        let change = and_unblocked(change, &journey, &self.step_key, is_unblocked);
        Ok(and_completed(change, &journey))
    }
}
