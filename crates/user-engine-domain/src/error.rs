//! The one error of constructing a domain value.

use std::fmt;

/// Says which field was refused and by which rule, and never what it held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct FieldError {
    field: &'static str,
    rule: Rule,
}

impl FieldError {
    /// Names a field and the rule it breaks.
    pub const fn new(field: &'static str, rule: Rule) -> Self {
        Self { field, rule }
    }

    /// The refused field, in the domain's own spelling (`user_id`, `deployment`).
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// The rule that the value broke.
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The same refusal under the name of the field that holds the value.
    #[must_use]
    pub fn within(self, field: &'static str) -> Self {
        Self { field, ..self }
    }
}

/// A rule that a value can break; none carries the value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// At least one byte is required.
    Empty,
    /// Longer than this many bytes of UTF-8.
    TooLong {
        /// The largest number of bytes allowed.
        max_bytes: usize,
    },
    /// More entries than a list or map may have.
    TooMany {
        /// The largest number of entries allowed.
        max_entries: usize,
    },
    /// Holds a control character, NUL included.
    ControlCharacter,
    /// Holds U+0000, which PostgreSQL's `jsonb` and `text` refuse.
    Nul,
    /// Begins or ends with white space.
    SurroundingWhitespace,
    /// Holds a character that this kind of id reserves.
    Reserved {
        /// The reserved character.
        character: char,
    },
    /// Is none of the values that the enumeration lists.
    UnknownVariant,
    /// Is not of the required form.
    Malformed {
        /// The form, in words.
        expected: &'static str,
    },
    /// Lies outside the allowed range.
    OutOfRange {
        /// The range, in words.
        expected: &'static str,
    },
    /// A JSON value was refused at a place inside it.
    Json {
        /// The place: array elements by index, object members by their position in key order.
        path: String,
        /// What is wrong there.
        reason: &'static str,
    },
    /// Is required because of what another field says.
    Missing,
    /// Disagrees with another field.
    Inconsistent {
        /// The rule between the fields, in words.
        expected: &'static str,
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong { max_bytes } => write!(f, "must not be longer than {max_bytes} bytes"),
            Self::TooMany { max_entries } => {
                write!(f, "must not have more than {max_entries} entries")
            }
            Self::ControlCharacter => f.write_str("must not hold a control character"),
            Self::Nul => f.write_str("must not hold U+0000"),
            Self::SurroundingWhitespace => f.write_str("must not begin or end with white space"),
            Self::Reserved { character } => write!(f, "must not hold {character:?}"),
            Self::UnknownVariant => f.write_str("is none of the listed values"),
            Self::Malformed { expected } => write!(f, "is not {expected}"),
            Self::OutOfRange { expected } => write!(f, "must be {expected}"),
            Self::Json { path, reason } => write!(f, "{reason} at {path}"),
            Self::Missing => f.write_str("is required here"),
            Self::Inconsistent { expected } => f.write_str(expected),
        }
    }
}
