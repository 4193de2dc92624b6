//! The one place that writes a mutation: its records, exactly one audit record, at least one event.

use crate::core::admission::Admitted;
use crate::core::draft::{Change, Draft, internal};
use crate::core::event::Told;
use crate::core::flight::Answers;
use crate::core::operation::Mutation;
use crate::error::Refusal;
use user_engine_domain::{
    AuditOutcome, AuditRecord, AuditTarget, EventType, JsonValue, OperationName, OutboxEvent,
};
use user_engine_ports::Tx;

/// Decides and buffers one operation in a nested part of the unit: everything, or nothing.
pub(crate) fn write<M: Mutation>(
    tx: &mut Tx,
    admitted: &Admitted,
    request: &M,
    slots: &M::Slots,
    answers: &Answers,
) -> Result<M::Response, Refusal> {
    let mut nested = tx.nested()?;
    let mut draft = Draft::new(&mut nested, admitted);
    let Change {
        target,
        first,
        more,
        response,
    } = request.decide(slots, answers, &mut draft)?;
    nested.append_audit(AuditRecord {
        audit_id: admitted.fresh()?,
        operation_id: admitted.operation_id.clone(),
        correlation_id: admitted.correlation_id.clone(),
        tenant: admitted.tenant.clone(),
        actor: admitted.actor.clone(),
        operation: OperationName::new(M::SPEC.name)?,
        target: Some(AuditTarget::of(&target)),
        outcome: AuditOutcome::Allowed,
        reason: None,
        recorded_at: admitted.now,
    })?;
    if M::SPEC.events.first() != Some(&first.spec) {
        return Err(internal());
    }
    for told in std::iter::once(first).chain(more) {
        if !M::SPEC.events.contains(&told.spec) {
            return Err(internal());
        }
        nested.enqueue(event(admitted, told)?)?;
    }
    nested.commit();
    Ok(response)
}

fn event(admitted: &Admitted, told: Told) -> Result<OutboxEvent, Refusal> {
    Ok(OutboxEvent {
        event_id: admitted.fresh()?,
        event_type: EventType::new(told.spec.event_type)?,
        event_version: told.spec.version,
        aggregate: told.aggregate,
        tenant: admitted.tenant.clone(),
        operation_id: admitted.operation_id.clone(),
        correlation_id: admitted.correlation_id.clone(),
        payload: JsonValue::new(serde_json::Value::Object(told.payload))?,
        occurred_at: admitted.now,
    })
}
