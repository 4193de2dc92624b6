//! Accounts: whether a user may act at all.

use crate::error::FieldError;
use crate::id::UserId;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::not_before;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;

closed_enum!(
    /// The status of an account, of the platform or of a tenant.
    AccountStatus, "status", {
        /// Laid out, not yet taken up.
        Invited = "invited",
        /// May act.
        Active = "active",
        /// May not act for now.
        Suspended = "suspended",
        /// May not act any more.
        Deactivated = "deactivated",
    }
);

/// A user's one primary account. Key: `user_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The user; the key, so that there is one account for each.
    pub user_id: UserId,
    /// Whether the user may act.
    pub status: AccountStatus,
    /// When the account came to be.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl Record for Account {
    record_kind!(Account);
    type Key = UserId;

    fn key_of(user_id: &UserId) -> RecordKey {
        RecordKey::from_parts([Some(user_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        Self::key_of(&self.user_id)
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            user_id: Some(&self.user_id),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_before_the_beginning_is_refused() {
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let account = Account {
            user_id: UserId::new("canary").unwrap(),
            status: AccountStatus::Active,
            created_at: at(2),
            updated_at: at(1),
        };
        let error = account.validate().unwrap_err();
        assert_eq!(error.field(), "updated_at");
        assert!(!error.to_string().contains("1970"));
    }

    #[test]
    fn an_unlisted_status_is_refused_without_being_shown() {
        let error = "canary".parse::<AccountStatus>().unwrap_err();
        assert_eq!(error.field(), "status");
        assert!(!error.to_string().contains("canary"));
    }
}
