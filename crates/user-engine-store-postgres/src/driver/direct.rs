//! Units of the common shape in one named statement: up to three saves, one audit record, one event.
//!
//! The statement applies such a unit or leaves everything as it was; whatever stood in the way is
//! then found, and said, by the function that every other unit goes through.

use super::row::instant_and_numbers;
use crate::answer::{Answer, AppliedRow};
use crate::call::{ApplyCall, ItemRow, ItemVerb};
use crate::session::SessionError;
use crate::statement;
use tokio_postgres::Row;
use user_engine_ports::SqlState;

/// `division_by_zero`: how the statement gives up what it has begun.
const GIVEN_UP: &str = "22012";

/// The statement that applies this unit; `None` for one that only the function can judge.
///
/// The statement does not check the form of its call. What the function would refuse as malformed
/// has to go there.
pub(super) fn statement_for(call: &ApplyCall) -> Option<&'static str> {
    let sql = match call.items.len() {
        1 => statement::APPLY_ONE_SAVE,
        2 => statement::APPLY_TWO_SAVES,
        3 => statement::APPLY_THREE_SAVES,
        _ => return None,
    };
    let scope = Scope::of(&call.scope_key)?;
    let ([audit], [event]) = (&*call.audit_records, &*call.events) else {
        return None;
    };
    let logs = [&audit.tenant, &event.tenant];
    let is_common = call.lock_wait_ms > 0
        && call.items.iter().all(|item| scope.admits_save(item))
        && logs.iter().all(|tenant| {
            let tenant = tenant.as_ref().map(|tenant| &***tenant);
            scope.admits_log(tenant)
        });
    is_common.then_some(sql)
}

/// A scope, from its text.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Platform,
    Tenantless,
    Tenant(&'a str),
}

impl<'a> Scope<'a> {
    fn of(text: &'a str) -> Option<Self> {
        match text.strip_prefix("tenant:") {
            Some("") => None,
            Some(tenant) => Some(Self::Tenant(tenant)),
            None if text == "platform" => Some(Self::Platform),
            None => (text == "tenantless").then_some(Self::Tenantless),
        }
    }

    fn admits_save(self, item: &ItemRow) -> bool {
        let Some(record) = item.record.as_deref() else {
            return false;
        };
        let is_save = match item.verb {
            ItemVerb::Save | ItemVerb::Create => item.revision.is_none(),
            ItemVerb::Replace => item.revision.is_some(),
            ItemVerb::Delete | ItemVerb::Remove | ItemVerb::Expect | ItemVerb::ExpectAbsent => {
                false
            }
        };
        let is_own = match (self, record.tenant.as_deref()) {
            (Self::Platform, _) | (_, None) => true,
            (Self::Tenant(own), Some(tenant)) => own == tenant,
            (Self::Tenantless, Some(_)) => false,
        };
        is_save && is_own
    }

    fn admits_log(self, tenant: Option<&str>) -> bool {
        match self {
            Self::Platform => true,
            Self::Tenantless => tenant.is_none(),
            Self::Tenant(own) => tenant == Some(own),
        }
    }
}

/// What the statement did; `None` when it did nothing and the function has to say why.
pub(super) fn answer(
    asked: Result<Vec<Row>, SessionError>,
) -> Option<Result<Answer, SessionError>> {
    match asked {
        Ok(rows) => {
            let row = rows.first()?;
            let applied = instant_and_numbers(row).map(|(applied_at, revisions)| {
                Answer::Applied(AppliedRow {
                    is_repeated: false,
                    receipt: None,
                    applied_at,
                    revisions,
                })
            });
            Some(applied)
        }
        Err(SessionError::Refused { sqlstate, .. }) if sqlstate == SqlState::new(GIVEN_UP) => None,
        Err(error) => Some(Err(error)),
    }
}
