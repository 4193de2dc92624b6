//! Every statement of this adapter, as text. Names read table, verb, qualifier.
//!
//! All are typed, and unnamed unless the session names them, so that they cost one flight cold and
//! warm and pass through transaction poolers; parameters and columns have built-in types only, so
//! that the driver never looks a type up. Scope parameters are always the same three: everything,
//! one tenant, rows without tenant.

/// Opens a read of several statements: one snapshot, nothing written.
pub(crate) const READ_BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Opens a migration.
pub(crate) const MIGRATION_BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// Ends what was opened.
pub(crate) const COMMIT: &str = "COMMIT";
/// Gives up what was opened.
pub(crate) const ROLLBACK: &str = "ROLLBACK";

/// One record: type, key, everything, tenant.
pub(crate) const RECORDS_GET: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision \
FROM user_engine_records AS x \
WHERE x.record_type = $1 AND x.record_key = $2 AND ($3 OR x.tenant IS NULL OR x.tenant = $4)";

/// Several records with their places: types, keys, everything, tenant.
pub(crate) const RECORDS_GET_MANY: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision, k.place \
FROM unnest($1, $2) WITH ORDINALITY AS k (record_type, record_key, place) \
JOIN user_engine_records AS x ON x.record_type = k.record_type AND x.record_key = k.record_key \
WHERE $3 OR x.tenant IS NULL OR x.tenant = $4";

/// A page by kind, where rows without tenant show: type, after, limit, everything, tenant.
pub(crate) const RECORDS_LIST_BY_KIND: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision \
FROM user_engine_records AS x \
WHERE x.record_type = $1 AND ($2 IS NULL OR x.record_key > $2) \
AND ($4 OR x.tenant IS NULL OR x.tenant = $5) \
ORDER BY x.record_key LIMIT $3";

/// A page by tenant: type, after, limit, everything, tenant in sight, tenant asked for. Also a page
/// by kind in a tenant's scope, where no rows without tenant show.
pub(crate) const RECORDS_LIST_BY_TENANT: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision \
FROM user_engine_records AS x \
WHERE x.tenant = $6 AND x.record_type = $1 AND ($2 IS NULL OR x.record_key > $2) \
AND ($4 OR x.tenant = $5) \
ORDER BY x.record_key LIMIT $3";

/// A page by user: type, after, limit, everything, tenant, rows without tenant, user.
pub(crate) const RECORDS_LIST_BY_USER: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision \
FROM user_engine_records AS x \
WHERE x.user_id = $7 AND x.record_type = $1 AND ($2 IS NULL OR x.record_key > $2) \
AND ($4 OR x.tenant = $5 OR ($6 AND x.tenant IS NULL)) \
ORDER BY x.record_key LIMIT $3";

/// A page by application: type, after, limit, everything, tenant, rows without tenant,
/// application.
pub(crate) const RECORDS_LIST_BY_APPLICATION: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision \
FROM user_engine_records AS x \
WHERE x.application_id = $7 AND x.record_type = $1 AND ($2 IS NULL OR x.record_key > $2) \
AND ($4 OR x.tenant = $5 OR ($6 AND x.tenant IS NULL)) \
ORDER BY x.record_key LIMIT $3";

/// A page by scope: type, after, limit, everything, tenant, rows without tenant, scope id, scope
/// type.
pub(crate) const RECORDS_LIST_BY_SCOPE: &str = "\
SELECT x.record_type, x.record_key, x.tenant, x.user_id, x.application_id, x.scope_type, \
x.scope_id, x.payload::text, x.revision \
FROM user_engine_records AS x \
WHERE x.scope_id = $7 AND x.scope_type = $8 AND x.record_type = $1 \
AND ($2 IS NULL OR x.record_key > $2) \
AND ($4 OR x.tenant = $5 OR ($6 AND x.tenant IS NULL)) \
ORDER BY x.record_key LIMIT $3";

/// Counts by kind and of the logs: everything, tenant, rows without tenant, scope.
pub(crate) const RECORDS_COUNT: &str = "\
SELECT x.record_type, count(*) FROM user_engine_records AS x \
WHERE $1 OR x.tenant = $2 OR ($3 AND x.tenant IS NULL) GROUP BY x.record_type \
UNION ALL SELECT 'audit_records', count(*) FROM user_engine_audit_records AS a \
WHERE $1 OR a.tenant = $2 \
UNION ALL SELECT 'outbox_events', count(*) FROM user_engine_outbox_events AS e \
WHERE $1 OR e.tenant = $2 \
UNION ALL SELECT 'operations', count(*) FROM user_engine_operations AS o \
WHERE $1 OR o.scope_key = $4";

/// Commits a unit of work; the parameters are the function's. Beside its answer, the instant of
/// the transaction.
pub(crate) const APPLY: &str = "\
SELECT user_engine_apply($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, \
$10, $11, $12, $13, $14, $15, $16, $17, $18, $19::jsonb, \
$20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, \
$33, $34, $35, $36, $37, $38, $39, $40, $41::jsonb, $42, $43, $44, $45), now()";

/// The save of one item behind the one before it, by its parameters: action, revision, type, key,
/// tenant, user, application, scope type, scope id, payload.
///
/// A save that expects a revision and finds no record would create one: it is told by its creation
/// at infinity, which an update leaves as it was, and stops what follows.
macro_rules! save {
    ($name:literal, $before:literal, $action:literal, $revision:literal, $values:literal) => {
        concat!(
            $name,
            " AS (INSERT INTO user_engine_records AS r (record_type, record_key, tenant, \
user_id, application_id, scope_type, scope_id, payload, created_at) SELECT ",
            $values,
            "::jsonb, CASE WHEN ",
            $revision,
            " IS NULL THEN now() ELSE 'infinity' END FROM ",
            $before,
            " ON CONFLICT (record_type, record_key) DO UPDATE \
SET user_id = excluded.user_id, application_id = excluded.application_id, \
scope_type = excluded.scope_type, scope_id = excluded.scope_id, payload = excluded.payload, \
revision = excluded.revision, updated_at = excluded.updated_at \
WHERE (",
            $action,
            " = 'save-any' OR r.revision = ",
            $revision,
            ") AND r.tenant IS NOT DISTINCT FROM excluded.tenant \
AND (r.user_id IS NULL OR r.user_id = excluded.user_id) \
RETURNING r.revision, r.created_at < 'infinity' AS is_kept), "
        )
    };
}

/// A whole unit of saves, one audit record and one event, by the statements of its saves, the name
/// of the last one and what reads their revisions.
macro_rules! apply_saves {
    ($saves:expr, $last:literal, $revisions:literal) => {
        concat!(
            "WITH operation AS (INSERT INTO user_engine_operations \
(scope_key, operation_id, request_digest, state, receipt) \
SELECT $6, $7, $8, 'applied', $9::jsonb FROM user_engine_schema_versions AS s \
WHERE CASE WHEN s.compatible_from > $1 OR s.disposable_mark IS DISTINCT FROM $3 \
THEN 1 / (s.version - s.version) = 1 \
ELSE s.version = $1 AND s.chained_checksum = $2 AND pg_my_temp_schema() = 0 \
AND set_config('lock_timeout', $4::text, true) <> '' \
AND (current_setting('synchronous_commit') IN ('on', 'remote_apply') \
OR set_config('synchronous_commit', 'on', true) = 'on') END \
ON CONFLICT (scope_key, operation_id) DO NOTHING RETURNING 1), ",
            $saves,
            "audit AS (INSERT INTO user_engine_audit_records (audit_id, operation_id, \
correlation_id, tenant, actor_kind, actor_id, on_behalf_of, break_glass, operation, target_kind, \
target_key, outcome, reason, recorded_at) \
SELECT $20, $7, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32 FROM ",
            $last,
            " WHERE is_kept ON CONFLICT (audit_id) DO NOTHING RETURNING 1), \
event AS (INSERT INTO user_engine_outbox_events (event_id, event_type, event_version, \
aggregate_kind, aggregate_key, partition, tenant, operation_id, correlation_id, payload, \
occurred_at) SELECT $33, $34, $35, $36, $37, $38, $39, $7, $40, $41::jsonb, $42 FROM audit \
ON CONFLICT (event_id) DO NOTHING \
RETURNING clock_timestamp() <= statement_timestamp() + $5 * interval '1 ms' AS is_in_time) \
SELECT now(), 1 / CASE WHEN (SELECT is_in_time FROM event) THEN 1 ELSE 0 END, ",
            $revisions,
            " FROM operation"
        )
    };
}

/// Commits a unit of one save, one audit record and one event; the parameters are the first 42 of
/// the function's, the answer is the instant, a 1 and the revision.
///
/// Writes everything, or nothing and no row (the operation is known, the store is not ready), or
/// divides by zero, so that nothing stays (anything else stood in the way). The function then says
/// what there is to say; its checks of the call's form are made before this is sent. Each part
/// reads from the one before it, which is their order. The plan's locks are taken before its
/// snapshot, so that no migration slips in; a temporary table can't catch a name.
pub(crate) const APPLY_ONE_SAVE: &str = apply_saves!(
    save!(
        "item_1",
        "operation",
        "$10",
        "$11",
        "$12, $13, $14, $15, $16, $17, $18, $19"
    ),
    "item_1",
    "(SELECT revision FROM item_1)"
);

/// The same with two saves; the second one's parameters are behind the event's.
pub(crate) const APPLY_TWO_SAVES: &str = apply_saves!(
    concat!(
        save!(
            "item_1",
            "operation",
            "$10",
            "$11",
            "$12, $13, $14, $15, $16, $17, $18, $19"
        ),
        save!(
            "item_2",
            "item_1 WHERE is_kept",
            "$43",
            "$44",
            "$45, $46, $47, $48, $49, $50, $51, $52"
        )
    ),
    "item_2",
    "(SELECT revision FROM item_1), (SELECT revision FROM item_2)"
);

/// The same with three saves.
pub(crate) const APPLY_THREE_SAVES: &str = apply_saves!(
    concat!(
        save!(
            "item_1",
            "operation",
            "$10",
            "$11",
            "$12, $13, $14, $15, $16, $17, $18, $19"
        ),
        save!(
            "item_2",
            "item_1 WHERE is_kept",
            "$43",
            "$44",
            "$45, $46, $47, $48, $49, $50, $51, $52"
        ),
        save!(
            "item_3",
            "item_2 WHERE is_kept",
            "$53",
            "$54",
            "$55, $56, $57, $58, $59, $60, $61, $62"
        )
    ),
    "item_3",
    "(SELECT revision FROM item_1), (SELECT revision FROM item_2), (SELECT revision FROM item_3)"
);

/// Settles an operation: version, chained checksum, mark, lock wait, scope, operation.
pub(crate) const OPERATIONS_SETTLE: &str = "SELECT user_engine_outcome($1, $2, $3, $4, $5, $6)";

/// An operation, without waiting: scope, operation.
pub(crate) const OPERATIONS_GET: &str = "\
SELECT o.state, o.request_digest, o.receipt::text, o.applied_at \
FROM user_engine_operations AS o WHERE o.scope_key = $1 AND o.operation_id = $2";

/// Forgets old operations: version, chained checksum, mark, lock wait, before, limit.
pub(crate) const OPERATIONS_PURGE: &str = "SELECT user_engine_purge($1, $2, $3, $4, $5, $6)";

/// Records a denial; the parameters are the function's.
pub(crate) const AUDIT_APPEND_DENIAL: &str = "\
SELECT user_engine_record_denial($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
$15, $16, $17, $18)";

/// Audit records behind a cursor: low, high, position, limit, everything, tenant, then the
/// narrowing columns. First the rest of the open window, then what came since.
pub(crate) const AUDIT_LIST: &str = "\
SELECT CASE WHEN NOT pg_is_in_recovery() THEN now.snapshot::text END, w.is_open, w.position, w.audit_id, w.operation_id, w.correlation_id, \
w.tenant, w.actor_kind, w.actor_id, w.on_behalf_of, w.break_glass, w.operation, w.target_kind, \
w.target_key, w.outcome, w.reason, w.recorded_at \
FROM (SELECT pg_current_snapshot() AS snapshot) AS now LEFT JOIN (\
(SELECT true AS is_open, a.position, a.audit_id, a.operation_id, a.correlation_id, a.tenant, \
a.actor_kind, a.actor_id, a.on_behalf_of, a.break_glass, a.operation, a.target_kind, \
a.target_key, a.outcome, a.reason, a.recorded_at \
FROM user_engine_audit_records AS a \
WHERE $2 IS NOT NULL AND a.position > $3 \
AND a.xid >= pg_snapshot_xmin($1::pg_snapshot) AND a.xid < pg_snapshot_xmax($2::pg_snapshot) \
AND pg_visible_in_snapshot(a.xid, $2::pg_snapshot) \
AND NOT pg_visible_in_snapshot(a.xid, $1::pg_snapshot) \
AND ($5 OR a.tenant = $6) AND ($7 IS NULL OR a.correlation_id = $7) \
AND ($8 IS NULL OR a.operation_id = $8) \
AND ($9 IS NULL OR (a.target_kind = $9 AND a.target_key = $10)) \
AND ($11 IS NULL OR a.actor_id = $11) AND ($12 IS NULL OR a.recorded_at >= $12) \
AND ($13 IS NULL OR a.recorded_at < $13) \
ORDER BY a.position LIMIT $4) \
UNION ALL \
(SELECT false, a.position, a.audit_id, a.operation_id, a.correlation_id, a.tenant, \
a.actor_kind, a.actor_id, a.on_behalf_of, a.break_glass, a.operation, a.target_kind, \
a.target_key, a.outcome, a.reason, a.recorded_at \
FROM user_engine_audit_records AS a \
WHERE a.xid >= pg_snapshot_xmin(coalesce($2, $1)::pg_snapshot) \
AND NOT pg_visible_in_snapshot(a.xid, coalesce($2, $1)::pg_snapshot) \
AND ($5 OR a.tenant = $6) AND ($7 IS NULL OR a.correlation_id = $7) \
AND ($8 IS NULL OR a.operation_id = $8) \
AND ($9 IS NULL OR (a.target_kind = $9 AND a.target_key = $10)) \
AND ($11 IS NULL OR a.actor_id = $11) AND ($12 IS NULL OR a.recorded_at >= $12) \
AND ($13 IS NULL OR a.recorded_at < $13) \
ORDER BY a.position LIMIT $4)) AS w ON true \
ORDER BY w.is_open DESC, w.position LIMIT $4";

/// Outbox events behind a cursor: low, high, position, limit, everything, tenant. First the rest of
/// the open window, then what came since.
pub(crate) const OUTBOX_LIST: &str = "\
SELECT CASE WHEN NOT pg_is_in_recovery() THEN now.snapshot::text END, w.is_open, w.position, w.event_id, w.event_type, w.event_version, \
w.aggregate_kind, w.aggregate_key, w.partition, w.tenant, w.operation_id, w.correlation_id, \
w.payload, w.occurred_at \
FROM (SELECT pg_current_snapshot() AS snapshot) AS now LEFT JOIN (\
(SELECT true AS is_open, e.position, e.event_id, e.event_type, e.event_version, \
e.aggregate_kind, e.aggregate_key, e.partition, e.tenant, e.operation_id, e.correlation_id, \
e.payload::text AS payload, e.occurred_at \
FROM user_engine_outbox_events AS e \
WHERE $2 IS NOT NULL AND e.position > $3 \
AND e.xid >= pg_snapshot_xmin($1::pg_snapshot) AND e.xid < pg_snapshot_xmax($2::pg_snapshot) \
AND pg_visible_in_snapshot(e.xid, $2::pg_snapshot) \
AND NOT pg_visible_in_snapshot(e.xid, $1::pg_snapshot) \
AND ($5 OR e.tenant = $6) \
ORDER BY e.position LIMIT $4) \
UNION ALL \
(SELECT false, e.position, e.event_id, e.event_type, e.event_version, \
e.aggregate_kind, e.aggregate_key, e.partition, e.tenant, e.operation_id, e.correlation_id, \
e.payload::text, e.occurred_at \
FROM user_engine_outbox_events AS e \
WHERE e.xid >= pg_snapshot_xmin(coalesce($2, $1)::pg_snapshot) \
AND NOT pg_visible_in_snapshot(e.xid, coalesce($2, $1)::pg_snapshot) \
AND ($5 OR e.tenant = $6) \
ORDER BY e.position LIMIT $4)) AS w ON true \
ORDER BY w.is_open DESC, w.position LIMIT $4";

/// The recorded versions, oldest first.
pub(crate) const VERSIONS_LIST: &str = "\
SELECT v.version, v.name, v.checksum, v.chained_checksum, v.compatible_from, v.disposable_mark \
FROM user_engine_schema_versions AS v ORDER BY v.version";

/// Refuses (division by zero) unless there is no versions table.
pub(crate) const VERSIONS_CHECK_NONE: &str = "\
SELECT 1 / CASE WHEN to_regclass('user_engine_schema_versions') IS NULL THEN 1 ELSE 0 END";

/// Refuses (division by zero) unless this is the newest version.
pub(crate) const VERSIONS_CHECK: &str = "\
SELECT 1 / CASE WHEN (SELECT max(v.version) FROM user_engine_schema_versions AS v) = $1 \
THEN 1 ELSE 0 END";

/// Records a version: version, name, checksum, chained checksum, compatible from, mark. A store
/// that carries the harness's mark carries it on every row; only one without a version gets one.
pub(crate) const VERSIONS_SAVE: &str = "\
INSERT INTO user_engine_schema_versions \
(version, name, checksum, chained_checksum, compatible_from, disposable_mark) \
SELECT $1, $2, $3, $4, $5, CASE WHEN count(*) = 0 THEN $6 ELSE max(v.disposable_mark) END \
FROM user_engine_schema_versions AS v";

/// Takes the migration lock until the transaction ends: the longest wait in milliseconds. The
/// number is the first eight bytes of SHA-256('user-engine migrations'), kept positive.
pub(crate) const MIGRATION_LOCK: &str = "\
SELECT pg_advisory_xact_lock(2811538917421380193) \
FROM (SELECT set_config('lock_timeout', $1, true) OFFSET 0) AS waits";

/// What the catalog says: relations, what hangs on them, functions. Never fails, whatever is there.
pub(crate) const CATALOG_LIST_FACTS: &str = "\
WITH relation AS (\
SELECT r.name, c.oid, c.relkind, c.relrowsecurity, \
s.nspname || '/' || c.relkind::text || c.relpersistence::text AS place \
FROM unnest($1) AS r (name) \
JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(r.name) \
JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace), \
function AS (\
SELECT p.oid, p.proname, p.prosrc, p.proconfig FROM pg_catalog.pg_proc AS p \
WHERE p.proname = ANY ($2) AND pg_catalog.pg_function_is_visible(p.oid)) \
SELECT 'setting' AS topic, s.name AS name, pg_catalog.current_setting(s.name) AS value \
FROM unnest(ARRAY['fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding', \
'server_version', 'transaction_read_only']) AS s (name) \
UNION ALL SELECT 'server', 'in_recovery', \
CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'on' ELSE 'off' END \
UNION ALL SELECT 'table', r.name, r.place FROM relation AS r \
UNION ALL SELECT 'column', r.name || '.' || a.attname, \
pg_catalog.format_type(a.atttypid, a.atttypmod) || coalesce(' ' || l.collname, '') \
|| CASE WHEN a.attnotnull THEN ' not null' ELSE '' END \
FROM relation AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid \
LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation \
WHERE r.relkind <> 'S' AND a.attnum > 0 AND NOT a.attisdropped \
UNION ALL SELECT 'index', r.name || '(' || (\
SELECT string_agg(a.attname, ',' ORDER BY k.place) \
FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) \
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.attnum) || ')' \
|| CASE WHEN i.indisunique THEN ' unique' ELSE '' END \
|| coalesce(' where ' || pg_catalog.pg_get_expr(i.indpred, i.indrelid), ''), \
CASE WHEN i.indisvalid AND i.indisready AND i.indislive AND i.indimmediate THEN 'valid' \
ELSE 'invalid' END \
FROM relation AS r JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid \
UNION ALL SELECT 'default', r.name || '.' || a.attname, CASE WHEN a.attidentity <> '' \
THEN 'identity ' || a.attidentity::text WHEN a.attgenerated <> '' THEN 'generated' \
ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END \
FROM relation AS r JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid \
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum \
WHERE a.attnum > 0 AND NOT a.attisdropped AND (a.attidentity <> '' OR d.oid IS NOT NULL) \
UNION ALL SELECT 'added', r.name, 'trigger ' || t.tgname FROM relation AS r \
JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = r.oid \
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' \
UNION ALL SELECT 'added', r.name, 'rule ' || w.rulename FROM relation AS r \
JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid WHERE w.ev_enabled <> 'D' \
UNION ALL SELECT 'added', r.name, 'constraint ' || c.conname FROM relation AS r \
JOIN pg_catalog.pg_constraint AS c ON r.oid IN (c.conrelid, c.confrelid) \
WHERE c.contype IN ('c', 'f', 'x') \
UNION ALL SELECT 'added', r.name, 'policy ' || p.polname FROM relation AS r \
JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid \
UNION ALL SELECT 'added', r.name, 'row security' FROM relation AS r WHERE r.relrowsecurity \
UNION ALL SELECT 'added', r.name, 'inheritance' FROM relation AS r \
WHERE EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE r.oid IN (h.inhparent, h.inhrelid)) \
UNION ALL SELECT 'function', f.proname, \
encode(pg_catalog.sha256(pg_catalog.convert_to(f.prosrc, 'UTF8')), 'hex') FROM function AS f \
UNION ALL SELECT 'function_path', f.proname, array_to_string(f.proconfig, ';') FROM function AS f \
UNION ALL SELECT 'privilege', r.name, CASE WHEN r.relkind = 'S' \
THEN CASE WHEN pg_catalog.has_sequence_privilege(r.oid, 'USAGE') THEN 'USAGE' ELSE '' END \
ELSE concat_ws(',', \
CASE WHEN pg_catalog.has_table_privilege(r.oid, 'SELECT') THEN 'SELECT' END, \
CASE WHEN pg_catalog.has_table_privilege(r.oid, 'INSERT') THEN 'INSERT' END, \
CASE WHEN pg_catalog.has_table_privilege(r.oid, 'UPDATE') THEN 'UPDATE' END, \
CASE WHEN pg_catalog.has_table_privilege(r.oid, 'DELETE') THEN 'DELETE' END) END \
FROM relation AS r \
UNION ALL SELECT 'privilege', f.proname, \
CASE WHEN pg_catalog.has_function_privilege(f.oid, 'EXECUTE') THEN 'EXECUTE' ELSE '' END \
FROM function AS f";
