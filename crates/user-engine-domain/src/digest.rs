//! SHA-256 as lower-case hexadecimal text.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The SHA-256 of some bytes in 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes.as_ref());
    let mut hex = String::with_capacity(64);
    for byte in digest {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The first twelve digits of [`sha256_hex`], enough to tell two values apart in a log.
pub(crate) fn short(bytes: impl AsRef<[u8]>) -> String {
    let mut hex = sha256_hex(bytes);
    hex.truncate(12);
    hex
}
