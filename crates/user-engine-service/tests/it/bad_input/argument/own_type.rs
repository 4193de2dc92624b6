//! What the types of arguments refuse, before any call is made.

use super::Argument;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use user_engine_domain::*;
use user_engine_ports::LogCursor;

macro_rules! own_name {
    ($($name:ty),+ $(,)?) => {
        $(impl Argument for $name {
            fn spell(name: &'static str, into: &mut Vec<&'static str>) {
                into.push(name);
            }
        })+
    };
}

/// Holds a refusal against the one that is expected, and looks for the value in it.
fn judge<T: Debug>(type_name: &str, refused: Result<T, FieldError>, expected: &FieldError) {
    let refused = refused.err().unwrap_or_else(|| {
        panic!("{type_name} takes what breaks {expected:?}");
    });
    assert_eq!(refused, *expected, "{type_name}");
    is_silent(type_name, &refused);
}

fn is_silent(type_name: &str, refused: &(impl Display + Debug)) {
    let shown = format!("{refused} {refused:?} {refused:#?}");
    assert!(!shown.contains("canary"), "{type_name} shows its value");
}

/// What every id refuses, whoever makes it.
fn bad_ids(max_bytes: usize) -> Vec<(String, Rule)> {
    let spaced = Rule::SurroundingWhitespace;
    vec![
        (String::new(), Rule::Empty),
        ("canary".repeat(max_bytes), Rule::TooLong { max_bytes }),
        ("é".repeat(max_bytes / 2 + 1), Rule::TooLong { max_bytes }),
        ("canary\0".to_owned(), Rule::ControlCharacter),
        ("canary\nline".to_owned(), Rule::ControlCharacter),
        ("canary\u{7f}".to_owned(), Rule::ControlCharacter),
        ("canary\u{85}".to_owned(), Rule::ControlCharacter),
        (" canary".to_owned(), spaced.clone()),
        ("canary ".to_owned(), spaced.clone()),
        ("\u{3000}canary".to_owned(), spaced),
    ]
}

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {
        own_name!($($name),+);

        #[test]
        fn an_id_refuses_what_breaks_its_rule_and_shows_no_value() {
            $({
                for (value, rule) in bad_ids($name::MAX_BYTES) {
                    let expected = FieldError::new($name::FIELD, rule);
                    judge(stringify!($name), $name::new(value.as_str()), &expected);
                    judge(stringify!($name), value.parse::<$name>(), &expected);
                    let read = serde_json::from_value::<$name>(Value::String(value));
                    is_silent(stringify!($name), &read.unwrap_err());
                }
                let longest = "c".repeat($name::MAX_BYTES);
                assert_eq!($name::new(longest.as_str()).unwrap().as_str(), longest);
            })+
        }
    };
}
ids!(
    UserId,
    ApplicationId,
    MembershipId,
    InvitationId,
    RegistrationId,
    PreparedAccountId,
    AccessProfileId,
    ProtocolId,
    JourneyId,
    OperationId,
    CorrelationId,
    ActorId,
    CatalogNamespace,
    AttributeKey,
    ScopeId,
    SourceId,
    StepKey,
    GroupId,
    RealmId,
    ServiceId,
    AssetId,
    MembershipKind,
    Subsystem,
    Issuer,
    Subject,
    TenantId,
);

macro_rules! enumerations {
    ($($name:ident $field:literal),+ $(,)?) => {
        own_name!($($name),+);

        #[test]
        fn an_enumeration_refuses_what_it_does_not_list_and_shows_no_value() {
            $(for value in ["canary", "", "Active", "active "] {
                let expected = FieldError::new($field, Rule::UnknownVariant);
                judge(stringify!($name), value.parse::<$name>(), &expected);
                let read = serde_json::from_value::<$name>(json!(value));
                is_silent(stringify!($name), &read.unwrap_err());
            })+
        }
    };
}
enumerations!(
    AccountStatus "status",
    MembershipScopeType "scope_type",
    AccessScopeType "scope_type",
    CatalogState "state",
    ValueType "value_type",
    Sensitivity "sensitivity",
    Visibility "visibility",
    Mutability "mutability",
    ProfileScope "scope",
    FactorType "factor_type",
    OnboardingTrigger "trigger",
    PreparedAccountStatus "status",
);

// Positions in lists and logs are a store's own words, and plain numbers have rows of their own.
own_name!(bool, u32, usize, RecordKey, LogCursor);
own_name!(Text, JsonValue, CatalogVersion, Timestamp, AuditTarget);

#[test]
fn what_a_namespace_or_subsystem_reserves_is_refused() {
    let reserved = |field, character| FieldError::new(field, Rule::Reserved { character });
    judge(
        "CatalogNamespace",
        CatalogNamespace::new("canary.x"),
        &reserved("namespace", '.'),
    );
    judge(
        "Subsystem",
        Subsystem::new("canary:x"),
        &reserved("subsystem", ':'),
    );
}

#[test]
fn a_text_is_at_most_4_kib_without_nul() {
    let long = Rule::TooLong { max_bytes: 4_096 };
    for (value, rule) in [
        ("c".repeat(4_097), long.clone()),
        ("canary".repeat(1_000), long.clone()),
        ("é".repeat(2_049), long),
        ("canary\0".to_owned(), Rule::Nul),
    ] {
        judge(
            "Text",
            Text::new(value.as_str()),
            &FieldError::new("text", rule),
        );
        let read = serde_json::from_value::<Text>(Value::String(value));
        is_silent("Text", &read.unwrap_err());
    }
    Text::new("c".repeat(4_096)).unwrap();
}

#[test]
fn lists_and_maps_have_at_most_a_thousand_entries() {
    let rule = Rule::TooMany { max_entries: 1_000 };
    let texts = |count| vec![Text::new("canary").unwrap(); count];
    judge(
        "List",
        List::new(texts(1_001)),
        &FieldError::new("list", rule.clone()),
    );
    List::new(texts(1_000)).unwrap();
    let entries = |count| -> BTreeMap<Text, Text> {
        let key = |number| Text::new(format!("canary{number}")).unwrap();
        (0..count)
            .map(|number| (key(number), key(number)))
            .collect()
    };
    judge(
        "Map",
        Map::new(entries(1_001)),
        &FieldError::new("map", rule),
    );
    Map::new(entries(1_000)).unwrap();
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!("canary"), |inner, _| Value::Array(vec![inner]))
}

#[test]
fn json_past_its_limits_is_refused_by_place() {
    let at = |path: &str, reason| {
        let path = path.to_owned();
        FieldError::new("json", Rule::Json { path, reason })
    };
    let nul = "U+0000, which jsonb refuses,";
    let beyond = "an integer beyond 64 bits";
    let deep = "more than 32 nested containers";
    let max_bytes = 256 * 1_024;
    let long = FieldError::new("json", Rule::TooLong { max_bytes });
    for (value, expected) in [
        (nested(33), at(&format!("${}", "[0]".repeat(32)), deep)),
        (nested(20_000), at(&format!("${}", "[0]".repeat(32)), deep)),
        (json!("c".repeat(max_bytes - 1)), long),
        (json!(["x", "canary\0"]), at("$[1]", nul)),
        (json!({ "canary\0": 1 }), at("$", nul)),
        (json!({ "canary": 1.0e300 }), at("$.#0", beyond)),
        (json!([-1.0e19]), at("$[0]", beyond)),
        (
            json!({ "$serde_json::private::Number": "1" }),
            at("$", "a reserved member name"),
        ),
    ] {
        judge("JsonValue", JsonValue::new(value), &expected);
    }
    for text in [
        "[1e400]",
        "[NaN]",
        "{\"canary\":1,\"canary\":2}",
        "[\"canary\"",
        "canary",
    ] {
        let expected = at("$", "text that is not JSON within the limits");
        judge("JsonValue", JsonValue::parse(text), &expected);
    }
    JsonValue::new(nested(32)).unwrap();
    JsonValue::new(json!("c".repeat(max_bytes - 2))).unwrap();
}

#[test]
fn an_instant_lies_within_the_years_that_can_be_written() {
    let expected = "within the years 0001 to 9999";
    let outside = FieldError::new("timestamp", Rule::OutOfRange { expected });
    for micros in [i64::MIN, i64::MAX, 253_402_300_800_000_000] {
        judge("Timestamp", Timestamp::from_micros(micros), &outside);
    }
    let expected = "an RFC 3339 instant without leap second";
    let malformed = FieldError::new("timestamp", Rule::Malformed { expected });
    for text in ["canary", "2026-01-01", "2016-12-31T23:59:60Z", ""] {
        judge("Timestamp", Timestamp::parse_rfc3339(text), &malformed);
    }
}

#[test]
fn an_audit_target_has_a_key_of_its_kind() {
    let refused = |rule| FieldError::new("target", rule);
    let of = |kind, key: &str| AuditTarget::from_stored(kind, key);
    let long = "canary".repeat(100);
    let expected = "a SHA-256 in hexadecimal";
    for (kind, key, rule) in [
        (RecordKind::User, "", Rule::Empty),
        (RecordKind::User, "canary\0", Rule::Nul),
        (
            RecordKind::User,
            long.as_str(),
            Rule::TooLong { max_bytes: 512 },
        ),
        (
            RecordKind::ExternalIdentity,
            "canary",
            Rule::Malformed { expected },
        ),
    ] {
        judge("AuditTarget", of(kind, key), &refused(rule));
    }
}

#[test]
fn a_version_is_a_semantic_one() {
    let expected = "a semantic version without build metadata";
    let malformed = FieldError::new("version", Rule::Malformed { expected });
    let beyond = "1.0.18446744073709551616";
    for text in [
        "canary",
        "1.0",
        "1.0.0.0",
        "01.0.0",
        "1.0.0+canary",
        "1.0.0-",
        "",
        beyond,
    ] {
        judge("CatalogVersion", CatalogVersion::new(text), &malformed);
    }
    let long = FieldError::new("version", Rule::TooLong { max_bytes: 255 });
    let text = format!("1.0.0-{}", "canary".repeat(50));
    judge("CatalogVersion", CatalogVersion::new(&text), &long);
}
