//! What the schema promises to be, by property: what readiness holds the catalog against.

use std::collections::BTreeMap;
use user_engine_domain::sha256_hex;
use user_engine_migrations::MANIFEST;

/// The sequence of revisions.
pub(crate) const REVISIONS: &str = "user_engine_revisions";

/// The versions table, which says where the others must be.
pub(crate) const VERSIONS: &str = "user_engine_schema_versions";

/// The functions that this adapter calls, and the one that they share.
pub(crate) const FUNCTIONS: &[&str] = &[
    "user_engine_apply",
    "user_engine_outcome",
    "user_engine_purge",
    "user_engine_record_denial",
    "user_engine_refuse_unready",
];

/// Every column: type, collation, whether it can be absent.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    ("user_engine_audit_records.actor_id", "text C not null"),
    ("user_engine_audit_records.actor_kind", "text C not null"),
    ("user_engine_audit_records.audit_id", "text C not null"),
    ("user_engine_audit_records.break_glass", "boolean not null"),
    (
        "user_engine_audit_records.correlation_id",
        "text C not null",
    ),
    ("user_engine_audit_records.on_behalf_of", "text C"),
    ("user_engine_audit_records.operation", "text C not null"),
    ("user_engine_audit_records.operation_id", "text C not null"),
    ("user_engine_audit_records.outcome", "text C not null"),
    ("user_engine_audit_records.position", "bigint not null"),
    ("user_engine_audit_records.reason", "text C"),
    (
        "user_engine_audit_records.recorded_at",
        "timestamp with time zone not null",
    ),
    ("user_engine_audit_records.target_key", "text C"),
    ("user_engine_audit_records.target_kind", "text C"),
    ("user_engine_audit_records.tenant", "text C"),
    ("user_engine_audit_records.xid", "xid8 not null"),
    (
        "user_engine_operations.applied_at",
        "timestamp with time zone not null",
    ),
    ("user_engine_operations.operation_id", "text C not null"),
    ("user_engine_operations.receipt", "jsonb"),
    ("user_engine_operations.request_digest", "text C"),
    ("user_engine_operations.scope_key", "text C not null"),
    ("user_engine_operations.state", "text C not null"),
    ("user_engine_outbox_events.aggregate_key", "text C not null"),
    (
        "user_engine_outbox_events.aggregate_kind",
        "text C not null",
    ),
    (
        "user_engine_outbox_events.correlation_id",
        "text C not null",
    ),
    ("user_engine_outbox_events.event_id", "text C not null"),
    ("user_engine_outbox_events.event_type", "text C not null"),
    (
        "user_engine_outbox_events.event_version",
        "integer not null",
    ),
    (
        "user_engine_outbox_events.occurred_at",
        "timestamp with time zone not null",
    ),
    ("user_engine_outbox_events.operation_id", "text C not null"),
    ("user_engine_outbox_events.partition", "smallint not null"),
    ("user_engine_outbox_events.payload", "jsonb not null"),
    ("user_engine_outbox_events.position", "bigint not null"),
    ("user_engine_outbox_events.tenant", "text C"),
    ("user_engine_outbox_events.xid", "xid8 not null"),
    ("user_engine_records.application_id", "text C"),
    (
        "user_engine_records.created_at",
        "timestamp with time zone not null",
    ),
    ("user_engine_records.payload", "jsonb not null"),
    ("user_engine_records.record_key", "text C not null"),
    ("user_engine_records.record_type", "text C not null"),
    ("user_engine_records.revision", "bigint not null"),
    ("user_engine_records.scope_id", "text C"),
    ("user_engine_records.scope_type", "text C"),
    ("user_engine_records.tenant", "text C"),
    (
        "user_engine_records.updated_at",
        "timestamp with time zone not null",
    ),
    ("user_engine_records.user_id", "text C"),
    (
        "user_engine_schema_versions.applied_at",
        "timestamp with time zone not null",
    ),
    (
        "user_engine_schema_versions.chained_checksum",
        "text C not null",
    ),
    ("user_engine_schema_versions.checksum", "text C not null"),
    (
        "user_engine_schema_versions.compatible_from",
        "integer not null",
    ),
    ("user_engine_schema_versions.disposable_mark", "text C"),
    ("user_engine_schema_versions.name", "text C not null"),
    ("user_engine_schema_versions.version", "integer not null"),
];

/// The columns that are filled in, and by what (`identity a` is always an identity). No other column
/// of ours has a default.
pub(crate) const DEFAULTS: &[(&str, &str)] = &[
    ("user_engine_audit_records.position", "identity a"),
    ("user_engine_audit_records.xid", "pg_current_xact_id()"),
    ("user_engine_operations.applied_at", "now()"),
    ("user_engine_outbox_events.position", "identity a"),
    ("user_engine_outbox_events.xid", "pg_current_xact_id()"),
    ("user_engine_records.created_at", "now()"),
    (
        "user_engine_records.revision",
        "nextval('user_engine_revisions'::regclass)",
    ),
    ("user_engine_records.updated_at", "now()"),
    ("user_engine_schema_versions.applied_at", "now()"),
];

/// Keys and the indexes of lists and logs, by table, columns and what they promise; whatever
/// their names are.
pub(crate) const INDEXES: &[&str] = &[
    "user_engine_audit_records(audit_id) unique",
    "user_engine_audit_records(position) unique",
    "user_engine_audit_records(tenant,position) where (tenant IS NOT NULL)",
    "user_engine_audit_records(xid)",
    "user_engine_operations(applied_at)",
    "user_engine_operations(scope_key,operation_id) unique",
    "user_engine_outbox_events(event_id) unique",
    "user_engine_outbox_events(position) unique",
    "user_engine_outbox_events(tenant,position) where (tenant IS NOT NULL)",
    "user_engine_outbox_events(xid)",
    "user_engine_records(application_id,record_type,record_key) where (application_id IS NOT NULL)",
    "user_engine_records(record_type,record_key) unique",
    "user_engine_records(scope_id,scope_type,record_type,record_key) where (scope_id IS NOT NULL)",
    "user_engine_records(tenant,record_type,record_key) where (tenant IS NOT NULL)",
    "user_engine_records(user_id,record_type,record_key) where (user_id IS NOT NULL)",
    "user_engine_schema_versions(version) unique",
];

/// The rights that the serving role needs.
pub(crate) const PRIVILEGES: &[(&str, &[&str])] = &[
    ("user_engine_apply", &["EXECUTE"]),
    ("user_engine_audit_records", &["SELECT", "INSERT"]),
    ("user_engine_operations", &["SELECT", "INSERT", "DELETE"]),
    ("user_engine_outbox_events", &["SELECT", "INSERT"]),
    ("user_engine_outcome", &["EXECUTE"]),
    ("user_engine_purge", &["EXECUTE"]),
    ("user_engine_record_denial", &["EXECUTE"]),
    (
        "user_engine_records",
        &["SELECT", "INSERT", "UPDATE", "DELETE"],
    ),
    ("user_engine_refuse_unready", &["EXECUTE"]),
    (REVISIONS, &["USAGE"]),
    (VERSIONS, &["SELECT"]),
];

/// Settings whose other values lose acknowledged commits, and the values that don't.
pub(crate) const DURABLE: &[(&str, &[&str])] = &[
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    ("synchronous_commit", &["on", "remote_apply"]),
];

/// The SHA-256 of each function's body, read from the migrations themselves.
pub(crate) fn function_digests() -> BTreeMap<&'static str, String> {
    let body = |name| {
        MANIFEST
            .iter()
            .rev()
            .find_map(|step| function_body(step.sql, name))
    };
    let digest = |name: &&'static str| Some((*name, sha256_hex(body(name)?)));
    FUNCTIONS.iter().filter_map(digest).collect()
}

/// What stands between the dollar quotes of a function's definition.
fn function_body<'a>(sql: &'a str, name: &str) -> Option<&'a str> {
    let definition = &sql[sql.rfind(&format!("FUNCTION {name}("))?..];
    let quoted = &definition[definition.find("AS $")? + 3..];
    let tag = &quoted[..=quoted[1..].find('$')? + 1];
    let body = &quoted[tag.len()..];
    Some(&body[..body.find(tag)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_body_is_what_stands_between_its_own_quotes() {
        let sql = "CREATE FUNCTION a(x int) RETURNS int AS $f$ SELECT $x$1$x$ $f$; CREATE FUNCTION b() AS $$2$$";
        assert_eq!(function_body(sql, "a"), Some(" SELECT $x$1$x$ "));
        assert_eq!(function_body(sql, "b"), Some("2"));
        assert_eq!(function_body(sql, "c"), None);
    }

    #[test]
    fn every_function_that_is_called_is_defined_by_a_migration() {
        assert_eq!(function_digests().len(), FUNCTIONS.len());
    }
}
