//! Tests of the service, on the memory store and on the fake Postgres connection.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod access_profile;
mod application;
mod family;
mod onboarding;
mod operability;
mod catalog;
mod outcome;
mod pairing;
mod place;
mod profile;
mod prepared_account;
mod race;
mod readme;
mod registration;
mod story;
mod trips;
mod user;
