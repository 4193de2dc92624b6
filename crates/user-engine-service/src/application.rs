//! Applications, their bindings and catalogs.

/// This area's lines of the table of operations.
pub(crate) const OPERATIONS: &[crate::core::operation::OperationSpec] = &[];
