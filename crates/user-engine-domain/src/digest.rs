//! SHA-256 as lower-case hexadecimal text.

use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes in 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes.as_ref());
    let mut hex = String::with_capacity(64);
    for byte in digest {
        for digit in [byte >> 4, byte & 0x0f] {
            hex.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    hex
}

/// The first twelve digits of [`sha256_hex`], enough to tell two values apart in a log.
pub(crate) fn short(bytes: impl AsRef<[u8]>) -> String {
    let mut hex = sha256_hex(bytes);
    hex.truncate(12);
    hex
}
