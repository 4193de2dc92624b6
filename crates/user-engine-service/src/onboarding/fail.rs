//! Saying that a step has gone wrong.

use super::event::StepFailed;
use super::step::{Journey, JourneyProgress, STAFF, journey_of};
use crate::prelude::*;

request!(
    /// Asks for the active step to count as gone wrong, and the journey as failed.
    FailOnboardingStep {
        /// The journey.
        journey_id: JourneyId,
        /// The step, which must be the active one.
        step_key: StepKey,
    }
);

impl Operation for FailOnboardingStep {
    const SPEC: OperationSpec = OperationSpec {
        name: "fail_onboarding_step",
        reach: Reach::Tenant,
        stands: Stands::InTenant,
        grants: STAFF,
        events: &[StepFailed::SPEC],
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

impl Mutation for FailOnboardingStep {
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
        journey.set_step(place, StepStatus::Failed);
        journey.set_status(JourneyStatus::Failed);
        let journey = journey.save(draft)?;
        let response = JourneyProgress::of(&journey, Some(&self.step_key));
        let failed = StepFailed {
            journey_id: journey.journey_id.clone(),
            user_id: journey.user_id.clone(),
            step_key: self.step_key.clone(),
            journey_status: journey.status,
        };
        Ok(Change::of(&journey, &journey, &failed, response))
    }
}
