//! Stories: Welcome protocols and onboarding journeys.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
