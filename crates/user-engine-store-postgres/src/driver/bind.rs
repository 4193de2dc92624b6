//! From calls to statements with typed parameters.

use crate::bound::Bound;
use crate::call::{
    ApplyCall, AuditCall, AuditRow, Call, EventRow, Gate, ItemRow, ItemVerb, ListCall, ListColumn,
    LogCall, Sight,
};
use crate::{schema, statement};
use bytes::BytesMut;
use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use user_engine_domain::Timestamp;
use user_engine_migrations::OWNED_TABLES;

/// What is to be sent.
pub(super) enum Query<'a> {
    /// One statement with its parameters.
    Typed(&'static str, Vec<Value<'a>>),
    /// Statements without parameters.
    Batch(&'static str),
}

/// A parameter, of a built-in type.
pub(super) enum Value<'a> {
    Text(Option<&'a str>),
    Owned(String),
    Bool(Option<bool>),
    Int2(Option<i16>),
    Int4(Option<i32>),
    Int8(Option<i64>),
    Instant(Option<SystemTime>),
    Texts(Vec<Option<&'a str>>),
    OwnedTexts(Vec<Option<String>>),
    NoTexts,
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[bound]")
    }
}

/// The driver prints the parameters of a named statement when it logs at DEBUG, so that it is
/// given these instead of what they hold.
impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.as_sql().0.to_sql_checked(ty, out)
    }

    fn accepts(_ty: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// An array that is NULL.
const NO_TEXTS: Option<&[&str]> = None;

impl Value<'_> {
    /// The parameter as the driver takes it.
    pub(super) fn as_sql(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Text(value) => (value, Type::TEXT),
            Self::Owned(value) => (value, Type::TEXT),
            Self::Bool(value) => (value, Type::BOOL),
            Self::Int2(value) => (value, Type::INT2),
            Self::Int4(value) => (value, Type::INT4),
            Self::Int8(value) => (value, Type::INT8),
            Self::Instant(value) => (value, Type::TIMESTAMPTZ),
            Self::Texts(value) => (value, Type::TEXT_ARRAY),
            Self::OwnedTexts(value) => (value, Type::TEXT_ARRAY),
            Self::NoTexts => (&NO_TEXTS, Type::TEXT_ARRAY),
        }
    }
}

fn text(value: &Bound<Box<str>>) -> Value<'_> {
    Value::Text(Some(value))
}

fn maybe(value: Option<&Bound<Box<str>>>) -> Value<'_> {
    Value::Text(value.map(|value| &***value))
}

fn int4<'a>(value: i32) -> Value<'a> {
    Value::Int4(Some(value))
}

fn int8<'a>(value: i64) -> Value<'a> {
    Value::Int8(Some(value))
}

/// An instant for a binary parameter: the same microseconds, by integers alone.
fn instant(micros: i64) -> SystemTime {
    let away = Duration::from_micros(micros.unsigned_abs());
    if micros < 0 {
        UNIX_EPOCH - away
    } else {
        UNIX_EPOCH + away
    }
}

fn gate(gate: &Gate) -> [Value<'_>; 3] {
    [
        int4(gate.version),
        Value::Text(Some(&gate.chained_checksum)),
        Value::Text(gate.disposable_mark.as_deref()),
    ]
}

fn seen(sight: &Sight) -> [Value<'_>; 2] {
    [
        Value::Bool(Some(sight.is_platform)),
        maybe(sight.tenant.as_ref()),
    ]
}

/// The statement of a call.
pub(super) fn query_for(call: &Call) -> Query<'_> {
    let mut values = Vec::new();
    let sql = match call {
        Call::GetMany { sight, ids } => get(sight, ids, &mut values),
        Call::List(call) => list(call, &mut values),
        Call::GetOperation {
            scope_key,
            operation_id,
        } => {
            values.extend([text(scope_key), text(operation_id)]);
            statement::OPERATIONS_GET
        }
        Call::Apply(call) => {
            apply(call, &mut values);
            statement::APPLY
        }
        Call::AppendDenial {
            gate: needed,
            lock_wait_ms,
            audit: row,
        } => {
            values.extend(gate(needed));
            values.push(int4(*lock_wait_ms));
            values.extend([text(&row.audit_id), text(&row.operation_id)]);
            audit_columns(Some(row), &mut values);
            statement::AUDIT_APPEND_DENIAL
        }
        Call::FenceOperation {
            gate: needed,
            lock_wait_ms,
            scope_key,
            operation_id,
        } => {
            values.extend(gate(needed));
            values.extend([int4(*lock_wait_ms), text(scope_key), text(operation_id)]);
            statement::OPERATIONS_SETTLE
        }
        Call::PurgeOperations {
            gate: needed,
            lock_wait_ms,
            before,
            limit,
        } => {
            values.extend(gate(needed));
            values.push(int4(*lock_wait_ms));
            values.extend([Value::Instant(Some(instant(*before))), int8(*limit)]);
            statement::OPERATIONS_PURGE
        }
        Call::CountRecords { sight, scope_key } => {
            values.extend(seen(sight));
            values.extend([Value::Bool(Some(sight.shows_tenantless)), text(scope_key)]);
            statement::RECORDS_COUNT
        }
        Call::ListAudit(call) => list_audit(call, &mut values),
        Call::ListOutbox(call) => {
            log(call, &mut values);
            statement::OUTBOX_LIST
        }
        Call::ListVersions => statement::VERSIONS_LIST,
        Call::ListFacts => {
            let relations = OWNED_TABLES.iter().chain([&schema::REVISIONS]);
            values.push(Value::Texts(relations.map(|name| Some(*name)).collect()));
            values.push(Value::Texts(
                schema::FUNCTIONS.iter().map(|name| Some(*name)).collect(),
            ));
            statement::CATALOG_LIST_FACTS
        }
        Call::LockMigration { lock_wait_ms } => {
            values.push(Value::Owned(lock_wait_ms.to_string()));
            statement::MIGRATION_LOCK
        }
        Call::CheckVersion { version: 0 } => statement::VERSIONS_CHECK_NONE,
        Call::CheckVersion { version } => {
            values.push(int4(*version));
            statement::VERSIONS_CHECK
        }
        Call::RunMigration { sql, .. } => return Query::Batch(sql),
        Call::SaveVersion(row) => {
            values.extend([
                int4(row.version),
                Value::Text(Some(&row.name)),
                Value::Text(Some(&row.checksum)),
                Value::Text(Some(&row.chained_checksum)),
                int4(row.compatible_from),
                Value::Text(row.disposable_mark.as_deref()),
            ]);
            statement::VERSIONS_SAVE
        }
    };
    Query::Typed(sql, values)
}

fn get<'a>(
    sight: &'a Sight,
    ids: &'a [(&'static str, Bound<Box<str>>)],
    values: &mut Vec<Value<'a>>,
) -> &'static str {
    let sql = if let [(record_type, key)] = ids {
        values.extend([Value::Text(Some(record_type)), text(key)]);
        statement::RECORDS_GET
    } else {
        values.push(Value::Texts(
            ids.iter()
                .map(|(record_type, _)| Some(*record_type))
                .collect(),
        ));
        values.push(Value::Texts(
            ids.iter().map(|(_, key)| Some(&***key)).collect(),
        ));
        statement::RECORDS_GET_MANY
    };
    values.extend(seen(sight));
    sql
}

fn list<'a>(call: &'a ListCall, values: &mut Vec<Value<'a>>) -> &'static str {
    let ListCall {
        sight,
        record_type,
        by,
        after,
        limit,
    } = call;
    values.extend([
        Value::Text(Some(record_type)),
        maybe(after.as_ref()),
        int8(*limit),
    ]);
    values.extend(seen(sight));
    let tenantless = Value::Bool(Some(sight.shows_tenantless));
    match by {
        ListColumn::Kind if sight.is_platform || sight.shows_tenantless => {
            statement::RECORDS_LIST_BY_KIND
        }
        ListColumn::Kind => {
            values.push(maybe(sight.tenant.as_ref()));
            statement::RECORDS_LIST_BY_TENANT
        }
        ListColumn::Tenant(id) => {
            values.push(text(id));
            statement::RECORDS_LIST_BY_TENANT
        }
        ListColumn::User(id) => {
            values.extend([tenantless, text(id)]);
            statement::RECORDS_LIST_BY_USER
        }
        ListColumn::Application(id) => {
            values.extend([tenantless, text(id)]);
            statement::RECORDS_LIST_BY_APPLICATION
        }
        ListColumn::Scope(scope_type, scope_id) => {
            values.extend([tenantless, text(scope_id), text(scope_type)]);
            statement::RECORDS_LIST_BY_SCOPE
        }
    }
}

fn log<'a>(call: &'a LogCall, values: &mut Vec<Value<'a>>) {
    values.extend([
        Value::Owned(call.low.to_string()),
        call.high
            .as_ref()
            .map_or(Value::Text(None), |high| Value::Owned(high.to_string())),
        int8(call.position),
        int8(call.limit),
    ]);
    values.extend(seen(&call.sight));
}

fn list_audit<'a>(call: &'a AuditCall, values: &mut Vec<Value<'a>>) -> &'static str {
    log(&call.log, values);
    let target = call.target.as_ref();
    values.extend([
        maybe(call.correlation_id.as_ref()),
        maybe(call.operation_id.as_ref()),
        Value::Text(target.map(|(kind, _)| *kind)),
        maybe(target.map(|(_, key)| key)),
        maybe(call.actor_id.as_ref()),
        Value::Instant(call.from.map(instant)),
        Value::Instant(call.until.map(instant)),
    ]);
    statement::AUDIT_LIST
}

/// The parameters of the apply function: the first item, audit record and event by themselves,
/// the further ones in flat arrays.
fn apply<'a>(call: &'a ApplyCall, values: &mut Vec<Value<'a>>) {
    values.reserve_exact(45);
    firsts(call, values);
    let items = call.items.iter().skip(1);
    let audits = call.audit_records.iter().skip(1);
    let events = call.events.iter().skip(1);
    values.push(flat(items.map(|row| one(|values| item(Some(row), values)))));
    values.push(flat(
        audits.map(|row| one(|values| audit(Some(row), values))),
    ));
    values.push(flat(
        events.map(|row| one(|values| event(Some(row), values))),
    ));
}

/// The parameters of a statement that applies a unit of so many saves, one audit record and one
/// event by itself.
pub(super) fn saves(call: &ApplyCall) -> Vec<Value<'_>> {
    let mut values = Vec::with_capacity(62);
    firsts(call, &mut values);
    for row in call.items.iter().skip(1) {
        item(Some(row), &mut values);
    }
    values
}

/// What belongs to the unit as a whole, and its first item, audit record and event.
fn firsts<'a>(call: &'a ApplyCall, values: &mut Vec<Value<'a>>) {
    values.extend(gate(&call.gate));
    values.extend([
        int4(call.lock_wait_ms),
        int4(call.time_limit_ms),
        text(&call.scope_key),
        text(&call.operation_id),
        text(&call.request_digest),
        Value::Text(Some(&call.receipt)),
    ]);
    item(call.items.first(), values);
    audit(call.audit_records.first(), values);
    event(call.events.first(), values);
}

fn one<'a>(push: impl FnOnce(&mut Vec<Value<'a>>)) -> Vec<Value<'a>> {
    let mut values = Vec::new();
    push(&mut values);
    values
}

/// Rows as one flat array of texts; NULL when there is none.
fn flat<'a>(rows: impl Iterator<Item = Vec<Value<'a>>>) -> Value<'a> {
    let texts: Vec<_> = rows.flatten().map(as_text).collect();
    if texts.is_empty() {
        Value::NoTexts
    } else {
        Value::OwnedTexts(texts)
    }
}

fn as_text(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(value) => value.map(ToOwned::to_owned),
        Value::Owned(value) => Some(value),
        Value::Bool(value) => value.map(|value| value.to_string()),
        Value::Int2(value) => value.map(|value| value.to_string()),
        Value::Int4(value) => value.map(|value| value.to_string()),
        Value::Int8(value) => value.map(|value| value.to_string()),
        Value::Instant(value) => value.and_then(instant_text),
        Value::Texts(_) | Value::OwnedTexts(_) | Value::NoTexts => None,
    }
}

/// The instant with six digits, as PostgreSQL reads it without rounding.
fn instant_text(at: SystemTime) -> Option<String> {
    let micros = super::row::micros(at)?;
    Some(Timestamp::from_micros(micros).ok()?.to_string())
}

const fn action(verb: ItemVerb) -> &'static str {
    match verb {
        ItemVerb::Save => "save-any",
        ItemVerb::Create => "save-absent",
        ItemVerb::Replace => "save-revision",
        ItemVerb::Delete => "delete-any",
        ItemVerb::Remove => "delete-revision",
        ItemVerb::Expect => "expect-revision",
        ItemVerb::ExpectAbsent => "expect-absent",
    }
}

fn item<'a>(row: Option<&'a ItemRow>, values: &mut Vec<Value<'a>>) {
    let record = row.and_then(|row| row.record.as_deref());
    values.extend([
        Value::Text(row.map(|row| action(row.verb))),
        Value::Int8(row.and_then(|row| row.revision)),
        Value::Text(row.map(|row| row.record_type)),
        Value::Text(row.map(|row| &**row.record_key)),
        Value::Text(record.and_then(|record| record.tenant.as_deref())),
        Value::Text(record.and_then(|record| record.user_id.as_deref())),
        Value::Text(record.and_then(|record| record.application_id.as_deref())),
        Value::Text(record.and_then(|record| record.scope_type.as_deref())),
        Value::Text(record.and_then(|record| record.scope_id.as_deref())),
        Value::Text(record.map(|record| record.payload.as_str())),
    ]);
}

/// An audit record of a unit of work, whose operation is the unit's.
fn audit<'a>(row: Option<&'a AuditRow>, values: &mut Vec<Value<'a>>) {
    values.push(maybe(row.map(|row| &row.audit_id)));
    audit_columns(row, values);
}

/// The columns from the correlation id on.
fn audit_columns<'a>(row: Option<&'a AuditRow>, values: &mut Vec<Value<'a>>) {
    let own = |of: fn(&AuditRow) -> &Bound<Box<str>>| maybe(row.map(of));
    let some = |of: fn(&AuditRow) -> Option<&Bound<Box<str>>>| maybe(row.and_then(of));
    values.extend([
        own(|row| &row.correlation_id),
        some(|row| row.tenant.as_ref()),
        own(|row| &row.actor_kind),
        own(|row| &row.actor_id),
        some(|row| row.on_behalf_of.as_ref()),
        Value::Bool(row.map(|row| row.break_glass)),
        own(|row| &row.operation),
        some(|row| row.target_kind.as_ref()),
        some(|row| row.target_key.as_ref()),
        own(|row| &row.outcome),
        some(|row| row.reason.as_ref()),
        Value::Instant(row.map(|row| instant(row.recorded_at))),
    ]);
}

fn event<'a>(row: Option<&'a EventRow>, values: &mut Vec<Value<'a>>) {
    let own = |of: fn(&EventRow) -> &Bound<Box<str>>| maybe(row.map(of));
    values.extend([
        own(|row| &row.event_id),
        own(|row| &row.event_type),
        Value::Int4(row.map(|row| row.event_version)),
        own(|row| &row.aggregate_kind),
        own(|row| &row.aggregate_key),
        Value::Int2(row.map(|row| row.partition)),
        maybe(row.and_then(|row| row.tenant.as_ref())),
        own(|row| &row.correlation_id),
        Value::Text(row.map(|row| row.payload.as_str())),
        Value::Instant(row.map(|row| instant(row.occurred_at))),
    ]);
}
