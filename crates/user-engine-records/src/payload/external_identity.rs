//! The wire form of an external identity.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{ExternalIdentity, Issuer, Subject, Timestamp, UserId};

#[derive(Serialize, Deserialize)]
#[serde(remote = "ExternalIdentity", deny_unknown_fields)]
struct ExternalIdentityV1 {
    issuer: Issuer,
    subject: Subject,
    user_id: UserId,
    linked_at: Timestamp,
}

wire!(ExternalIdentity => ExternalIdentityV1);
