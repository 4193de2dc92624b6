//! How a store behaves beyond what its connections decide.

use crate::call::Gate;
use std::time::Duration;
use user_engine_migrations::{LATEST_SCHEMA_VERSION, MANIFEST};
use user_engine_ports::Deadline;

/// Settings of a store. The defaults serve a live one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// The longest wait for one lock, and for a running holder of an operation. A call whose
    /// deadline is nearer waits less.
    pub lock_wait_max: Duration,
    /// The most denials on their way at once; more are refused and counted.
    pub denials_in_flight_max: usize,
    /// The longest that making one denial durable may take, whatever the caller's deadline.
    pub denial_wait_max: Duration,
    pub(crate) disposable_mark: Option<Box<str>>,
    pub(crate) simulated: Option<&'static str>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            lock_wait_max: Duration::from_secs(2),
            denials_in_flight_max: 64,
            denial_wait_max: Duration::from_secs(5),
            disposable_mark: None,
            simulated: None,
        }
    }
}

impl PostgresOptions {
    /// Settings by which the conformance harness serves a store that carries its mark. Such a
    /// store is ready for nobody else, so no live store can be served this way. A server without
    /// `fsync` or `full_page_writes` is accepted, since nothing in it has to last.
    pub fn disposable(mark: impl Into<Box<str>>) -> Self {
        Self {
            disposable_mark: Some(mark.into()),
            ..Self::default()
        }
    }

    /// What the schema must be for a write of this store.
    pub(crate) fn gate(&self) -> Gate {
        Gate {
            version: i32::try_from(LATEST_SCHEMA_VERSION).unwrap_or(i32::MAX),
            chained_checksum: MANIFEST
                .last()
                .map(user_engine_migrations::Migration::chained_checksum)
                .unwrap_or_default()
                .into(),
            disposable_mark: self.disposable_mark.clone(),
        }
    }

    /// The lock wait to send along: within the deadline, so that the server gives up first and
    /// says so.
    pub(crate) fn lock_wait_ms(&self, deadline: Deadline) -> i32 {
        let wait = self.lock_wait_max.min(deadline.remaining().mul_f32(0.8));
        i32::try_from(wait.as_millis()).unwrap_or(i32::MAX).max(1)
    }
}

/// The time that is left for the server.
pub(crate) fn time_limit_ms(deadline: Deadline) -> i32 {
    i32::try_from(deadline.remaining().as_millis()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_waited_for_no_longer_than_the_deadline_allows() {
        let options = PostgresOptions::default();
        assert_eq!(
            options.lock_wait_ms(Deadline::after(Duration::from_mins(1))),
            2_000
        );
        assert!(options.lock_wait_ms(Deadline::after(Duration::from_secs(1))) <= 800);
        // Zero would switch the time-out off.
        assert_eq!(options.lock_wait_ms(Deadline::after(Duration::ZERO)), 1);
    }
}
