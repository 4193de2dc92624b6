//! Tests of the service, on the memory store and on the fake Postgres connection.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod access_profile;
mod actor;
mod application;
mod bad_input;
mod catalog;
mod confined;
mod debug;
mod erasure;
mod family;
mod guards;
mod identity;
mod onboarding;
mod operability;
mod outcome;
mod pairing;
mod place;
mod prepared_account;
mod profile;
mod race;
mod readme;
mod registration;
mod rests_on;
mod standing;
mod story;
mod tenant;
mod trips;
mod unit;
mod user;
mod vouched;
