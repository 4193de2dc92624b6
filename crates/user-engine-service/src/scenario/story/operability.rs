//! Stories: Reading the logs, health, readiness, counts and purging.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
