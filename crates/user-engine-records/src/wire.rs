//! How domain values are written inside a payload: one trait, and serde's `with` modules over it.
//!
//! A record kind's wire form is a struct derived with `serde(remote = …)`: it names the fields
//! again, so that a field added to the domain does not compile until the payload knows it, and
//! it serializes a borrowed record without a copy.

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use user_engine_domain::{List, MAX_ENTRIES, Sensitive};

/// A domain value with a wire form.
pub(crate) trait Wire: Sized {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Gives a domain struct the wire form of its remote-derived mirror.
macro_rules! wire {
    ($($value:ty => $mirror:ident),+ $(,)?) => {
        $(impl $crate::wire::Wire for $value {
            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $mirror::serialize(self, serializer)
            }
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $mirror::deserialize(deserializer)
            }
        })+
    };
}
pub(crate) use wire;

/// Writes a borrowed value in its wire form.
pub(crate) struct Written<'a, T>(pub(crate) &'a T);

impl<T: Wire> Serialize for Written<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// A value read from its wire form.
pub(crate) struct Got<T>(pub(crate) T);

impl<'de, T: Wire> Deserialize<'de> for Got<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// `serde(with = "crate::wire::nested")`: one value with a wire form.
pub(crate) mod nested {
    use super::{Deserializer, Serializer, Wire};

    pub(crate) fn serialize<T: Wire, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.write(serializer)
    }

    pub(crate) fn deserialize<'de, T: Wire, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// `serde(with = "crate::wire::option")`: an absent value is left out, never `null`.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, Got, Serializer, Wire};

    #[expect(
        clippy::ref_option,
        reason = "serde calls it with a reference to the field"
    )]
    pub(crate) fn serialize<T: Wire, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.write(serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, T: Wire, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        Got::deserialize(deserializer).map(|Got(value)| Some(value))
    }
}

/// `serde(with = "crate::wire::present")`: an optional plain value is left out when absent and
/// never `null`, so that it has one spelling and `null` stays a value of its own.
pub(crate) mod present {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(
        clippy::ref_option,
        reason = "serde calls it with a reference to the field"
    )]
    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        T::deserialize(deserializer).map(Some)
    }
}

/// `serde(with = "crate::wire::list")`: a list of values with wire forms.
pub(crate) mod list {
    use super::{Deserializer, Got, List, ListVisitor, PhantomData, Serializer, Wire, Written};

    pub(crate) fn serialize<T: Wire, S: Serializer>(
        entries: &List<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(entries.iter().map(Written))
    }

    pub(crate) fn deserialize<'de, T: Wire, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<List<T>, D::Error> {
        deserializer.deserialize_seq(ListVisitor::<Got<T>, T>(PhantomData))
    }
}

struct ListVisitor<G, T>(PhantomData<(G, T)>);

impl<'de, T: Wire> Visitor<'de> for ListVisitor<Got<T>, T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of at most 1,000 entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some(Got(entry)) = seq.next_element::<Got<T>>()? {
            if entries.len() == MAX_ENTRIES {
                return Err(serde::de::Error::custom("more than 1,000 entries"));
            }
            entries.push(entry);
        }
        List::new(entries).map_err(serde::de::Error::custom)
    }
}

/// `serde(with = "crate::wire::sensitive")`: the value under its wrapper. The one place where a
/// codec exposes it, since a payload is raw durable state.
pub(crate) mod sensitive {
    use super::{Deserialize, Deserializer, Sensitive, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        value: &Sensitive<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.expose().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Sensitive<T>, D::Error> {
        T::deserialize(deserializer).map(Sensitive::new)
    }

    /// The same for an optional value.
    pub(crate) mod option {
        use super::{Deserialize, Deserializer, Sensitive, Serialize, Serializer};

        #[expect(
            clippy::ref_option,
            reason = "serde calls it with a reference to the field"
        )]
        pub(crate) fn serialize<T: Serialize, S: Serializer>(
            value: &Option<Sensitive<T>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            value.as_ref().map(Sensitive::expose).serialize(serializer)
        }

        pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Sensitive<T>>, D::Error> {
            T::deserialize(deserializer).map(Sensitive::new).map(Some)
        }
    }
}
