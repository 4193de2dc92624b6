//! The wire form of a user.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{Sensitive, Text, Timestamp, User, UserId};

#[derive(Serialize, Deserialize)]
#[serde(remote = "User", deny_unknown_fields)]
struct UserV1 {
    user_id: UserId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::wire::sensitive::option")]
    display_name: Option<Sensitive<Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::wire::sensitive::option")]
    primary_email: Option<Sensitive<Text>>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(User => UserV1);
