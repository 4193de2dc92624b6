//! `decode(encode(x)) == x`, the same bytes each time, and the trip through `jsonb`.

use crate::support::{decode, with_payload};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use user_engine_domain::{DomainRecord, RecordKind};
use user_engine_records::arbitrary::{json_value, jsonb_like, record};
use user_engine_records::store_record_for;

fn for_records_of(kind: RecordKind, check: impl Fn(DomainRecord) -> Result<(), TestCaseError>) {
    let config = Config {
        source_file: Some(file!()),
        ..Config::with_cases(96)
    };
    if let Err(failure) = TestRunner::new(config).run(&record(kind), check) {
        panic!("{kind}: {failure}");
    }
}

#[test]
fn every_valid_record_decodes_to_itself() {
    for kind in RecordKind::ALL {
        for_records_of(*kind, |record| {
            prop_assert_eq!(record.validate(), Ok(()));
            let stored = store_record_for(&record);
            prop_assert_eq!(decode(&stored), Ok(record));
            Ok(())
        });
    }
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    for kind in RecordKind::ALL {
        for_records_of(*kind, |record| {
            let stored = store_record_for(&record);
            prop_assert!(stored == store_record_for(&record.clone()));
            let again = decode(&stored).map(|decoded| store_record_for(&decoded));
            prop_assert!(again.is_ok_and(|again| again == stored));
            Ok(())
        });
    }
}

#[test]
fn the_trip_through_jsonb_changes_no_record_and_no_byte_of_its_next_encoding() {
    for kind in RecordKind::ALL {
        for_records_of(*kind, |record| {
            let stored = store_record_for(&record);
            let respelled = jsonb_like(&stored.payload);
            prop_assert!(respelled.is_some(), "jsonb would refuse the payload");
            let returned = with_payload(&stored, respelled.unwrap_or_default());
            let decoded = decode(&returned);
            prop_assert_eq!(decoded.as_ref(), Ok(&record));
            prop_assert!(store_record_for(&record).payload == stored.payload);
            Ok(())
        });
    }
}

proptest! {
    #[test]
    fn a_json_value_counts_the_bytes_that_it_writes(value in json_value()) {
        prop_assert_eq!(value.encoded_bytes(), value.to_text().len());
        let read: user_engine_domain::JsonValue = serde_json::from_str(&value.to_text()).unwrap();
        prop_assert!(read == value && read.encoded_bytes() == value.encoded_bytes());
    }
}

#[test]
fn jsonb_reorders_and_respells() {
    assert_eq!(
        jsonb_like(r#"{"bb":1e-7,"a":[1,-2.50],"B":"\u00e9\/","bb":5e-324}"#).unwrap(),
        format!(
            "{{\"B\": \"\u{e9}/\", \"a\": [1, -2.5], \"bb\": 0.{}5}}",
            "0".repeat(323)
        )
    );
    assert_eq!(jsonb_like(r#""\u0000""#), None);
    assert_eq!(jsonb_like("{"), None);
}
