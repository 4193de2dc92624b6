//! Beginning a step, and noting a subsystem's callback.

use super::event::{JourneyUnblocked, StepProgressed};
use super::step::{Journey, JourneyProgress, USERS_TOO, and_unblocked, on_journey};
use crate::prelude::*;

request!(
    /// Asks for a step to be begun, or for its callback to be noted.
    ProgressOnboardingStep {
        /// The journey.
        journey_id: JourneyId,
        /// The step.
        step_key: StepKey,
        /// What the subsystem shows that reports back, the step's own callback reference; absent
        /// where the step is begun.
        callback_reference: Option<Text>,
    }
);

on_journey!(
    ProgressOnboardingStep,
    "progress_onboarding_step",
    USERS_TOO,
    [StepProgressed, JourneyUnblocked]
);

impl ProgressOnboardingStep {
    /// Begins the active step.
    fn begin(&self, journey: &mut Journey) -> Result<(), Refusal> {
        journey.require(&[JourneyStatus::Active])?;
        let place = journey.active_place(&self.step_key)?;
        if journey.step(place).status != StepStatus::Pending {
            return Err(Refusal::rule("status", "must be pending of the step"));
        }
        journey.set_step(place, StepStatus::InProgress);
        Ok(())
    }

    /// Notes a callback; says whether it ended a block.
    fn receive(
        &self,
        journey: &mut Journey,
        callback_reference: &Text,
        at: Timestamp,
    ) -> Result<bool, Refusal> {
        journey.require(&[JourneyStatus::Active, JourneyStatus::Blocked])?;
        let place = journey.place(&self.step_key)?;
        let step = journey.step(place);
        if !matches!(step.status, StepStatus::Pending | StepStatus::InProgress) {
            let expected = "must be pending or in progress of the step";
            return Err(Refusal::rule("status", expected));
        }
        let hand_off = step.hand_off.as_ref();
        let awaited = hand_off.and_then(|it| it.callback_reference.as_ref());
        if journey.awaits(place).is_none() || awaited != Some(callback_reference) {
            let expected = "must be the one that the step waits for";
            return Err(Refusal::rule("callback_reference", expected));
        }
        journey.receive(place, at);
        if journey.active_step_key() == Some(&self.step_key) {
            journey.set_step(place, StepStatus::InProgress);
        }
        Ok(journey.close_gap(place))
    }
}

impl Mutation for ProgressOnboardingStep {
    type Response = JourneyProgress;

    fn decide(
        &self,
        slots: &Self::Slots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<JourneyProgress>, Refusal> {
        let mut journey = Journey::seen(*slots, answers, draft.admitted())?;
        let is_unblocked = match &self.callback_reference {
            None => {
                self.begin(&mut journey)?;
                false
            }
            Some(callback_reference) => {
                journey.require_staff(draft.admitted())?;
                self.receive(&mut journey, callback_reference, draft.now())?
            }
        };
        let journey = journey.save(draft)?;
        let response = JourneyProgress::of(&journey, Some(&self.step_key));
        let progressed = StepProgressed {
            journey_id: journey.journey_id.clone(),
            user_id: journey.user_id.clone(),
            step_key: self.step_key.clone(),
            step_status: response.step_status,
            journey_status: journey.status,
            is_callback: self.callback_reference.is_some(),
        };
        let change = Change::of(&journey, &journey, &progressed, response);
        Ok(and_unblocked(
            change,
            &journey,
            &self.step_key,
            is_unblocked,
        ))
    }
}
