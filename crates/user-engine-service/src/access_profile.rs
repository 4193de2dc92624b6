//! Access profiles (hats), selecting one, and the facts exported to access control.

/// This area's lines of the table of operations.
pub(crate) const OPERATIONS: &[crate::core::operation::OperationSpec] = &[];
