-- The store of user-engine: records, audit, outbox, operations, and the one call that commits a unit of work.
--
-- Run by the migration runner inside one transaction, under its advisory lock, on PostgreSQL 13 or newer.
-- Nothing is schema-qualified: the migrating role's search_path decides where the store lives.
-- No CHECK constraints, no plain insertion under a unique key, no NULL let through: a violation's DETAIL would print a
-- row into the server's log.
-- The functions test what must hold and refuse with an SQLSTATE of class UE that carries ordinals, never values.

CREATE TABLE user_engine_schema_versions (
    version          integer PRIMARY KEY,
    name             text COLLATE "C" NOT NULL,
    -- SHA-256 of the migration's text, for people with sha256sum.
    checksum         text COLLATE "C" NOT NULL,
    -- SHA-256 over every migration up to this one: one comparison proves the whole history.
    chained_checksum text COLLATE "C" NOT NULL,
    -- The oldest version whose adapters may write to this schema.
    compatible_from  integer NOT NULL,
    applied_at       timestamptz NOT NULL DEFAULT now(),
    -- Set on every row by the conformance harness, and by nobody else: the store may be wiped.
    disposable_mark  text COLLATE "C"
);

-- Revisions of all records; a deleted and re-created record can't pass an old precondition.
CREATE SEQUENCE user_engine_revisions AS bigint;

CREATE TABLE user_engine_records (
    record_type    text COLLATE "C" NOT NULL,
    record_key     text COLLATE "C" NOT NULL,
    tenant         text COLLATE "C",
    user_id        text COLLATE "C",
    application_id text COLLATE "C",
    scope_type     text COLLATE "C",
    scope_id       text COLLATE "C",
    payload        jsonb NOT NULL,
    revision       bigint NOT NULL DEFAULT nextval('user_engine_revisions'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (record_type, record_key)
);

-- One index for each list of the closed set, paged by record_key; by kind alone is the primary key.
-- The column comes first, so that counting a tenant's kinds and erasing a user are one range each.
-- Partial: a record pays only for the columns it has.
CREATE INDEX user_engine_records_by_tenant
    ON user_engine_records (tenant, record_type, record_key) WHERE tenant IS NOT NULL;
CREATE INDEX user_engine_records_by_user
    ON user_engine_records (user_id, record_type, record_key) WHERE user_id IS NOT NULL;
CREATE INDEX user_engine_records_by_application
    ON user_engine_records (application_id, record_type, record_key) WHERE application_id IS NOT NULL;
CREATE INDEX user_engine_records_by_scope
    ON user_engine_records (scope_id, scope_type, record_type, record_key) WHERE scope_id IS NOT NULL;

-- Append-only. The transaction id lets a reader page by snapshots, so that a late commit is never skipped.
CREATE TABLE user_engine_audit_records (
    position       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    audit_id       text COLLATE "C" NOT NULL UNIQUE,
    operation_id   text COLLATE "C" NOT NULL,
    correlation_id text COLLATE "C" NOT NULL,
    tenant         text COLLATE "C",
    actor_kind     text COLLATE "C" NOT NULL,
    actor_id       text COLLATE "C" NOT NULL,
    on_behalf_of   text COLLATE "C",
    break_glass    boolean NOT NULL,
    operation      text COLLATE "C" NOT NULL,
    target_kind    text COLLATE "C",
    target_key     text COLLATE "C",
    outcome        text COLLATE "C" NOT NULL,
    reason         text COLLATE "C",
    recorded_at    timestamptz NOT NULL
);

-- The primary key serves a first read of the whole log, xid bounds every later window, tenant one tenant's reads.
CREATE INDEX user_engine_audit_records_by_xid
    ON user_engine_audit_records (xid);
CREATE INDEX user_engine_audit_records_by_tenant
    ON user_engine_audit_records (tenant, position) WHERE tenant IS NOT NULL;

-- Immutable: the state of deliveries lives elsewhere.
CREATE TABLE user_engine_outbox_events (
    position       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- Hash of the aggregate, 0 to 255, made by the adapter.
    partition      smallint NOT NULL,
    event_id       text COLLATE "C" NOT NULL UNIQUE,
    event_type     text COLLATE "C" NOT NULL,
    event_version  integer NOT NULL,
    aggregate_kind text COLLATE "C" NOT NULL,
    aggregate_key  text COLLATE "C" NOT NULL,
    tenant         text COLLATE "C",
    operation_id   text COLLATE "C" NOT NULL,
    correlation_id text COLLATE "C" NOT NULL,
    payload        jsonb NOT NULL,
    occurred_at    timestamptz NOT NULL
);

CREATE INDEX user_engine_outbox_events_by_xid
    ON user_engine_outbox_events (xid);
CREATE INDEX user_engine_outbox_events_by_tenant
    ON user_engine_outbox_events (tenant, position) WHERE tenant IS NOT NULL;

-- The only token of a commit. state is applied or fenced; a fenced row has neither digest nor receipt.
CREATE TABLE user_engine_operations (
    scope_key      text COLLATE "C" NOT NULL,
    operation_id   text COLLATE "C" NOT NULL,
    request_digest text COLLATE "C",
    state          text COLLATE "C" NOT NULL,
    receipt        jsonb,
    applied_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope_key, operation_id)
);

-- For forgetting the oldest; ascending, so that a commit adds to its last page.
CREATE INDEX user_engine_operations_by_applied_at
    ON user_engine_operations (applied_at);

-- Refuses with UE004 when an adapter of the given version, history and mark may not write here; else returns.
-- The insertions below test the same in their own statement; this one finds the reason.
CREATE FUNCTION user_engine_refuse_unready(p_version integer, p_chained_checksum text, p_mark text)
RETURNS void LANGUAGE plpgsql AS $function$
DECLARE
    v_found text;
    v_reason text;
BEGIN
    SELECT s.chained_checksum INTO v_found FROM user_engine_schema_versions s WHERE s.version = p_version;
    IF NOT FOUND THEN
        v_reason := 'behind';
    ELSIF v_found IS DISTINCT FROM p_chained_checksum THEN
        v_reason := 'drift';
    ELSIF EXISTS (SELECT 1 FROM user_engine_schema_versions s WHERE s.compatible_from > p_version) THEN
        v_reason := 'ahead';
    ELSIF EXISTS (SELECT 1 FROM user_engine_schema_versions s WHERE s.disposable_mark IS DISTINCT FROM p_mark) THEN
        v_reason := 'mark';
    ELSE
        RETURN;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'UE004', MESSAGE = 'store is not ready for this adapter', DETAIL = v_reason;
END
$function$;

-- Commits a unit of work: everything or nothing, in one autocommit call.
--
-- The first item, audit record and event are plain parameters and the further ones come in flat arrays (10, 13 and
-- 10 texts each, in the order of the parameters): most units have one of each, and a scalar costs a fraction of an
-- array. The answer is one text for the same reason: the revisions of the saves in order with commas between them,
-- NULL when nothing was saved (the instant of the operation is now()), or for an operation applied before
-- repeated:microseconds:receipt.
-- Each expression is compiled anew in every transaction, hence few large ones, and none on the way of a unit of one
-- item, audit record and event that it can do without.
-- Items come in key order, so that racing units conflict and don't deadlock.
-- Refusals: UE001 precondition (DETAIL = ordinal of the item), UE002 operation id with another request,
-- UE003 operation id fenced, UE004 not ready (DETAIL = reason), UE005 duplicate audit record or event
-- (TABLE, DETAIL = ordinal), UE006 malformed call (DETAIL = ordinal), UE007 time limit passed,
-- UE008 a save without precondition would move the record to another tenant or user (DETAIL = ordinal).
CREATE FUNCTION user_engine_apply(
    p_version integer, p_chained_checksum text, p_mark text,
    p_lock_timeout_ms integer, p_time_limit_ms integer,
    p_scope text, p_operation_id text, p_request_digest text, p_receipt jsonb,
    p_action text, p_revision bigint, p_record_type text, p_record_key text, p_tenant text,
    p_user_id text, p_application_id text, p_scope_type text, p_scope_id text, p_payload jsonb,
    p_audit_id text, p_audit_correlation_id text, p_audit_tenant text,
    p_actor_kind text, p_actor_id text, p_on_behalf_of text, p_break_glass boolean, p_operation text,
    p_target_kind text, p_target_key text, p_outcome text, p_reason text, p_recorded_at timestamptz,
    p_event_id text, p_event_type text, p_event_version integer, p_aggregate_kind text, p_aggregate_key text,
    p_partition smallint, p_event_tenant text, p_event_correlation_id text,
    p_event_payload jsonb, p_occurred_at timestamptz,
    p_more_items text[], p_more_audits text[], p_more_events text[]
) RETURNS text LANGUAGE plpgsql AS $function$
DECLARE
    v_operation record;
    v_revisions text;
    v_item_at integer;
    v_audit_at integer;
    v_event_at integer;
BEGIN
    -- An acknowledged commit is on disk here; a stronger promise of the session is kept.
    IF (num_nulls(p_scope, p_operation_id, p_request_digest) = 0 AND p_lock_timeout_ms > 0
        AND (p_scope IN ('tenantless', 'platform') OR p_scope LIKE 'tenant:_%')
        AND set_config('lock_timeout', p_lock_timeout_ms::text, true) <> ''
        AND (current_setting('synchronous_commit') IN ('on', 'remote_apply')
            OR set_config('synchronous_commit', 'on', true) = 'on')) IS NOT TRUE
    THEN
        RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed call', DETAIL = '0';
    END IF;

    -- The operation row comes first: it serializes repeats, and its table lock keeps a migration from slipping in.
    INSERT INTO user_engine_operations (scope_key, operation_id, request_digest, state, receipt)
    SELECT p_scope, p_operation_id, p_request_digest, 'applied', p_receipt
    FROM user_engine_schema_versions s
    WHERE CASE WHEN s.compatible_from > p_version OR s.disposable_mark IS DISTINCT FROM p_mark
        THEN user_engine_refuse_unready(p_version, p_chained_checksum, p_mark) IS NULL
        ELSE s.version = p_version AND s.chained_checksum = p_chained_checksum END
    ON CONFLICT (scope_key, operation_id) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM user_engine_refuse_unready(p_version, p_chained_checksum, p_mark);
        SELECT o.state, o.request_digest, o.receipt, o.applied_at INTO v_operation
        FROM user_engine_operations o WHERE o.scope_key = p_scope AND o.operation_id = p_operation_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'operation was removed meanwhile';
        ELSIF v_operation.state = 'fenced' THEN
            RAISE EXCEPTION USING ERRCODE = 'UE003', MESSAGE = 'operation is fenced';
        ELSIF v_operation.request_digest IS DISTINCT FROM p_request_digest THEN
            RAISE EXCEPTION USING ERRCODE = 'UE002', MESSAGE = 'operation belongs to another request';
        END IF;
        RETURN concat('repeated:', (extract(epoch FROM v_operation.applied_at) * 1000000)::bigint, ':',
            v_operation.receipt);
    END IF;

    LOOP
        IF (num_nulls(p_action, p_record_type, p_record_key) = 0
            AND (p_tenant IS NULL OR p_scope IN ('tenant:' || p_tenant, 'platform'))
            AND (p_payload IS NOT NULL OR left(p_action, 4) <> 'save')) IS NOT TRUE
        THEN
            EXIT WHEN p_action IS NULL AND p_more_items IS NULL;
            RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed item',
                DETAIL = (coalesce(v_item_at, 0) / 10 + 1)::text;
        ELSIF p_action = 'save-any' THEN
            INSERT INTO user_engine_records AS r (record_type, record_key, tenant, user_id, application_id,
                scope_type, scope_id, payload)
            VALUES (p_record_type, p_record_key, p_tenant, p_user_id, p_application_id,
                p_scope_type, p_scope_id, p_payload)
            ON CONFLICT (record_type, record_key) DO UPDATE
            SET user_id = excluded.user_id, application_id = excluded.application_id,
                scope_type = excluded.scope_type, scope_id = excluded.scope_id, payload = excluded.payload,
                revision = excluded.revision, updated_at = excluded.updated_at
            WHERE r.tenant IS NOT DISTINCT FROM excluded.tenant
                AND (r.user_id IS NULL OR r.user_id = excluded.user_id)
            RETURNING concat_ws(',', v_revisions, r.revision) INTO v_revisions;
        ELSIF p_action = 'save-revision' THEN
            UPDATE user_engine_records r
            SET user_id = p_user_id, application_id = p_application_id, scope_type = p_scope_type,
                scope_id = p_scope_id, payload = p_payload, revision = nextval('user_engine_revisions'),
                updated_at = now()
            WHERE r.record_type = p_record_type AND r.record_key = p_record_key AND r.revision = p_revision
                AND r.tenant IS NOT DISTINCT FROM p_tenant AND (r.user_id IS NULL OR r.user_id = p_user_id)
            RETURNING concat_ws(',', v_revisions, r.revision) INTO v_revisions;
        ELSIF p_action = 'save-absent' THEN
            INSERT INTO user_engine_records AS r (record_type, record_key, tenant, user_id, application_id,
                scope_type, scope_id, payload)
            VALUES (p_record_type, p_record_key, p_tenant, p_user_id, p_application_id,
                p_scope_type, p_scope_id, p_payload)
            ON CONFLICT (record_type, record_key) DO NOTHING
            RETURNING concat_ws(',', v_revisions, r.revision) INTO v_revisions;
        ELSIF p_action = 'expect-revision' THEN
            PERFORM 1 FROM user_engine_records r
            WHERE r.record_type = p_record_type AND r.record_key = p_record_key AND r.revision = p_revision
                AND (r.tenant IS NULL OR p_scope IN ('tenant:' || r.tenant, 'platform'))
            FOR SHARE;
        ELSIF p_action = 'expect-absent' THEN
            -- A row that the scope does not show is no row: telling of it would reveal it.
            PERFORM 1 WHERE NOT EXISTS (
                SELECT 1 FROM user_engine_records r
                WHERE r.record_type = p_record_type AND r.record_key = p_record_key
                    AND (r.tenant IS NULL OR p_scope IN ('tenant:' || r.tenant, 'platform')));
        ELSIF p_action = 'delete-revision' THEN
            DELETE FROM user_engine_records r
            WHERE r.record_type = p_record_type AND r.record_key = p_record_key AND r.revision = p_revision
                AND (r.tenant IS NULL OR p_scope IN ('tenant:' || r.tenant, 'platform'));
        ELSIF p_action = 'delete-any' THEN
            -- A row of another tenant answers like no row at all: nothing to delete.
            DELETE FROM user_engine_records r
            WHERE r.record_type = p_record_type AND r.record_key = p_record_key
                AND (r.tenant IS NULL OR p_scope IN ('tenant:' || r.tenant, 'platform'));
        ELSE
            RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed item',
                DETAIL = (coalesce(v_item_at, 0) / 10 + 1)::text;
        END IF;
        EXIT WHEN FOUND AND p_more_items IS NULL;
        v_item_at := coalesce(v_item_at, 0);
        IF NOT FOUND AND p_action = 'save-any' THEN
            RAISE EXCEPTION USING ERRCODE = 'UE008', MESSAGE = 'record has another owner',
                DETAIL = (v_item_at / 10 + 1)::text;
        ELSIF NOT FOUND AND p_action <> 'delete-any' THEN
            RAISE EXCEPTION USING ERRCODE = 'UE001', MESSAGE = 'precondition failed',
                DETAIL = (v_item_at / 10 + 1)::text;
        END IF;
        EXIT WHEN v_item_at >= coalesce(cardinality(p_more_items), 0);
        IF clock_timestamp() > statement_timestamp() + p_time_limit_ms * interval '1 ms' THEN
            RAISE EXCEPTION USING ERRCODE = 'UE007', MESSAGE = 'time limit passed';
        END IF;
        p_action := p_more_items[v_item_at + 1];
        p_revision := p_more_items[v_item_at + 2];
        p_record_type := p_more_items[v_item_at + 3];
        p_record_key := p_more_items[v_item_at + 4];
        p_tenant := p_more_items[v_item_at + 5];
        p_user_id := p_more_items[v_item_at + 6];
        p_application_id := p_more_items[v_item_at + 7];
        p_scope_type := p_more_items[v_item_at + 8];
        p_scope_id := p_more_items[v_item_at + 9];
        p_payload := p_more_items[v_item_at + 10];
        v_item_at := v_item_at + 10;
    END LOOP;

    LOOP
        IF (num_nulls(p_audit_id, p_audit_correlation_id, p_actor_kind, p_actor_id, p_break_glass, p_operation,
                p_outcome, p_recorded_at) = 0
            AND p_scope IN (coalesce('tenant:' || p_audit_tenant, 'tenantless'), 'platform')) IS NOT TRUE
        THEN
            EXIT WHEN p_audit_id IS NULL AND p_more_audits IS NULL;
            RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed audit record',
                TABLE = 'user_engine_audit_records', DETAIL = (coalesce(v_audit_at, 0) / 13 + 1)::text;
        END IF;
        INSERT INTO user_engine_audit_records (audit_id, operation_id, correlation_id, tenant, actor_kind,
            actor_id, on_behalf_of, break_glass, operation, target_kind, target_key, outcome, reason, recorded_at)
        VALUES (p_audit_id, p_operation_id, p_audit_correlation_id, p_audit_tenant, p_actor_kind,
            p_actor_id, p_on_behalf_of, p_break_glass, p_operation, p_target_kind, p_target_key, p_outcome,
            p_reason, p_recorded_at)
        ON CONFLICT (audit_id) DO NOTHING;
        EXIT WHEN FOUND AND p_more_audits IS NULL;
        v_audit_at := coalesce(v_audit_at, 0);
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'UE005', MESSAGE = 'duplicate audit record',
                TABLE = 'user_engine_audit_records', DETAIL = (v_audit_at / 13 + 1)::text;
        END IF;
        EXIT WHEN v_audit_at >= cardinality(p_more_audits);
        p_audit_id := p_more_audits[v_audit_at + 1];
        p_audit_correlation_id := p_more_audits[v_audit_at + 2];
        p_audit_tenant := p_more_audits[v_audit_at + 3];
        p_actor_kind := p_more_audits[v_audit_at + 4];
        p_actor_id := p_more_audits[v_audit_at + 5];
        p_on_behalf_of := p_more_audits[v_audit_at + 6];
        p_break_glass := p_more_audits[v_audit_at + 7];
        p_operation := p_more_audits[v_audit_at + 8];
        p_target_kind := p_more_audits[v_audit_at + 9];
        p_target_key := p_more_audits[v_audit_at + 10];
        p_outcome := p_more_audits[v_audit_at + 11];
        p_reason := p_more_audits[v_audit_at + 12];
        p_recorded_at := p_more_audits[v_audit_at + 13];
        v_audit_at := v_audit_at + 13;
    END LOOP;

    -- Events follow the records, whose locks are held: position order is commit order within an aggregate.
    LOOP
        IF (num_nulls(p_event_id, p_event_type, p_event_version, p_aggregate_kind, p_aggregate_key, p_partition,
                p_event_correlation_id, p_event_payload, p_occurred_at) = 0
            AND p_scope IN (coalesce('tenant:' || p_event_tenant, 'tenantless'), 'platform')) IS NOT TRUE
        THEN
            EXIT WHEN p_event_id IS NULL AND p_more_events IS NULL;
            RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed event',
                TABLE = 'user_engine_outbox_events', DETAIL = (coalesce(v_event_at, 0) / 10 + 1)::text;
        END IF;
        INSERT INTO user_engine_outbox_events (event_id, event_type, event_version, aggregate_kind, aggregate_key,
            partition, tenant, operation_id, correlation_id, payload, occurred_at)
        VALUES (p_event_id, p_event_type, p_event_version, p_aggregate_kind, p_aggregate_key,
            p_partition, p_event_tenant, p_operation_id, p_event_correlation_id, p_event_payload,
            p_occurred_at)
        ON CONFLICT (event_id) DO NOTHING;
        EXIT WHEN FOUND AND p_more_events IS NULL;
        v_event_at := coalesce(v_event_at, 0);
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'UE005', MESSAGE = 'duplicate event',
                TABLE = 'user_engine_outbox_events', DETAIL = (v_event_at / 10 + 1)::text;
        END IF;
        EXIT WHEN v_event_at >= cardinality(p_more_events);
        p_event_id := p_more_events[v_event_at + 1];
        p_event_type := p_more_events[v_event_at + 2];
        p_event_version := p_more_events[v_event_at + 3];
        p_aggregate_kind := p_more_events[v_event_at + 4];
        p_aggregate_key := p_more_events[v_event_at + 5];
        p_partition := p_more_events[v_event_at + 6];
        p_event_tenant := p_more_events[v_event_at + 7];
        p_event_correlation_id := p_more_events[v_event_at + 8];
        p_event_payload := p_more_events[v_event_at + 9];
        p_occurred_at := p_more_events[v_event_at + 10];
        v_event_at := v_event_at + 10;
    END LOOP;

    IF clock_timestamp() > statement_timestamp() + p_time_limit_ms * interval '1 ms' THEN
        RAISE EXCEPTION USING ERRCODE = 'UE007', MESSAGE = 'time limit passed';
    END IF;
    RETURN v_revisions;
END
$function$;

-- Settles what became of an operation, by fencing its id: afterwards it was applied, or never can be.
--
-- Waits for a running holder up to the lock time-out (55P03: still running, nothing is known).
-- {applied, microseconds, receipt} or {not-applied}.
CREATE FUNCTION user_engine_outcome(
    p_version integer, p_chained_checksum text, p_mark text, p_lock_timeout_ms integer,
    p_scope text, p_operation_id text
) RETURNS text[] LANGUAGE plpgsql AS $function$
DECLARE
    v_setting text;
    v_operation record;
BEGIN
    IF num_nulls(p_scope, p_operation_id) > 0 OR p_lock_timeout_ms > 0 IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed call', DETAIL = '0';
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        v_setting := set_config('synchronous_commit', 'on', true);
    END IF;
    v_setting := set_config('lock_timeout', p_lock_timeout_ms::text, true);
    PERFORM user_engine_refuse_unready(p_version, p_chained_checksum, p_mark);
    -- Every round waits for the holder that it met, so a round without an answer means that a purge came between.
    LOOP
        INSERT INTO user_engine_operations (scope_key, operation_id, state)
        VALUES (p_scope, p_operation_id, 'fenced')
        ON CONFLICT (scope_key, operation_id) DO NOTHING;
        IF FOUND THEN
            RETURN ARRAY['not-applied'];
        END IF;
        SELECT o.state, o.receipt, o.applied_at INTO v_operation
        FROM user_engine_operations o WHERE o.scope_key = p_scope AND o.operation_id = p_operation_id;
        IF FOUND AND v_operation.state = 'applied' THEN
            RETURN ARRAY['applied', (extract(epoch FROM v_operation.applied_at) * 1000000)::bigint::text,
                v_operation.receipt::text];
        ELSIF FOUND THEN
            RETURN ARRAY['not-applied'];
        END IF;
    END LOOP;
END
$function$;

-- Forgets the oldest operations before an instant, at most so many; answers how many.
--
-- Rows are locked in the order in which they lie, so that purges at once wait for each other and don't deadlock; FOR
-- UPDATE SKIP LOCKED would cost the serving role the right to UPDATE.
CREATE FUNCTION user_engine_purge(
    p_version integer, p_chained_checksum text, p_mark text, p_lock_timeout_ms integer,
    p_before timestamptz, p_count_max bigint
) RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
    v_setting text;
    v_count bigint;
BEGIN
    IF num_nulls(p_before, p_count_max) > 0 OR p_lock_timeout_ms > 0 IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed call', DETAIL = '0';
    END IF;
    v_setting := set_config('lock_timeout', p_lock_timeout_ms::text, true);
    PERFORM user_engine_refuse_unready(p_version, p_chained_checksum, p_mark);
    DELETE FROM user_engine_operations o
    WHERE o.ctid = ANY (ARRAY(
            SELECT old.ctid FROM user_engine_operations old
            WHERE old.applied_at < p_before ORDER BY old.applied_at LIMIT p_count_max))
        AND o.applied_at < p_before;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$function$;

-- Records a denial in a transaction of its own; true when it is new, false when this audit id is there already.
CREATE FUNCTION user_engine_record_denial(
    p_version integer, p_chained_checksum text, p_mark text, p_lock_timeout_ms integer,
    p_audit_id text, p_operation_id text, p_correlation_id text, p_tenant text,
    p_actor_kind text, p_actor_id text, p_on_behalf_of text, p_break_glass boolean, p_operation text,
    p_target_kind text, p_target_key text, p_outcome text, p_reason text, p_recorded_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $function$
DECLARE
    v_setting text;
BEGIN
    IF num_nulls(p_audit_id, p_operation_id, p_correlation_id, p_actor_kind, p_actor_id, p_break_glass,
            p_operation, p_outcome, p_recorded_at) > 0 OR p_lock_timeout_ms > 0 IS NOT TRUE
    THEN
        RAISE EXCEPTION USING ERRCODE = 'UE006', MESSAGE = 'malformed audit record', DETAIL = '1';
    END IF;
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
        v_setting := set_config('synchronous_commit', 'on', true);
    END IF;
    v_setting := set_config('lock_timeout', p_lock_timeout_ms::text, true);
    PERFORM user_engine_refuse_unready(p_version, p_chained_checksum, p_mark);
    INSERT INTO user_engine_audit_records (audit_id, operation_id, correlation_id, tenant, actor_kind, actor_id,
        on_behalf_of, break_glass, operation, target_kind, target_key, outcome, reason, recorded_at)
    VALUES (p_audit_id, p_operation_id, p_correlation_id, p_tenant, p_actor_kind, p_actor_id,
        p_on_behalf_of, p_break_glass, p_operation, p_target_kind, p_target_key, p_outcome, p_reason, p_recorded_at)
    ON CONFLICT (audit_id) DO NOTHING;
    RETURN FOUND;
END
$function$;

-- A temporary table, or a function in another schema, must not be able to stand in for ours.
DO $pin$
DECLARE
    v_function regprocedure;
BEGIN
    FOR v_function IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = current_schema() AND p.proname IN ('user_engine_refuse_unready', 'user_engine_apply',
            'user_engine_outcome', 'user_engine_purge', 'user_engine_record_denial')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', v_function, current_schema());
    END LOOP;
END
$pin$;
