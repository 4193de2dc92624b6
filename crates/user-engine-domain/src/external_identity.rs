//! External identities: who an issuer says someone is.

use crate::error::FieldError;
use crate::id::{Issuer, Subject, UserId};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::timestamp::Timestamp;

/// An issuer's subject, linked to one user. Key: `issuer`, `subject`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// The issuer, byte for byte.
    pub issuer: Issuer,
    /// The issuer's subject, byte for byte.
    pub subject: Subject,
    /// The user that it is linked to; no save changes it.
    pub user_id: UserId,
    /// When it was linked.
    pub linked_at: Timestamp,
}

impl Record for ExternalIdentity {
    record_kind!(ExternalIdentity);
    type Key = (Issuer, Subject);

    fn key_of((issuer, subject): &(Issuer, Subject)) -> RecordKey {
        RecordKey::from_parts([Some(issuer.as_str()), Some(subject.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([Some(self.issuer.as_str()), Some(self.subject.as_str())])
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            user_id: Some(&self.user_id),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        Ok(())
    }
}
