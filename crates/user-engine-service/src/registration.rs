//! Registrations and the factors verified in them.

/// This area's lines of the table of operations.
pub(crate) const OPERATIONS: &[crate::core::operation::OperationSpec] = &[];
