//! Writing and reading a JSON value through serde, under every feature of `serde_json`.

use super::check::refused_member;
use super::number::{exact_number, float_node};
use super::{JSON_MAX_DEPTH, JsonValue, NUL, NUMBER_TOKEN, Node, TOO_DEEP, TWICE, measured};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use std::collections::BTreeMap;
use std::fmt;

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
pub(super) struct NodeSeed {
    pub(super) depth: usize,
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
