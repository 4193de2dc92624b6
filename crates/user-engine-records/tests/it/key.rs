//! Keys: no two part lists meet.

use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;
use user_engine_domain::{KEY_MAX_BYTES, RecordKey};
use user_engine_records::arbitrary::id_text;

/// A key's parts, read back by the written rule; only a key that is no digest has them.
fn parts_of(key: &str) -> Vec<Option<String>> {
    let unescape = |part: &str| {
        let text = part.replace("%2F", "/").replace("%7E", "~");
        text.replace("%25", "%")
    };
    key.split('/')
        .map(|part| (part != "%-").then(|| unescape(part)))
        .collect()
}

fn part() -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(
        0.8,
        prop_oneof![
            "[/%~2F57E-]{0,6}".prop_map(String::from),
            id_text(255),
            Just(String::new()),
        ],
    )
}

fn key(parts: &[Option<String>]) -> RecordKey {
    RecordKey::from_parts(parts.iter().map(Option::as_deref))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_key_that_is_no_digest_can_be_read_back(parts in vec(part(), 1..6)) {
        let key = key(&parts);
        prop_assert!(key.as_str().len() <= KEY_MAX_BYTES);
        if key.as_str().starts_with('~') {
            prop_assert_eq!(key.as_str().len(), 65);
        } else {
            prop_assert_eq!(parts_of(key.as_str()), parts);
        }
    }

    #[test]
    fn different_part_lists_have_different_keys(lists in vec(vec(part(), 1..4), 2..40)) {
        let mut seen = HashMap::new();
        for parts in lists {
            let before = seen.insert(key(&parts), parts.clone());
            prop_assert!(before.is_none_or(|other| other == parts));
        }
    }
}
