//! Stories: Profile values, the effective profile, projections and the identity context.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
