//! Audit records: what was done or denied, to what, by whom.

use crate::actor::Actor;
use crate::error::{FieldError, Rule};
use crate::id::{AuditId, CorrelationId, OperationId, OperationName, TenantId};
use crate::key::{KEY_MAX_BYTES, RecordId};
use crate::kind::RecordKind;
use crate::rules::inconsistent;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::fmt;

closed_enum!(
    /// Whether something was done.
    AuditOutcome, "outcome", {
        /// It was done.
        Allowed = "allowed",
        /// It was not.
        Denied = "denied",
    }
);

closed_enum!(
    /// Why something was denied. The code is all that is kept: no message, no value.
    ReasonCode, "reason", {
        /// No claims, or claims that don't verify.
        Unauthenticated = "unauthenticated",
        /// The claims' issuer is not trusted.
        IssuerUntrusted = "issuer_untrusted",
        /// The claims' issuer may not speak for this tenant.
        IssuerForeignToTenant = "issuer_foreign_to_tenant",
        /// No tenant could be resolved.
        TenantUnresolved = "tenant_unresolved",
        /// The target lies in another tenant.
        CrossTenant = "cross_tenant",
        /// The actor has no tie to this tenant.
        NotInTenant = "not_in_tenant",
        /// The actor lacks a role.
        RoleMissing = "role_missing",
        /// The work is the platform operator's.
        PlatformOperatorRequired = "platform_operator_required",
        /// The authorization port said no.
        PolicyDenied = "policy_denied",
        /// The authorization port gave no answer.
        PolicyUnavailable = "policy_unavailable",
        /// An approval is missing.
        ApprovalRequired = "approval_required",
        /// The account is not active.
        AccountInactive = "account_inactive",
        /// The tenant account is absent or not active.
        TenantAccountInactive = "tenant_account_inactive",
        /// The application is absent, foreign or retired.
        ApplicationUnavailable = "application_unavailable",
        /// The attribute may not be changed by this actor.
        AttributeImmutable = "attribute_immutable",
        /// The attribute may not be seen by this actor.
        AttributeHidden = "attribute_hidden",
        /// A required membership is missing.
        MembershipMissing = "membership_missing",
        /// A required factor is missing or unverified.
        FactorMissing = "factor_missing",
        /// A required factor has expired.
        FactorExpired = "factor_expired",
        /// The registration is not completed or has no user.
        RegistrationIncomplete = "registration_incomplete",
        /// The identity is linked to another user.
        IdentityLinkedElsewhere = "identity_linked_elsewhere",
        /// The target was not found in this scope.
        NotFound = "not_found",
        /// More than one target fits.
        Ambiguous = "ambiguous",
        /// The target has expired.
        Expired = "expired",
        /// The target was revoked.
        Revoked = "revoked",
        /// The target was claimed before.
        AlreadyClaimed = "already_claimed",
        /// The target's status does not allow it.
        StateForbids = "state_forbids",
        /// The request is of a wrong shape.
        InvalidRequest = "invalid_request",
    }
);

/// What an audit record is about: a kind, and the key, by digest where the key is personal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuditTarget {
    kind: RecordKind,
    key: Box<str>,
}

impl AuditTarget {
    /// Names a record; a personal key is replaced by its SHA-256 here.
    pub fn of(id: &RecordId) -> Self {
        let key = if id.kind.has_personal_key() {
            id.key.digest().into_boxed_str()
        } else {
            id.key.as_str().into()
        };
        Self { kind: id.kind, key }
    }

    /// Takes a target as a store kept it.
    ///
    /// # Errors
    ///
    /// Refuses an empty or over-long key, one with U+0000, and for a kind with personal keys what is
    /// no digest.
    pub fn from_stored(kind: RecordKind, key: impl Into<Box<str>>) -> Result<Self, FieldError> {
        let refuse = |rule| Err(FieldError::new("target", rule));
        let key = key.into();
        if key.is_empty() {
            return refuse(Rule::Empty);
        }
        if key.len() > KEY_MAX_BYTES {
            return refuse(Rule::TooLong {
                max_bytes: KEY_MAX_BYTES,
            });
        }
        if key.contains('\0') {
            return refuse(Rule::Nul);
        }
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_digest = key.len() == 64 && key.bytes().all(is_hex);
        if kind.has_personal_key() && !is_digest {
            return refuse(Rule::Malformed {
                expected: "a SHA-256 in hexadecimal",
            });
        }
        Ok(Self { kind, key })
    }

    /// The kind of the record.
    pub const fn kind(&self) -> RecordKind {
        self.kind
    }

    /// The record's key, or its digest where the kind's keys are personal.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for AuditTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "AuditTarget({}, sha256:{})",
            self.kind,
            crate::digest::short(&*self.key)
        )
    }
}

/// What was done or denied. Appended, never changed; holds no profile, factor or claim value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// The record.
    pub audit_id: AuditId,
    /// The operation that it belongs to.
    pub operation_id: OperationId,
    /// The request that it belongs to.
    pub correlation_id: CorrelationId,
    /// The tenant that the request resolved to.
    pub tenant: Option<TenantId>,
    /// Who asked.
    pub actor: Actor,
    /// What was asked for.
    pub operation: OperationName,
    /// What it was asked for; absent where it is no one record.
    pub target: Option<AuditTarget>,
    /// Whether it was done.
    pub outcome: AuditOutcome,
    /// Why not; exactly where it was denied.
    pub reason: Option<ReasonCode>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl AuditRecord {
    /// Checks that exactly a denial has a reason.
    ///
    /// # Errors
    ///
    /// Names the field that disagrees, never a value.
    pub fn validate(&self) -> Result<(), FieldError> {
        match (self.outcome, self.reason) {
            (AuditOutcome::Denied, None) => Err(FieldError::new("reason", Rule::Missing)),
            (AuditOutcome::Allowed, Some(_)) => Err(inconsistent(
                "reason",
                "must be absent where the outcome is allowed",
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RecordKey;

    #[test]
    fn a_personal_key_is_named_by_digest() {
        let key = RecordKey::from_parts([Some("issuer"), Some("canary")]);
        let personal = AuditTarget::of(&RecordId::new(RecordKind::ExternalIdentity, key.clone()));
        assert_eq!(personal.key(), key.digest());
        assert_eq!(
            AuditTarget::from_stored(personal.kind(), personal.key()),
            Ok(personal)
        );
        let error = AuditTarget::from_stored(RecordKind::ExternalIdentity, key.as_str());
        assert_eq!(error.unwrap_err().field(), "target");

        let error = AuditTarget::from_stored(RecordKind::User, "a\0b");
        assert_eq!(error.unwrap_err().rule(), &Rule::Nul);

        let plain = AuditTarget::of(&RecordId::new(RecordKind::User, key.clone()));
        assert_eq!(plain.key(), key.as_str());
        assert!(!format!("{plain:?}").contains("canary"));
    }
    #[test]
    fn exactly_a_denial_has_a_reason() {
        let record = |outcome, reason| AuditRecord {
            audit_id: AuditId::new("audit").unwrap(),
            operation_id: OperationId::new("operation").unwrap(),
            correlation_id: CorrelationId::new("correlation").unwrap(),
            tenant: None,
            actor: Actor {
                kind: crate::ActorKind::System,
                id: crate::ActorId::new("engine").unwrap(),
                on_behalf_of: None,
                break_glass: false,
            },
            operation: OperationName::new("create_user").unwrap(),
            target: None,
            outcome,
            reason,
            recorded_at: Timestamp::from_micros(0).unwrap(),
        };
        let refused = |it: AuditRecord| it.validate().map_err(|error| error.field());
        let reason = Some(ReasonCode::RoleMissing);
        assert_eq!(refused(record(AuditOutcome::Allowed, None)), Ok(()));
        assert_eq!(refused(record(AuditOutcome::Denied, reason)), Ok(()));
        assert_eq!(refused(record(AuditOutcome::Denied, None)), Err("reason"));
        assert_eq!(
            refused(record(AuditOutcome::Allowed, reason)),
            Err("reason")
        );
    }
}
