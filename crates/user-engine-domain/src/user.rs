//! Users: the identity itself, without anything that names a person outside.

use crate::error::FieldError;
use crate::id::UserId;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::not_before;
use crate::sensitive::Sensitive;
use crate::text::Text;
use crate::timestamp::Timestamp;

/// A user. Key: `user_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The NetKingdom ID.
    pub user_id: UserId,
    /// The name to show, as the user gave it.
    pub display_name: Option<Sensitive<Text>>,
    /// The address to write to, as the user gave it.
    pub primary_email: Option<Sensitive<Text>>,
    /// When the user came to be.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl Record for User {
    record_kind!(User);
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
