//! Free text of at most 4 KiB, and how checked text is read from JSON.

use crate::error::{FieldError, Rule};
use std::fmt;

/// The most bytes of UTF-8 that a text field may have.
pub const TEXT_MAX_BYTES: usize = 4 * 1024;

/// Text of 0 to 4,096 bytes that holds no U+0000; otherwise as given.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// Checks and keeps the text, byte for byte.
    ///
    /// # Errors
    ///
    /// Refuses text that is too long or holds U+0000, under the field name `text`; use
    /// [`FieldError::within`] to name the field that holds it.
    pub fn new(value: impl Into<Box<str>>) -> Result<Self, FieldError> {
        let value = value.into();
        if value.len() > TEXT_MAX_BYTES {
            let rule = Rule::TooLong {
                max_bytes: TEXT_MAX_BYTES,
            };
            return Err(FieldError::new("text", rule));
        }
        if value.as_bytes().contains(&0) {
            return Err(FieldError::new("text", Rule::Nul));
        }
        Ok(Self(value))
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl TryFrom<&str> for Text {
    type Error = FieldError;
    fn try_from(value: &str) -> Result<Self, FieldError> {
        Self::new(value)
    }
}

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        deserialize_checked(d, "text", |value| Self::new(value))
    }
}

/// Reads a string and checks it where it stands, so that only what is kept is copied; the error
/// names the field and rule, never the text.
pub(crate) fn deserialize_checked<'de, D, T>(
    deserializer: D,
    field: &'static str,
    check: impl FnOnce(&str) -> Result<T, FieldError>,
) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
{
    struct TextVisitor<F>(&'static str, F);
    impl<T, F> serde::de::Visitor<'_> for TextVisitor<F>
    where
        F: FnOnce(&str) -> Result<T, FieldError>,
    {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} as a string", self.0)
        }
        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<T, E> {
            (self.1)(value).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(TextVisitor(field, check))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_free_of_nul() {
        assert!(Text::new("").is_ok());
        assert!(Text::new("x".repeat(4096)).is_ok());
        let long = Text::new("x".repeat(4097)).unwrap_err();
        assert_eq!(long.rule(), &Rule::TooLong { max_bytes: 4096 });
        assert_eq!(Text::new("a\0").unwrap_err().rule(), &Rule::Nul);
    }

    #[test]
    fn debug_shows_the_length_only() {
        assert_eq!(
            format!("{:?}", Text::new("canary").unwrap()),
            "Text(6 bytes)"
        );
    }
}
