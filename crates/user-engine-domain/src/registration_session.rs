//! Registration sessions: how a user comes to be known.

use crate::error::FieldError;
use crate::id::{CorrelationId, RegistrationId, TenantId, UserId};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{expires_after, not_before};
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;

closed_enum!(
    /// How far a registration has come. Expiry is judged by `expires_at`; this is bookkeeping.
    RegistrationStatus, "status", {
        /// Begun.
        Started = "started",
        /// Waits for a factor.
        FactorPending = "factor_pending",
        /// Has a verified factor.
        FactorVerified = "factor_verified",
        /// Done.
        Completed = "completed",
        /// Given up by the user.
        Abandoned = "abandoned",
        /// Ran out.
        Expired = "expired",
        /// Refused.
        Rejected = "rejected",
    }
);

impl RegistrationStatus {
    /// Whether the registration has ended, so that no factor can be attached any more.
    pub const fn is_ended(self) -> bool {
        match self {
            Self::Started | Self::FactorPending | Self::FactorVerified => false,
            Self::Completed | Self::Abandoned | Self::Expired | Self::Rejected => true,
        }
    }
}

/// A registration under way or ended. Key: `registration_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationSession {
    /// The session; from the id source only, since knowing it is what resumes it.
    pub registration_id: RegistrationId,
    /// The tenant that it was begun for.
    pub tenant: Option<TenantId>,
    /// How far it has come.
    pub status: RegistrationStatus,
    /// The user that it resolved to.
    pub user_id: Option<UserId>,
    /// What ties its audit records and events together.
    pub correlation_id: CorrelationId,
    /// When it runs out; never, where absent.
    pub expires_at: Option<Timestamp>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl Record for RegistrationSession {
    record_kind!(RegistrationSession);
    type Key = RegistrationId;

    fn key_of(registration_id: &RegistrationId) -> RecordKey {
        RecordKey::from_parts([Some(registration_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        Self::key_of(&self.registration_id)
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: self.tenant.as_ref(),
            user_id: self.user_id.as_ref(),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)?;
        expires_after(self.expires_at, self.created_at)
    }
}
