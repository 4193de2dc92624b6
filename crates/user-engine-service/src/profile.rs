//! Profile values, the effective profile, projections and the identity context.

/// This area's lines of the table of operations.
pub(crate) const OPERATIONS: &[crate::core::operation::OperationSpec] = &[];
