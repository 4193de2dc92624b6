//! JSON values that survive PostgreSQL's `jsonb` unchanged, checked and normalized once.

mod check;
mod codec;
mod number;
mod size;

use self::check::{check, dismantle};
use self::codec::NodeSeed;
use self::number::number_node;
use crate::error::{FieldError, Rule};
use serde::de::DeserializeSeed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The most containers that may stand inside each other.
pub const JSON_MAX_DEPTH: usize = 32;
/// The most bytes of a value's encoding.
pub const JSON_MAX_BYTES: usize = 256 * 1024;

/// Keys by which `serde_json` passes numbers and raw text through serde when some crate of the
/// build turns `arbitrary_precision` or `raw_value` on; as member names they would be ambiguous.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";
const RAW_TOKEN: &str = "$serde_json::private::RawValue";

const NUL: &str = "U+0000, which jsonb refuses,";
const TOO_DEEP: &str = "more than 32 nested containers";
const BEYOND_64_BITS: &str = "an integer beyond 64 bits";
const NOT_FINITE: &str = "a number that is not finite";
const RESERVED_MEMBER: &str = "a reserved member name";
const TWICE: &str = "a member given twice";

/// A JSON value within the limits of the store.
///
/// No string or member name holds U+0000; at most 32 containers stand inside each other; the
/// encoding has at most 256 KiB; integers lie within `i64` or `u64`, other numbers are finite.
/// Integral floating-point numbers become integers, so that `1.0`, `1e0` and `1` are one value
/// and `jsonb` changes nothing. Members are kept and written in the order of their bytes,
/// whatever features of `serde_json` a build turns on. `Debug` shows the type only.
#[derive(Clone, PartialEq)]
pub struct JsonValue {
    node: Node,
    /// The bytes of the encoding, counted once.
    bytes: u32,
}

#[derive(Clone, PartialEq)]
enum Node {
    Null,
    Bool(bool),
    /// Zero and above.
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    /// Finite and not integral, or it would be one of the two above.
    Float(f64),
    String(Box<str>),
    Array(Vec<Node>),
    Object(BTreeMap<Box<str>, Node>),
}

// A float node is finite, so equality is total.
impl Eq for JsonValue {}

impl JsonValue {
    /// JSON `null`.
    pub const NULL: Self = Self {
        node: Node::Null,
        bytes: 4,
    };

    /// Checks and normalizes a value.
    ///
    /// # Errors
    ///
    /// Names the place and what is wrong there: array elements by index, object members by their
    /// position in key order, so that neither a value nor a member name is shown.
    pub fn new(value: Value) -> Result<Self, FieldError> {
        let checked = check(&value).and_then(|()| measured(convert(&value)));
        dismantle(value);
        checked
    }

    /// Reads JSON text.
    ///
    /// # Errors
    ///
    /// Refuses text that is not JSON, members given twice and whatever [`JsonValue::new`]
    /// refuses; the place is not named when the text itself is malformed.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let fail = |reason| {
            FieldError::new(
                "json",
                Rule::Json {
                    path: "$".into(),
                    reason,
                },
            )
        };
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let node = NodeSeed { depth: 0 }
            .deserialize(&mut deserializer)
            .map_err(|_| fail("text that is not JSON within the limits"))?;
        deserializer
            .end()
            .map_err(|_| fail("text after the value"))?;
        measured(node)
    }

    /// The same value for `serde_json`.
    pub fn to_value(&self) -> Value {
        to_value(&self.node)
    }

    /// The value's canonical text: members in byte order, no white space.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether this is an object.
    pub const fn is_object(&self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    /// Whether this is a string.
    pub const fn is_string(&self) -> bool {
        matches!(self.node, Node::String(_))
    }

    /// Whether this is `true` or `false`.
    pub const fn is_boolean(&self) -> bool {
        matches!(self.node, Node::Bool(_))
    }

    /// Whether this is an integer; `1.0` counts, since it is normalized to `1`.
    pub const fn is_integer(&self) -> bool {
        matches!(self.node, Node::Unsigned(_) | Node::Negative(_))
    }

    /// Whether this is any number.
    pub const fn is_number(&self) -> bool {
        self.is_integer() || matches!(self.node, Node::Float(_))
    }

    /// Whether this is an array of strings; the empty array counts.
    pub fn is_string_list(&self) -> bool {
        match &self.node {
            Node::Array(entries) => entries.iter().all(|entry| matches!(entry, Node::String(_))),
            _ => false,
        }
    }

    /// The bytes of the canonical text.
    pub const fn encoded_bytes(&self) -> usize {
        self.bytes as usize
    }
}

/// Counts the bytes of the encoding and holds them against the limit.
fn measured(node: Node) -> Result<JsonValue, FieldError> {
    let bytes = node.encoded_bytes();
    match u32::try_from(bytes) {
        Ok(bytes) if bytes as usize <= JSON_MAX_BYTES => Ok(JsonValue { node, bytes }),
        _ => Err(FieldError::new(
            "json",
            Rule::TooLong {
                max_bytes: JSON_MAX_BYTES,
            },
        )),
    }
}

impl fmt::Debug for JsonValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.node {
            Node::Null => "null",
            Node::Bool(_) => "boolean",
            Node::Unsigned(_) | Node::Negative(_) | Node::Float(_) => "number",
            Node::String(_) => "string",
            Node::Array(_) => "array",
            Node::Object(_) => "object",
        };
        write!(f, "JsonValue({name})")
    }
}

impl TryFrom<Value> for JsonValue {
    type Error = FieldError;
    fn try_from(value: Value) -> Result<Self, FieldError> {
        Self::new(value)
    }
}

impl std::str::FromStr for JsonValue {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::parse(text)
    }
}

/// Converts a checked value; recursion is bounded by the checked depth.
fn convert(value: &Value) -> Node {
    match value {
        Value::Null => Node::Null,
        Value::Bool(bool) => Node::Bool(*bool),
        Value::Number(number) => number_node(number).unwrap_or(Node::Null),
        Value::String(text) => Node::String(text.as_str().into()),
        Value::Array(entries) => Node::Array(entries.iter().map(convert).collect()),
        Value::Object(members) => Node::Object(
            members
                .iter()
                .map(|(name, value)| (name.as_str().into(), convert(value)))
                .collect(),
        ),
    }
}

fn to_value(node: &Node) -> Value {
    match node {
        Node::Null => Value::Null,
        Node::Bool(bool) => Value::from(*bool),
        Node::Unsigned(unsigned) => Value::from(*unsigned),
        Node::Negative(negative) => Value::from(*negative),
        Node::Float(float) => Value::from(*float),
        Node::String(text) => Value::from(&**text),
        Node::Array(entries) => entries.iter().map(to_value).collect(),
        Node::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, node)| (name.to_string(), to_value(node)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(value: Value) -> Rule {
        JsonValue::new(value).unwrap_err().rule().clone()
    }

    fn nested(depth: usize) -> Value {
        (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]))
    }

    #[test]
    fn integral_floats_become_integers() {
        let value = JsonValue::new(json!([1.0, -0.0, -3.0, 1e2, 1.5])).unwrap();
        assert_eq!(value.to_text(), "[1,0,-3,100,1.5]");
        assert_eq!(JsonValue::parse("[1.0,-0,-3e0,1E2,1.5]").unwrap(), value);
    }

    #[test]
    fn members_are_written_in_byte_order() {
        let value = JsonValue::parse(r#"{"b":1,"aa":2,"a":{"z":0,"Z":0}}"#).unwrap();
        assert_eq!(value.to_text(), r#"{"a":{"Z":0,"z":0},"aa":2,"b":1}"#);
    }

    #[test]
    fn a_refusal_names_the_place_and_neither_value_nor_member_name() {
        let rule = refused(json!({"a": 0, "canary": [true, "canary\0"]}));
        assert_eq!(
            rule,
            Rule::Json {
                path: "$.#1[1]".into(),
                reason: NUL
            }
        );
        assert!(matches!(refused(json!({"ca\0nary": 1})), Rule::Json { path, .. } if path == "$"));
    }

    #[test]
    fn thirty_two_containers_are_the_most() {
        assert!(JsonValue::new(nested(32)).is_ok());
        assert!(matches!(
            refused(nested(33)),
            Rule::Json {
                reason: TOO_DEEP,
                ..
            }
        ));
        let text = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(JsonValue::parse(&text(32)).is_ok());
        assert!(JsonValue::parse(&text(33)).is_err());
        let object = |depth: usize| {
            format!(
                "{}{}",
                "{\"a\":".repeat(depth),
                "{}".to_owned() + &"}".repeat(depth)
            )
        };
        assert!(JsonValue::parse(&object(31)).is_ok());
        assert!(JsonValue::parse(&object(32)).is_err());
    }

    #[test]
    fn nesting_of_a_hundred_thousand_is_refused_without_exhausting_the_stack() {
        assert!(matches!(
            refused(nested(100_000)),
            Rule::Json {
                reason: TOO_DEEP,
                ..
            }
        ));
        assert!(JsonValue::parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn numbers_that_lose_digits_are_refused() {
        for text in [
            "18446744073709551616",
            "-9223372036854775809",
            "1e300",
            "1e400",
        ] {
            assert!(JsonValue::parse(text).is_err(), "{text}");
        }
        for text in [
            "18446744073709551615",
            "-9223372036854775808",
            "0.1",
            "5e-324",
        ] {
            let value = JsonValue::parse(text).unwrap();
            assert_eq!(value.to_text(), text);
        }
    }

    #[test]
    fn reserved_and_repeated_members_are_refused() {
        assert!(JsonValue::parse(r#"{"a":1,"a":1}"#).is_err());
        assert!(JsonValue::parse(r#"{"a":1,"$serde_json::private::Number":"1"}"#).is_err());
        assert!(JsonValue::parse(r#"{"$serde_json::private::RawValue":"1"}"#).is_err());
    }

    #[test]
    fn the_encoding_is_bounded() {
        let most = "x".repeat(JSON_MAX_BYTES - 2);
        assert!(JsonValue::new(Value::String(most.clone())).is_ok());
        let over = Rule::TooLong {
            max_bytes: JSON_MAX_BYTES,
        };
        assert_eq!(refused(Value::String(most + "x")), over);
    }

    #[test]
    fn debug_shows_the_type_only() {
        assert_eq!(
            format!("{:?}", JsonValue::parse("\"canary\"").unwrap()),
            "JsonValue(string)"
        );
    }
}
