//! What is told about welcome protocols and journeys.

use crate::prelude::*;

event!("A welcome protocol was created, or replaced for journeys to come." ProtocolRegistered: "onboarding.protocol_registered" v 1 of WelcomeProtocol {
    protocol_id: ProtocolId,
    trigger: OnboardingTrigger,
    is_new: bool,
    steps: u32,
    required_factor_types: Vec<FactorType>,
});
event!("A user's journey through a protocol began." JourneyStarted: "onboarding.journey_started" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    protocol_id: ProtocolId,
    trigger: OnboardingTrigger,
    status: JourneyStatus,
    active_step_key: Option<StepKey>,
    steps: u32,
});
event!("A completed registration set journeys off; the aggregate is the first of them." RegistrationWelcomed: "onboarding.registration_welcomed" v 1 of OnboardingJourney {
    user_id: UserId,
    started: u32,
    started_before: u32,
});
event!("The claim of a prepared account set journeys off; the aggregate is the first of them." PreparedAccountWelcomed: "onboarding.prepared_account_welcomed" v 1 of OnboardingJourney {
    user_id: UserId,
    prepared_account_id: PreparedAccountId,
    started: u32,
    started_before: u32,
});
event!("A step was begun, or its callback received." StepProgressed: "onboarding.step_progressed" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
    step_status: Option<StepStatus>,
    journey_status: JourneyStatus,
    is_callback: bool,
});
event!("A step was reported as done; the statuses say whether it counts." StepReportedDone: "onboarding.step_reported_done" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
    step_status: Option<StepStatus>,
    journey_status: JourneyStatus,
});
event!("A step was completed." StepCompleted: "onboarding.step_completed" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
    next_step_key: Option<StepKey>,
});
event!("A step was left out." StepSkipped: "onboarding.step_skipped" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
    next_step_key: Option<StepKey>,
});
event!("A step went wrong, and its journey with it." StepFailed: "onboarding.step_failed" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
    journey_status: JourneyStatus,
});
event!("A journey was blocked by a required callback that is missing." JourneyBlocked: "onboarding.journey_blocked" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
    subsystem: Subsystem,
});
event!("A journey is no longer blocked." JourneyUnblocked: "onboarding.journey_unblocked" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: StepKey,
});
event!("A journey is behind its last step." JourneyCompleted: "onboarding.journey_completed" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    protocol_id: ProtocolId,
});
event!("A blocked or failed journey was set on its way again." JourneyResumed: "onboarding.journey_resumed" v 1 of OnboardingJourney {
    journey_id: JourneyId,
    user_id: UserId,
    step_key: Option<StepKey>,
    from: JourneyStatus,
    lifecycle_gaps: u32,
});
