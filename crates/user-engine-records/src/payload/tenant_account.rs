//! The wire form of a tenant account.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{AccountStatus, TenantAccount, TenantId, Timestamp, UserId};

#[derive(Serialize, Deserialize)]
#[serde(remote = "TenantAccount", deny_unknown_fields)]
struct TenantAccountV1 {
    tenant: TenantId,
    user_id: UserId,
    status: AccountStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
}

wire!(TenantAccount => TenantAccountV1);
