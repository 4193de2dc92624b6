//! Tenants: accounts in them, memberships, and who may act in which.

/// This area's lines of the table of operations.
pub(crate) const OPERATIONS: &[crate::core::operation::OperationSpec] = &[];
