//! Rules between fields that several kinds share.

use crate::error::{FieldError, Rule};
use crate::id::{ScopeId, TenantId};
use crate::timestamp::Timestamp;
use std::collections::HashSet;
use std::hash::Hash;

/// The refusal of a field that disagrees with another.
pub(crate) const fn inconsistent(field: &'static str, expected: &'static str) -> FieldError {
    FieldError::new(field, Rule::Inconsistent { expected })
}

/// A later instant must not lie before an earlier one.
pub(crate) fn not_before(
    field: &'static str,
    later: Timestamp,
    earlier: Timestamp,
) -> Result<(), FieldError> {
    if later < earlier {
        return Err(inconsistent(
            field,
            "must not lie before the record's beginning",
        ));
    }
    Ok(())
}

/// An expiry, where there is one, must not lie before the record's beginning.
pub(crate) fn expires_after(
    expires_at: Option<Timestamp>,
    beginning: Timestamp,
) -> Result<(), FieldError> {
    expires_at.map_or(Ok(()), |expiry| not_before("expires_at", expiry, beginning))
}

/// No entry of a list may repeat.
pub(crate) fn unique<T: Hash + Eq>(
    field: &'static str,
    entries: impl IntoIterator<Item = T>,
) -> Result<(), FieldError> {
    let mut seen = HashSet::new();
    if entries.into_iter().all(|entry| seen.insert(entry)) {
        return Ok(());
    }
    Err(inconsistent(field, "must not repeat within the record"))
}

/// The id of a scope of type `tenant` must be the record's own tenant.
pub(crate) fn own_tenant(tenant: &TenantId, scope_id: &ScopeId) -> Result<(), FieldError> {
    if tenant.as_str() == scope_id.as_str() {
        return Ok(());
    }
    Err(inconsistent(
        "scope_id",
        "must be the record's tenant in a scope of type tenant",
    ))
}
