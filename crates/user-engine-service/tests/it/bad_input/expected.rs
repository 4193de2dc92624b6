//! What a row expects, and the values it is made with.

use std::error::Error;
use std::fmt::Write;
use user_engine_domain::{
    FieldError, JsonValue, KEY_MAX_BYTES, ReasonCode, RecordKey, RecordKind, Rule, Sensitive, Text,
};
use user_engine_ports::{Limit, StoreErrorKind};
use user_engine_service::{ConflictCause, ServiceError, ServiceErrorKind};

/// What a row expects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    Invalid(FieldError),
    NotFound(RecordKind),
    Conflict(ConflictCause),
    Denied(ReasonCode),
    Limit(Limit),
}

/// A field that disagrees with a rule of the domain.
pub(crate) fn rule(field: &'static str, expected: &'static str) -> Expected {
    broken(field, Rule::Inconsistent { expected })
}

/// A field that breaks any other rule.
pub(crate) fn broken(field: &'static str, rule: Rule) -> Expected {
    Expected::Invalid(FieldError::new(field, rule))
}

/// There is no such record for this caller.
pub(crate) fn not_found(kind: RecordKind) -> Expected {
    Expected::NotFound(kind)
}

/// There is such a record already.
pub(crate) fn exists(kind: RecordKind) -> Expected {
    Expected::Conflict(ConflictCause::Exists(kind))
}

/// A denial, audited with this reason.
pub(crate) fn denied(reason: ReasonCode) -> Expected {
    Expected::Denied(reason)
}

/// A text that nobody may see in an error.
pub(crate) fn text(text: &str) -> Text {
    Text::new(format!("canary {text}")).unwrap()
}

/// A sensitive text that nobody may see in an error.
pub(crate) fn secret(value: &str) -> Sensitive<Text> {
    Sensitive::new(text(value))
}

/// A value of an attribute.
pub(crate) fn json(value: serde_json::Value) -> JsonValue {
    JsonValue::new(value).unwrap()
}

/// Values that are each within their limits, and together more than a record may hold.
pub(crate) fn too_much() -> Vec<JsonValue> {
    vec![json("canary".repeat(40_000).into()); 5]
}

/// Texts that are each within their limits, and together more than a record may hold.
pub(crate) fn too_many() -> Vec<Text> {
    let of = |number| text(&format!("{number} {}", "canary".repeat(600)));
    (0..400).map(of).collect()
}

/// Makes an id of any type that nobody may see in an error.
pub(crate) fn id<T: std::str::FromStr<Err = FieldError>>(id: &str) -> T {
    format!("canary-{id}").parse().unwrap()
}

/// Places in a list that no stored key can be, each with its refusal.
pub(crate) fn places() -> [(Option<RecordKey>, Expected); 2] {
    let max_bytes = KEY_MAX_BYTES;
    let long = "canary".repeat(KEY_MAX_BYTES);
    [
        (long, Rule::TooLong { max_bytes }),
        ("canary\0".to_owned(), Rule::Nul),
    ]
    .map(|(key, rule)| (Some(RecordKey::from_stored(key)), broken("after", rule)))
}

/// What an error is, where it is no denial.
pub(super) fn seen(error: &ServiceError) -> Option<Expected> {
    match error.kind() {
        ServiceErrorKind::Validation(refused) => Some(Expected::Invalid(refused.clone())),
        ServiceErrorKind::NotFound(kind) => Some(Expected::NotFound(*kind)),
        ServiceErrorKind::Conflict(cause) => Some(Expected::Conflict(*cause)),
        ServiceErrorKind::Store(error) => match error.kind() {
            StoreErrorKind::LimitExceeded(limit) => Some(Expected::Limit(*limit)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn is_denial(error: &ServiceError, expected: &Expected) -> bool {
    let is_audited = matches!(
        error.kind(),
        ServiceErrorKind::AuthorizationDenied { is_audited: true }
    );
    is_audited && matches!(expected, Expected::Denied(_))
}

/// Everything that an error shows, its sources' words among it.
pub(super) fn shown(error: &ServiceError) -> String {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(shown, " {error} {error:?}");
        source = error.source();
    }
    shown
}
