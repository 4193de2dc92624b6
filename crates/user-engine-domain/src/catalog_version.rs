//! Catalog versions: semantic versions without build metadata.

use crate::error::{FieldError, Rule};
use std::cmp::Ordering;
use std::fmt;

/// The most bytes that a catalog version may have.
const MAX_BYTES: usize = 255;

/// A version `major.minor.patch`, with `-pre` where it is a pre-release; at most 255 bytes.
///
/// Ordered by precedence as Semantic Versioning 2.0.0 defines it. Build metadata is refused,
/// since two versions that differ only by it would have the same precedence.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CatalogVersion {
    numbers: [u64; 3],
    /// The dot-separated identifiers after the hyphen; empty for a release.
    pre: Box<str>,
}

impl CatalogVersion {
    /// Reads a version.
    ///
    /// # Errors
    ///
    /// Refuses any other form, leading zeros, numbers beyond 64 bits and build metadata.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        let expected = "a semantic version without build metadata";
        let malformed = || FieldError::new("version", Rule::Malformed { expected });
        if text.len() > MAX_BYTES {
            return Err(FieldError::new(
                "version",
                Rule::TooLong {
                    max_bytes: MAX_BYTES,
                },
            ));
        }
        let (core, pre) = match text.split_once('-') {
            Some((core, pre)) if pre.split('.').all(is_pre_identifier) => (core, pre),
            Some(_) => return Err(malformed()),
            None => (text, ""),
        };
        let mut parts = core.split('.');
        let mut numbers = [0; 3];
        for number in &mut numbers {
            let digits = parts
                .next()
                .filter(|part| is_number(part))
                .ok_or_else(malformed)?;
            *number = digits.parse().map_err(|_| malformed())?;
        }
        if parts.next().is_some() {
            return Err(malformed());
        }
        Ok(Self {
            numbers,
            pre: pre.into(),
        })
    }

    /// Whether this is a pre-release.
    pub fn is_pre_release(&self) -> bool {
        !self.pre.is_empty()
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    is_digits(text) && (text.len() == 1 || !text.starts_with('0'))
}

fn is_pre_identifier(text: &str) -> bool {
    let is_word = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    !text.is_empty() && is_word && (!is_digits(text) || is_number(text))
}

/// Compares two pre-release identifiers: numbers by size and before words, words by their bytes.
fn compare_identifiers(one: &str, other: &str) -> Ordering {
    match (is_digits(one), is_digits(other)) {
        // Without leading zeros the longer number is the larger one.
        (true, true) => one.len().cmp(&other.len()).then_with(|| one.cmp(other)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => one.cmp(other),
    }
}

impl Ord for CatalogVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let pre = || match (self.is_pre_release(), other.is_pre_release()) {
            (false, false) => Ordering::Equal,
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => {
                let (mut ours, mut theirs) = (self.pre.split('.'), other.pre.split('.'));
                loop {
                    match (ours.next(), theirs.next()) {
                        (None, None) => return Ordering::Equal,
                        (None, Some(_)) => return Ordering::Less,
                        (Some(_), None) => return Ordering::Greater,
                        (Some(one), Some(other)) => match compare_identifiers(one, other) {
                            Ordering::Equal => {}
                            unequal => return unequal,
                        },
                    }
                }
            }
        };
        self.numbers.cmp(&other.numbers).then_with(pre)
    }
}

impl PartialOrd for CatalogVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for CatalogVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if self.is_pre_release() {
            write!(f, "-{}", self.pre)?;
        }
        Ok(())
    }
}

impl fmt::Debug for CatalogVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<&str> for CatalogVersion {
    type Error = FieldError;
    fn try_from(text: &str) -> Result<Self, FieldError> {
        Self::new(text)
    }
}

impl std::str::FromStr for CatalogVersion {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::new(text)
    }
}

impl serde::Serialize for CatalogVersion {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for CatalogVersion {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize_checked(d, "version", Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_that_of_semantic_versioning() {
        let rising = [
            "0.9.9",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-99999999999999999999999",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-rc-1",
            "1.0.0",
            "1.2.0",
            "1.10.0",
        ];
        let versions: Vec<_> = rising
            .iter()
            .map(|t| CatalogVersion::new(t).unwrap())
            .collect();
        assert!(versions.is_sorted_by(|one, next| one < next));
        assert!(
            versions
                .iter()
                .zip(rising)
                .all(|(version, text)| version.to_string() == text)
        );
    }

    #[test]
    fn other_forms_are_refused_without_being_shown() {
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "01.2.3",
            "1.2.3+canary",
            "1.2.3-",
            "1.2.3-a..b",
            "1.2.3-01",
            "v1.2.3",
            "1.2.+3",
            " 1.2.3",
            "1.2.18446744073709551616",
        ] {
            let error = CatalogVersion::new(text).unwrap_err();
            assert_eq!(error.field(), "version");
            assert!(!error.to_string().contains("canary"));
        }
    }
}
