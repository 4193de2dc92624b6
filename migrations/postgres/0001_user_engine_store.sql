CREATE TABLE user_engine_schema_versions (
    version          integer PRIMARY KEY,
    name             text COLLATE "C" NOT NULL,
    checksum         text COLLATE "C" NOT NULL,
    chained_checksum text COLLATE "C" NOT NULL,
    compatible_from  integer NOT NULL,
    applied_at       timestamptz NOT NULL DEFAULT now(),
    disposable_mark  text COLLATE "C"
);
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
CREATE INDEX user_engine_records_by_tenant ON user_engine_records (tenant, record_type, record_key) WHERE tenant IS NOT NULL;
CREATE INDEX user_engine_records_by_user ON user_engine_records (user_id, record_type, record_key) WHERE user_id IS NOT NULL;
CREATE INDEX user_engine_records_by_application ON user_engine_records (application_id, record_type, record_key) WHERE application_id IS NOT NULL;
CREATE INDEX user_engine_records_by_scope ON user_engine_records (scope_id, scope_type, record_type, record_key) WHERE scope_id IS NOT NULL;
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
CREATE INDEX user_engine_audit_records_by_xid ON user_engine_audit_records (xid);
CREATE INDEX user_engine_audit_records_by_tenant ON user_engine_audit_records (tenant, position) WHERE tenant IS NOT NULL;
CREATE TABLE user_engine_outbox_events (
    position       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid            xid8 NOT NULL DEFAULT pg_current_xact_id(),
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
CREATE INDEX user_engine_outbox_events_by_xid ON user_engine_outbox_events (xid);
CREATE INDEX user_engine_outbox_events_by_tenant ON user_engine_outbox_events (tenant, position) WHERE tenant IS NOT NULL;
CREATE TABLE user_engine_operations (
    scope_key      text COLLATE "C" NOT NULL,
    operation_id   text COLLATE "C" NOT NULL,
    request_digest text COLLATE "C",
    state          text COLLATE "C" NOT NULL,
    receipt        jsonb,
    applied_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope_key, operation_id)
