//! The wire form of an account.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{Account, AccountStatus, Timestamp, UserId};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Account", deny_unknown_fields)]
struct AccountV1 {
    user_id: UserId,
    status: AccountStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(Account => AccountV1);
