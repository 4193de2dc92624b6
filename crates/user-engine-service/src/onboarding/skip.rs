//! Leaving out a step.

use super::event::{JourneyCompleted, JourneyUnblocked, StepSkipped};
use super::step::{Journey, JourneyProgress, USERS_TOO, and_completed, and_unblocked, on_journey};
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

on_journey!(
    SkipOnboardingStep,
    "skip_onboarding_step",
    USERS_TOO,
    [StepSkipped, JourneyUnblocked, JourneyCompleted]
);

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
