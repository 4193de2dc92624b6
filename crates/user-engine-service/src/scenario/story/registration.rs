//! Stories: Registrations and the factors verified in them.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
