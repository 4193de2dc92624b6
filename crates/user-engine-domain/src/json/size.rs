//! How many bytes a JSON value's canonical text has, counted without writing it.

use super::Node;

impl Node {
    /// The bytes of the text that serializing writes; recursion is bounded by the checked depth.
    pub(super) fn encoded_bytes(&self) -> usize {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Unsigned(unsigned) => digits(*unsigned),
            Self::Negative(negative) => 1 + digits(negative.unsigned_abs()),
            // Shortest digits are known by writing them only.
            Self::Float(_) => serde_json::to_string(self).map_or(0, |text| text.len()),
            Self::String(text) => string_bytes(text),
            Self::Array(entries) => {
                let bytes: usize = entries.iter().map(|entry| entry.encoded_bytes() + 1).sum();
                bytes.max(1) + 1
            }
            Self::Object(members) => {
                let bytes: usize = members
                    .iter()
                    .map(|(name, node)| string_bytes(name) + node.encoded_bytes() + 2)
                    .sum();
                bytes.max(1) + 1
            }
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// A string between its quotes: `\n` and the like take two bytes, other control characters six.
fn string_bytes(text: &str) -> usize {
    let extra: usize = text
        .bytes()
        .map(|byte| usize::from(EXTRA[usize::from(byte)]))
        .sum();
    2 + text.len() + extra
}

/// The bytes that escaping adds, by byte.
const EXTRA: [u8; 256] = {
    let mut extra = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        extra[byte] = 5;
        byte += 1;
    }
    let mut short = 0;
    while short < SHORT.len() {
        extra[SHORT[short] as usize] = 1;
        short += 1;
    }
    extra
};

const SHORT: &[u8] = b"\"\\\n\r\t\x08\x0c";
