//! From domain values to rows and parameters.

use crate::bound::Bound;
use crate::call::{AuditRow, EventRow, ItemRow, ItemVerb, ListCall, ListColumn, Sight};
use std::collections::BTreeMap;
use user_engine_domain::{AuditRecord, OutboxEvent, RecordId, sha256_hex};
use user_engine_ports::{Action, ChangeItem, ListBy, ListQuery, Precondition, ReceiptBody, Scope};
use user_engine_records::store_record_for;

/// A text bound to a parameter.
pub(crate) fn bound(text: &str) -> Bound<Box<str>> {
    Bound(text.into())
}

/// The scope as the functions of the schema read it, by which operations are kept apart and the
/// tenant of a unit of work is known.
pub(crate) fn scope_key(scope: &Scope) -> String {
    match scope {
        Scope::Tenant(tenant) => format!("tenant:{}", tenant.as_str()),
        Scope::Tenantless => "tenantless".to_owned(),
        Scope::Platform => "platform".to_owned(),
    }
}

impl Sight {
    fn of(scope: &Scope, shows_tenantless: bool) -> Self {
        Self {
            is_platform: matches!(scope, Scope::Platform),
            tenant: scope.tenant().map(|tenant| bound(tenant.as_str())),
            shows_tenantless,
        }
    }

    /// What a scope sees by full key.
    pub(crate) fn by_key(scope: &Scope) -> Self {
        Self::of(scope, true)
    }

    /// What a scope sees of the logs: those without tenant are the platform's alone.
    pub(crate) fn of_logs(scope: &Scope) -> Self {
        Self::of(scope, false)
    }

    /// What a scope counts as its own.
    pub(crate) fn of_counts(scope: &Scope) -> Self {
        Self::of(scope, matches!(scope, Scope::Tenantless))
    }
}

/// The call for a page; `limit` is one more than asked for, to know whether more follow.
pub(crate) fn list_call(scope: &Scope, query: &ListQuery) -> ListCall {
    ListCall {
        sight: Sight::of(scope, scope.lists_tenantless(query.kind, &query.by)),
        record_type: query.kind.as_str(),
        by: match &query.by {
            ListBy::Kind => ListColumn::Kind,
            ListBy::Tenant(id) => ListColumn::Tenant(bound(id.as_str())),
            ListBy::User(id) => ListColumn::User(bound(id.as_str())),
            ListBy::Application(id) => ListColumn::Application(bound(id.as_str())),
            ListBy::Scope {
                scope_type,
                scope_id,
            } => ListColumn::Scope(bound(scope_type), bound(scope_id)),
        },
        after: query.after.as_ref().map(|key| bound(key.as_str())),
        limit: i64::try_from(query.limit)
            .unwrap_or(i64::MAX)
            .saturating_add(1),
    }
}

/// A write or expectation. A save is encoded here, once.
pub(crate) fn item(item: &ChangeItem) -> ItemRow {
    let (verb, revision) = match (&item.action, item.precondition) {
        (Action::Save(_), Precondition::Any) => (ItemVerb::Save, None),
        (Action::Save(_), Precondition::Absent) => (ItemVerb::Create, None),
        (Action::Save(_), Precondition::Revision(r)) => (ItemVerb::Replace, Some(r)),
        (Action::Delete, Precondition::Revision(r)) => (ItemVerb::Remove, Some(r)),
        (Action::Delete, Precondition::Any) => (ItemVerb::Delete, None),
        // A unit that created a record and removed it again: what another made stays.
        (Action::Delete | Action::Expect, Precondition::Absent) => (ItemVerb::ExpectAbsent, None),
        (Action::Expect, Precondition::Revision(r)) => (ItemVerb::Expect, Some(r)),
        // An expectation always names a revision; without one it can't hold.
        (Action::Expect, Precondition::Any) => (
            ItemVerb::Expect,
            Some(user_engine_ports::Revision::UNCOMMITTED),
        ),
    };
    let record = match &item.action {
        Action::Save(record) => Some(Box::new(store_record_for(record))),
        Action::Delete | Action::Expect => None,
    };
    ItemRow {
        verb,
        revision: revision.map(user_engine_ports::Revision::as_i64),
        record_type: item.id.kind.as_str(),
        record_key: bound(item.id.key.as_str()),
        record,
    }
}

/// A row of the audit table.
pub(crate) fn audit_row(record: &AuditRecord) -> AuditRow {
    AuditRow {
        audit_id: bound(record.audit_id.as_str()),
        operation_id: bound(record.operation_id.as_str()),
        correlation_id: bound(record.correlation_id.as_str()),
        tenant: record.tenant.as_ref().map(|id| bound(id.as_str())),
        actor_kind: bound(record.actor.kind.as_str()),
        actor_id: bound(record.actor.id.as_str()),
        on_behalf_of: record
            .actor
            .on_behalf_of
            .as_ref()
            .map(|id| bound(id.as_str())),
        break_glass: record.actor.break_glass,
        operation: bound(record.operation.as_str()),
        target_kind: record
            .target
            .as_ref()
            .map(|target| bound(target.kind().as_str())),
        target_key: record.target.as_ref().map(|target| bound(target.key())),
        outcome: bound(record.outcome.as_str()),
        reason: record.reason.map(|reason| bound(reason.as_str())),
        recorded_at: record.recorded_at.as_micros(),
    }
}

/// A row of the outbox table.
pub(crate) fn event_row(event: &OutboxEvent) -> EventRow {
    EventRow {
        event_id: bound(event.event_id.as_str()),
        event_type: bound(event.event_type.as_str()),
        // Above this the column ends; the version of a payload's form never comes near.
        event_version: i32::try_from(event.event_version).unwrap_or(i32::MAX),
        aggregate_kind: bound(event.aggregate.kind.as_str()),
        aggregate_key: bound(event.aggregate.key.as_str()),
        partition: partition_of(&event.aggregate),
        tenant: event.tenant.as_ref().map(|id| bound(id.as_str())),
        operation_id: bound(event.operation_id.as_str()),
        correlation_id: bound(event.correlation_id.as_str()),
        payload: Bound(event.payload.to_text()),
        occurred_at: event.occurred_at.as_micros(),
    }
}

/// The virtual partition of an aggregate, 0 to 255: the first byte of the SHA-256 of its kind, a
/// slash and its key. Stored with each event, so it must never change.
pub(crate) fn partition_of(aggregate: &RecordId) -> i16 {
    let digest = sha256_hex(format!("{}/{}", aggregate.kind, aggregate.key.as_str()));
    digest
        .get(..2)
        .and_then(|hex| i16::from_str_radix(hex, 16).ok())
        .unwrap_or_default()
}

/// A receipt as JSON text.
pub(crate) fn receipt_text(body: &ReceiptBody) -> String {
    // A map of texts always serializes.
    serde_json::to_string(body.entries()).unwrap_or_else(|_| "{}".to_owned())
}

/// A receipt from JSON text; `None` when it is not one.
pub(crate) fn receipt_body(text: &str) -> Option<ReceiptBody> {
    let entries: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    ReceiptBody::new(entries).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use user_engine_domain::{RecordKey, RecordKind};

    #[test]
    fn a_receipt_survives_its_text() {
        let entries = [("a".to_owned(), "1 \"\u{1F600}\\".to_owned())];
        let body = ReceiptBody::new(entries.into()).unwrap();
        assert_eq!(receipt_body(&receipt_text(&body)), Some(body));
        assert_eq!(receipt_body("[]"), None);
    }

    #[test]
    fn the_partition_of_an_aggregate_never_changes() {
        let id = RecordId::new(RecordKind::User, RecordKey::from_parts([Some("u-1")]));
        let digest = sha256_hex("user/u-1");
        assert_eq!(
            i64::from(partition_of(&id)),
            i64::from_str_radix(&digest[..2], 16).unwrap()
        );
    }
}
