//! The tests of the command from outside.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod command;
mod dedicated;
mod live;
mod local_server;
mod wire;
