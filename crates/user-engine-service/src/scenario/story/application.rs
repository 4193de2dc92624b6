//! Stories: Applications, their bindings and catalogs.

use super::Story;

/// This area's stories.
pub(super) const STORIES: &[Story] = &[];
