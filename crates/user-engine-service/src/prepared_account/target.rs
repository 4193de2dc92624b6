//! A prepared account as its operations find it.

use crate::prelude::*;

/// The prepared account that an operation names, while it is pending.
///
/// # Errors
///
/// `NotFound`; `Validation` of `status` for one that was claimed, withdrawn or marked as run out.
pub(super) fn pending(
    place: One<PreparedAccount>,
    answers: &Answers,
) -> Result<Versioned<PreparedAccount>, Refusal> {
    let found = answers.one(place)?;
    let found = found.ok_or(Refusal::NotFound(RecordKind::PreparedAccount))?;
    if found.record.status != PreparedAccountStatus::Pending {
        return Err(Refusal::rule("status", "must be pending"));
    }
    Ok(found)
}
