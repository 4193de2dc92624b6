//! The tests of the command from outside, and of its stores on a real server.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod command;
mod connection;
mod dedicated;
mod differential;
mod direct;
mod durability;
mod jsonb;
mod live;
mod local_server;
mod named;
mod pooler;
mod purge;
mod report;
mod schema;
mod secret;
mod service;
mod statement;
mod wire;
mod world;
