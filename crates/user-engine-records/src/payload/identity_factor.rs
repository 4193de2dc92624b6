//! The wire form of an identity factor.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    FactorId, FactorType, IdentityFactor, List, Map, RegistrationId, Sensitive, Text, Timestamp,
    UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "IdentityFactor", deny_unknown_fields)]
struct IdentityFactorV1 {
    factor_id: FactorId,
    registration_id: RegistrationId,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    user_id: Option<UserId>,
    factor_type: FactorType,
    #[serde(with = "crate::wire::sensitive")]
    normalized_value: Sensitive<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::wire::sensitive::option")]
    display_value: Option<Sensitive<Text>>,
    source_system: Text,
    assurance: Map<Text, Text>,
    evidence_references: List<Text>,
    verified_at: Timestamp,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    expires_at: Option<Timestamp>,
}

wire!(IdentityFactor => IdentityFactorV1);
