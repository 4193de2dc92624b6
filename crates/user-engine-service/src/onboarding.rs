//! Welcome protocols and onboarding journeys.

/// This area's lines of the table of operations.
pub(crate) const OPERATIONS: &[crate::core::operation::OperationSpec] = &[];
