//! Ids: opaque text, compared byte for byte, checked once.
//!
//! Naming rule: one newtype for each id, so that two ids can't be swapped.

use crate::error::{FieldError, Rule};
use std::fmt;

/// The most bytes an ordinary id may have.
pub const ID_MAX_BYTES: usize = 255;

/// Checks the rule that all ids share: 1 to `max_bytes` bytes, no control character, no leading
/// or trailing white space. Nothing is folded, normalized or trimmed.
fn check(field: &'static str, value: &str, max_bytes: usize) -> Result<(), FieldError> {
    let refuse = |rule| Err(FieldError::new(field, rule));
    if value.is_empty() {
        return refuse(Rule::Empty);
    }
    if value.len() > max_bytes {
        return refuse(Rule::TooLong { max_bytes });
    }
    let graphic = |byte: &u8| (0x21..=0x7e).contains(byte);
    if value.as_bytes().iter().all(graphic) {
        return Ok(());
    }
    if value.chars().any(char::is_control) {
        return refuse(Rule::ControlCharacter);
    }
    let edge = |c: Option<char>| c.is_some_and(char::is_whitespace);
    if edge(value.chars().next()) || edge(value.chars().next_back()) {
        return refuse(Rule::SurroundingWhitespace);
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $field:literal, $max:expr $(, refuse $reserved:literal)? $(, form $form:path)?) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The most bytes of UTF-8 that this id may have.
            pub const MAX_BYTES: usize = $max;
            /// The name by which errors call this id.
            pub const FIELD: &'static str = $field;

            /// Checks and keeps the text, byte for byte.
            ///
            /// # Errors
            ///
            /// Refuses text that is empty, too long, holds a control character, or begins or
            /// ends with white space.
            pub fn new(value: impl Into<Box<str>>) -> Result<Self, FieldError> {
                let value = value.into();
                check(Self::FIELD, &value, Self::MAX_BYTES)?;
                $(if value.contains($reserved) {
                    return Err(FieldError::new(
                        Self::FIELD,
                        Rule::Reserved { character: $reserved },
                    ));
                })?
                $($form(Self::FIELD, &value)?;)?
                Ok(Self(value))
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(sha256:{})"), crate::digest::short(&*self.0))
            }
        }

        impl TryFrom<&str> for $name {
            type Error = FieldError;
            fn try_from(value: &str) -> Result<Self, FieldError> {
                Self::new(value)
            }
        }

        impl std::str::FromStr for $name {
            type Err = FieldError;
            fn from_str(value: &str) -> Result<Self, FieldError> {
                Self::new(value)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                crate::text::deserialize_checked(d, Self::FIELD, |value| Self::new(value))
            }
        }
    };
}

text_id!(
    /// The NetKingdom ID of a user: opaque and stable; it encodes no issuer, subject, e-mail,
    /// phone, address or tenant.
    UserId, "user_id", ID_MAX_BYTES
);
text_id!(
    /// A tenant. Who exists as a tenant is decided outside; the claims port vouches for it.
    TenantId, "tenant", ID_MAX_BYTES
);
text_id!(
    /// An application.
    ApplicationId, "application_id", ID_MAX_BYTES
);
text_id!(
    /// A membership, unique within its tenant and derived from what must not repeat.
    MembershipId, "membership_id", ID_MAX_BYTES
);
text_id!(
    /// A family invitation, unique within its tenant.
    InvitationId, "invitation_id", ID_MAX_BYTES
);
text_id!(
    /// A registration session; made by the id source only.
    RegistrationId, "registration_id", ID_MAX_BYTES
);
text_id!(
    /// A verified identity factor.
    FactorId, "factor_id", ID_MAX_BYTES
);
text_id!(
    /// A prepared account, unique within its tenant.
    PreparedAccountId, "prepared_account_id", ID_MAX_BYTES
);
text_id!(
    /// An access profile (hat), unique within its tenant.
    AccessProfileId, "access_profile_id", ID_MAX_BYTES
);
text_id!(
    /// A welcome protocol, unique within its tenant.
    ProtocolId, "protocol_id", ID_MAX_BYTES
);
text_id!(
    /// An onboarding journey, unique within its tenant and derived from what must not repeat.
    JourneyId, "journey_id", ID_MAX_BYTES
);
text_id!(
    /// An audit record.
    AuditId, "audit_id", ID_MAX_BYTES
);
text_id!(
    /// An outbox event; the idempotency id of its delivery.
    EventId, "event_id", ID_MAX_BYTES
);
text_id!(
    /// An operation: the token by which a unit of work is repeated or asked about.
    OperationId, "operation_id", ID_MAX_BYTES
);
text_id!(
    /// What ties the audit records and events of one request together.
    CorrelationId, "correlation_id", ID_MAX_BYTES
);
text_id!(
    /// A catalog's namespace; holds no dot, since a dot ends it inside an attribute key.
    CatalogNamespace, "namespace", ID_MAX_BYTES, refuse '.'
);
text_id!(
    /// An attribute's full key: its catalog's namespace, a dot, and a name.
    AttributeKey, "attribute_key", ID_MAX_BYTES
);
text_id!(
    /// The id of what a scope names (a team, a realm, a service, …).
    ScopeId, "scope_id", ID_MAX_BYTES
);
text_id!(
    /// The id of an actor, as its kind spells it.
    ActorId, "actor_id", ID_MAX_BYTES
);
text_id!(
    /// The issuer of an external identity, byte for byte as the provider spells it.
    Issuer, "issuer", 2_048
);
text_id!(
    /// The subject of an external identity, byte for byte as the provider spells it.
    Subject, "subject", 1_024
);
text_id!(
    /// The role-like text that says what a membership is: `owner`, `adult`, `guest`, …
    MembershipKind, "kind", ID_MAX_BYTES
);
text_id!(
    /// A group outside, as the access-control side spells it.
    GroupId, "group_id", ID_MAX_BYTES
);
text_id!(
    /// A realm.
    RealmId, "realm", ID_MAX_BYTES
);
text_id!(
    /// A service.
    ServiceId, "service_id", ID_MAX_BYTES
);
text_id!(
    /// An asset.
    AssetId, "asset_id", ID_MAX_BYTES
);
text_id!(
    /// A step of a welcome protocol, unique within it.
    StepKey, "step_key", ID_MAX_BYTES
);
text_id!(
    /// A subsystem that an onboarding step is handed to; holds no colon, since a colon ends it
    /// inside a lifecycle gap.
    Subsystem, "subsystem", ID_MAX_BYTES, refuse ':'
);
text_id!(
    /// What set an onboarding journey off: the id of a registration, prepared account, invitation
    /// or access profile, or a caller's own word for a manual start.
    SourceId, "source_id", ID_MAX_BYTES
);
text_id!(
    /// The name of a service operation: lower-case words joined by dots (`profile.set_value`).
    OperationName, "operation", ID_MAX_BYTES, form dotted
);
text_id!(
    /// The type of an event: lower-case words joined by dots, at least two (`user.created`).
    EventType, "event_type", ID_MAX_BYTES, form dotted_pair
);

/// Requires words of `a-z`, `0-9` and `_`, each beginning with a letter, joined by dots.
fn dotted(field: &'static str, value: &str) -> Result<(), FieldError> {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if value.split('.').all(is_word) {
        return Ok(());
    }
    let expected = "lower-case words joined by dots";
    Err(FieldError::new(field, Rule::Malformed { expected }))
}

/// Requires [`dotted`] text of at least two words.
fn dotted_pair(field: &'static str, value: &str) -> Result<(), FieldError> {
    if value.contains('.') {
        return dotted(field, value);
    }
    let expected = "at least two lower-case words joined by dots";
    Err(FieldError::new(field, Rule::Malformed { expected }))
}

/// Lets an id be derived from what must not repeat: the parts joined as in a record key, so that
/// no two part lists meet, with a digest in place of what would be too long.
macro_rules! derived_id {
    ($($name:ident),+) => {
        $(impl $name {
            // Parts are ids or stored words, so the joined text keeps the rule of ids.
            pub(crate) fn derived<const N: usize>(parts: [&str; N]) -> Self {
                Self(crate::key::join(parts.map(Some), Self::MAX_BYTES))
            }
        })+
    };
}
derived_id!(MembershipId, InvitationId, JourneyId);

impl AttributeKey {
    /// What stands before the first dot; absent where the key belongs to no namespace.
    pub fn namespace(&self) -> Option<&str> {
        self.as_str()
            .split_once('.')
            .map(|(namespace, _)| namespace)
    }
}

impl From<&ScopeId> for ApplicationId {
    /// Reads the id of an application scope; both ids keep the same rule.
    fn from(scope_id: &ScopeId) -> Self {
        Self(scope_id.0.clone())
    }
}

/// Ids that a scope id can hold; all keep the same rule.
macro_rules! scope_id_from {
    ($($name:ident),+) => {
        $(impl From<&$name> for ScopeId {
            fn from(id: &$name) -> Self {
                Self(id.0.clone())
            }
        })+
    };
}
scope_id_from!(
    TenantId,
    ApplicationId,
    MembershipId,
    RealmId,
    ServiceId,
    AssetId,
    GroupId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_compared_byte_for_byte() {
        let composed = UserId::new("\u{e9}").unwrap();
        let decomposed = UserId::new("e\u{301}").unwrap();
        assert_ne!(composed, decomposed);
        assert_ne!(UserId::new("A").unwrap(), UserId::new("a").unwrap());
        assert_ne!(UserId::new("a b").unwrap(), UserId::new("a  b").unwrap());
    }

    #[test]
    fn each_rule_refuses_with_the_field_and_no_value() {
        let long = "x".repeat(256);
        for (value, rule) in [
            ("", Rule::Empty),
            (long.as_str(), Rule::TooLong { max_bytes: 255 }),
            ("a\0b", Rule::ControlCharacter),
            ("a\u{85}b", Rule::ControlCharacter),
            (" canary", Rule::SurroundingWhitespace),
            ("canary\u{2003}", Rule::SurroundingWhitespace),
        ] {
            let error = UserId::new(value).unwrap_err();
            assert_eq!((error.field(), error.rule()), ("user_id", &rule));
            assert!(!error.to_string().contains("canary"));
        }
        assert!(UserId::new("x".repeat(255)).is_ok());
        assert_eq!(
            CatalogNamespace::new("a.b").unwrap_err().rule(),
            &Rule::Reserved { character: '.' }
        );
    }

    #[test]
    fn names_of_operations_and_events_are_dotted_lower_case_words() {
        assert!(OperationName::new("set_profile_value").is_ok());
        assert!(EventType::new("user.created").is_ok());
        for value in [
            "user",
            "User.created",
            "user..created",
            ".user",
            "user.1st",
            "a.b-c",
        ] {
            let error = EventType::new(value).unwrap_err();
            assert_eq!(error.field(), "event_type");
            assert!(matches!(error.rule(), Rule::Malformed { .. }), "{value}");
        }
    }

    #[test]
    fn derived_ids_fit_and_keep_their_parts_apart() {
        assert_ne!(
            MembershipId::derived(["a/b", "c"]),
            MembershipId::derived(["a", "b/c"])
        );
        assert_eq!(MembershipId::derived(["a", "b"]).as_str(), "a/b");
        let long = "x".repeat(255);
        let derived = MembershipId::derived([&long, &long]);
        assert_eq!(derived.as_str().len(), 65);
        assert!(MembershipId::new(derived.as_str()).is_ok());
    }

    #[test]
    fn debug_shows_a_digest_instead_of_the_text() {
        let shown = format!("{:?}", Subject::new("canary").unwrap());
        assert!(shown.starts_with("Subject(sha256:") && !shown.contains("canary"));
    }
}
