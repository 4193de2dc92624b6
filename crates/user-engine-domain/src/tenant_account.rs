//! Tenant accounts: whether a user may act in a tenant.

use crate::account::AccountStatus;
use crate::error::FieldError;
use crate::id::{TenantId, UserId};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::not_before;
use crate::timestamp::Timestamp;

/// A user's account in a tenant. Key: `tenant`, `user_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAccount {
    /// The tenant.
    pub tenant: TenantId,
    /// The user.
    pub user_id: UserId,
    /// Whether the user may act in the tenant.
    pub status: AccountStatus,
    /// When the account came to be.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl Record for TenantAccount {
    record_kind!(TenantAccount);
    type Key = (TenantId, UserId);

    fn key_of((tenant, user_id): &(TenantId, UserId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(user_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([Some(self.tenant.as_str()), Some(self.user_id.as_str())])
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: Some(&self.tenant),
            user_id: Some(&self.user_id),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)
    }
}
