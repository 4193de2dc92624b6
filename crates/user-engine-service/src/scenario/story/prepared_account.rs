//! Stories: Prepared accounts and their claims.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
