//! The clock, the id source and the pause, which are arguments everywhere.

use async_trait::async_trait;
use std::time::Duration;
use user_engine_domain::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant; it may stand still or step back.
    fn now(&self) -> Timestamp;
}

/// Makes ids that were never made before.
pub trait IdSource: Send + Sync {
    /// A fresh id: 1 to 64 bytes of ASCII letters, digits and `-`.
    fn next_id(&self) -> String;
}

/// Waits between two tries.
#[async_trait]
pub trait Pause: Send + Sync {
    /// Returns after this long.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends the wait and leaves nothing behind.
    async fn pause(&self, duration: Duration);
}

/// The clock of this machine.
#[cfg(feature = "system")]
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(feature = "system")]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the ambient clock is read"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
    }
}

/// Ids that sort by the time they were made (UUID version 7, RFC 9562).
#[cfg(feature = "system")]
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidSource;

#[cfg(feature = "system")]
impl IdSource for UuidSource {
    fn next_id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}
