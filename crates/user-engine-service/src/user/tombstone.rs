//! Tombstones: what is left of an erased user, so that the id is never given again.

use crate::prelude::*;

/// The key under which the tombstone of a user stands: a digest, from which nobody can be found.
/// It is kept as a deactivated account, which no user can have, since ids of users that begin
/// like it are refused.
pub(crate) fn tombstone_id(user_id: &UserId) -> Result<UserId, Refusal> {
    let digest = sha256_hex(format!("user/{}", user_id.as_str()));
    Ok(UserId::new(format!("{PREFIX}{digest}"))?)
}

/// Refuses an id that could be taken for a tombstone.
pub(crate) fn check_user_id(user_id: &UserId) -> Result<(), Refusal> {
    if user_id.as_str().starts_with(PREFIX) {
        return Err(Refusal::rule("user_id", "must not begin like a tombstone"));
    }
    Ok(())
}

const PREFIX: &str = "erased:";
