//! Wrong about values.

use crate::fault::{Unit, UnitFault};
use serde_json::Value;
use std::collections::BTreeSet;
use user_engine_domain::{
    AuditRecord, DomainRecord, JsonValue, List, OutboxEvent, Sensitive, Text, Timestamp,
};
use user_engine_ports::StoreError;

/// Alters a profile value's JSON.
fn altered(record: DomainRecord, alter: fn(Value) -> Value) -> DomainRecord {
    match record {
        DomainRecord::ProfileValue(mut value) => {
            let json = alter(value.value.expose().to_value());
            if let Ok(json) = JsonValue::new(json) {
                value.value = Sensitive::new(json);
            }
            value.into()
        }
        record => record,
    }
}

/// Alters every value inside a value, the innermost first.
fn each(value: Value, alter: fn(Value) -> Value) -> Value {
    alter(match value {
        Value::Array(entries) => entries
            .into_iter()
            .map(|entry| each(entry, alter))
            .collect(),
        Value::Object(members) => {
            let member = |(name, value)| (name, each(value, alter));
            Value::Object(members.into_iter().map(member).collect())
        }
        value => value,
    })
}

/// The float next to a number, which a whole one of 53 bits equals; near the ends of 64 bits it
/// would not be accepted.
fn float(value: Value) -> Value {
    let near = value.as_f64().filter(|float| float.abs() < 9e18);
    match near.and_then(serde_json::Number::from_f64) {
        Some(float) if value.is_number() => Value::Number(float),
        _ => value,
    }
}

pub(super) fn as_floats(record: DomainRecord) -> DomainRecord {
    altered(record, |value| each(value, float))
}

pub(super) fn without_controls(record: DomainRecord) -> DomainRecord {
    altered(record, |value| {
        each(value, |value| match value {
            Value::String(text) => text
                .chars()
                .filter(|c| !c.is_control())
                .collect::<String>()
                .into(),
            value => value,
        })
    })
}

pub(super) fn without_nulls(record: DomainRecord) -> DomainRecord {
    altered(record, |value| {
        each(value, |value| match value {
            Value::Object(mut members) => {
                members.retain(|_, value| !value.is_null());
                Value::Object(members)
            }
            value => value,
        })
    })
}

/// Alters a user's name.
fn renamed(record: DomainRecord, rename: fn(&str) -> Option<String>) -> DomainRecord {
    match record {
        DomainRecord::User(mut user) => {
            if let Some(name) = user.display_name.take() {
                let renamed = rename(name.expose().as_str());
                user.display_name = renamed
                    .and_then(|text| Text::new(text).ok())
                    .map(Sensitive::new);
            }
            user.into()
        }
        record => record,
    }
}

pub(super) fn empty_as_absent(record: DomainRecord) -> DomainRecord {
    renamed(record, |name| {
        Some(name.to_owned()).filter(|name| !name.is_empty())
    })
}

pub(super) fn trimmed(record: DomainRecord) -> DomainRecord {
    renamed(record, |name| Some(name.trim().to_owned()))
}

pub(super) fn without_repeats(record: DomainRecord) -> DomainRecord {
    match record {
        DomainRecord::IdentityFactor(mut factor) => {
            let mut seen = BTreeSet::new();
            let mut entries = std::mem::take(&mut factor.evidence_references).into_vec();
            entries.retain(|entry| seen.insert(entry.clone()));
            factor.evidence_references = List::new(entries).unwrap_or_default();
            factor.into()
        }
        record => record,
    }
}

fn coarse(instant: Timestamp) -> Timestamp {
    instant.saturating_add_micros(-instant.as_micros().rem_euclid(1_000))
}

pub(super) fn in_milliseconds(record: DomainRecord) -> DomainRecord {
    match record {
        DomainRecord::User(mut user) => {
            user.created_at = coarse(user.created_at);
            user.updated_at = coarse(user.updated_at);
            user.into()
        }
        record => record,
    }
}

/// Appends audit records of a whole millisecond.
pub(super) struct CoarseAudit;

impl UnitFault for CoarseAudit {
    fn append_audit(&mut self, unit: &mut Unit, mut record: AuditRecord) -> Result<(), StoreError> {
        record.recorded_at = coarse(record.recorded_at);
        unit.append_audit(record)
    }
}

/// Enqueues events whose numbers are floats.
pub(super) struct FloatEvents;

impl UnitFault for FloatEvents {
    fn enqueue(&mut self, unit: &mut Unit, mut event: OutboxEvent) -> Result<(), StoreError> {
        if let Ok(payload) = JsonValue::new(each(event.payload.to_value(), float)) {
            event.payload = payload;
        }
        unit.enqueue(event)
    }
}
