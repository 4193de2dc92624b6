//! Strategies for the values that records are made of, awkward ones as likely as plain ones.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use std::fmt::Debug;
use user_engine_domain::{
    CatalogVersion, ID_MAX_BYTES, JsonValue, List, Map, Sensitive, TEXT_MAX_BYTES, Text, Timestamp,
};

/// Texts that meet, vanish or move when somebody folds, normalizes, trims, splits or quotes them.
const AWKWARD: &[&str] = &[
    "a",
    "A",
    "a b",
    "a  b",
    "a\u{a0}b",
    "\u{e9}",
    "e\u{301}",
    "\u{212b}",
    "\u{c5}",
    "\u{fb01}",
    "\u{130}",
    "\u{df}",
    "\u{1e9e}",
    "\u{200b}",
    "a\u{200d}b",
    "\u{feff}a",
    "\u{202e}a",
    "\u{1f600}",
    "\u{10ffff}",
    "\u{fffd}",
    "/",
    "a/b",
    "a%2Fb",
    "%",
    "%-",
    "-",
    "~",
    "a~b",
    ".",
    "a.b",
    ":",
    "a:b",
    "\"",
    "\\",
    "\\u0000",
    "'",
    "null",
    "$",
    "{}",
];

/// Unicode text without control characters and without white space at its ends.
pub fn id_text(max_bytes: usize) -> BoxedStrategy<String> {
    let longest = |unit: &'static str| {
        let mut text = unit.repeat(max_bytes / unit.len());
        text.push_str(&"x".repeat(max_bytes % unit.len()));
        text
    };
    prop_oneof![
        4 => "[a-z][a-z0-9-]{0,11}",
        4 => select(AWKWARD).prop_map(str::to_owned),
        2 => vec(any::<char>(), 1..40).prop_map(move |chars| {
            let mut text: String = chars.into_iter().filter(|c| !c.is_control()).collect();
            while text.len() > max_bytes {
                text.pop();
            }
            let trimmed = text.trim();
            if trimmed.is_empty() { "x".to_owned() } else { trimmed.to_owned() }
        }),
        1 => select(vec![longest("x"), longest("\u{1f600}"), longest("/"), longest("%")]),
    ]
    .boxed()
}

/// An id of at most `max_bytes`.
pub(super) fn sized_id<T>(max_bytes: usize) -> BoxedStrategy<T>
where
    T: for<'a> TryFrom<&'a str> + Debug + 'static,
{
    id_text(max_bytes)
        .prop_filter_map("the id reserves a character", |text| {
            T::try_from(&text).ok()
        })
        .boxed()
}

/// An id of at most 255 bytes.
pub(super) fn id<T>() -> BoxedStrategy<T>
where
    T: for<'a> TryFrom<&'a str> + Debug + 'static,
{
    sized_id(ID_MAX_BYTES)
}

/// Text up to its limit, control characters included.
pub fn text() -> BoxedStrategy<Text> {
    let any_text = prop_oneof![
        4 => id_text(ID_MAX_BYTES),
        2 => vec(any::<char>(), 0..40).prop_map(String::from_iter),
        1 => select(vec![
            String::new(),
            " \t\r\n\u{1}\u{1f}\u{7f}\u{85} ".to_owned(),
            "\"\\/\u{8}\u{c}".to_owned(),
            "x".repeat(TEXT_MAX_BYTES),
            "\u{1f600}".repeat(TEXT_MAX_BYTES / 4),
        ]),
    ];
    any_text
        .prop_filter_map("text holds U+0000", |text| Text::new(text).ok())
        .boxed()
}

pub(super) fn secret() -> BoxedStrategy<Sensitive<Text>> {
    text().prop_map(Sensitive::new).boxed()
}

/// A secret that is not empty.
pub(super) fn normalized_value() -> BoxedStrategy<Sensitive<Text>> {
    secret()
        .prop_filter("a normalized value is not empty", |value| {
            !value.expose().as_str().is_empty()
        })
        .boxed()
}

/// An instant anywhere in the range, its ends included.
pub fn timestamp() -> BoxedStrategy<Timestamp> {
    let (min, max) = (Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
    prop_oneof![
        2 => select(vec![min, min + 1, -1, 0, 1, 951_782_400_000_000, max - 1, max]),
        2 => 1_700_000_000_000_000..1_900_000_000_000_000_i64,
        2 => min..=max,
    ]
    .prop_filter_map("the range is the type's", |micros| {
        Timestamp::from_micros(micros).ok()
    })
    .boxed()
}

/// A beginning, a later change and a later end.
pub(super) fn instants() -> impl Strategy<Value = [Timestamp; 3]> {
    [timestamp(), timestamp(), timestamp()].prop_map(|mut instants| {
        instants.sort_unstable();
        instants
    })
}

/// A number that neither 64 bits nor a double would change.
fn number() -> BoxedStrategy<Value> {
    prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000..1000_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(|bits| Value::from(f64::from_bits(bits))),
        select(vec![
            -0.0,
            1.0,
            1e2,
            0.1,
            5e-324,
            1.5e-300,
            f64::MIN_POSITIVE
        ])
        .prop_map(Value::from),
    ]
    .boxed()
}

fn json_text() -> BoxedStrategy<String> {
    text().prop_map(|text| text.as_str().to_owned()).boxed()
}

/// A JSON value of any type, nested up to the limit.
pub fn json_value() -> BoxedStrategy<JsonValue> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        json_text().prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((json_text(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    let deepest = (0..32).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    prop_oneof![20 => tree, 1 => Just(deepest)]
        .prop_filter_map("a number beyond the limits", |value| {
            JsonValue::new(value).ok()
        })
        .boxed()
}

pub(super) fn version() -> BoxedStrategy<CatalogVersion> {
    let pre = proptest::option::of("[a-z][a-z0-9-]{0,5}(\\.[1-9][0-9]{0,3}){0,2}");
    (any::<[u64; 3]>(), pre)
        .prop_filter_map("the form is a version's", |([major, minor, patch], pre)| {
            let pre = pre.map_or(String::new(), |pre| format!("-{pre}"));
            CatalogVersion::new(&format!("{major}.{minor}.{patch}{pre}")).ok()
        })
        .boxed()
}

pub(super) fn list<T: Debug + 'static>(entry: BoxedStrategy<T>) -> BoxedStrategy<List<T>> {
    vec(entry, 0..4)
        .prop_filter_map("the length is within the limit", |entries| {
            List::new(entries).ok()
        })
        .boxed()
}

pub(super) fn map<K, V>(key: BoxedStrategy<K>, value: BoxedStrategy<V>) -> BoxedStrategy<Map<K, V>>
where
    K: Ord + Debug + 'static,
    V: Debug + 'static,
{
    btree_map(key, value, 0..4)
        .prop_filter_map("the size is within the limit", |entries| {
            Map::new(entries).ok()
        })
        .boxed()
}
