//! Deadlines: by when a call ends, whatever happens.

use std::time::{Duration, Instant};

/// The moment by which a call ends, on this process's monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline of calls that name none.
    pub const DEFAULT: Duration = Duration::from_secs(30);

    /// A deadline this long from now; what can't be represented is cut to a year.
    pub fn after(duration: Duration) -> Self {
        let now = Instant::now();
        let year = Duration::from_hours(365 * 24);
        Self(now.checked_add(duration.min(year)).unwrap_or(now))
    }

    /// The time left; zero when the deadline has passed.
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether the deadline has passed.
    pub fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::after(Self::DEFAULT)
    }
}
