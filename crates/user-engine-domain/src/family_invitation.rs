//! Family invitations: a user asked into a tenant's family.

use crate::error::FieldError;
use crate::id::{InvitationId, MembershipKind, TenantId, UserId};
use crate::key::RecordKey;
use crate::membership::MembershipScopeType;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{expires_after, inconsistent, not_before};
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// How far an invitation has come. Expiry is judged by `expires_at`; this is bookkeeping.
    InvitationStatus, "status", {
        /// Waits for the user.
        Pending = "pending",
        /// Taken up.
        Accepted = "accepted",
        /// Withdrawn.
        Revoked = "revoked",
        /// Ran out.
        Expired = "expired",
    }
);

/// An invitation into a family. Key: `tenant`, `invitation_id`.
///
/// A pending invitation has the id [`FamilyInvitation::pending_id`], so that two can't wait for
/// one user. An ended one may keep that id until the next invitation of the user is saved over
/// its revision (the audit records keep its story), or be moved to an id of the id source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyInvitation {
    /// The tenant; its family is what the invitation is into.
    pub tenant: TenantId,
    /// The invitation.
    pub invitation_id: InvitationId,
    /// The user who is asked.
    pub user_id: UserId,
    /// The membership kind that acceptance gives.
    pub role: MembershipKind,
    /// How far it has come.
    pub status: InvitationStatus,
    /// How often it was sent.
    pub sent_count: u32,
    /// When it runs out; never, where absent.
    pub expires_at: Option<Timestamp>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl FamilyInvitation {
    /// The id of the one invitation that may wait for a user in a tenant.
    pub fn pending_id(user_id: &UserId) -> InvitationId {
        InvitationId::derived(["pending", user_id.as_str()])
    }
}

impl Record for FamilyInvitation {
    record_kind!(FamilyInvitation);
    type Key = (TenantId, InvitationId);

    fn key_of((tenant, invitation_id): &(TenantId, InvitationId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(invitation_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([
            Some(self.tenant.as_str()),
            Some(self.invitation_id.as_str()),
        ])
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: Some(&self.tenant),
            user_id: Some(&self.user_id),
            scope_type: Some(MembershipScopeType::Family.as_str()),
            scope_id: Some(Cow::Borrowed(self.tenant.as_str())),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)?;
        expires_after(self.expires_at, self.created_at)?;
        let is_pending = self.status == InvitationStatus::Pending;
        if is_pending && self.invitation_id != Self::pending_id(&self.user_id) {
            let expected = "must be derived from the user while pending";
            return Err(inconsistent("invitation_id", expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(status: InvitationStatus, id: &str) -> FamilyInvitation {
        let at = Timestamp::from_micros(5).unwrap();
        FamilyInvitation {
            tenant: TenantId::new("home").unwrap(),
            invitation_id: InvitationId::new(id).unwrap(),
            user_id: UserId::new("user").unwrap(),
            role: MembershipKind::new("adult").unwrap(),
            status,
            sent_count: 1,
            expires_at: None,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn only_a_pending_invitation_must_have_the_derived_id() {
        assert_eq!(
            invitation(InvitationStatus::Pending, "pending/user").validate(),
            Ok(())
        );
        let error = invitation(InvitationStatus::Pending, "canary")
            .validate()
            .unwrap_err();
        assert_eq!(error.field(), "invitation_id");
        assert!(!error.to_string().contains("canary"));
        for id in ["pending/user", "another"] {
            assert_eq!(invitation(InvitationStatus::Revoked, id).validate(), Ok(()));
        }
    }

    #[test]
    fn an_expiry_before_the_beginning_is_refused() {
        let mut one = invitation(InvitationStatus::Expired, "another");
        one.expires_at = Some(Timestamp::from_micros(4).unwrap());
        assert_eq!(one.validate().unwrap_err().field(), "expires_at");
    }

    #[test]
    fn keys_of_two_tenants_never_meet() {
        let key = |tenant: &str, id: &str| {
            let key = (
                TenantId::new(tenant).unwrap(),
                InvitationId::new(id).unwrap(),
            );
            FamilyInvitation::key_of(&key)
        };
        assert_ne!(key("a/b", "c"), key("a", "b/c"));
        assert_ne!(key("a%2Fb", "c"), key("a/b", "c"));
        assert!(key("a", "b").as_str().starts_with("a/"));
    }
}
