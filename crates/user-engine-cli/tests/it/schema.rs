//! Where the store's objects are, what they must be, and who may use them.

use crate::live::server_or_skip;
use crate::world::{World, connect, count, denial, get, mutate, parts, pool};
use std::time::{Duration, Instant};
use user_engine_cli::local_server::{LocalServer, Settings};
use user_engine_ports::{
    Deadline, Effect, Migrator, NotReady, Scope, StoreErrorKind, UserEngineStore,
};
use user_engine_store_postgres::{PostgresMigrator, PostgresUserEngineStore};

/// Reasons beside those of a server that is fast and not durable.
async fn reasons(store: &PostgresUserEngineStore) -> Vec<NotReady> {
    let found = store.readiness(Deadline::default()).await.reasons;
    let is_of_schema = |reason: &NotReady| !matches!(reason, NotReady::DurabilityLowered { .. });
    found.into_iter().filter(is_of_schema).collect()
}

fn differs(what: &str) -> NotReady {
    NotReady::SchemaDiffers { what: what.into() }
}

#[tokio::test]
async fn a_temporary_table_captures_no_write_and_is_said_to_shadow() {
    let Some(server) = server_or_skip("a_temporary_table_captures_no_write") else {
        return;
    };
    let world = World::migrated(server).await;
    let (store, pool) = world.pool_of_one();
    let tables = [
        "user_engine_records",
        "user_engine_audit_records",
        "user_engine_outbox_events",
        "user_engine_operations",
    ];
    let borrowed = pool.get().await.unwrap();
    for table in tables {
        let shadow = format!("CREATE TEMPORARY TABLE {table} (LIKE {table} INCLUDING ALL)");
        borrowed.batch_execute(&shadow).await.unwrap();
    }
    drop(borrowed);
    mutate(&store, "m").await.unwrap();
    let denied = store.record_denial(&Scope::Platform, denial("d"), Deadline::default());
    denied.await.unwrap();
    let mut found = reasons(&store).await;
    found.retain(|reason| matches!(reason, NotReady::Shadowed { .. }));
    assert_eq!(found.len(), tables.len(), "{found:?}");
    // What was written is where another session finds it.
    assert_eq!(parts(&world.store(), "m").await, 3);
    let borrowed = pool.get().await.unwrap();
    for table in tables {
        let captured = format!("SELECT count(*) FROM pg_temp.{table}");
        assert_eq!(count(&borrowed, &captured).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_schema_of_any_name_holds_a_store_of_its_own() {
    let Some(server) = server_or_skip("a_schema_of_any_name_holds_a_store") else {
        return;
    };
    let world = World::empty(server).await;
    let admin = world.admin().await;
    let long = "ü".repeat(31);
    let names = [
        "we\"ird'; DROP TABLE user_engine_records; --",
        "a, pg_temp",
        "Sélect $1 \\ /r",
        "select",
        &format!("{long}x"),
    ];
    for (number, name) in names.iter().enumerate() {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let role = format!("in_schema_{number}");
        for statement in [
            format!("CREATE ROLE {role} LOGIN"),
            format!("CREATE SCHEMA {quoted} AUTHORIZATION {role}"),
            format!("ALTER ROLE {role} SET search_path = {quoted}"),
        ] {
            admin.batch_execute(&statement).await.unwrap();
        }
        let mut config = world.config();
        config.user(&role);
        crate::world::migrate(&config).await;
        let store = PostgresUserEngineStore::from_pool(pool(&config, 1));
        let ready = store.readiness(Deadline::default()).await;
        assert_eq!(ready.schema.as_deref(), Some(*name));
        assert_eq!(reasons(&store).await, []);
        assert_eq!(get(&store, "m").await, None, "another schema's record");
        mutate(&store, "m").await.unwrap();
        assert_eq!(parts(&store, "m").await, 3);
        let inside = format!("SELECT count(*) FROM {quoted}.user_engine_records");
        assert_eq!(count(&admin, &inside).await, 1);
    }
    for number in 0..names.len() {
        let role = format!("in_schema_{number}");
        let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
        admin.batch_execute(&drop).await.unwrap();
    }
}

#[tokio::test]
async fn each_difference_that_safety_stands_on_is_said() {
    let Some(server) = server_or_skip("each_difference_that_safety_stands_on") else {
        return;
    };
    for (change, what) in [
        (
            "ALTER TABLE user_engine_records ALTER record_key TYPE text COLLATE \"en-x-icu\"",
            "column user_engine_records.record_key",
        ),
        (
            "ALTER TABLE user_engine_records ALTER payload TYPE json",
            "column user_engine_records.payload",
        ),
        (
            "ALTER TABLE user_engine_operations ALTER state DROP NOT NULL",
            "column user_engine_operations.state",
        ),
        (
            "ALTER TABLE user_engine_records DROP CONSTRAINT user_engine_records_pkey",
            "index user_engine_records(record_type,record_key) unique",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = \
             'user_engine_outbox_events_event_id_key'::regclass",
            "index user_engine_outbox_events(event_id) unique",
        ),
        (
            "DROP SEQUENCE user_engine_revisions CASCADE",
            "user_engine_revisions is missing",
        ),
        (
            "ALTER TABLE user_engine_operations SET UNLOGGED",
            "user_engine_operations is no permanent table",
        ),
        (
            "DO $d$ BEGIN EXECUTE (SELECT replace(pg_get_functiondef(oid), 'fenced', 'other') \
             FROM pg_proc WHERE proname = 'user_engine_outcome'); END $d$",
            "function user_engine_outcome",
        ),
        (
            "DO $d$ BEGIN EXECUTE (SELECT 'ALTER FUNCTION ' || oid::regprocedure || \
             ' RESET search_path' FROM pg_proc WHERE proname = 'user_engine_apply'); END $d$",
            "function user_engine_apply",
        ),
        (
            "CREATE SCHEMA elsewhere; DO $d$ BEGIN EXECUTE (SELECT 'ALTER FUNCTION ' || \
             oid::regprocedure || ' SET search_path = pg_catalog, elsewhere, public, pg_temp' \
             FROM pg_proc WHERE proname = 'user_engine_apply'); END $d$",
            "function user_engine_apply",
        ),
        (
            "CREATE SCHEMA elsewhere; DO $d$ BEGIN EXECUTE (SELECT 'ALTER FUNCTION ' || \
             oid::regprocedure || ' SET search_path = pg_catalog, public' \
             FROM pg_proc WHERE proname = 'user_engine_apply'); END $d$",
            "function user_engine_apply",
        ),
    ] {
        let world = World::migrated(server).await;
        assert_eq!(reasons(&world.store()).await, []);
        world.admin().await.batch_execute(change).await.unwrap();
        let found = reasons(&world.store()).await;
        assert!(found.contains(&differs(what)), "{change}: {found:?}");
        server.drop_database(&world.database).await.unwrap();
    }
}

/// What a stranger may do to our tables, and what readiness says of it.
const STRANGE: &[(&str, &str)] = &[
    (
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
         CREATE TRIGGER odd BEFORE INSERT ON user_engine_records FOR EACH ROW EXECUTE FUNCTION f()",
        "trigger odd on user_engine_records",
    ),
    (
        "CREATE RULE odd AS ON INSERT TO user_engine_audit_records DO ALSO NOTHING",
        "rule odd on user_engine_audit_records",
    ),
    (
        "ALTER TABLE user_engine_outbox_events ADD CONSTRAINT odd CHECK (length(tenant) < 9)",
        "constraint odd on user_engine_outbox_events",
    ),
    (
        "CREATE TABLE strange (k text COLLATE \"C\" CONSTRAINT odd \
         REFERENCES user_engine_outbox_events (event_id))",
        "constraint odd on user_engine_outbox_events",
    ),
    (
        "ALTER TABLE user_engine_operations ADD CONSTRAINT odd EXCLUDE (receipt WITH =)",
        "constraint odd on user_engine_operations",
    ),
    (
        "CREATE UNIQUE INDEX odd ON user_engine_records (user_id)",
        "index user_engine_records(user_id) unique",
    ),
    (
        "ALTER TABLE user_engine_operations DROP CONSTRAINT user_engine_operations_pkey, \
         ADD PRIMARY KEY (scope_key, operation_id) DEFERRABLE",
        "index user_engine_operations(scope_key,operation_id) unique",
    ),
    (
        "ALTER TABLE user_engine_records ALTER revision SET DEFAULT 1",
        "default of user_engine_records.revision",
    ),
    (
        "ALTER TABLE user_engine_operations ALTER applied_at DROP DEFAULT",
        "default of user_engine_operations.applied_at",
    ),
    (
        "ALTER TABLE user_engine_operations ALTER request_digest SET DEFAULT ''",
        "default of user_engine_operations.request_digest",
    ),
    (
        "ALTER TABLE user_engine_outbox_events ALTER position SET GENERATED BY DEFAULT",
        "default of user_engine_outbox_events.position",
    ),
    (
        "ALTER TABLE user_engine_records ALTER user_id SET NOT NULL",
        "column user_engine_records.user_id",
    ),
    (
        "ALTER TABLE user_engine_audit_records ADD odd text NOT NULL",
        "column user_engine_audit_records.odd",
    ),
    (
        "ALTER TABLE user_engine_records ADD odd int GENERATED ALWAYS AS (1 / length(tenant)) STORED",
        "column user_engine_records.odd",
    ),
    (
        "ALTER TABLE user_engine_records ENABLE ROW LEVEL SECURITY",
        "row security on user_engine_records",
    ),
    (
        "CREATE POLICY odd ON user_engine_operations USING (false)",
        "policy odd on user_engine_operations",
    ),
    (
        "CREATE TABLE strange () INHERITS (user_engine_records)",
        "inheritance on user_engine_records",
    ),
];

#[tokio::test]
async fn what_a_stranger_hangs_on_a_table_is_said() {
    let Some(server) = server_or_skip("what_a_stranger_hangs_on_a_table") else {
        return;
    };
    for (change, what) in STRANGE {
        let world = World::migrated(server).await;
        world.admin().await.batch_execute(change).await.unwrap();
        assert_eq!(reasons(&world.store()).await, [differs(what)], "{change}");
        server.drop_database(&world.database).await.unwrap();
    }
}

#[tokio::test]
async fn what_changes_no_write_leaves_the_store_ready_whatever_its_name() {
    let Some(server) = server_or_skip("what_changes_no_write_leaves_the_store_ready") else {
        return;
    };
    let world = World::migrated(server).await;
    let changes = "\
        CREATE INDEX odd ON user_engine_records (created_at); \
        CREATE UNIQUE INDEX twice ON user_engine_operations (scope_key, operation_id); \
        COMMENT ON TABLE user_engine_records IS 'odd'; \
        ALTER TABLE user_engine_records ADD odd text, ADD filled text NOT NULL DEFAULT ''; \
        ALTER TABLE user_engine_records RENAME CONSTRAINT user_engine_records_pkey TO other; \
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
        CREATE TRIGGER off BEFORE INSERT ON user_engine_records FOR EACH ROW EXECUTE FUNCTION f(); \
        ALTER TABLE user_engine_records DISABLE TRIGGER off";
    world.admin().await.batch_execute(changes).await.unwrap();
    assert_eq!(reasons(&world.store()).await, []);
    mutate(&world.store(), "m").await.unwrap();
    assert_eq!(parts(&world.store(), "m").await, 3);
}

#[tokio::test]
async fn a_role_without_rights_is_told_so_and_writes_nothing() {
    let Some(server) = server_or_skip("a_role_without_rights_is_told_so") else {
        return;
    };
    let world = World::migrated(server).await;
    let admin = world.admin().await;
    let create = "DROP ROLE IF EXISTS without_rights; CREATE ROLE without_rights LOGIN";
    admin.batch_execute(create).await.unwrap();
    let mut config = world.config();
    config.user("without_rights");
    let store = PostgresUserEngineStore::from_pool(pool(&config, 1));
    let error = mutate(&store, "m").await.unwrap_err();
    assert!(
        matches!(error.kind(), StoreErrorKind::NotReady(_)),
        "{error:?}"
    );
    assert_eq!(error.effect(), Effect::NotApplied);
    let denied = store.record_denial(&Scope::Platform, denial("d"), Deadline::default());
    assert!(matches!(
        denied.await.unwrap_err().kind(),
        StoreErrorKind::NotReady(_)
    ));
    let found = reasons(&store).await;
    let is_right = |reason: &NotReady| matches!(reason, NotReady::MissingPrivilege { .. });
    assert!(found.iter().any(is_right), "{found:?}");
    assert_eq!(parts(&world.store(), "m").await, 0);
}

/// What the serving role needs, and nothing more.
const LEAST_RIGHTS: &str = "\
    DROP ROLE IF EXISTS least_rights; CREATE ROLE least_rights LOGIN; \
    GRANT SELECT, INSERT ON user_engine_audit_records, user_engine_outbox_events TO least_rights; \
    GRANT SELECT, INSERT, DELETE ON user_engine_operations TO least_rights; \
    GRANT SELECT, INSERT, UPDATE, DELETE ON user_engine_records TO least_rights; \
    GRANT SELECT ON user_engine_schema_versions TO least_rights; \
    GRANT USAGE ON SEQUENCE user_engine_revisions TO least_rights";

#[tokio::test]
async fn a_role_that_can_only_append_to_the_logs_serves_the_store() {
    let Some(server) = server_or_skip("a_role_that_can_only_append_to_the_logs") else {
        return;
    };
    let world = World::migrated(server).await;
    let admin = world.admin().await;
    admin.batch_execute(LEAST_RIGHTS).await.unwrap();
    let mut config = world.config();
    config.user("least_rights");
    let store = PostgresUserEngineStore::from_pool(pool(&config, 1));
    assert_eq!(reasons(&store).await, []);
    mutate(&store, "m").await.unwrap();
    let denied = store.record_denial(&Scope::Platform, denial("d"), Deadline::default());
    denied.await.unwrap();
    assert_eq!(parts(&store, "m").await, 3);
    let before = user_engine_domain::Timestamp::from_micros(0).unwrap();
    store
        .purge_operations(before, Deadline::default())
        .await
        .unwrap();
    let role = connect(&config).await;
    for change in [
        "UPDATE user_engine_audit_records SET outcome = 'allowed'",
        "DELETE FROM user_engine_audit_records",
        "TRUNCATE user_engine_audit_records",
        "UPDATE user_engine_outbox_events SET tenant = NULL",
        "DELETE FROM user_engine_outbox_events",
        "TRUNCATE user_engine_outbox_events",
        "UPDATE user_engine_schema_versions SET disposable_mark = 'x'",
        "SET session_replication_role = replica",
        "ALTER TABLE user_engine_records DISABLE TRIGGER ALL",
        "DROP TABLE user_engine_records",
    ] {
        let refused = role.batch_execute(change).await.unwrap_err();
        let state = refused.code().map(|code| code.code().to_owned());
        assert_eq!(state.as_deref(), Some("42501"), "{change}");
    }
}

#[tokio::test]
async fn four_first_migrations_at_once_all_succeed_and_one_of_them_brings_each_step() {
    let Some(server) = server_or_skip("four_first_migrations_at_once") else {
        return;
    };
    for _ in 0..4 {
        let world = World::empty(server).await;
        let mut racers = Vec::new();
        for _ in 0..4 {
            let pool = pool(&world.config(), 1);
            // Connected before the race begins.
            drop(pool.get().await.unwrap());
            racers.push(tokio::spawn(async move {
                let migrator = PostgresMigrator::from_pool(pool);
                migrator.migrate(Deadline::default()).await.unwrap()
            }));
        }
        let mut steps = 0;
        for racer in racers {
            steps += racer.await.unwrap().steps.len();
        }
        assert_eq!(steps, user_engine_migrations::MANIFEST.len());
        assert_eq!(reasons(&world.store()).await, []);
    }
}

#[tokio::test]
async fn a_migration_waits_for_another_runner_no_longer_than_it_was_told() {
    let Some(server) = server_or_skip("a_migration_waits_for_another_runner") else {
        return;
    };
    let world = World::empty(server).await;
    let holder = world.admin().await;
    let take = "BEGIN; SELECT pg_advisory_xact_lock(2811538917421380193)";
    holder.batch_execute(take).await.unwrap();
    let migrator = PostgresMigrator::from_pool(pool(&world.config(), 1))
        .lock_wait_max(Duration::from_millis(200));
    let begun = Instant::now();
    let error = migrator.migrate(Deadline::default()).await.unwrap_err();
    assert_eq!(*error.kind(), StoreErrorKind::Contention);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(reasons(&world.store()).await, [NotReady::NotMigrated]);
    holder.batch_execute("ROLLBACK").await.unwrap();
    migrator.migrate(Deadline::default()).await.unwrap();
}

#[tokio::test]
async fn a_migration_that_fails_halfway_leaves_nothing_and_says_so() {
    let Some(server) = server_or_skip("a_migration_that_fails_halfway") else {
        return;
    };
    let world = World::empty(server).await;
    // A stranger's table under the name of an index that comes late in the first migration.
    let taken = "CREATE TABLE user_engine_outbox_events_by_tenant ()";
    world.admin().await.batch_execute(taken).await.unwrap();
    let migrator = PostgresMigrator::from_pool(pool(&world.config(), 1));
    let error = migrator.migrate(Deadline::default()).await.unwrap_err();
    assert_eq!(
        error.sqlstate().map(|state| state.to_string()),
        Some("42P07".into())
    );
    assert_eq!(error.effect(), Effect::NotApplied);
    let ours = "SELECT count(*) FROM pg_class WHERE relname LIKE 'user\\_engine\\_%'";
    assert_eq!(count(&world.admin().await, ours).await, 1);
    assert_eq!(reasons(&world.store()).await, [NotReady::NotMigrated]);
}

#[tokio::test]
async fn the_store_works_whatever_the_session_settings_of_the_role_are() {
    let Some(_) = server_or_skip("the_store_works_whatever_the_session_settings") else {
        return;
    };
    // Read by the role itself at login: what an operator may have set for everything there.
    let more = [
        ("datestyle", "German, DMY"),
        ("intervalstyle", "sql_standard"),
        ("bytea_output", "escape"),
        ("extra_float_digits", "-15"),
        ("standard_conforming_strings", "off"),
        ("backslash_quote", "on"),
        ("statement_timeout", "20s"),
        ("idle_in_transaction_session_timeout", "20s"),
        ("transform_null_equals", "on"),
        ("plan_cache_mode", "force_generic_plan"),
    ];
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let server = LocalServer::start(&Settings {
        more: more.into(),
        ..Settings::default()
    });
    let server = server.unwrap();
    let world = World::migrated(&server).await;
    let store = world.store();
    assert_eq!(reasons(&store).await, []);
    mutate(&store, "m").await.unwrap();
    assert_eq!(parts(&store, "m").await, 3);
    let records = user_engine_domain::reference::reference_records();
    crate::jsonb::expect_to_survive(&store, "reference", records).await;
}
