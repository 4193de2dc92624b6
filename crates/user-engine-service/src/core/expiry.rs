//! When something has run out: at its end, not behind it.

use user_engine_domain::Timestamp;

/// Whether something that ends at an instant has ended; what has no end never does.
pub(crate) fn has_run_out(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| end <= now)
}
