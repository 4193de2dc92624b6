//! Stories: Access profiles (hats), selecting one, and the facts exported to access control.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
