//! Lists and maps of at most 1,000 entries.

use crate::error::{FieldError, Rule};
use serde::de::{MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// The most entries that a list or map field may have.
pub const MAX_ENTRIES: usize = 1_000;

const TOO_MANY: Rule = Rule::TooMany {
    max_entries: MAX_ENTRIES,
};

/// An ordered list of at most 1,000 entries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List<T>(Vec<T>);

impl<T> List<T> {
    /// Keeps the entries in their order.
    ///
    /// # Errors
    ///
    /// Refuses more than 1,000 entries, under the field name `list`.
    pub fn new(entries: Vec<T>) -> Result<Self, FieldError> {
        if entries.len() > MAX_ENTRIES {
            return Err(FieldError::new("list", TOO_MANY));
        }
        Ok(Self(entries))
    }

    /// The entries, given up.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> TryFrom<Vec<T>> for List<T> {
    type Error = FieldError;
    fn try_from(entries: Vec<T>) -> Result<Self, FieldError> {
        Self::new(entries)
    }
}

impl<T, const N: usize> From<[T; N]> for List<T> {
    /// # Panics
    ///
    /// Does not compile to anything useful above 1,000 entries: the length is checked at compile
    /// time.
    fn from(entries: [T; N]) -> Self {
        const { assert!(N <= MAX_ENTRIES, "more than 1,000 entries") };
        Self(entries.into())
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: serde::Serialize> serde::Serialize for List<T> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(&self.0)
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for List<T> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: serde::Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of at most 1,000 entries")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    if entries.len() == MAX_ENTRIES {
                        return Err(serde::de::Error::custom(TOO_MANY));
                    }
                    entries.push(entry);
                }
                Ok(List(entries))
            }
        }
        d.deserialize_seq(ListVisitor(PhantomData))
    }
}

/// A map of at most 1,000 entries, ordered by the bytes of its keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Map<K, V>(BTreeMap<K, V>);

impl<K: Ord, V> Map<K, V> {
    /// Keeps the entries.
    ///
    /// # Errors
    ///
    /// Refuses more than 1,000 entries, under the field name `map`.
    pub fn new(entries: BTreeMap<K, V>) -> Result<Self, FieldError> {
        if entries.len() > MAX_ENTRIES {
            return Err(FieldError::new("map", TOO_MANY));
        }
        Ok(Self(entries))
    }

    /// The entries, given up.
    pub fn into_inner(self) -> BTreeMap<K, V> {
        self.0
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K, V> Deref for Map<K, V> {
    type Target = BTreeMap<K, V>;
    fn deref(&self) -> &BTreeMap<K, V> {
        &self.0
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        const { assert!(N <= MAX_ENTRIES, "more than 1,000 entries") };
        Self(entries.into())
    }
}

impl<K: Ord, V> TryFrom<BTreeMap<K, V>> for Map<K, V> {
    type Error = FieldError;
    fn try_from(entries: BTreeMap<K, V>) -> Result<Self, FieldError> {
        Self::new(entries)
    }
}

impl<K: serde::Serialize, V: serde::Serialize> serde::Serialize for Map<K, V> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(&self.0)
    }
}

impl<'de, K, V> serde::Deserialize<'de> for Map<K, V>
where
    K: serde::Deserialize<'de> + Ord,
    V: serde::Deserialize<'de>,
{
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<K, V>(PhantomData<(K, V)>);
        impl<'de, K, V> Visitor<'de> for EntriesVisitor<K, V>
        where
            K: serde::Deserialize<'de> + Ord,
            V: serde::Deserialize<'de>,
        {
            type Value = Map<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of at most 1,000 members")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Map<K, V>, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if entries.len() == MAX_ENTRIES {
                        return Err(serde::de::Error::custom(TOO_MANY));
                    }
                    if entries.insert(key, value).is_some() {
                        return Err(serde::de::Error::custom("a member is given twice"));
                    }
                }
                Ok(Map(entries))
            }
        }
        d.deserialize_map(EntriesVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_a_thousand_entries_and_no_more() {
        assert!(List::new(vec![0; 1_000]).is_ok());
        assert_eq!(List::new(vec![0; 1_001]).unwrap_err().rule(), &TOO_MANY);
        let text = serde_json::to_string(&vec![0; 1_001]).unwrap();
        assert!(serde_json::from_str::<List<u8>>(&text).is_err());
    }

    #[test]
    fn a_member_given_twice_is_refused() {
        let twice = r#"{"a":1,"a":2}"#;
        assert!(serde_json::from_str::<Map<String, u8>>(twice).is_err());
    }
}
