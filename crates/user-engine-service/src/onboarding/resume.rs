//! Setting a blocked or failed journey on its way again.

use super::event::JourneyResumed;
use super::step::{Journey, JourneyProgress, STAFF, on_journey};
use crate::prelude::*;

request!(
    /// Asks for a journey to go on where it stopped.
    ResumeOnboardingJourney {
        /// The journey.
        journey_id: JourneyId,
    }
);

on_journey!(
    ResumeOnboardingJourney,
    "resume_onboarding_journey",
    STAFF,
    [JourneyResumed]
);

impl Mutation for ResumeOnboardingJourney {
    type Response = JourneyProgress;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<JourneyProgress>, Refusal> {
        let mut journey = Journey::seen(*slots, answers, draft.admitted())?;
        let from = journey.status();
        journey.require(&[JourneyStatus::Blocked, JourneyStatus::Failed])?;
        journey.set_status(JourneyStatus::Active);
        if let Some(step_key) = journey.active_step_key().cloned() {
            let place = journey.place(&step_key)?;
            if journey.step(place).status == StepStatus::Failed {
                journey.set_step(place, StepStatus::Pending);
            }
        }
        let journey = journey.save(draft)?;
        let step_key = journey.active_step_key.as_ref();
        let response = JourneyProgress::of(&journey, step_key);
        let resumed = JourneyResumed {
            journey_id: journey.journey_id.clone(),
            user_id: journey.user_id.clone(),
            step_key: step_key.cloned(),
            from,
            lifecycle_gaps: response.lifecycle_gaps,
        };
        Ok(Change::of(&journey, &journey, &resumed, response))
    }
}
