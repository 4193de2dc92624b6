//! The wire form of a registration session.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    CorrelationId, RegistrationId, RegistrationSession, RegistrationStatus, TenantId, Timestamp,
    UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "RegistrationSession", deny_unknown_fields)]
struct RegistrationSessionV1 {
    registration_id: RegistrationId,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    tenant: Option<TenantId>,
    status: RegistrationStatus,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    user_id: Option<UserId>,
    correlation_id: CorrelationId,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(RegistrationSession => RegistrationSessionV1);
