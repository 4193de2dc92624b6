//! What `serde_json` must do in whatever build this crate is part of.

use user_engine_domain::JsonValue;

/// Doubles that change on the way through text when the feature `float_roundtrip` is off.
const CHANGED_WITHOUT: &[&str] = &[
    "-20.641192757682354",
    "9.072245435601365",
    "13.118037668959301",
];

#[test]
fn doubles_keep_their_value_on_the_way_through_text() {
    for text in CHANGED_WITHOUT {
        let exact: f64 = text.parse().unwrap();
        let read: f64 = serde_json::from_str(text).unwrap();
        assert_eq!(read.to_bits(), exact.to_bits(), "{text}");
        let value: JsonValue = serde_json::from_str(text).unwrap();
        assert_eq!(value.to_text(), *text);
    }
}
