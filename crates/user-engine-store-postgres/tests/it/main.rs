//! The adapter's logic over the fake: round trips, outcomes, readiness, migration. What the SQL
//! does is proven on live servers by the conformance suite.

#![expect(
    clippy::unwrap_used,
    reason = "a failed expectation of a test is a panic"
)]

mod denial;
mod outcome;
mod readiness;
mod redaction;
mod round_trip;
mod torn;
mod world;
