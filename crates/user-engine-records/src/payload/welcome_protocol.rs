//! The wire form of a welcome protocol.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    ApplicationId, FactorType, List, MembershipKind, OnboardingTrigger, ProtocolId, ProtocolMatch,
    ProtocolStep, RealmId, ServiceId, StepKey, Subsystem, TenantId, Text, Timestamp,
    WelcomeProtocol,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProtocolMatch", deny_unknown_fields)]
struct ProtocolMatchV1 {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    application_id: Option<ApplicationId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    realm: Option<RealmId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    service_id: Option<ServiceId>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    role: Option<MembershipKind>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    hat: Option<Text>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    prepared_journey: Option<Text>,
    required_factor_types: List<FactorType>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProtocolStep", deny_unknown_fields)]
struct ProtocolStepV1 {
    step_key: StepKey,
    subsystem: Subsystem,
    task_kind: Text,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    external_task_reference: Option<Text>,
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
    support_reference: Option<Text>,
    callback_required: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "WelcomeProtocol", deny_unknown_fields)]
struct WelcomeProtocolV1 {
    tenant: TenantId,
    protocol_id: ProtocolId,
    trigger: OnboardingTrigger,
    #[serde(rename = "match", with = "crate::wire::nested")]
    matching: ProtocolMatch,
    #[serde(with = "crate::wire::list")]
    steps: List<ProtocolStep>,
    created_at: Timestamp,
}

wire!(
    ProtocolMatch => ProtocolMatchV1,
    ProtocolStep => ProtocolStepV1,
    WelcomeProtocol => WelcomeProtocolV1,
);
