//! The codec against its golden files, its own round trip and hostile input.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what is not so")]

mod features;
mod golden;
mod hostile;
mod key;
mod round_trip;
mod strict;
mod support;
