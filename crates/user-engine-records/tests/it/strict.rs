//! What decoding refuses, by reason and place.

use crate::support::{all_stored, decode, places, replaced, stored, value, with_payload};
use serde_json::{Value, json};
use user_engine_domain::reference::minimal_record;
use user_engine_domain::{Account, RecordKey, RecordKind, User};
use user_engine_records::{
    Reason, StoreRecord, domain_record_from_store_record, store_record_for,
    typed_record_from_store_record,
};

fn refusal(stored: &StoreRecord) -> (Reason, String) {
    let error = decode(stored).unwrap_err();
    assert_eq!(error.key(), &stored.record_key);
    (error.reason(), error.path().to_owned())
}

fn refusal_of(stored: &StoreRecord, payload: impl Into<String>) -> (Reason, String) {
    refusal(&with_payload(stored, payload))
}

fn at(reason: Reason, path: &str) -> (Reason, String) {
    (reason, path.to_owned())
}

#[test]
fn an_unknown_type_is_refused() {
    let mut gizmo = stored(RecordKind::User);
    gizmo.record_type = "canary".into();
    assert_eq!(refusal(&gizmo), at(Reason::Kind, "record_type"));
    assert_eq!(decode(&gizmo).unwrap_err().kind(), None);
    gizmo.record_type = "User".into();
    assert_eq!(refusal(&gizmo), at(Reason::Kind, "record_type"));
}

#[test]
fn a_record_of_another_kind_is_not_the_one_asked_for() {
    let user = stored(RecordKind::User);
    assert!(typed_record_from_store_record::<User>(&user).is_ok());
    let error = typed_record_from_store_record::<Account>(&user).unwrap_err();
    assert_eq!(error.reason(), Reason::OtherKind);
    assert_eq!(error.kind(), Some(RecordKind::User));
    let mut renamed = user;
    renamed.record_type = "account".into();
    assert_eq!(refusal(&renamed).0, Reason::Data);
}

#[test]
fn versions_that_were_never_written_are_refused_whatever_else_is_in_the_payload() {
    for stored in all_stored() {
        for version in ["0", "2", "70000", "18446744073709551615"] {
            let other = replaced(&value(&stored), "/v", version);
            assert_eq!(refusal_of(&stored, other), at(Reason::Version, "$.v"));
        }
        let newer = r#"{"record":{"canary":[1,{"x":null}]},"seal":"canary","v":2}"#;
        assert_eq!(refusal_of(&stored, newer), at(Reason::Version, "$.v"));
        for version in ["\"1\"", "-1", "1.5", "null", "1e30", "[1]", "{}"] {
            let other = replaced(&value(&stored), "/v", version);
            assert_eq!(
                refusal_of(&stored, other),
                at(Reason::Data, "$.v"),
                "{version}"
            );
        }
    }
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    for stored in all_stored() {
        let whole = value(&stored);
        for place in places(&whole) {
            let Value::Object(members) = whole.pointer(&place).unwrap() else {
                continue;
            };
            if is_free(&place) {
                continue;
            }
            let mut more = members.clone();
            more.insert("canary".into(), json!("canary"));
            let payload = replaced(&whole, &place, &Value::from(more).to_string());
            assert_eq!(refusal_of(&stored, payload).0, Reason::Data, "{place}");
        }
    }
    let whole = value(&stored(RecordKind::Membership));
    let payload = replaced(
        &whole,
        "/record/scope",
        r#"{"scope_type":"team","extra":1}"#,
    );
    assert_eq!(
        refusal_of(&stored(RecordKind::Membership), payload),
        at(Reason::Data, "$.record.scope.*")
    );
}

/// Whether callers name the members of the object in a place.
fn is_free(place: &str) -> bool {
    const FREE: [&str; 6] = [
        "assurance",
        "default",
        "deployment",
        "profile_defaults",
        "projection_claims",
        "value",
    ];
    place.split('/').any(|name| FREE.contains(&name))
}

#[test]
fn a_missing_field_is_refused_unless_it_is_optional() {
    for stored in all_stored() {
        let whole = value(&stored);
        let minimal = store_record_for(&minimal_record(stored.record_type.parse().unwrap()));
        let required = value(&minimal);
        for name in required["record"].as_object().unwrap().keys() {
            let mut less = whole.clone();
            less["record"].as_object_mut().unwrap().remove(name);
            let got = refusal_of(&stored, less.to_string());
            assert_eq!(got, at(Reason::Data, "$.record"), "{name}");
        }
        for envelope in ["{}", "{\"v\":1}", "{\"v\":1,\"record\":{}}"] {
            assert_eq!(refusal_of(&stored, envelope).0, Reason::Data);
        }
    }
}

#[test]
fn null_stands_for_nothing_that_is_absent() {
    for (full, minimal) in RecordKind::ALL
        .iter()
        .map(|kind| (stored(*kind), store_record_for(&minimal_record(*kind))))
    {
        let names: Vec<_> = value(&full)["record"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        for name in names {
            let mut nulled = value(&minimal);
            // A profile value may be null itself; it is no absence.
            if name == "value" {
                continue;
            }
            nulled["record"][&name] = Value::Null;
            let got = refusal_of(&minimal, nulled.to_string());
            assert_eq!(got, at(Reason::Data, &format!("$.record.{name}")));
        }
    }
}

#[test]
fn null_is_a_value_of_its_own_where_any_json_is() {
    let stored = stored(RecordKind::ProfileValue);
    let payload = replaced(&value(&stored), "/record/value", "null");
    assert!(decode(&with_payload(&stored, payload)).is_ok());
}

#[test]
fn a_member_given_twice_is_refused_wherever_it_stands() {
    for stored in all_stored() {
        let whole = value(&stored);
        for place in places(&whole) {
            let Value::Object(members) = whole.pointer(&place).unwrap() else {
                continue;
            };
            let pairs: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
                .collect();
            for pair in &pairs {
                let twice = format!("{{{},{pair}}}", pairs.join(","));
                let got = refusal_of(&stored, replaced(&whole, &place, &twice));
                assert_eq!(got.0, Reason::Data, "{place} {pair}");
            }
        }
    }
}

#[test]
fn another_key_or_column_is_refused_by_name() {
    for stored in all_stored() {
        let mut moved = stored.clone();
        moved.record_key = RecordKey::from_stored("canary");
        assert_eq!(refusal(&moved), at(Reason::Key, "record_key"));

        let other = |column: &Option<Box<str>>| match column {
            Some(_) => [None, Some(Box::from("canary"))],
            None => [Some(Box::from("")), Some(Box::from("canary"))],
        };
        for cell in other(&stored.tenant) {
            let tenant = StoreRecord {
                tenant: cell,
                ..stored.clone()
            };
            assert_eq!(refusal(&tenant), at(Reason::Column, "tenant"));
        }
        for cell in other(&stored.user_id) {
            let user_id = StoreRecord {
                user_id: cell,
                ..stored.clone()
            };
            assert_eq!(refusal(&user_id), at(Reason::Column, "user_id"));
        }
        for cell in other(&stored.application_id) {
            let application_id = StoreRecord {
                application_id: cell,
                ..stored.clone()
            };
            assert_eq!(
                refusal(&application_id),
                at(Reason::Column, "application_id")
            );
        }
        for cell in other(&stored.scope_id) {
            let scope_id = StoreRecord {
                scope_id: cell,
                ..stored.clone()
            };
            assert_eq!(refusal(&scope_id), at(Reason::Column, "scope_id"));
        }
        let mut scoped = stored.clone();
        scoped.scope_type = Some("canary".into());
        assert_eq!(refusal(&scoped), at(Reason::Column, "scope_type"));
    }
}

#[test]
fn a_broken_rule_between_fields_is_refused_at_the_field() {
    let membership = stored(RecordKind::Membership);
    let payload = replaced(&value(&membership), "/record/kind", "\"guest\"");
    assert_eq!(
        refusal_of(&membership, payload),
        at(Reason::Rule, "$.record.membership_id")
    );
}

#[test]
fn text_that_is_no_payload_is_refused() {
    let user = stored(RecordKind::User);
    for text in [
        "",
        " ",
        "canary",
        "[]",
        "1",
        "null",
        "\"canary\"",
        "{",
        "{\"v\":1",
    ] {
        let (reason, _) = refusal_of(&user, text);
        assert!(matches!(reason, Reason::Data | Reason::Syntax), "{text}");
    }
    let trailing = format!("{} canary", user.payload);
    assert_eq!(refusal_of(&user, trailing), at(Reason::Trailing, "$"));
    let spaced = format!(" \n{}\t ", user.payload);
    assert!(decode(&with_payload(&user, spaced)).is_ok());
}

#[test]
fn places_are_shown_by_our_own_names() {
    let places = [
        (
            RecordKind::Catalog,
            "/record/attributes/2/key",
            "$.record.attributes[2].key",
        ),
        (
            RecordKind::IdentityFactor,
            "/record/assurance/level",
            "$.record.assurance.*",
        ),
        (
            RecordKind::PreparedAccount,
            "/record/entitlements/1/membership/kind",
            "$.record.entitlements[1].membership.kind",
        ),
        (
            RecordKind::AccessProfile,
            "/record/required_factor_types/1",
            "$.record.required_factor_types[1]",
        ),
        (
            RecordKind::OnboardingJourney,
            "/record/steps/0/task/kind",
            "$.record.steps[0].task.kind",
        ),
        (
            RecordKind::WelcomeProtocol,
            "/record/match/hat",
            "$.record.match.hat",
        ),
    ];
    for (kind, place, path) in places {
        let stored = stored(kind);
        let payload = replaced(&value(&stored), place, "987654321");
        assert_eq!(refusal_of(&stored, payload), at(Reason::Data, path));
    }
}

#[test]
fn an_unknown_entitlement_is_refused() {
    let account = stored(RecordKind::PreparedAccount);
    for raw in [
        r#"{"canary":{"status":"active","requires_approval":false}}"#,
        r#""tenant_account""#,
        r#"{"tenant_account":{"status":"canary","requires_approval":false}}"#,
        "{}",
    ] {
        let payload = replaced(&value(&account), "/record/entitlements/0", raw);
        assert!(domain_record_from_store_record(&with_payload(&account, payload)).is_err());
    }
}

#[test]
fn an_instant_has_one_spelling() {
    let user = stored(RecordKind::User);
    for spelling in [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.123Z",
        "2026-01-01T00:00:00.1234567Z",
        "2026-01-01t00:00:00.123456Z",
        "2026-01-01T00:00:00.123456z",
        "2026-01-01T00:00:00.123456+00:00",
        "2026-01-01T01:00:00.123456+01:00",
        "2026-01-01 00:00:00.123456Z",
        "2026-02-29T00:00:00.123456Z",
        "2026-13-01T00:00:00.123456Z",
        "2026-01-01T24:00:00.123456Z",
        "2026-12-31T23:59:60.123456Z",
        "0000-01-01T00:00:00.123456Z",
        "+026-01-01T00:00:00.123456Z",
        "2026-01-01T00:00:00,123456Z",
        "2026-01-01T00:00:00.12345\u{0666}",
    ] {
        let raw = Value::from(spelling).to_string();
        let payload = replaced(&value(&user), "/record/created_at", &raw);
        assert_eq!(
            refusal_of(&user, payload),
            at(Reason::Data, "$.record.created_at"),
            "{spelling}"
        );
    }
}

#[test]
fn limits_hold_when_reading() {
    let over = |kind, place: &str, raw: &str| {
        let stored = stored(kind);
        let payload = replaced(&value(&stored), place, raw);
        refusal_of(&stored, payload)
    };
    let entries = |count: usize| format!("[{}]", vec!["\"g\""; count].join(","));
    assert_eq!(
        over(
            RecordKind::AccessProfile,
            "/record/group_ids",
            &entries(1_001)
        )
        .0,
        Reason::Data
    );
    let stored_profile = stored(RecordKind::AccessProfile);
    let payload = replaced(
        &value(&stored_profile),
        "/record/group_ids",
        &entries(1_000),
    );
    assert!(decode(&with_payload(&stored_profile, payload)).is_ok());

    let members: Vec<_> = (0..1_001)
        .map(|index| format!("\"m{index}\":\"\""))
        .collect();
    let members = format!("{{{}}}", members.join(","));
    let deployment = over(
        RecordKind::ApplicationBinding,
        "/record/deployment",
        &members,
    );
    assert_eq!(deployment.0, Reason::Data);

    let text = format!("\"{}\"", "x".repeat(4_097));
    assert_eq!(
        over(RecordKind::Application, "/record/display_name", &text),
        at(Reason::Data, "$.record.display_name")
    );
    let id = format!("\"{}\"", "x".repeat(256));
    assert_eq!(
        over(RecordKind::User, "/record/user_id", &id),
        at(Reason::Data, "$.record.user_id")
    );
    let json = format!("\"{}\"", "x".repeat(256 * 1024));
    assert_eq!(
        over(RecordKind::ProfileValue, "/record/value", &json),
        at(Reason::Data, "$.record.value")
    );
    for raw in ["4294967296", "-1", "1.5", "\"2\"", "1e400", "true"] {
        let got = over(RecordKind::FamilyInvitation, "/record/sent_count", raw);
        assert!(matches!(got.0, Reason::Data | Reason::Syntax), "{raw}");
    }
}
