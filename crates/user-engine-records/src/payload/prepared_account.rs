//! The wire form of a prepared account.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    ActorId, Entitlement, FactorRequirement, FactorType, List, PreparedAccount,
    PreparedAccountClaim, PreparedAccountId, PreparedAccountStatus, RegistrationId, Sensitive,
    TenantId, Text, Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "FactorRequirement", deny_unknown_fields)]
struct FactorRequirementV1 {
    factor_type: FactorType,
    #[serde(with = "crate::wire::sensitive")]
    normalized_value: Sensitive<Text>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    source_system: Option<Text>,
    evidence_references: List<Text>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PreparedAccountClaim", deny_unknown_fields)]
struct PreparedAccountClaimV1 {
    user_id: UserId,
    registration_id: RegistrationId,
    claimed_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PreparedAccount", deny_unknown_fields)]
struct PreparedAccountV1 {
    tenant: TenantId,
    prepared_account_id: PreparedAccountId,
    #[serde(with = "crate::wire::list")]
    factor_requirements: List<FactorRequirement>,
    #[serde(with = "crate::wire::list")]
    entitlements: List<Entitlement>,
    status: PreparedAccountStatus,
    prepared_by: ActorId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::wire::sensitive::option")]
    display_name_hint: Option<Sensitive<Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::wire::sensitive::option")]
    primary_email_hint: Option<Sensitive<Text>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::option"
    )]
    claim: Option<PreparedAccountClaim>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(
    FactorRequirement => FactorRequirementV1,
    PreparedAccountClaim => PreparedAccountClaimV1,
    PreparedAccount => PreparedAccountV1,
);
