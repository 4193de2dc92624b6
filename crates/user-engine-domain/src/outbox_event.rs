//! Outbox events: what the world outside is told.

use crate::error::{FieldError, Rule};
use crate::id::{CorrelationId, EventId, EventType, OperationId, TenantId};
use crate::json::JsonValue;
use crate::key::RecordId;
use crate::rules::inconsistent;
use crate::timestamp::Timestamp;

/// What the world outside is told. Appended with the change it tells of, never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// The event; the idempotency id of its delivery.
    pub event_id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// The version of the payload's form, 1 to 2,147,483,647.
    pub event_version: u32,
    /// The record whose events keep their order; an identity's events belong to its user.
    pub aggregate: RecordId,
    /// The tenant that the operation resolved to.
    pub tenant: Option<TenantId>,
    /// The operation that it belongs to.
    pub operation_id: OperationId,
    /// The request that it belongs to.
    pub correlation_id: CorrelationId,
    /// An object of ids, statuses, counts and factor types; never a factor or profile value.
    pub payload: JsonValue,
    /// When it happened.
    pub occurred_at: Timestamp,
}

impl OutboxEvent {
    /// Checks that the payload is an object, the version is at least 1, the aggregate's key is
    /// not personal, and a tenant is named where the aggregate is of a tenant kind.
    ///
    /// # Errors
    ///
    /// Names the field that disagrees, never a value.
    pub fn validate(&self) -> Result<(), FieldError> {
        if !(1..=i32::MAX.unsigned_abs()).contains(&self.event_version) {
            return Err(FieldError::new(
                "event_version",
                Rule::OutOfRange {
                    expected: "within 1 to 2,147,483,647",
                },
            ));
        }
        if !self.payload.is_object() {
            return Err(FieldError::new(
                "payload",
                Rule::Malformed {
                    expected: "an object",
                },
            ));
        }
        if self.aggregate.kind.has_personal_key() {
            return Err(inconsistent(
                "aggregate",
                "must be of a kind whose key is not personal",
            ));
        }
        if self.aggregate.kind.is_tenant_kind() && self.tenant.is_none() {
            return Err(FieldError::new("tenant", Rule::Missing));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RecordKey;
    use crate::kind::RecordKind;

    fn event(kind: RecordKind) -> OutboxEvent {
        OutboxEvent {
            event_id: EventId::new("event").unwrap(),
            event_type: EventType::new("user.created").unwrap(),
            event_version: 1,
            aggregate: RecordId::new(kind, RecordKey::from_parts([Some("canary")])),
            tenant: None,
            operation_id: OperationId::new("operation").unwrap(),
            correlation_id: CorrelationId::new("correlation").unwrap(),
            payload: JsonValue::parse("{}").unwrap(),
            occurred_at: Timestamp::from_micros(0).unwrap(),
        }
    }

    #[test]
    fn each_rule_refuses_with_its_field_and_no_value() {
        let refused = |it: &OutboxEvent| {
            it.validate().map_err(|error| {
                assert!(!error.to_string().contains("canary"));
                error.field()
            })
        };
        let good = event(RecordKind::User);
        assert_eq!(refused(&good), Ok(()));
        assert_eq!(
            refused(&OutboxEvent {
                event_version: 0,
                ..good.clone()
            }),
            Err("event_version")
        );
        let payload = JsonValue::parse("[]").unwrap();
        assert_eq!(refused(&OutboxEvent { payload, ..good }), Err("payload"));
        assert_eq!(
            refused(&event(RecordKind::ExternalIdentity)),
            Err("aggregate")
        );
        assert_eq!(refused(&event(RecordKind::TenantAccount)), Err("tenant"));
    }
}
