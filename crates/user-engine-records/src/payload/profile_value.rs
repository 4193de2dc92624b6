//! The wire form of a profile value.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    ActorId, AttributeKey, JsonValue, ProfileScope, ProfileValue, ScopeId, Sensitive, TenantId,
    Timestamp, UserId,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProfileValue", deny_unknown_fields)]
struct ProfileValueV1 {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    tenant: Option<TenantId>,
    user_id: UserId,
    attribute_key: AttributeKey,
    scope: ProfileScope,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::wire::present"
    )]
    scope_id: Option<ScopeId>,
    #[serde(with = "crate::wire::sensitive")]
    value: Sensitive<JsonValue>,
    updated_by: ActorId,
    updated_at: Timestamp,
}

wire!(ProfileValue => ProfileValueV1);
