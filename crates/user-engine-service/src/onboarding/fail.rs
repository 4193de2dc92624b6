//! Saying that a step has gone wrong.

use super::event::StepFailed;
use super::step::{Journey, JourneyProgress, STAFF, on_journey};
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

on_journey!(
    FailOnboardingStep,
    "fail_onboarding_step",
    STAFF,
    [StepFailed]
);

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
