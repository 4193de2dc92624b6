//! From rows to domain values, strictly: a row that can't be decoded becomes a typed word that
//! names the place and no value.

use crate::answer::{OperationRow, RecordRow};
use crate::bound::Bound;
use crate::call::{AuditRow, EventRow};
use crate::encode::receipt_body;
use std::str::FromStr;
use user_engine_domain::{
    Actor, ActorId, AuditId, AuditRecord, AuditTarget, CorrelationId, EventId, EventType,
    FieldError, JsonValue, OperationId, OperationName, OutboxEvent, RecordId, RecordKey,
    RecordKind, Rule, TenantId, Timestamp,
};
use user_engine_ports::{Receipt, ReceiptBody, Revision, Row, Undecodable, Versioned};
use user_engine_records::domain_record_from_store_record;

/// A record.
pub(crate) fn record(row: &RecordRow) -> Row {
    match domain_record_from_store_record(&row.record) {
        Ok(record) => Ok(Versioned {
            revision: Revision::from_stored(row.revision),
            record,
        }),
        Err(error) => Err(Undecodable {
            kind: error.kind(),
            key: error.key().clone(),
            path: error.path().to_owned(),
            reason: error.reason().as_str(),
        }),
    }
}

/// An audit record.
pub(crate) fn audit_record(row: &AuditRow) -> Result<AuditRecord, Undecodable> {
    parse_audit(row).map_err(|refused| undecodable(&row.audit_id, &refused))
}

fn parse_audit(row: &AuditRow) -> Result<AuditRecord, FieldError> {
    let target = match (&row.target_kind, &row.target_key) {
        (Some(kind), Some(key)) => Some(AuditTarget::from_stored(kind.parse()?, key.0.clone())?),
        (None, None) => None,
        _ => return Err(FieldError::new("target", Rule::Missing)),
    };
    let record = AuditRecord {
        audit_id: AuditId::new(row.audit_id.0.clone())?,
        operation_id: OperationId::new(row.operation_id.0.clone())?,
        correlation_id: CorrelationId::new(row.correlation_id.0.clone())?,
        tenant: optional(row.tenant.as_ref(), TenantId::new)?,
        actor: Actor {
            kind: row.actor_kind.parse()?,
            id: ActorId::new(row.actor_id.0.clone())?,
            on_behalf_of: optional(row.on_behalf_of.as_ref(), ActorId::new)?,
            break_glass: row.break_glass,
        },
        operation: OperationName::new(row.operation.0.clone())?,
        target,
        outcome: row.outcome.parse()?,
        reason: row
            .reason
            .as_ref()
            .map(|reason| reason.parse())
            .transpose()?,
        recorded_at: Timestamp::from_micros(row.recorded_at)?,
    };
    record.validate()?;
    Ok(record)
}

/// An outbox event.
pub(crate) fn outbox_event(row: &EventRow) -> Result<OutboxEvent, Undecodable> {
    parse_event(row).map_err(|refused| undecodable(&row.event_id, &refused))
}

fn parse_event(row: &EventRow) -> Result<OutboxEvent, FieldError> {
    let kind = RecordKind::from_str(&row.aggregate_kind)?;
    let event_version = u32::try_from(row.event_version).map_err(|_| {
        FieldError::new(
            "event_version",
            Rule::OutOfRange {
                expected: "1 or more",
            },
        )
    })?;
    let event = OutboxEvent {
        event_id: EventId::new(row.event_id.0.clone())?,
        event_type: EventType::new(row.event_type.0.clone())?,
        event_version,
        aggregate: RecordId::new(kind, RecordKey::from_stored(row.aggregate_key.0.clone())),
        tenant: optional(row.tenant.as_ref(), TenantId::new)?,
        operation_id: OperationId::new(row.operation_id.0.clone())?,
        correlation_id: CorrelationId::new(row.correlation_id.0.clone())?,
        payload: JsonValue::parse(&row.payload)?,
        occurred_at: Timestamp::from_micros(row.occurred_at)?,
    };
    event.validate()?;
    Ok(event)
}

fn optional<T>(
    value: Option<&Bound<Box<str>>>,
    parse: impl Fn(Box<str>) -> Result<T, FieldError>,
) -> Result<Option<T>, FieldError> {
    value.map(|value| parse(value.0.clone())).transpose()
}

fn undecodable(id: &str, refused: &FieldError) -> Undecodable {
    Undecodable {
        kind: None,
        key: RecordKey::from_stored(id),
        path: refused.field().to_owned(),
        reason: "a column that breaks its rule",
    }
}

/// What an operation's row means for a unit of work under the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// It applied.
    Applied(Receipt),
    /// It carries another request.
    OtherRequest,
    /// It was fenced.
    Fenced,
    /// The row is none that this code wrote.
    Unreadable,
}

/// Reads an operation's row, and holds it against the request's digest.
pub(crate) fn operation(id: &OperationId, row: &OperationRow, request_digest: &str) -> Known {
    match (&*row.state, &row.receipt) {
        ("fenced", _) => Known::Fenced,
        ("applied", Some(text)) => {
            let stored = row.request_digest.as_ref().map(|digest| &***digest);
            if stored != Some(request_digest) {
                return Known::OtherRequest;
            }
            receipt(id, text, row.applied_at).map_or(Known::Unreadable, Known::Applied)
        }
        _ => Known::Unreadable,
    }
}

/// A receipt from its columns.
pub(crate) fn receipt(id: &OperationId, text: &str, applied_at: i64) -> Option<Receipt> {
    receipt_of(id, receipt_body(text)?, applied_at)
}

/// A receipt whose body is at hand.
pub(crate) fn receipt_of(id: &OperationId, body: ReceiptBody, applied_at: i64) -> Option<Receipt> {
    let applied_at = Timestamp::from_micros(applied_at).ok()?;
    Some(Receipt {
        operation_id: id.clone(),
        applied_at,
        body,
    })
}
