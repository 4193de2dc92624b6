//! Input that means harm: no panic, no abort, no value in a refusal.

use crate::support::{all_stored, decode, places, replaced, stored, value, with_payload};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use user_engine_domain::RecordKind;
use user_engine_records::Reason;

/// Raw JSON, and what is none, to stand in the place of a value.
fn planted() -> Vec<String> {
    let deep = 300;
    [
        "null",
        "true",
        "-987654321",
        "987654321.5",
        "1e400",
        "-0",
        "9876543219876543219876543219876543219",
        "\"\"",
        "\"canary\"",
        "\" canary \"",
        "\"canary\\u0000\"",
        "\"canary\\ud800\"",
        "\"canary\u{1}\"",
        "\"2026-01-01T00:00:00.canaryZ\"",
        "[]",
        "[\"canary\"]",
        "[[\"canary\"],{\"canary\":1}]",
        "{}",
        "{\"canary\":\"canary\"}",
        "{\"canary\":1,\"canary\":2}",
        "{\"$serde_json::private::Number\":\"987654321\"}",
        "{\"$serde_json::private::Number\":\"canary\"}",
        "{\"$serde_json::private::RawValue\":\"canary\"}",
        "{\"membership\":{\"canary\":1}}",
        "canary",
        "\"canary",
        "{\"canary\"",
        "\"canary\" \"canary\"",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        "[".repeat(deep),
        "{\"canary\":".repeat(deep),
        format!("{}{}", "[".repeat(200), "]".repeat(200)),
        "9".repeat(500),
        format!("\"{}\"", "canary".repeat(1_000)),
    ])
    .collect()
}

#[test]
fn nothing_planted_anywhere_is_shown() {
    let planted = planted();
    for stored in all_stored() {
        let whole = value(&stored);
        for place in places(&whole) {
            for raw in &planted {
                // The answer may be a record; a refusal is searched by the helper.
                let _ = decode(&with_payload(&stored, replaced(&whole, &place, raw)));
            }
        }
    }
}

#[test]
fn no_member_name_that_a_stranger_chose_is_shown() {
    for stored in all_stored() {
        let whole = value(&stored);
        for place in places(&whole) {
            let Value::Object(members) = whole.pointer(&place).unwrap() else {
                continue;
            };
            for name in members.keys() {
                let mut renamed = members.clone();
                let member = renamed.remove(name).unwrap();
                renamed.insert("canary".to_owned(), member);
                let raw = Value::from(renamed).to_string();
                let _ = decode(&with_payload(&stored, replaced(&whole, &place, &raw)));
            }
        }
    }
}

#[test]
fn nesting_of_a_hundred_thousand_is_refused_without_an_abort() {
    for kind in RecordKind::ALL {
        let stored = stored(*kind);
        for payload in [
            "[".repeat(100_000),
            "{\"v\":".repeat(100_000),
            "{\"record\":".repeat(100_000),
            replaced(&value(&stored), "/record", &"{\"tenant\":".repeat(100_000)),
            format!("{{\"v\":2,\"record\":{}", "[".repeat(100_000)),
            format!(
                "{{\"seal\":{}1{},\"v\":2}}",
                "[".repeat(100_000),
                "]".repeat(100_000)
            ),
        ] {
            assert!(decode(&with_payload(&stored, payload)).is_err());
        }
    }
}

#[test]
fn nesting_within_json_ends_at_thirty_two() {
    let stored = stored(RecordKind::ProfileValue);
    let nested = |depth: usize| {
        let raw = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        with_payload(&stored, replaced(&value(&stored), "/record/value", &raw))
    };
    assert!(decode(&nested(32)).is_ok());
    let error = decode(&nested(33)).unwrap_err();
    assert_eq!(error.reason(), Reason::Data);
    assert!(error.path().starts_with("$.record.value[0][0]"));
}

/// One change of a text, by bytes.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, String),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        at().prop_map(Change::Cut),
        (at(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (at(), 1..40_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (at(), select(planted())).prop_map(|(at, raw)| Change::Insert(at, raw)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let span = |at: &Index, length: usize| {
        let from = at.index(bytes.len());
        from..(from + length).min(bytes.len())
    };
    match change {
        Change::Flip(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Change::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Change::Remove(at, length) => drop(bytes.drain(span(at, *length))),
        Change::Repeat(at, length) => {
            let span = span(at, *length);
            let piece = bytes[span.clone()].to_vec();
            bytes.splice(span.start..span.start, piece);
        }
        Change::Insert(at, raw) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, raw.bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn changed_payloads_are_decoded_or_refused_in_silence(
        stored in any::<Index>().prop_map(|at| at.get(&all_stored()).clone()),
        changes in vec(change(), 1..4),
    ) {
        let mut bytes = stored.payload.clone().into_bytes();
        for change in &changes {
            apply(&mut bytes, change);
        }
        let _ = decode(&with_payload(&stored, String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn random_bytes_are_refused_in_silence(
        kind in select(RecordKind::ALL),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        let stored = stored(kind);
        prop_assert!(decode(&with_payload(&stored, String::from_utf8_lossy(&bytes))).is_err());
    }
}
