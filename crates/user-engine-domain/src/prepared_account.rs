//! Prepared accounts: laid out before their user registers, claimed by the right factors.

use crate::bounded::List;
use crate::digest::sha256_hex;
use crate::entitlement::Entitlement;
use crate::error::{FieldError, Rule};
use crate::id::{ActorId, PreparedAccountId, RegistrationId, TenantId, UserId};
use crate::identity_factor::{FactorType, normalized_value_present};
use crate::key::RecordKey;
use crate::membership::MembershipScopeType;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{expires_after, inconsistent, not_before, own_tenant, unique};
use crate::sensitive::Sensitive;
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// How far a prepared account has come. Expiry is judged by `expires_at`; this is bookkeeping.
    PreparedAccountStatus, "status", {
        /// Waits for its user.
        Pending = "pending",
        /// Claimed; its claim says by whom.
        Claimed = "claimed",
        /// Withdrawn.
        Revoked = "revoked",
        /// Ran out.
        Expired = "expired",
    }
);

/// A factor that a claim must show, verified and unexpired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRequirement {
    /// The factor's type.
    pub factor_type: FactorType,
    /// The value by which it is compared; not empty.
    pub normalized_value: Sensitive<Text>,
    /// The system that must have verified it; any, where absent.
    pub source_system: Option<Text>,
    /// Where the evidence for expecting it is kept; references only.
    pub evidence_references: List<Text>,
}

/// Who claimed a prepared account, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedAccountClaim {
    /// The user who did.
    pub user_id: UserId,
    /// The completed registration by which the user did.
    pub registration_id: RegistrationId,
    /// When.
    pub claimed_at: Timestamp,
}

/// An account laid out before its user registers. Key: `tenant`, `prepared_account_id`.
///
/// Its scope is its first requirement, so that a claim finds it by a factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedAccount {
    /// The tenant.
    pub tenant: TenantId,
    /// The prepared account.
    pub prepared_account_id: PreparedAccountId,
    /// What a claim must show, all of it; at least one, each factor once.
    pub factor_requirements: List<FactorRequirement>,
    /// What a claim gives.
    pub entitlements: List<Entitlement>,
    /// How far it has come.
    pub status: PreparedAccountStatus,
    /// Who laid it out.
    pub prepared_by: ActorId,
    /// The name to begin with.
    pub display_name_hint: Option<Sensitive<Text>>,
    /// The address to begin with.
    pub primary_email_hint: Option<Sensitive<Text>>,
    /// Who claimed it; exactly while the status is `claimed`.
    pub claim: Option<PreparedAccountClaim>,
    /// When it runs out; never, where absent.
    pub expires_at: Option<Timestamp>,
    /// When it was laid out.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl PreparedAccount {
    /// The scope id under which an account whose first requirement is this factor is found: the
    /// SHA-256 of type, slash and normalized value. No type holds a slash, so no two factors meet.
    ///
    /// The scope type is the factor type. A digest of a guessable value can be guessed: it keeps
    /// the value out of indexes and logs, not from whoever reads the table.
    pub fn claim_scope_id(factor_type: FactorType, normalized_value: &str) -> String {
        sha256_hex(format!("{factor_type}/{normalized_value}"))
    }

    /// Whether any entitlement requires that a claim be approved first.
    pub fn requires_approval(&self) -> bool {
        self.entitlements.iter().any(Entitlement::requires_approval)
    }

    fn validate_claim(&self) -> Result<(), FieldError> {
        match (&self.claim, self.status == PreparedAccountStatus::Claimed) {
            (None, true) => Err(FieldError::new("claim", Rule::Missing)),
            (Some(_), false) => Err(inconsistent("claim", "must be absent unless claimed")),
            (Some(claim), true) => not_before("claimed_at", claim.claimed_at, self.created_at),
            (None, false) => Ok(()),
        }
    }
}

impl Record for PreparedAccount {
    record_kind!(PreparedAccount);
    type Key = (TenantId, PreparedAccountId);

    fn key_of((tenant, prepared_account_id): &(TenantId, PreparedAccountId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(prepared_account_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        let id = self.prepared_account_id.as_str();
        RecordKey::from_parts([Some(self.tenant.as_str()), Some(id)])
    }

    fn columns(&self) -> Columns<'_> {
        let first = self.factor_requirements.first();
        Columns {
            tenant: Some(&self.tenant),
            user_id: self.claim.as_ref().map(|claim| &claim.user_id),
            scope_type: first.map(|requirement| requirement.factor_type.as_str()),
            scope_id: first.map(|requirement| {
                let value = requirement.normalized_value.expose().as_str();
                Cow::Owned(Self::claim_scope_id(requirement.factor_type, value))
            }),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)?;
        expires_after(self.expires_at, self.created_at)?;
        if self.factor_requirements.is_empty() {
            return Err(FieldError::new("factor_requirements", Rule::Empty));
        }
        for requirement in &self.factor_requirements {
            normalized_value_present(&requirement.normalized_value)?;
        }
        let factors = self
            .factor_requirements
            .iter()
            .map(|it| (it.factor_type, &it.normalized_value));
        unique("factor_requirements", factors)?;
        for entitlement in &self.entitlements {
            if let Entitlement::Membership(it) = entitlement
                && it.scope.scope_type == MembershipScopeType::Tenant
            {
                own_tenant(&self.tenant, &it.scope.scope_id)?;
            }
        }
        self.validate_claim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirement(value: &str) -> FactorRequirement {
        FactorRequirement {
            factor_type: FactorType::Email,
            normalized_value: Sensitive::new(Text::new(value).unwrap()),
            source_system: None,
            evidence_references: List::default(),
        }
    }

    fn account(requirements: Vec<FactorRequirement>) -> PreparedAccount {
        let at = Timestamp::from_micros(5).unwrap();
        PreparedAccount {
            tenant: TenantId::new("tenant").unwrap(),
            prepared_account_id: PreparedAccountId::new("prepared").unwrap(),
            factor_requirements: List::new(requirements).unwrap(),
            entitlements: List::default(),
            status: PreparedAccountStatus::Pending,
            prepared_by: ActorId::new("admin").unwrap(),
            display_name_hint: None,
            primary_email_hint: None,
            claim: None,
            expires_at: None,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_claim_without_a_factor_is_impossible() {
        let refused = |it: PreparedAccount| it.validate().map_err(|error| error.field());
        assert_eq!(refused(account(vec![requirement("a@b.c")])), Ok(()));
        assert_eq!(refused(account(vec![])), Err("factor_requirements"));
        assert_eq!(
            refused(account(vec![requirement("")])),
            Err("normalized_value")
        );
        let twice = vec![requirement("canary"), requirement("canary")];
        let error = account(twice).validate().unwrap_err();
        assert_eq!(error.field(), "factor_requirements");
        assert!(!error.to_string().contains("canary"));
    }

    #[test]
    fn a_claim_is_there_exactly_while_claimed() {
        let claim = PreparedAccountClaim {
            user_id: UserId::new("user").unwrap(),
            registration_id: RegistrationId::new("registration").unwrap(),
            claimed_at: Timestamp::from_micros(6).unwrap(),
        };
        for status in PreparedAccountStatus::ALL {
            let mut one = account(vec![requirement("a@b.c")]);
            one.status = *status;
            let is_claimed = *status == PreparedAccountStatus::Claimed;
            assert_eq!(one.validate().is_ok(), !is_claimed);
            one.claim = Some(claim.clone());
            assert_eq!(one.validate().is_ok(), is_claimed);
            assert_eq!(one.columns().user_id, Some(&claim.user_id));
        }
    }

    #[test]
    fn the_scope_is_the_first_requirement_by_digest() {
        let one = account(vec![requirement("canary"), requirement("other")]);
        let columns = one.columns();
        assert_eq!(columns.scope_type, Some("email"));
        let expected = PreparedAccount::claim_scope_id(FactorType::Email, "canary");
        assert_eq!(columns.scope_id.as_deref(), Some(expected.as_str()));
        assert_ne!(
            expected,
            PreparedAccount::claim_scope_id(FactorType::Phone, "canary")
        );
        assert!(!format!("{one:?}").contains("canary"));
    }
}
