//! Record keys: the kind's key parts in one text, in which no two part lists meet.

use crate::digest::sha256_hex;
use crate::kind::RecordKind;
use std::fmt;

/// The most bytes that a key has; longer part lists become a digest.
pub const KEY_MAX_BYTES: usize = 512;

/// The first byte of a digest key; escaping never emits it.
const DIGEST_MARK: char = '~';
/// An absent part. An escape is `%` and two digits, so this meets no present part.
const ABSENT: &str = "%-";

/// The key of a record within its kind, ordered by its bytes.
///
/// The parts are joined by `/`; inside a part `%`, `/` and `~` are written as `%25`, `%2F` and
/// `%7E`, and an absent part is `%-`. A key that would be longer than 512 bytes is `~` and the
/// SHA-256 of that text instead. `Debug` shows a digest, since a key may be personal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey(Box<str>);

impl RecordKey {
    /// Joins the parts of a key.
    pub fn from_parts<'a, P>(parts: P) -> Self
    where
        P: IntoIterator<Item = Option<&'a str>, IntoIter: Clone>,
    {
        Self(join(parts, KEY_MAX_BYTES))
    }

    /// Takes a key as a store kept it. The text is not taken apart: decoding compares it with the
    /// key of the decoded record.
    pub fn from_stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The key's text. It may be personal: it belongs in a statement's parameter, not in a log.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the key in hexadecimal, which may be shown.
    pub fn digest(&self) -> String {
        sha256_hex(&*self.0)
    }
}

/// Joins parts as [`RecordKey`] describes, with a digest in place of more than `max_bytes`.
pub(crate) fn join<'a, P>(parts: P, max_bytes: usize) -> Box<str>
where
    P: IntoIterator<Item = Option<&'a str>, IntoIter: Clone>,
{
    // Counted first, so that the text is written once, where it stays.
    let parts = parts.into_iter();
    let bytes: usize = parts.clone().map(|part| escaped_bytes(part) + 1).sum();
    let mut text = String::with_capacity(bytes.saturating_sub(1));
    for (index, part) in parts.enumerate() {
        if index > 0 {
            text.push('/');
        }
        match part {
            None => text.push_str(ABSENT),
            Some(part) => push_escaped(&mut text, part),
        }
    }
    if text.len() > max_bytes {
        text = format!("{DIGEST_MARK}{}", sha256_hex(&text));
    }
    text.into_boxed_str()
}

const fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'%' | b'/' | b'~')
}

fn escaped_bytes(part: Option<&str>) -> usize {
    part.map_or(ABSENT.len(), |part| {
        let escapes = part.bytes().filter(|byte| is_escaped(*byte)).count();
        part.len() + 2 * escapes
    })
}

fn push_escaped(text: &mut String, part: &str) {
    let mut rest = part;
    while let Some(at) = rest.bytes().position(is_escaped) {
        text.push_str(&rest[..at]);
        text.push_str(match rest.as_bytes()[at] {
            b'%' => "%25",
            b'/' => "%2F",
            _ => "%7E",
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordKey(sha256:{})", crate::digest::short(&*self.0))
    }
}

/// A record's kind and key: what a store finds it by. Ordered by kind, then key bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// The kind.
    pub kind: RecordKind,
    /// The key within the kind.
    pub key: RecordKey,
}

impl RecordId {
    /// Puts a kind and a key together.
    pub const fn new(kind: RecordKind, key: RecordKey) -> Self {
        Self { kind, key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[Option<&str>]) -> String {
        RecordKey::from_parts(parts.iter().copied())
            .as_str()
            .to_owned()
    }

    #[test]
    fn separators_inside_parts_do_not_move_the_border() {
        assert_ne!(
            key(&[Some("a/b"), Some("c")]),
            key(&[Some("a"), Some("b/c")])
        );
        assert_ne!(key(&[Some("a%2Fb")]), key(&[Some("a/b")]));
        assert_eq!(key(&[Some("a~b"), Some("c")]), "a%7Eb/c");
    }

    #[test]
    fn absent_empty_and_literal_parts_differ() {
        let keys = [
            key(&[None]),
            key(&[Some("")]),
            key(&[Some("%-")]),
            key(&[Some("-")]),
        ];
        for (index, one) in keys.iter().enumerate() {
            assert!(keys[index + 1..].iter().all(|other| other != one));
        }
        assert_ne!(key(&[Some("")]), key(&[Some(""), Some("")]));
    }

    #[test]
    fn a_long_key_becomes_a_digest_that_no_short_key_can_spell() {
        let long = key(&[Some(&"x".repeat(513))]);
        assert_eq!(long.len(), 65);
        assert!(long.starts_with('~'));
        assert_eq!(key(&[Some(&"x".repeat(512))]).len(), 512);
        assert!(!key(&[Some(&long)]).starts_with('~'));
    }
}
