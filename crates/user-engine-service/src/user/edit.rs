//! What a request asks to become of a field.

use crate::core::canonical::{Canon, Canonical};
use user_engine_domain::{FieldError, Rule, Sensitive, Text};

/// What is to become of an optional field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes this.
    Set(T),
    /// It becomes absent.
    Clear,
}

impl<T> Edit<T> {
    /// Whether the field stays as it is.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T> Edit<T> {
    /// What the field becomes, where it is set.
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

impl<T: Clone> Edit<T> {
    /// The field afterwards.
    pub fn of(&self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Set(value) => Some(value.clone()),
            Self::Clear => None,
        }
    }
}

impl<T: Canonical> Canonical for Edit<T> {
    fn write(&self, canon: &mut Canon) {
        match self {
            Self::Keep => canon.leaf(&[0]),
            Self::Set(value) => {
                canon.leaf(&[1]);
                value.write(canon);
            }
            Self::Clear => canon.leaf(&[2]),
        }
    }
}

/// Refuses a text that is set to nothing: absent is how nothing is said.
pub(crate) fn check_set(
    field: &'static str,
    text: Option<&Sensitive<Text>>,
) -> Result<(), FieldError> {
    match text {
        Some(text) if text.expose().as_str().is_empty() => Err(FieldError::new(field, Rule::Empty)),
        _ => Ok(()),
    }
}
