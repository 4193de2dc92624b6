//! The codec against its golden files, its own round trip and hostile input.

mod features;
mod golden;
mod hostile;
mod key;
mod round_trip;
mod strict;
mod support;
