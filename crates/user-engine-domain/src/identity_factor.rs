//! Identity factors: what was verified about someone in a registration.

use crate::bounded::{List, Map};
use crate::error::{FieldError, Rule};
use crate::id::{FactorId, RegistrationId, UserId};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::expires_after;
use crate::sensitive::Sensitive;
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// The type of an identity factor.
    FactorType, "factor_type", {
        /// An e-mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
        /// A postal address.
        PostalAddress = "postal_address",
        /// An electronic identity card.
        Eid = "eid",
        /// An invitation code.
        Invite = "invite",
        /// A sign-in elsewhere.
        Sso = "sso",
    }
);

/// A factor verified in a registration. Key: `factor_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityFactor {
    /// The factor.
    pub factor_id: FactorId,
    /// The registration that it was verified in; its scope.
    pub registration_id: RegistrationId,
    /// The user, once the registration is resolved.
    pub user_id: Option<UserId>,
    /// Its type.
    pub factor_type: FactorType,
    /// The value by which it is compared, normalized by its source; not empty.
    pub normalized_value: Sensitive<Text>,
    /// The value as a person would read it.
    pub display_value: Option<Sensitive<Text>>,
    /// The system that verified it.
    pub source_system: Text,
    /// How it was verified, in the source's words.
    pub assurance: Map<Text, Text>,
    /// Where the evidence is kept; references only.
    pub evidence_references: List<Text>,
    /// When it was verified.
    pub verified_at: Timestamp,
    /// When it stops to count, not before `verified_at`; never, where absent.
    pub expires_at: Option<Timestamp>,
}

/// A normalized value is never empty: an empty one would match whoever has none.
pub(crate) fn normalized_value_present(value: &Sensitive<Text>) -> Result<(), FieldError> {
    if value.expose().as_str().is_empty() {
        return Err(FieldError::new("normalized_value", Rule::Empty));
    }
    Ok(())
}

impl Record for IdentityFactor {
    record_kind!(IdentityFactor);
    type Key = FactorId;

    fn key_of(factor_id: &FactorId) -> RecordKey {
        RecordKey::from_parts([Some(factor_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        Self::key_of(&self.factor_id)
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            user_id: self.user_id.as_ref(),
            scope_type: Some("registration"),
            scope_id: Some(Cow::Borrowed(self.registration_id.as_str())),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        normalized_value_present(&self.normalized_value)?;
        expires_after(self.expires_at, self.verified_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_has_a_value_and_no_expiry_before_its_verification() {
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let factor = |value: &str, expires_at: i64| IdentityFactor {
            factor_id: FactorId::new("factor").unwrap(),
            registration_id: RegistrationId::new("registration").unwrap(),
            user_id: None,
            factor_type: FactorType::Email,
            normalized_value: Sensitive::new(Text::new(value).unwrap()),
            display_value: None,
            source_system: Text::new("verifier").unwrap(),
            assurance: Map::default(),
            evidence_references: List::default(),
            verified_at: at(5),
            expires_at: Some(at(expires_at)),
        };
        assert_eq!(factor("canary", 5).validate(), Ok(()));
        let early = factor("canary", 4).validate().unwrap_err();
        assert_eq!(early.field(), "expires_at");
        assert!(!early.to_string().contains("canary"));
        assert_eq!(
            factor("", 5).validate().unwrap_err().field(),
            "normalized_value"
        );
    }

    #[test]
    fn a_factor_type_is_spelled_in_lower_case_only() {
        assert_eq!("email".parse(), Ok(FactorType::Email));
        assert_eq!(
            "EMAIL".parse::<FactorType>().unwrap_err().field(),
            "factor_type"
        );
    }
}
