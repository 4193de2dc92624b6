//! Stories about who may call: every kind of actor and of claims.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
