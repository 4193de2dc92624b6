//! What every adapter must refuse before it sends anything.

use crate::error::{Limit, StoreError, StoreErrorKind, Verb};
use crate::read::{ListBy, Read};
use crate::scope::Scope;
use user_engine_domain::{AuditRecord, FieldError, KEY_MAX_BYTES, RecordKey, Rule};

/// Checks what every adapter must refuse before it sends anything.
///
/// # Errors
///
/// `LimitExceeded` for more than 1,000 reads or a page outside 1 to 1,000 rows; `Invalid` for a scope
/// or a key to go on behind that no stored one can be.
pub fn check_reads(reads: &[Read]) -> Result<(), StoreError> {
    let refuse = |limit, verb| Err(StoreError::new(StoreErrorKind::LimitExceeded(limit), verb));
    if reads.len() > crate::read::PAGE_MAX {
        return refuse(Limit::Reads, Verb::Get);
    }
    for read in reads {
        if let Read::List(query) = read {
            check_page(query.limit, Verb::List)?;
            check_scope_text(&query.by)?;
            check_after(query.after.as_ref())?;
        }
    }
    Ok(())
}

/// No stored scope holds U+0000, which a database would refuse in its own words.
fn check_scope_text(by: &ListBy) -> Result<(), StoreError> {
    match by {
        ListBy::Scope {
            scope_type,
            scope_id,
        } if scope_type.contains('\0') || scope_id.contains('\0') => {
            let refused = FieldError::new("scope_id", Rule::Nul);
            Err(StoreError::new(
                StoreErrorKind::Invalid(refused),
                Verb::List,
            ))
        }
        _ => Ok(()),
    }
}

/// No stored key holds U+0000 or is longer than keys are.
fn check_after(after: Option<&RecordKey>) -> Result<(), StoreError> {
    let Some(after) = after else { return Ok(()) };
    let rule = if after.as_str().len() > KEY_MAX_BYTES {
        Rule::TooLong {
            max_bytes: KEY_MAX_BYTES,
        }
    } else if after.as_str().contains('\0') {
        Rule::Nul
    } else {
        return Ok(());
    };
    let refused = FieldError::new("after", rule);
    Err(StoreError::new(
        StoreErrorKind::Invalid(refused),
        Verb::List,
    ))
}

/// Checks the size asked of a page.
///
/// # Errors
///
/// `LimitExceeded` outside 1 to 1,000.
pub fn check_page(limit: usize, verb: Verb) -> Result<(), StoreError> {
    if (1..=crate::read::PAGE_MAX).contains(&limit) {
        Ok(())
    } else {
        Err(StoreError::new(
            StoreErrorKind::LimitExceeded(Limit::Page),
            verb,
        ))
    }
}

/// An `Invalid` error for a use of the port that breaks a rule between two arguments.
pub(crate) fn inconsistent(field: &'static str, expected: &'static str, verb: Verb) -> StoreError {
    let refused = FieldError::new(field, Rule::Inconsistent { expected });
    StoreError::new(StoreErrorKind::Invalid(refused), verb)
}

/// Checks a denial before an adapter makes it durable.
///
/// # Errors
///
/// `Invalid` when the outcome is not `denied` or the record breaks a rule between its fields;
/// `OutOfScope` when its tenant is not the scope's.
pub fn check_denial(scope: &Scope, denial: &AuditRecord) -> Result<(), StoreError> {
    let verb = Verb::RecordDenial;
    if denial.outcome != user_engine_domain::AuditOutcome::Denied {
        return Err(inconsistent("outcome", "must be denied in a denial", verb));
    }
    denial
        .validate()
        .map_err(|refused| StoreError::new(StoreErrorKind::Invalid(refused), verb))?;
    if scope.admits_log(denial.tenant.as_ref()) {
        Ok(())
    } else {
        Err(StoreError::new(StoreErrorKind::OutOfScope, verb))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ListQuery;
    use user_engine_domain::{RecordKind, UserId};

    #[test]
    fn a_list_goes_on_only_behind_what_a_key_can_be() {
        let of = |after: String| {
            let by = ListBy::User(UserId::new("ada").unwrap());
            let query = ListQuery {
                after: Some(RecordKey::from_stored(after)),
                ..ListQuery::new(RecordKind::Membership, by)
            };
            check_reads(&[Read::List(query)])
        };
        assert_eq!(of("a".repeat(KEY_MAX_BYTES)), Ok(()));
        for refused in ["a".repeat(KEY_MAX_BYTES + 1), "canary\0".to_owned()] {
            let error = of(refused).unwrap_err();
            let is_after =
                matches!(error.kind(), StoreErrorKind::Invalid(rule) if rule.field() == "after");
            assert!(is_after, "{error:?}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
