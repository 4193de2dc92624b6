//! Why a stored record can't be decoded: kind, digest of its key and place, never a value.

use std::fmt;
use user_engine_domain::{RecordKey, RecordKind};

/// A stored record that this code can't decode. It is left as it is: nothing unknown is dropped
/// and nothing newer is rewritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored record can't be decoded ({}, {key:?}): {reason} at {path}", kind_name(*kind))]
pub struct DecodeError {
    pub(crate) kind: Option<RecordKind>,
    pub(crate) key: RecordKey,
    pub(crate) path: String,
    pub(crate) reason: Reason,
}

impl DecodeError {
    /// The record kind; `None` when the stored type is none of ours.
    pub const fn kind(&self) -> Option<RecordKind> {
        self.kind
    }

    /// The stored key; shown as a digest.
    pub const fn key(&self) -> &RecordKey {
        &self.key
    }

    /// The place in the payload by our own field names: array elements by index, members that
    /// callers name as `*`; `$` is the whole, and a column's name stands for itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

fn kind_name(kind: Option<RecordKind>) -> &'static str {
    kind.map_or("unknown kind", RecordKind::as_str)
}

/// What is wrong with a stored record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The record type is none that this code knows.
    Kind,
    /// The record is of another kind than the one asked for.
    OtherKind,
    /// The payload is not JSON.
    Syntax,
    /// Something follows the payload.
    Trailing,
    /// The payload's version is newer than this code, or was never written.
    Version,
    /// A field is missing, unknown, given twice, or breaks its rule.
    Data,
    /// A rule between the record's fields is broken.
    Rule,
    /// The stored key is not the record's.
    Key,
    /// A stored column is not the record's.
    Column,
}

impl Reason {
    /// The reason in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "unknown record type",
            Self::OtherKind => "another record type than asked for",
            Self::Syntax => "malformed JSON",
            Self::Trailing => "text after the payload",
            Self::Version => "unknown payload version",
            Self::Data => "a missing, unknown, repeated or refused field",
            Self::Rule => "a broken rule between fields",
            Self::Key => "a key that is not the record's",
            Self::Column => "a column that is not the record's",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
