//! Nothing that a store writes down, prints or hands on holds a stored value or a credential: the
//! driver's log, our traces, the server's log, errors and `Debug`.

mod listening;

use crate::live::server_or_skip;
use crate::world::{World, connect, pool};
use deadpool_postgres::{Manager, Pool};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use tokio_postgres::{Client, Config, NoTls};
use user_engine_domain::{
    AuditId, AuditOutcome, AuditRecord, DomainRecord, EventId, ExternalIdentity, FactorId,
    IdentityFactor, JsonValue, OperationId, OutboxEvent, Sensitive, Subject, Text, User, UserId,
    reference,
};
use user_engine_ports::{
    AuditQuery, Deadline, ListBy, Operation, OutboxQuery, Precondition, RequestDigest, Scope,
    StoreError, StoreErrorKind, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::{
    ClientSession, PoolSession, PostgresMigrator, PostgresOptions, PostgresUserEngineStore, Session,
};

fn secret(text: &str) -> Sensitive<Text> {
    Sensitive::new(Text::new(text).unwrap())
}

/// Records whose every word of content begins with the canary.
fn planted(canary: &str) -> Vec<DomainRecord> {
    let user_id = UserId::new(format!("{canary}-user")).unwrap();
    vec![
        User {
            user_id: user_id.clone(),
            display_name: Some(secret(&format!("{canary}-name"))),
            primary_email: Some(secret(&format!("{canary}@example.org"))),
            ..reference::user()
        }
        .into(),
        ExternalIdentity {
            subject: Subject::new(format!("{canary}-subject")).unwrap(),
            user_id: user_id.clone(),
            ..reference::external_identity()
        }
        .into(),
        IdentityFactor {
            factor_id: FactorId::new(format!("{canary}-id")).unwrap(),
            user_id: Some(user_id),
            normalized_value: secret(&format!("{canary}-factor")),
            ..reference::identity_factor()
        }
        .into(),
    ]
}

/// A unit full of canaries, committed under an operation of this name.
async fn plant(
    store: &dyn UserEngineStore,
    canary: &str,
    name: &str,
    precondition: Precondition,
) -> Result<(), StoreError> {
    let id = format!("{canary}-{name}");
    let operation_id = OperationId::new(&*id).unwrap();
    let operation = Operation::new(operation_id.clone(), RequestDigest::of(&id));
    let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
    let records = planted(canary);
    let aggregate = records[0].id();
    for record in records {
        tx.save_if(record, precondition)?;
    }
    tx.append_audit(AuditRecord {
        audit_id: AuditId::new(format!("{canary}-audit")).unwrap(),
        operation_id: operation_id.clone(),
        outcome: AuditOutcome::Allowed,
        reason: None,
        ..reference::reference_audit_record()
    })?;
    tx.enqueue(OutboxEvent {
        event_id: EventId::new(format!("{canary}-event")).unwrap(),
        operation_id,
        aggregate,
        payload: JsonValue::parse(&format!(r#"{{"{canary}":"{canary}"}}"#)).unwrap(),
        ..reference::reference_outbox_event()
    })?;
    tx.commit().await.map(drop)
}

/// Everything that a store can be asked about the planted records.
async fn ask(store: &dyn UserEngineStore, canary: &str) {
    let deadline = Deadline::default;
    let user_id = UserId::new(format!("{canary}-user")).unwrap();
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    tx.get::<User>(&user_id).await.unwrap().unwrap();
    tx.list::<ExternalIdentity>(ListBy::User(user_id), None, 10)
        .await
        .unwrap();
    let operation_id = OperationId::new(format!("{canary}-first")).unwrap();
    let mut query = AuditQuery::new(Scope::Platform);
    query.operation_id = Some(operation_id.clone());
    store.audit_records(&query, deadline()).await.unwrap();
    let query = OutboxQuery::new(Scope::Platform);
    store.outbox_events(&query, deadline()).await.unwrap();
    let scope = Scope::Platform;
    let outcome = store.outcome(&scope, &operation_id, deadline());
    outcome.await.unwrap();
    let denial = AuditRecord {
        audit_id: AuditId::new(format!("{canary}-denial")).unwrap(),
        ..crate::world::denial("d")
    };
    for _ in 0..2 {
        let denied = store.record_denial(&scope, denial.clone(), deadline());
        denied.await.unwrap();
    }
    store.record_counts(&scope, deadline()).await.unwrap();
    store.readiness(deadline()).await;
}

/// An error with all its causes, printed in every way.
fn printed(error: &StoreError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text} {source} {source:?}");
        cause = source.source();
    }
    text
}

#[tokio::test]
async fn no_log_line_of_the_driver_and_no_trace_of_ours_holds_a_bound_value() {
    let Some(server) = server_or_skip("no_log_line_of_the_driver") else {
        return;
    };
    listening::begin();
    let world = World::migrated(server).await;
    let config = world.config();
    let named: Arc<dyn Session> = Arc::new(PoolSession::new(pool(&config, 1)).named_statements());
    let client = ClientSession::new(connect(&config).await).named_statements();
    for (number, store) in [
        world.store(),
        PostgresUserEngineStore::from_client(connect(&config).await),
        PostgresUserEngineStore::new(named, PostgresOptions::default()),
        PostgresUserEngineStore::new(Arc::new(client), PostgresOptions::default()),
    ]
    .into_iter()
    .enumerate()
    {
        let canary = format!("{}-{number}", listening::CANARY);
        let any = Precondition::Any;
        plant(&store, &canary, "first", any).await.unwrap();
        ask(&store, &canary).await;
        for (name, precondition) in [
            ("first", any),
            ("taken", Precondition::Absent),
            ("twice", any),
        ] {
            let again = plant(&store, &canary, name, precondition).await;
            assert_eq!(again.is_ok(), name == "first");
        }
    }
    // Both are heard, or their silence would prove nothing.
    assert!(listening::driver_lines() > 0 && listening::own_traces() > 0);
    assert_eq!(listening::overheard(), Vec::<String>::new());
    // And a value that is bound where the driver does print it would have been heard.
    let value = format!("{}-control", listening::CANARY);
    world
        .admin()
        .await
        .query("SELECT $1::text", &[&value])
        .await
        .unwrap();
    assert_eq!(listening::overheard().len(), 1);
}

#[tokio::test]
async fn a_violation_whose_detail_quotes_the_row_shows_nothing_of_it() {
    let Some(server) = server_or_skip("a_violation_whose_detail_quotes_the_row") else {
        return;
    };
    let canary = "vogelbauer";
    for rule in [
        "CREATE UNIQUE INDEX ON user_engine_records ((true))",
        "ALTER TABLE user_engine_records ADD CHECK (record_type <> 'external_identity')",
        "ALTER TABLE user_engine_records ALTER scope_id SET NOT NULL",
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         RAISE EXCEPTION 'row %', NEW USING DETAIL = NEW.payload, HINT = NEW.record_key; END $$; \
         CREATE TRIGGER t BEFORE INSERT ON user_engine_records FOR EACH ROW \
         EXECUTE FUNCTION tell()",
    ] {
        let world = World::migrated(server).await;
        world.admin().await.batch_execute(rule).await.unwrap();
        let planted = plant(&world.store(), canary, "first", Precondition::Any).await;
        let error = planted.unwrap_err();
        // What a stranger's rule refuses is no conflict that a caller could settle.
        assert_eq!(*error.kind(), StoreErrorKind::Internal, "{rule}");
        let text = printed(&error);
        assert!(!text.contains(canary), "{rule}");
        server.drop_database(&world.database).await.unwrap();
    }
}

/// The name and type of each parameter of one of our functions.
async fn parameters(client: &Client, function: &str) -> Vec<(String, String)> {
    let query = "\
        SELECT n.name, format_type(t.type, NULL) FROM pg_proc AS p, \
        unnest(p.proargnames) WITH ORDINALITY AS n (name, place) \
        JOIN unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (type, place) USING (place) \
        WHERE p.proname = $1 ORDER BY place";
    let rows = client.query(query, &[&function]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// A value for a parameter, full of the canary where it is a text.
fn argument(name: &str, kind: &str, given: &BTreeMap<&str, &str>, text: &str) -> Option<String> {
    if let Some(given) = given.get(name) {
        return Some((*given).to_owned());
    }
    match kind {
        "integer" | "bigint" | "smallint" => Some("1".to_owned()),
        "boolean" => Some("true".to_owned()),
        "jsonb" => Some(format!(r#"{{"{text}":"{text}"}}"#)),
        "timestamp with time zone" => Some("2024-01-01T00:00:00Z".to_owned()),
        "text" if name != "p_mark" => Some(text.to_owned()),
        _ => None,
    }
}

#[tokio::test]
async fn the_servers_log_holds_no_row_after_missing_values_duplicates_and_races() {
    let Some(server) = server_or_skip("the_servers_log_holds_no_row") else {
        return;
    };
    let canary = "kanarienvogel";
    let world = World::migrated(server).await;
    let admin = world.admin().await;
    let checksum = "SELECT chained_checksum FROM user_engine_schema_versions \
        ORDER BY version DESC LIMIT 1";
    let checksum: String = admin.query_one(checksum, &[]).await.unwrap().get(0);
    let version = user_engine_migrations::LATEST_SCHEMA_VERSION.to_string();
    let given = BTreeMap::from([
        ("p_version", version.as_str()),
        ("p_chained_checksum", &checksum),
        ("p_lock_timeout_ms", "1000"),
        ("p_time_limit_ms", "60000"),
        ("p_scope", "platform"),
        ("p_action", "save-any"),
    ]);
    let mut refused = 0;
    for function in [
        "user_engine_apply",
        "user_engine_record_denial",
        "user_engine_outcome",
        "user_engine_purge",
    ] {
        let parameters = parameters(&admin, function).await;
        assert!(parameters.len() > 5, "{function}");
        // Each parameter is absent once; the last call lacks none, and the one before repeats it.
        for absent in 0..=parameters.len() + 1 {
            let (mut places, mut values) = (Vec::new(), Vec::new());
            for (place, (name, kind)) in parameters.iter().enumerate() {
                places.push(format!("${}::text::{kind}", place + 1));
                let text = format!("{canary}-{}", absent.min(parameters.len()));
                let value = argument(name, kind, &given, &text);
                values.push(value.filter(|_| place != absent));
            }
            let call = format!("SELECT {function}({})", places.join(", "));
            let values: Vec<_> = values.iter().map(|value| value as _).collect();
            refused += usize::from(admin.query(&call, &values).await.is_err());
        }
    }
    assert!(refused > 20, "only {refused} calls were refused");
    race(&world, canary).await;
    let log = std::fs::read_to_string(server.log_path()).unwrap();
    assert!(!log.contains(canary), "the server's log holds a value");
    // A violation of the plain kind would have been there.
    let plain = "INSERT INTO user_engine_records (record_type, record_key, payload) \
        SELECT record_type, 'kontrollvogel', NULL FROM user_engine_records LIMIT 1";
    admin.batch_execute(plain).await.unwrap_err();
    let log = std::fs::read_to_string(server.log_path()).unwrap();
    assert!(log.contains("Failing row contains") && log.contains("kontrollvogel"));
}

/// Units that write the same new record, audit id and event id, all at once.
async fn race(world: &World<'_>, canary: &str) {
    let store = PostgresUserEngineStore::from_pool(pool(&world.config(), 6));
    let racers: Vec<_> = (0..12)
        .map(|racer| {
            let (store, canary) = (store.clone(), canary.to_owned());
            let precondition = [Precondition::Absent, Precondition::Any][racer % 2];
            tokio::spawn(
                async move { plant(&store, &canary, &format!("r{racer}"), precondition).await },
            )
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        won += usize::from(racer.await.unwrap().is_ok());
    }
    assert_eq!(won, 1, "the audit id is one");
}

#[tokio::test]
async fn nothing_of_ours_that_can_be_printed_holds_the_password() {
    let mut config = Config::new();
    config
        .host("db.example.org")
        .user("serving")
        .password("hunter2")
        .dbname("identity");
    let pool = || -> Pool {
        let manager = Manager::new(config.clone(), NoTls);
        Pool::builder(manager).max_size(1).build().unwrap()
    };
    let store = PostgresUserEngineStore::from_pool(pool());
    let shown = [
        format!("{:?}", PoolSession::new(pool())),
        format!("{store:?}"),
        format!("{:?}", PostgresMigrator::from_pool(pool())),
        format!("{:?}", PostgresOptions::default()),
        format!("{:#?}", store.begin(UnitOptions::read(Scope::Platform))),
    ]
    .concat();
    assert!(!shown.contains("hunter2") && !shown.contains("db.example.org"));
}
