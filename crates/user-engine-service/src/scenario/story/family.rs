//! Stories: Family dataspaces and invitations into them.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
