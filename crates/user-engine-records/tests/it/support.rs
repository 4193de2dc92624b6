//! What the cases share: stored forms to break, and the search for what an error may not show.

use serde_json::Value;
use std::error::Error;
use std::fmt::Write;
use user_engine_domain::reference::{minimal_records, reference_record, reference_records};
use user_engine_domain::{DomainRecord, RecordKind};
use user_engine_records::{
    DecodeError, StoreRecord, domain_record_from_store_record, store_record_for,
};

/// The stored form of a kind's full reference record.
pub(crate) fn stored(kind: RecordKind) -> StoreRecord {
    store_record_for(&reference_record(kind))
}

/// The stored forms of all reference records, full and minimal.
pub(crate) fn all_stored() -> Vec<StoreRecord> {
    let records = reference_records().into_iter().chain(minimal_records());
    records.map(|record| store_record_for(&record)).collect()
}

pub(crate) fn with_payload(stored: &StoreRecord, payload: impl Into<String>) -> StoreRecord {
    StoreRecord {
        payload: payload.into(),
        ..stored.clone()
    }
}

/// Decodes, and holds a refusal against what it may show.
pub(crate) fn decode(stored: &StoreRecord) -> Result<DomainRecord, DecodeError> {
    let decoded = domain_record_from_store_record(stored);
    if let Err(error) = &decoded {
        shows_nothing(error, stored);
    }
    decoded
}

/// Stored values of the reference records, and what the cases plant.
const CANARIES: &[&str] = &[
    "canary",
    "987654321",
    "user-ada",
    "ada@",
    "acme",
    "lovelace",
    "merry",
    "4930123456",
    "app-mail",
    "registration-1",
    "contract:7",
    "reference_value",
];

fn shows_nothing(error: &DecodeError, stored: &StoreRecord) {
    let mut shown = format!("{error} {error:?} {error:#?} {stored:?}");
    let mut source = error.source();
    while let Some(inner) = source {
        shown += &inner.to_string();
        write!(shown, "{inner:?}").unwrap();
        source = inner.source();
    }
    let shown = shown.to_lowercase();
    for canary in CANARIES {
        assert!(!shown.contains(canary), "a refusal shows a value: {canary}");
    }
}

/// The payload as a value.
pub(crate) fn value(stored: &StoreRecord) -> Value {
    serde_json::from_str(&stored.payload).unwrap()
}

/// The pointer of every place in a value, the root first.
pub(crate) fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while next < found.len() {
        let place = found[next].clone();
        match value.pointer(&place).unwrap() {
            Value::Array(entries) => {
                found.extend((0..entries.len()).map(|index| format!("{place}/{index}")));
            }
            Value::Object(members) => found.extend(members.keys().map(|name| {
                let name = name.replace('~', "~0").replace('/', "~1");
                format!("{place}/{name}")
            })),
            _ => {}
        }
        next += 1;
    }
    found
}

const MARK: &str = "@place@";

/// The payload with raw text in one place.
pub(crate) fn replaced(value: &Value, place: &str, raw: &str) -> String {
    let mut changed = value.clone();
    let found = changed.pointer_mut(place);
    *found.unwrap_or_else(|| panic!("the payload has no {place}")) = Value::from(MARK);
    changed.to_string().replace(&format!("\"{MARK}\""), raw)
}
