//! JSON values that survive PostgreSQL's `jsonb` unchanged, checked and normalized once.

use crate::error::{FieldError, Rule};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
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
    let mut counter = ByteCounter(0);
    let written = serde_json::to_writer(&mut counter, &node);
    match u32::try_from(counter.0) {
        Ok(bytes) if written.is_ok() && counter.0 <= JSON_MAX_BYTES => {
            Ok(JsonValue { node, bytes })
        }
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

struct ByteCounter(usize);

impl std::io::Write for ByteCounter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        if self.0 > JSON_MAX_BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One step of the way to a place inside a value.
struct Step<'a> {
    parent: Option<usize>,
    position: usize,
    is_member: bool,
    value: &'a Value,
    depth: usize,
}

/// Walks the value without recursion, since what is refused may be nested 20,000 deep.
fn check(root: &Value) -> Result<(), FieldError> {
    let mut steps = vec![Step {
        parent: None,
        position: 0,
        is_member: false,
        value: root,
        depth: 0,
    }];
    let mut next = 0;
    while next < steps.len() {
        let step = &steps[next];
        let (value, depth) = (step.value, step.depth);
        let refuse = |reason| {
            let path = path_of(&steps, next);
            Err(FieldError::new("json", Rule::Json { path, reason }))
        };
        match value {
            Value::Number(number) => {
                if let Err(reason) = number_node(number) {
                    return refuse(reason);
                }
            }
            Value::String(text) if text.contains('\0') => return refuse(NUL),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
            Value::Array(_) | Value::Object(_) if depth == JSON_MAX_DEPTH => {
                return refuse(TOO_DEEP);
            }
            Value::Array(entries) => {
                steps.extend(entries.iter().enumerate().map(|(position, value)| {
                    let parent = Some(next);
                    Step {
                        parent,
                        position,
                        is_member: false,
                        value,
                        depth: depth + 1,
                    }
                }));
            }
            Value::Object(members) => {
                for name in members.keys() {
                    if let Some(reason) = refused_member(name) {
                        return refuse(reason);
                    }
                }
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_unstable_by_key(|(name, _)| *name);
                steps.extend(
                    sorted
                        .into_iter()
                        .enumerate()
                        .map(|(position, (_, value))| {
                            let parent = Some(next);
                            Step {
                                parent,
                                position,
                                is_member: true,
                                value,
                                depth: depth + 1,
                            }
                        }),
                );
            }
        }
        next += 1;
    }
    Ok(())
}

fn refused_member(name: &str) -> Option<&'static str> {
    if name.contains('\0') {
        Some(NUL)
    } else if name == NUMBER_TOKEN || name == RAW_TOKEN {
        Some(RESERVED_MEMBER)
    } else {
        None
    }
}

fn path_of(steps: &[Step<'_>], from: usize) -> String {
    let mut parts = Vec::new();
    let mut at = from;
    while let Some(parent) = steps[at].parent {
        let position = steps[at].position;
        parts.push(if steps[at].is_member {
            format!(".#{position}")
        } else {
            format!("[{position}]")
        });
        at = parent;
    }
    parts.push("$".to_owned());
    parts.reverse();
    parts.concat()
}

/// Takes a value apart without recursion: dropping a deep one whole would exhaust the stack.
fn dismantle(value: Value) {
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(entries) => rest.extend(entries),
            Value::Object(members) => rest.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

fn number_node(number: &serde_json::Number) -> Result<Node, &'static str> {
    if let Some(unsigned) = number.as_u64() {
        Ok(Node::Unsigned(unsigned))
    } else if let Some(negative) = number.as_i64() {
        Ok(Node::Negative(negative))
    } else {
        float_node(number.as_f64().ok_or(NOT_FINITE)?)
    }
}

/// Integral floats become integers; beyond 64 bits digits would already have been lost. The float
/// -2^63 counts as beyond, since integers below it round to it; the integer is not a float here.
fn float_node(float: f64) -> Result<Node, &'static str> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    if !float.is_finite() {
        return Err(NOT_FINITE);
    }
    if float.fract() != 0.0 {
        return Ok(Node::Float(float));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "integral and compared with the type's range just before"
    )]
    if (0.0..TWO_TO_64).contains(&float) {
        Ok(Node::Unsigned(float as u64))
    } else if -TWO_TO_63 < float && float < 0.0 {
        Ok(Node::Negative(float as i64))
    } else {
        Err(BEYOND_64_BITS)
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

impl serde::Serialize for JsonValue {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.node.serialize(s)
    }
}

impl serde::Serialize for Node {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_unit(),
            Self::Bool(bool) => s.serialize_bool(*bool),
            Self::Unsigned(unsigned) => s.serialize_u64(*unsigned),
            Self::Negative(negative) => s.serialize_i64(*negative),
            Self::Float(float) => s.serialize_f64(*float),
            Self::String(text) => s.serialize_str(text),
            Self::Array(entries) => {
                let mut seq = s.serialize_seq(Some(entries.len()))?;
                for entry in entries {
                    seq.serialize_element(entry)?;
                }
                seq.end()
            }
            Self::Object(members) => {
                let mut map = s.serialize_map(Some(members.len()))?;
                for (name, node) in members {
                    map.serialize_entry(name, node)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> serde::Deserialize<'de> for JsonValue {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let node = NodeSeed { depth: 0 }.deserialize(d)?;
        measured(node).map_err(D::Error::custom)
    }
}

/// Reads one node at a depth, refusing what [`check`] refuses.
#[derive(Clone, Copy)]
struct NodeSeed {
    depth: usize,
}

impl NodeSeed {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == JSON_MAX_DEPTH {
            return Err(E::custom(TOO_DEEP));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for NodeSeed {
    type Value = Node;
    fn deserialize<D: serde::Deserializer<'de>>(self, d: D) -> Result<Node, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value within the limits")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, bool: bool) -> Result<Node, E> {
        Ok(Node::Bool(bool))
    }
    fn visit_u64<E>(self, unsigned: u64) -> Result<Node, E> {
        Ok(Node::Unsigned(unsigned))
    }
    fn visit_i64<E>(self, signed: i64) -> Result<Node, E> {
        Ok(u64::try_from(signed).map_or(Node::Negative(signed), Node::Unsigned))
    }
    fn visit_f64<E: serde::de::Error>(self, float: f64) -> Result<Node, E> {
        float_node(float).map_err(E::custom)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Node, E> {
        if text.contains('\0') {
            return Err(E::custom(NUL));
        }
        Ok(Node::String(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let seed = self.inner()?;
        let mut entries = Vec::new();
        while let Some(entry) = seq.next_element_seed(seed)? {
            entries.push(entry);
        }
        Ok(Node::Array(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = map.next_key::<Box<str>>()? {
            if members.is_empty() && &*name == NUMBER_TOKEN {
                return exact_number(&map.next_value::<Box<str>>()?).map_err(A::Error::custom);
            }
            if let Some(reason) = refused_member(&name) {
                return Err(A::Error::custom(reason));
            }
            let node = map.next_value_seed(self.inner()?)?;
            if members.insert(name, node).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        self.inner::<A::Error>()?;
        Ok(Node::Object(members))
    }
}

/// Reads the digits that `arbitrary_precision` hands over instead of a number.
fn exact_number(digits: &str) -> Result<Node, &'static str> {
    if let Ok(unsigned) = digits.parse() {
        Ok(Node::Unsigned(unsigned))
    } else if let Ok(negative) = digits.parse::<i64>() {
        Ok(u64::try_from(negative).map_or(Node::Negative(negative), Node::Unsigned))
    } else {
        float_node(digits.parse().map_err(|_| NOT_FINITE)?)
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
