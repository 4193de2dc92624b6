//! The wire form of an onboarding journey.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    CorrelationId, HandOff, JourneyId, JourneyStatus, JourneyStep, JourneyTask, LifecycleGap, List,
    OnboardingJourney, OnboardingTrigger, ProtocolId, SourceId, StepKey, StepStatus, Subsystem,
    TenantId, Text, Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "JourneyTask", deny_unknown_fields)]
struct JourneyTaskV1 {
    kind: Text,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    external_reference: Option<Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "HandOff", deny_unknown_fields)]
struct HandOffV1 {
    subsystem: Subsystem,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    callback_reference: Option<Text>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    received_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "JourneyStep", deny_unknown_fields)]
struct JourneyStepV1 {
    step_key: StepKey,
    status: StepStatus,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::option"
    )]
    task: Option<JourneyTask>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::option"
    )]
    hand_off: Option<HandOff>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OnboardingJourney", deny_unknown_fields)]
struct OnboardingJourneyV1 {
    tenant: TenantId,
    journey_id: JourneyId,
    user_id: UserId,
    protocol_id: ProtocolId,
    trigger: OnboardingTrigger,
    source_id: SourceId,
    status: JourneyStatus,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    active_step_key: Option<StepKey>,
    #[serde(with = "crate::wire::list")]
    steps: List<JourneyStep>,
    lifecycle_gaps: List<LifecycleGap>,
    correlation_id: CorrelationId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(
    JourneyTask => JourneyTaskV1,
    HandOff => HandOffV1,
    JourneyStep => JourneyStepV1,
    OnboardingJourney => OnboardingJourneyV1,
);
