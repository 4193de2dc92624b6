//! From what a session saw to what the port says: kind, effect and SQLSTATE, never a text.

use crate::session::{SessionError, Why};
use user_engine_domain::{FieldError, RecordId, Rule};
use user_engine_ports::{
    Conflict, ConflictReason, NotReady, SqlState, StoreError, StoreErrorKind, Verb,
};

/// SQLSTATEs that our own function raises.
pub(crate) mod code {
    /// A precondition does not hold; the ordinal names the item.
    pub(crate) const PRECONDITION: &str = "UE001";
    /// The operation id carries another request.
    pub(crate) const OPERATION_REUSED: &str = "UE002";
    /// The operation id was fenced.
    pub(crate) const OPERATION_FENCED: &str = "UE003";
    /// The schema is not what this code needs, or marked.
    pub(crate) const NOT_READY: &str = "UE004";
    /// An audit or event id is taken.
    pub(crate) const DUPLICATE_ID: &str = "UE005";
    /// The call is not of the form agreed on.
    #[cfg(feature = "fake")]
    pub(crate) const MALFORMED: &str = "UE006";
    /// The time limit passed before the end.
    pub(crate) const TIME_LIMIT: &str = "UE007";
    /// The record belongs to another owner; the ordinal names the item.
    pub(crate) const OWNER: &str = "UE008";
    /// Guards the version during a migration: another runner was faster (`division_by_zero`, which
    /// is how a plain statement can refuse).
    pub(crate) const STALE_PLAN: &str = "22012";
    /// A lock was not had in time.
    pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
    /// There is no such table.
    pub(crate) const UNDEFINED_TABLE: &str = "42P01";
}

/// What a failed flight means, apart from the codes of our own function.
///
/// `writes` says whether a lost flight may have had an effect.
pub(crate) fn store_error(error: &SessionError, verb: Verb, writes: bool) -> StoreError {
    let kind = match error {
        SessionError::NotSent { why, .. } | SessionError::Lost { why, .. } => match why {
            Why::Unreachable => StoreErrorKind::Unavailable,
            Why::Deadline => StoreErrorKind::DeadlineExceeded,
            Why::Malformed => StoreErrorKind::Internal,
        },
        SessionError::Refused { sqlstate, .. } => refused(*sqlstate),
    };
    let mut out = StoreError::new(kind, verb);
    if let Some(sqlstate) = error.sqlstate() {
        out = out.with_sqlstate(sqlstate);
    }
    if writes && matches!(error, SessionError::Lost { .. }) {
        out = out.with_unknown_effect();
    }
    out
}

/// What a refusal means by its SQLSTATE (PostgreSQL manual, "PostgreSQL Error Codes").
fn refused(sqlstate: SqlState) -> StoreErrorKind {
    match sqlstate.as_str() {
        "40001" | "40P01" | code::LOCK_NOT_AVAILABLE => StoreErrorKind::Contention,
        "25006" => StoreErrorKind::ReadOnly,
        "57014" | "25P04" | code::TIME_LIMIT => StoreErrorKind::DeadlineExceeded,
        // No such table, function, schema or column: nothing of ours, or not all of it.
        code::UNDEFINED_TABLE | "42883" | "3F000" => {
            StoreErrorKind::NotReady(NotReady::NotMigrated)
        }
        "42703" => StoreErrorKind::NotReady(NotReady::Unreadable),
        "42501" => StoreErrorKind::NotReady(NotReady::MissingPrivilege {
            object: "user_engine_*".to_owned(),
        }),
        // Text with U+0000, which no stored value holds.
        "22021" => StoreErrorKind::Invalid(FieldError::new("parameter", Rule::Nul)),
        state
            if ["08", "53", "57", "58"]
                .iter()
                .any(|class| state.starts_with(class)) =>
        {
            StoreErrorKind::Unavailable
        }
        _ => StoreErrorKind::Internal,
    }
}

/// What a refused commit means, where our function refused it.
pub(crate) fn refused_commit(error: &SessionError, items: &[RecordId]) -> Option<StoreError> {
    let SessionError::Refused { sqlstate, ordinal } = error else {
        return None;
    };
    let reason = match sqlstate.as_str() {
        code::PRECONDITION => ConflictReason::Precondition,
        code::OWNER => ConflictReason::Owner,
        code::OPERATION_REUSED => ConflictReason::OperationReused,
        code::OPERATION_FENCED => ConflictReason::OperationFenced,
        code::DUPLICATE_ID => ConflictReason::DuplicateId,
        _ => return None,
    };
    let place = ordinal.and_then(|ordinal| usize::try_from(ordinal).ok()?.checked_sub(1));
    let names_record = matches!(reason, ConflictReason::Precondition | ConflictReason::Owner);
    let conflict = match place.and_then(|place| items.get(place)) {
        Some(id) if names_record => Conflict::about(reason, id.clone()),
        _ => Conflict::without_record(reason),
    };
    let kind = StoreErrorKind::Conflict(conflict);
    Some(StoreError::new(kind, Verb::Commit).with_sqlstate(*sqlstate))
}

/// An answer that is not of the form agreed on.
pub(crate) fn unexpected(verb: Verb) -> StoreError {
    StoreError::new(StoreErrorKind::Internal, verb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use user_engine_domain::{RecordKey, RecordKind};
    use user_engine_ports::{Effect, Retryability};

    fn refused_with(sqlstate: &str) -> StoreError {
        store_error(&SessionError::refused(sqlstate), Verb::Commit, true)
    }

    #[test]
    fn a_refusal_before_the_server_is_ready_is_not_applied() {
        for sqlstate in ["40001", "40P01", "55P03"] {
            let error = refused_with(sqlstate);
            assert_eq!(error.kind(), &StoreErrorKind::Contention);
            assert_eq!(error.retryability(), Retryability::WholeUnit);
            assert_eq!(error.effect(), Effect::NotApplied);
        }
        assert_eq!(refused_with("25006").kind(), &StoreErrorKind::ReadOnly);
        assert_eq!(refused_with("53300").kind(), &StoreErrorKind::Unavailable);
        // Our own functions refuse with UE codes: a violation is a stranger's rule.
        for sqlstate in ["23502", "23505", "23514", "XX001"] {
            assert_eq!(refused_with(sqlstate).kind(), &StoreErrorKind::Internal);
        }
    }

    #[test]
    fn a_lost_write_is_unknown_and_a_lost_read_is_not() {
        for why in [Why::Unreachable, Why::Deadline] {
            let lost = SessionError::Lost {
                why,
                sqlstate: None,
            };
            let write = store_error(&lost, Verb::Commit, true);
            assert_eq!(write.effect(), Effect::Unknown);
            assert_eq!(write.retryability(), Retryability::AskOutcome);
            assert_eq!(
                store_error(&lost, Verb::Get, false).effect(),
                Effect::NotApplied
            );
            let not_sent = SessionError::NotSent {
                why,
                sqlstate: None,
            };
            assert_eq!(
                store_error(&not_sent, Verb::Commit, true).effect(),
                Effect::NotApplied
            );
        }
    }

    #[test]
    fn the_ordinal_of_a_failed_precondition_names_the_record() {
        let id = |key| RecordId::new(RecordKind::User, RecordKey::from_parts([Some(key)]));
        let items = [id("a"), id("canary")];
        let failed = |sqlstate, ordinal| {
            let sqlstate = SqlState::new(sqlstate);
            refused_commit(&SessionError::Refused { sqlstate, ordinal }, &items).unwrap()
        };
        let error = failed(code::PRECONDITION, Some(2));
        assert_eq!(error.conflict().unwrap().record, Some(id("canary")));
        assert!(!format!("{error} {error:?}").contains("canary"));
        let owner = failed(code::OWNER, Some(1));
        assert_eq!(owner.conflict().unwrap().reason, ConflictReason::Owner);
        assert_eq!(
            failed(code::PRECONDITION, Some(3))
                .conflict()
                .unwrap()
                .record,
            None
        );
        assert_eq!(
            failed(code::DUPLICATE_ID, Some(1))
                .conflict()
                .unwrap()
                .record,
            None
        );
    }
}
