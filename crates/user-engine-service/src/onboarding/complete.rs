//! Reporting a step as done, which counts only with its callback.

use super::event::{JourneyBlocked, JourneyCompleted, StepCompleted, StepReportedDone};
use super::step::{Journey, JourneyProgress, USERS_TOO, and_completed, on_journey};
use crate::prelude::*;

request!(
    /// Asks for the active step to be completed.
    CompleteOnboardingStep {
        /// The journey.
        journey_id: JourneyId,
        /// The step, which must be the active one.
        step_key: StepKey,
    }
);

on_journey!(
    CompleteOnboardingStep,
    "complete_onboarding_step",
    USERS_TOO,
    [
        StepReportedDone,
        StepCompleted,
        JourneyCompleted,
        JourneyBlocked
    ]
);

impl Mutation for CompleteOnboardingStep {
    type Response = JourneyProgress;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<JourneyProgress>, Refusal> {
        let mut journey = Journey::seen(*slots, answers, draft.admitted())?;
        journey.require(&[JourneyStatus::Active])?;
        let place = journey.active_place(&self.step_key)?;
        let silent = journey.awaits(place).cloned();
        if let Some(subsystem) = &silent {
            journey.set_step(place, StepStatus::InProgress);
            journey.open_gap(place, subsystem.clone());
            journey.set_status(JourneyStatus::Blocked);
        } else {
            journey.set_step(place, StepStatus::Completed);
            journey.go_on();
        }
        let journey = journey.save(draft)?;
        let response = JourneyProgress::of(&journey, Some(&self.step_key));
        let (journey_id, user_id) = (journey.journey_id.clone(), journey.user_id.clone());
        let step_key = self.step_key.clone();
        let reported = StepReportedDone {
            journey_id: journey_id.clone(),
            user_id: user_id.clone(),
            step_key: step_key.clone(),
            step_status: response.step_status,
            journey_status: journey.status,
        };
        let change = Change::of(&journey, &journey, &reported, response);
        if let Some(subsystem) = silent {
            let blocked = JourneyBlocked {
                journey_id,
                user_id,
                step_key,
                subsystem,
            };
            return Ok(change.and(&journey, &blocked));
        }
        let completed = StepCompleted {
            journey_id,
            user_id,
            step_key,
            next_step_key: journey.active_step_key.clone(),
        };
        Ok(and_completed(change.and(&journey, &completed), &journey))
    }
}
