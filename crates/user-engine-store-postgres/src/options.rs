//! How a store behaves beyond what its connections decide.

use crate::call::Gate;
use std::sync::LazyLock;
use std::time::Duration;
use user_engine_migrations::{LATEST_SCHEMA_VERSION, MANIFEST, Migration};
use user_engine_ports::Deadline;

/// The checksum of the whole history that this code knows. Made once: hashing the SQL takes longer
/// than a commit.
static HISTORY: LazyLock<String> = LazyLock::new(|| {
    MANIFEST
        .last()
        .map(Migration::chained_checksum)
        .unwrap_or_default()
});

/// Settings of a store. The defaults serve a live one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    pub(crate) lock_wait_max: Duration,
    pub(crate) outcome_wait_max: Duration,
    pub(crate) denials_in_flight_max: usize,
    pub(crate) denial_wait_max: Duration,
    pub(crate) disposable_mark: Option<Box<str>>,
    pub(crate) simulated: Option<&'static str>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            lock_wait_max: Duration::from_secs(2),
            outcome_wait_max: Duration::from_millis(500),
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

    /// Another longest wait for one lock; 2 seconds by default. A call whose deadline is nearer
    /// waits less.
    #[must_use]
    pub const fn lock_wait_max(mut self, wait: Duration) -> Self {
        self.lock_wait_max = wait;
        self
    }

    /// Another longest wait for a running holder when an outcome is asked for; half a second by
    /// default. It should be shorter than the wait for a lock: otherwise a holder that waits for
    /// one gives up first, and the answer is always that it did not apply.
    #[must_use]
    pub const fn outcome_wait_max(mut self, wait: Duration) -> Self {
        self.outcome_wait_max = wait;
        self
    }

    /// Another number of denials that may be on their way at once; 64 by default. More are refused
    /// and counted.
    #[must_use]
    pub const fn denials_in_flight_max(mut self, count: usize) -> Self {
        self.denials_in_flight_max = count;
        self
    }

    /// Another longest time for making one denial durable, whatever the caller's deadline; 5
    /// seconds by default.
    #[must_use]
    pub const fn denial_wait_max(mut self, wait: Duration) -> Self {
        self.denial_wait_max = wait;
        self
    }

    /// What the schema must be for a write of this store.
    pub(crate) fn gate(&self) -> Gate {
        Gate {
            version: i32::try_from(LATEST_SCHEMA_VERSION).unwrap_or(i32::MAX),
            chained_checksum: HISTORY.as_str().into(),
            disposable_mark: self.disposable_mark.clone(),
        }
    }

    /// The wait for a lock to send along.
    pub(crate) fn lock_wait_ms(&self, deadline: Deadline) -> i32 {
        within(self.lock_wait_max, deadline)
    }

    /// The wait for a running holder to send along.
    pub(crate) fn outcome_wait_ms(&self, deadline: Deadline) -> i32 {
        within(self.outcome_wait_max, deadline)
    }
}

/// A wait that ends within the deadline, so that the server gives up first and says so; never
/// zero, which would switch the time-out off.
pub(crate) fn within(wait: Duration, deadline: Deadline) -> i32 {
    let wait = wait.min(deadline.remaining().mul_f32(0.8));
    i32::try_from(wait.as_millis()).unwrap_or(i32::MAX).max(1)
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
