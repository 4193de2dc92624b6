//! What all operations on a journey have in common: finding it, whose it is, and its next step.

use super::event::{JourneyCompleted, JourneyUnblocked};
use crate::access_profile::register::count;
use crate::prelude::*;

response!(
    /// How far a journey has come.
    JourneyProgress {
        /// The journey.
        journey_id: JourneyId,
        /// Its status now; `blocked` when a required callback is missing.
        status: JourneyStatus,
        /// The step that was asked for; absent where none was.
        step_key: Option<StepKey>,
        /// Its status now.
        step_status: Option<StepStatus>,
        /// The step to be done next; absent when the journey is completed.
        active_step_key: Option<StepKey>,
        /// How many required callbacks are known to be missing.
        lifecycle_gaps: u32,
        /// When.
        updated_at: Timestamp,
    }
);

/// Who may report on steps, the user among them.
pub(super) const USERS_TOO: &[Grant] = &[
    Grant::Service,
    Grant::TenantAdmin,
    Grant::PlatformOperator,
    Grant::Own,
];

/// Who may report on steps and journeys in the user's stead.
pub(super) const STAFF: &[Grant] = &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator];

/// A journey under change.
#[derive(Debug)]
pub(super) struct Journey {
    revision: Revision,
    record: OnboardingJourney,
    steps: Vec<JourneyStep>,
    gaps: Vec<LifecycleGap>,
}

impl Journey {
    /// The journey that was read, if it is the caller's to see.
    pub(super) fn seen(
        slot: One<OnboardingJourney>,
        answers: &Answers,
        admitted: &Admitted,
    ) -> Result<Self, Refusal> {
        let is_own = |found: &Versioned<OnboardingJourney>| {
            admitted.grant != Grant::Own || admitted.user_id.as_ref() == Some(&found.record.user_id)
        };
        let found = answers.one(slot)?.filter(is_own);
        let found = found.ok_or(Refusal::NotFound(RecordKind::OnboardingJourney))?;
        Ok(Self {
            revision: found.revision,
            steps: found.record.steps.to_vec(),
            gaps: found.record.lifecycle_gaps.to_vec(),
            record: found.record,
        })
    }

    pub(super) const fn status(&self) -> JourneyStatus {
        self.record.status
    }

    pub(super) const fn active_step_key(&self) -> Option<&StepKey> {
        self.record.active_step_key.as_ref()
    }

    pub(super) const fn set_status(&mut self, status: JourneyStatus) {
        self.record.status = status;
    }

    /// Refuses a journey of any other status.
    pub(super) fn require(&self, statuses: &[JourneyStatus]) -> Result<(), Refusal> {
        if statuses.contains(&self.record.status) {
            return Ok(());
        }
        Err(Refusal::rule("status", "must allow it of the journey"))
    }

    /// The place of a step.
    pub(super) fn place(&self, step_key: &StepKey) -> Result<usize, Refusal> {
        let mut steps = self.steps.iter();
        let place = steps.position(|step| step.step_key == *step_key);
        place.ok_or(Refusal::rule("step_key", "must be one of the steps"))
    }

    /// The place of the step whose turn it is, which must be this one.
    pub(super) fn active_place(&self, step_key: &StepKey) -> Result<usize, Refusal> {
        let place = self.place(step_key)?;
        if self.record.active_step_key.as_ref() != Some(step_key) {
            return Err(Refusal::rule("step_key", "must be the active step"));
        }
        Ok(place)
    }

    pub(super) fn step(&self, place: usize) -> &JourneyStep {
        &self.steps[place]
    }

    pub(super) fn set_step(&mut self, place: usize, status: StepStatus) {
        self.steps[place].status = status;
    }

    /// Whether the step's required callback is missing, and whose it is.
    pub(super) fn awaits(&self, place: usize) -> Option<&Subsystem> {
        let hand_off = self.steps[place].hand_off.as_ref()?;
        let is_missing = hand_off.callback_reference.is_some() && hand_off.received_at.is_none();
        is_missing.then_some(&hand_off.subsystem)
    }

    /// Whether the step needs a callback, received or not.
    pub(super) fn requires_callback(&self, place: usize) -> bool {
        let hand_off = self.steps[place].hand_off.as_ref();
        hand_off.is_some_and(|it| it.callback_reference.is_some())
    }

    /// Refuses a user who acts on what a subsystem has to report on.
    pub(super) fn require_staff(&self, admitted: &Admitted) -> Result<(), Refusal> {
        if admitted.grant == Grant::Own {
            let target = RecordId::new(RecordKind::OnboardingJourney, self.record.record_key());
            return Err(Refusal::Denied(ReasonCode::RoleMissing, Some(target)));
        }
        Ok(())
    }

    /// Notes when the step's subsystem reported back.
    pub(super) fn receive(&mut self, place: usize, at: Timestamp) {
        if let Some(hand_off) = &mut self.steps[place].hand_off {
            hand_off.received_at = Some(at);
        }
    }

    /// Opens the gap of a step, once.
    pub(super) fn open_gap(&mut self, place: usize, subsystem: Subsystem) {
        let step_key = self.steps[place].step_key.clone();
        let gap = LifecycleGap {
            subsystem,
            step_key,
        };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Closes the gap of a step; says whether a block ended with it, which is when the step was
    /// the active one.
    pub(super) fn close_gap(&mut self, place: usize) -> bool {
        let step_key = &self.steps[place].step_key;
        self.gaps.retain(|gap| gap.step_key != *step_key);
        let was_blocked = self.record.status == JourneyStatus::Blocked;
        let ends_block = was_blocked && self.record.active_step_key.as_ref() == Some(step_key);
        if ends_block {
            self.record.status = JourneyStatus::Active;
        }
        ends_block
    }

    /// Goes on behind a step that is done, to the next one that is not; completes the journey
    /// behind the last one.
    pub(super) fn go_on(&mut self) {
        let is_open = |step: &&JourneyStep| {
            matches!(step.status, StepStatus::Pending | StepStatus::InProgress)
        };
        let next = self.steps.iter().find(is_open);
        self.record.active_step_key = next.map(|step| step.step_key.clone());
        if self.record.active_step_key.is_none() {
            self.record.status = JourneyStatus::Completed;
        }
    }

    /// Buffers the journey, and gives it back as it is saved.
    pub(super) fn save(self, draft: &mut Draft<'_>) -> Result<OnboardingJourney, Refusal> {
        let journey = OnboardingJourney {
            steps: List::new(self.steps)?,
            lifecycle_gaps: List::new(self.gaps)?,
            updated_at: draft.now_or(self.record.updated_at),
            ..self.record
        };
        draft.replace(journey.clone(), self.revision)?;
        Ok(journey)
    }
}

impl JourneyProgress {
    /// How far a saved journey has come, as whoever asked for a step wants to know.
    pub(super) fn of(journey: &OnboardingJourney, step_key: Option<&StepKey>) -> Self {
        let mut steps = journey.steps.iter();
        let step = step_key.and_then(|key| steps.find(|step| step.step_key == *key));
        Self {
            journey_id: journey.journey_id.clone(),
            status: journey.status,
            step_key: step.map(|step| step.step_key.clone()),
            step_status: step.map(|step| step.status),
            active_step_key: journey.active_step_key.clone(),
            lifecycle_gaps: count(&journey.lifecycle_gaps),
            updated_at: journey.updated_at,
        }
    }
}

/// Tells of the journey's end, where this change is it.
pub(super) fn and_completed<R>(change: Change<R>, journey: &OnboardingJourney) -> Change<R> {
    if journey.status != JourneyStatus::Completed {
        return change;
    }
    let completed = JourneyCompleted {
        journey_id: journey.journey_id.clone(),
        user_id: journey.user_id.clone(),
        protocol_id: journey.protocol_id.clone(),
    };
    change.and(journey, &completed)
}

/// Tells of a block's end, where this change is it.
pub(super) fn and_unblocked<R>(
    change: Change<R>,
    journey: &OnboardingJourney,
    step_key: &StepKey,
    is_unblocked: bool,
) -> Change<R> {
    if !is_unblocked {
        return change;
    }
    let unblocked = JourneyUnblocked {
        journey_id: journey.journey_id.clone(),
        user_id: journey.user_id.clone(),
        step_key: step_key.clone(),
    };
    change.and(journey, &unblocked)
}

/// Declares an operation on the journey that its request names.
macro_rules! on_journey {
    ($request:ident, $name:literal, $grants:expr, [$($event:ident),+ $(,)?]) => {
        impl Operation for $request {
            const SPEC: OperationSpec = OperationSpec {
                name: $name,
                reach: Reach::Tenant,
                stands: Stands::InTenant,
                grants: $grants,
                events: &[$($event::SPEC),+],
            };
            type Slots = One<OnboardingJourney>;

            fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
                let key = OnboardingJourney::key_of(&(tenant.clone(), self.journey_id.clone()));
                Some(RecordId::new(RecordKind::OnboardingJourney, key))
            }

            fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<Self::Slots, Refusal> {
                Ok(flight.get(&(admitted.tenant()?.clone(), self.journey_id.clone())))
            }
        }
    };
}
pub(super) use on_journey;
