//! Instants in whole microseconds.

use crate::error::{FieldError, Rule};
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use std::fmt;

/// A UTC instant in whole microseconds, the precision PostgreSQL keeps.
///
/// Years 0001 to 9999, no leap second. What is finer is cut off toward the past when the value is
/// made, once, so that a column and a payload can never round differently. The text form is
/// RFC 3339 with `Z` and exactly six fraction digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const RANGE: Rule = Rule::OutOfRange {
    expected: "within the years 0001 to 9999",
};
const FORM: Rule = Rule::Malformed {
    expected: "an RFC 3339 instant without leap second",
};

impl Timestamp {
    /// The first instant of year 1.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// The last microsecond of year 9999.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// Takes microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// Refuses instants outside the years 0001 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, FieldError> {
        if (Self::MIN.0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(FieldError::new("timestamp", RANGE))
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Takes an instant, cutting what is finer than a microsecond off toward the past.
    ///
    /// # Errors
    ///
    /// Refuses leap seconds and instants outside the years 0001 to 9999.
    pub fn from_datetime(instant: DateTime<Utc>) -> Result<Self, FieldError> {
        if instant.nanosecond() >= 1_000_000_000 {
            return Err(FieldError::new("timestamp", FORM));
        }
        Self::from_micros(instant.timestamp_micros())
    }

    /// Reads RFC 3339 text with any offset, cutting toward the past.
    ///
    /// # Errors
    ///
    /// Refuses other forms, leap seconds and instants outside the years 0001 to 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Self, FieldError> {
        let parsed =
            DateTime::parse_from_rfc3339(text).map_err(|_| FieldError::new("timestamp", FORM))?;
        Self::from_datetime(parsed.with_timezone(&Utc))
    }

    /// The same instant for chrono.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::microseconds(self.0)
    }

    /// This instant moved by a number of microseconds, kept within the range.
    #[must_use]
    pub fn saturating_add_micros(self, micros: i64) -> Self {
        Self(
            self.0
                .saturating_add(micros)
                .clamp(Self::MIN.0, Self::MAX.0),
        )
    }

    /// Writes the 27 bytes of the text form.
    fn render(self) -> [u8; 27] {
        fn digits(target: &mut [u8], mut value: u32) {
            for digit in target.iter_mut().rev() {
                *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
                value /= 10;
            }
        }
        let at = self.to_datetime();
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut text[0..4], at.year().unsigned_abs());
        digits(&mut text[5..7], at.month());
        digits(&mut text[8..10], at.day());
        digits(&mut text[11..13], at.hour());
        digits(&mut text[14..16], at.minute());
        digits(&mut text[17..19], at.second());
        digits(&mut text[20..26], at.timestamp_subsec_micros());
        text
    }

    /// Reads the exact 27-byte text form and nothing else.
    fn parse_canonical(text: &str) -> Result<Self, FieldError> {
        let canonical = text.len() == 27 && text.as_bytes()[19] == b'.' && text.ends_with('Z');
        let parsed = Self::parse_rfc3339(text)?;
        if canonical && parsed.render() == text.as_bytes() {
            Ok(parsed)
        } else {
            Err(FieldError::new("timestamp", FORM))
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.render();
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let text = self.render();
        s.serialize_str(std::str::from_utf8(&text).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize_checked(d, "timestamp", |text| Self::parse_canonical(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_parts_are_cut_toward_the_past_on_both_sides_of_1970() {
        let after = Timestamp::parse_rfc3339("1970-01-01T00:00:00.0000019Z").unwrap();
        let before = Timestamp::parse_rfc3339("1969-12-31T23:59:59.9999991Z").unwrap();
        assert_eq!((after.as_micros(), before.as_micros()), (1, -1));
    }

    #[test]
    fn the_ends_of_the_range_print_and_parse() {
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        for end in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(Timestamp::parse_canonical(&end.to_string()).unwrap(), end);
        }
        assert!(Timestamp::from_micros(Timestamp::MAX.0 + 1).is_err());
        assert!(Timestamp::from_micros(Timestamp::MIN.0 - 1).is_err());
    }

    #[test]
    fn leap_seconds_are_refused() {
        assert!(Timestamp::parse_rfc3339("2016-12-31T23:59:60Z").is_err());
    }

    #[test]
    fn stored_text_has_one_spelling() {
        assert!(Timestamp::parse_canonical("2026-01-01T00:00:00Z").is_err());
        assert!(Timestamp::parse_canonical("2026-01-01T01:00:00.000000+01:00").is_err());
        assert!(Timestamp::parse_canonical("2026-01-01t00:00:00.000000Z").is_err());
    }
}
