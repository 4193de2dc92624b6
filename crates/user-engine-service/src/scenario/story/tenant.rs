//! Stories: Tenants: accounts in them, memberships, and who may act in which.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
