//! Checks that cases are written in: each gives a typed [`Failure`] and shows no stored value.

use crate::failure::Failure;
use user_engine_domain::RecordId;
use user_engine_ports::{Conflict, ConflictReason, Limit, StoreError, StoreErrorKind};

/// Fails the case with a message, written only then, unless the condition holds.
///
/// The message names promises, kinds and counts; it must not show a stored value.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::Failure::broken(format!($($message)+)));
        }
    };
}

/// Expects an error of a kind that the pattern matches, and gives it back.
#[macro_export]
macro_rules! refused {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Ok(_) => Err($crate::Failure::broken(concat!(
                "accepted, but must be refused as ", stringify!($pattern)
            ))),
            Err(error) => match error.kind() {
                $pattern $(if $guard)? => Ok(error),
                _ => Err($crate::Failure::broken(format!(
                    concat!("must be refused as ", stringify!($pattern), ", but: {}"), error
                ))),
            },
        }
    };
}

/// Expects two values to be the same; on failure says what they are, not what they hold.
///
/// # Errors
///
/// A broken promise that names `what`.
#[track_caller]
pub fn same<T: PartialEq>(found: &T, expected: &T, what: &str) -> Result<(), Failure> {
    if found == expected {
        Ok(())
    } else {
        Err(Failure::broken(format!("{what}: not what it must be")))
    }
}

/// Expects two numbers to be the same and shows both.
///
/// # Errors
///
/// A broken promise that names `what`.
#[track_caller]
pub fn same_count<A, B>(found: A, expected: B, what: &str) -> Result<(), Failure>
where
    A: TryInto<u64>,
    B: TryInto<u64>,
{
    let (found, expected) = (found.try_into().ok(), expected.try_into().ok());
    if found.is_some() && found == expected {
        return Ok(());
    }
    let show = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let (found, expected) = (show(found), show(expected));
    Err(Failure::broken(format!(
        "{what}: {found}, but must be {expected}"
    )))
}

/// Expects a value to be there.
///
/// # Errors
///
/// A broken promise that names `what`.
#[track_caller]
pub fn present<T>(found: Option<T>, what: &str) -> Result<T, Failure> {
    match found {
        Some(found) => Ok(found),
        None => Err(Failure::broken(format!(
            "{what}: absent, but must be there"
        ))),
    }
}

/// Expects nothing to be there.
///
/// # Errors
///
/// A broken promise that names `what`.
#[track_caller]
pub fn absent<T>(found: Option<&T>, what: &str) -> Result<(), Failure> {
    match found {
        None => Ok(()),
        Some(_) => Err(Failure::broken(format!(
            "{what}: there, but must be absent"
        ))),
    }
}

/// Expects a conflict for this reason, about this record where one is given.
///
/// # Errors
///
/// A broken promise that says what came instead.
#[track_caller]
pub fn conflict<T>(
    result: Result<T, StoreError>,
    reason: ConflictReason,
    record: Option<&RecordId>,
) -> Result<StoreError, Failure> {
    let Err(error) = result else {
        return Err(Failure::broken(format!(
            "accepted, but must conflict: {reason:?}"
        )));
    };
    match error.conflict() {
        Some(Conflict { reason: found, .. }) if *found != reason => Err(Failure::broken(format!(
            "the conflict is about {found:?}, but must be about {reason:?}"
        ))),
        Some(found) if record.is_some() && found.record.as_ref() != record => Err(Failure::broken(
            "the conflict names another record than the first in key order",
        )),
        Some(_) => Ok(error),
        None => Err(Failure::broken(format!(
            "must conflict ({reason:?}), but: {error}"
        ))),
    }
}

/// Expects a refusal by this limit.
///
/// # Errors
///
/// A broken promise that says what came instead.
#[track_caller]
pub fn limit<T>(result: Result<T, StoreError>, limit: Limit) -> Result<StoreError, Failure> {
    match result {
        Ok(_) => Err(Failure::broken(format!(
            "accepted, but is over the limit {limit:?}"
        ))),
        Err(error) if *error.kind() == StoreErrorKind::LimitExceeded(limit) => Ok(error),
        Err(error) => Err(Failure::broken(format!(
            "must be over {limit:?}, but: {error}"
        ))),
    }
}
