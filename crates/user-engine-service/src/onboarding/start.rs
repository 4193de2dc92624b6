//! Starting one journey: by hand, or inside another operation.

use super::event::JourneyStarted;
use crate::access_profile::register::count;
use crate::prelude::*;
use crate::user::in_tenant::Ties;

request!(
    /// Asks for a user's journey through a protocol.
    StartOnboardingJourney {
        /// The protocol.
        protocol_id: ProtocolId,
        /// Who is welcomed.
        user_id: UserId,
        /// The caller's own word for what set it off.
        source_id: SourceId,
    }
);

response!(
    /// A journey that was started.
    StartedJourney {
        /// The journey.
        journey_id: JourneyId,
        /// Who is welcomed.
        user_id: UserId,
        /// How far it has come.
        status: JourneyStatus,
        /// The step to be done first.
        active_step_key: Option<StepKey>,
        /// How many steps it has.
        steps: u32,
        /// When.
        created_at: Timestamp,
    }
);

const SPEC: OperationSpec = OperationSpec {
    name: "start_onboarding_journey",
    reach: Reach::Tenant,
    stands: Stands::InTenant,
    grants: &[Grant::Service, Grant::TenantAdmin, Grant::PlatformOperator],
    events: &[JourneyStarted::SPEC],
};

/// The reads of [`StartOnboardingJourney`].
#[derive(Debug, Clone, Copy)]
pub struct StartSlots {
    protocol: One<WelcomeProtocol>,
    journey: One<OnboardingJourney>,
    user: One<User>,
    ties: Ties,
}

impl Operation for StartOnboardingJourney {
    const SPEC: OperationSpec = SPEC;
    type Slots = StartSlots;

    fn target_in(&self, tenant: &TenantId) -> Option<RecordId> {
        let key = WelcomeProtocol::key_of(&(tenant.clone(), self.protocol_id.clone()));
        Some(RecordId::new(RecordKind::WelcomeProtocol, key))
    }

    fn reads(&self, admitted: &Admitted, flight: &mut Flight) -> Result<StartSlots, Refusal> {
        let tenant = admitted.tenant()?;
        let journey_id = OnboardingJourney::derive_id(
            &self.protocol_id,
            OnboardingTrigger::Manual,
            &self.source_id,
            &self.user_id,
        );
        Ok(StartSlots {
            protocol: flight.get(&(tenant.clone(), self.protocol_id.clone())),
            journey: flight.get(&(tenant.clone(), journey_id)),
            user: flight.get(&self.user_id),
            ties: Ties::reads(tenant, &self.user_id, flight),
        })
    }
}

impl Mutation for StartOnboardingJourney {
    type Response = StartedJourney;

    fn decide(
        &self,
        slots: &StartSlots,
        answers: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<StartedJourney>, Refusal> {
        let joined = slots.ties.require_joined(draft.admitted(), answers)?;
        joined.rely_on(draft)?;
        let user = answers.one(slots.user)?;
        let user = user.ok_or(Refusal::NotFound(RecordKind::User))?;
        let protocol = answers.one(slots.protocol)?;
        let protocol = protocol.ok_or(Refusal::NotFound(RecordKind::WelcomeProtocol))?;
        if answers.one(slots.journey)?.is_some() {
            let kind = RecordKind::OnboardingJourney;
            return Err(Refusal::Conflict(ConflictCause::Exists(kind)));
        }
        // Nobody's journey begins while the user is being erased.
        draft.rely_on::<User>(&self.user_id, user.revision)?;
        let trigger = OnboardingTrigger::Manual;
        JourneyStart::of(protocol, &self.user_id, trigger, &self.source_id, draft).begin(draft)
    }
}

/// A journey that is about to start; joined by the operations that set it off, it is audited and
/// told as if it had been started by hand.
#[derive(Debug)]
pub(crate) struct JourneyStart {
    pub(crate) journey: OnboardingJourney,
    protocol: Revision,
}

impl JourneyStart {
    /// Lays out a journey through a protocol.
    pub(crate) fn of(
        protocol: Versioned<WelcomeProtocol>,
        user_id: &UserId,
        trigger: OnboardingTrigger,
        source_id: &SourceId,
        draft: &Draft<'_>,
    ) -> Self {
        let Versioned { revision, record } = protocol;
        let protocol_id = record.protocol_id;
        let now = draft.now();
        // A protocol has no more steps than a list may have.
        let steps = record.steps.into_vec().into_iter().map(laid_out);
        let steps = List::new(steps.collect()).unwrap_or_default();
        let journey = OnboardingJourney {
            tenant: record.tenant,
            journey_id: OnboardingJourney::derive_id(&protocol_id, trigger, source_id, user_id),
            user_id: user_id.clone(),
            protocol_id,
            trigger,
            source_id: source_id.clone(),
            status: JourneyStatus::Active,
            active_step_key: steps
                .first()
                .map(|step: &JourneyStep| step.step_key.clone()),
            steps,
            lifecycle_gaps: List::default(),
            correlation_id: draft.correlation_id().clone(),
            created_at: now,
            updated_at: now,
        };
        Self {
            journey,
            protocol: revision,
        }
    }

    fn begin(&self, draft: &mut Draft<'_>) -> Result<Change<StartedJourney>, Refusal> {
        let journey = &self.journey;
        let protocol = (journey.tenant.clone(), journey.protocol_id.clone());
        draft.rely_on::<WelcomeProtocol>(&protocol, self.protocol)?;
        draft.create(journey.clone())?;
        let started = JourneyStarted {
            journey_id: journey.journey_id.clone(),
            user_id: journey.user_id.clone(),
            protocol_id: journey.protocol_id.clone(),
            trigger: journey.trigger,
            status: journey.status,
            active_step_key: journey.active_step_key.clone(),
            steps: count(&journey.steps),
        };
        let response = StartedJourney {
            journey_id: journey.journey_id.clone(),
            user_id: journey.user_id.clone(),
            status: journey.status,
            active_step_key: journey.active_step_key.clone(),
            steps: count(&journey.steps),
            created_at: journey.created_at,
        };
        Ok(Change::of(journey, journey, &started, response))
    }
}

/// A step as a journey begins with it. It keeps the callback reference exactly where the callback
/// is required: that is how a journey knows, whatever becomes of its protocol.
fn laid_out(step: ProtocolStep) -> JourneyStep {
    JourneyStep {
        step_key: step.step_key,
        status: StepStatus::Pending,
        task: Some(JourneyTask {
            kind: step.task_kind,
            external_reference: step.external_task_reference,
        }),
        hand_off: Some(HandOff {
            subsystem: step.subsystem,
            callback_reference: step.callback_reference.filter(|_| step.callback_required),
            received_at: None,
        }),
    }
}

impl Canonical for JourneyStart {
    fn write(&self, canon: &mut crate::core::canonical::Canon) {
        canon.member("journey_id", &self.journey.journey_id);
    }
}

impl Operation for JourneyStart {
    const SPEC: OperationSpec = SPEC;
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Mutation for JourneyStart {
    type Response = StartedJourney;

    fn decide(
        &self,
        (): &(),
        _: &Answers,
        draft: &mut Draft<'_>,
    ) -> Result<Change<StartedJourney>, Refusal> {
        self.begin(draft)
    }
}
