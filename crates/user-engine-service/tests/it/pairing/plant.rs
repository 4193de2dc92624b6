//! Every way to plant a mismatch.

use super::{Plant, audit, event};
use user_engine_domain::{
    AuditRecord, CorrelationId, JsonValue, OperationName, OutboxEvent, TenantId,
};
use user_engine_ports::Scope;
use user_engine_service::pairing::MismatchKind;

/// What is wrong, what it is to be found as, and what is written for it.
type Planted = (&'static str, Vec<MismatchKind>, Plant);

/// Every way to plant a mismatch.
pub(super) fn plants() -> Vec<Planted> {
    let mut plants = without_partner();
    plants.extend(of_two_kinds());
    plants
}

/// Audit records and events without each other.
fn without_partner() -> Vec<Planted> {
    use MismatchKind::{
        AuditWithoutEvent, CorrelationsDiffer, EventOfAnotherForm, EventWithoutAudit, TenantsDiffer,
    };
    let whole = Plant::whole;
    let mut plants = Vec::new();
    let mut add = |name, kinds: &[MismatchKind], plant| plants.push((name, kinds.to_vec(), plant));
    let events = Vec::new();
    add(
        "no event",
        &[AuditWithoutEvent],
        Plant { events, ..whole() },
    );
    let audits = Vec::new();
    add(
        "no audit record",
        &[EventWithoutAudit],
        Plant { audits, ..whole() },
    );
    let other = CorrelationId::new("canary-correlation").unwrap();
    let mut wrong = whole();
    wrong.events[0].correlation_id = other.clone();
    add(
        "an event of another request",
        &[AuditWithoutEvent, CorrelationsDiffer],
        wrong,
    );
    let mut two = whole();
    two.audits.push(AuditRecord {
        correlation_id: other.clone(),
        ..audit("second", "create_user")
    });
    two.events.push(OutboxEvent {
        correlation_id: other,
        ..event("second", "user.created")
    });
    add("two requests, each whole", &[CorrelationsDiffer], two);
    let mut foreign = whole();
    foreign.scope = Scope::Platform;
    foreign.events[0].tenant = Some(TenantId::new("globex").unwrap());
    add(
        "an event of another tenant",
        &[AuditWithoutEvent, TenantsDiffer],
        foreign.clone(),
    );
    foreign.audits[0].operation = OperationName::new("set_account_status").unwrap();
    foreign.events = vec![event("planted", "account.status_changed")];
    let more = |id: &str| {
        (
            audit(id, "set_account_status"),
            event(id, "account.status_changed"),
        )
    };
    let (mut second, mut told) = more("second");
    second.tenant = Some(TenantId::new("globex").unwrap());
    told.tenant.clone_from(&second.tenant);
    foreign.audits.push(second);
    foreign.events.push(told);
    add(
        "two tenants in one operation of the platform",
        &[TenantsDiffer, EventOfAnotherForm],
        foreign,
    );
    plants
}

/// Audit records and events that don't belong to each other.
fn of_two_kinds() -> Vec<Planted> {
    use MismatchKind::{
        AuditWithoutEvent, EventOfAnotherForm, EventTooMany, UndeclaredEvent, UnknownOperation,
    };
    let whole = Plant::whole;
    let mut plants = Vec::new();
    let mut add = |name, kinds: &[MismatchKind], plant| plants.push((name, kinds.to_vec(), plant));
    let mut undeclared = whole();
    undeclared.events.push(event("second", "identity.linked"));
    add(
        "an event of another operation",
        &[UndeclaredEvent],
        undeclared,
    );
    let mut unknown = whole();
    unknown.events.push(event("second", "canary.told"));
    add("an event that nobody declares", &[UndeclaredEvent], unknown);
    let mut newer = whole();
    newer.events[0].event_version = 2;
    add(
        "an event of another version",
        &[AuditWithoutEvent, UndeclaredEvent],
        newer,
    );
    let mut twice = whole();
    twice.events.push(event("second", "user.created"));
    add("an event told twice", &[EventTooMany], twice);
    let mut nameless = whole();
    nameless.audits[0].operation = OperationName::new("canary_operation").unwrap();
    add(
        "an operation that nobody has",
        &[UnknownOperation, UndeclaredEvent],
        nameless,
    );
    let mut strange = whole();
    strange.events[0].payload = JsonValue::parse(r#"{"canary":1}"#).unwrap();
    add(
        "a member that nobody declares",
        &[EventOfAnotherForm],
        strange,
    );
    let mut joined = whole();
    joined.audits.push(audit("second", "create_user"));
    joined.audits.push(audit("third", "link_identity"));
    joined.events.push(event("second", "identity.linked"));
    add(
        "one event for two that were joined",
        &[AuditWithoutEvent],
        joined,
    );
    plants
}
