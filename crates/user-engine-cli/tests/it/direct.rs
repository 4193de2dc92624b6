//! Units that commit by a statement of their own: the same answers and rows as by the function,
//! and nothing lost where they race.

mod dice;

use crate::live::server_or_skip;
use crate::world::{World, connect, count, operation, pool, user};
use dice::Dice;
use std::collections::BTreeMap;
use tokio_postgres::Client;
use user_engine_domain::reference::{reference_audit_record, reference_outbox_event};
use user_engine_domain::{
    AuditId, AuditOutcome, AuditRecord, DomainRecord, EventId, OutboxEvent, RecordKey, Sensitive,
    Text, User, UserId,
};
use user_engine_migrations::MANIFEST;
use user_engine_ports::{
    Deadline, Precondition, Scope, StoreError, StoreErrorKind, UnitOptions, UserEngineStore,
};
use user_engine_records::StoreRecord;
use user_engine_store_postgres::{
    Answer, ApplyCall, AuditRow, Bound, Call, ClientSession, EventRow, Gate, ItemRow, ItemVerb,
    Mode, PoolSession, PostgresOptions, PostgresUserEngineStore, Session, SessionError,
};

/// How many of the three statements a connection has prepared.
const PREPARED: &str = "SELECT count(*) FROM pg_prepared_statements \
    WHERE statement LIKE '%is_kept%' AND statement NOT LIKE '%pg_prepared%'";

/// Everything stored, apart from what each server gives out by itself; of that, the order.
const ROWS: &[&str] = &[
    "SELECT x::text FROM (SELECT record_type, record_key, tenant, user_id, application_id, \
     scope_type, scope_id, payload, isfinite(created_at), rank() OVER (ORDER BY revision) \
     FROM user_engine_records) AS x ORDER BY 1",
    "SELECT x::text FROM (SELECT rank() OVER (ORDER BY position), audit_id, operation_id, \
     correlation_id, tenant, actor_kind, actor_id, on_behalf_of, break_glass, operation, \
     target_kind, target_key, outcome, reason, recorded_at FROM user_engine_audit_records) AS x \
     ORDER BY 1",
    "SELECT x::text FROM (SELECT rank() OVER (ORDER BY position), partition, event_id, \
     event_type, event_version, aggregate_kind, aggregate_key, tenant, operation_id, \
     correlation_id, payload, occurred_at FROM user_engine_outbox_events) AS x ORDER BY 1",
    "SELECT x::text FROM (SELECT scope_key, operation_id, request_digest, state, receipt \
     FROM user_engine_operations) AS x ORDER BY 1",
];

/// A session on a database of its own, and the revisions that it gave out, in order.
struct Side {
    session: ClientSession,
    admin: Client,
    revisions: Vec<i64>,
}

impl Side {
    async fn fly(&mut self, unit: &ApplyCall) -> Result<(bool, usize, String), SessionError> {
        let mut unit = unit.clone();
        for item in &mut unit.items {
            let known = |at: i64| self.revisions.get(usize::try_from(at).ok()?).copied();
            item.revision = item.revision.map(|at| known(at).unwrap_or(-1));
        }
        let calls = vec![Call::Apply(Box::new(unit))];
        let flown = self.session.flight(Mode::Apply, calls, Deadline::default());
        let answers = flown.await?;
        let [Answer::Applied(row)] = &*answers else {
            panic!("a strange answer");
        };
        self.revisions.extend(&row.revisions);
        let receipt = row.receipt.as_ref().map(|receipt| receipt.0.clone());
        let saved = row.revisions.len();
        Ok((row.is_repeated, saved, receipt.unwrap_or_default()))
    }

    async fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for query in ROWS {
            let found = self.admin.query(*query, &[]).await.unwrap();
            rows.extend(found.iter().map(|row| row.get::<_, String>(0)));
        }
        rows
    }
}

fn text(text: impl Into<String>) -> Bound<Box<str>> {
    Bound(text.into().into_boxed_str())
}

/// A tenant that mostly fits the scope.
fn tenant(dice: &mut Dice, scope: &str) -> Option<Bound<Box<str>>> {
    let own = scope.strip_prefix("tenant:");
    let other = dice.of(&[None, Some("t1"), Some("t2")]);
    (if dice.one_in(12) { other } else { own }).map(text)
}

/// An id that mostly is new.
fn id(dice: &mut Dice, word: &str, number: u64) -> Bound<Box<str>> {
    let back = if dice.one_in(10) { dice.below(6) } else { 0 };
    let number = number.saturating_sub(back);
    text(format!("{word}-{number}"))
}

fn item(dice: &mut Dice, key: &str, number: u64, newest: &BTreeMap<String, i64>) -> ItemRow {
    use ItemVerb::{Create, Delete, Expect, ExpectAbsent, Remove, Replace, Save};
    let verb = if dice.one_in(8) {
        dice.of(&[Delete, Remove, Expect, ExpectAbsent])
    } else {
        dice.of(&[Save, Save, Create, Replace, Replace])
    };
    let known = newest.get(key).copied().unwrap_or(0);
    let stale = i64::try_from(dice.below(number + 1)).unwrap();
    let at = if dice.one_in(5) { stale } else { known };
    let is_save = matches!(verb, Save | Create | Replace);
    let some = |dice: &mut Dice, word: &str| {
        let word = dice.of(&[None, None, Some(word)]);
        word.map(Box::<str>::from)
    };
    let record = is_save.then(|| {
        Box::new(StoreRecord {
            record_type: "user".into(),
            record_key: RecordKey::from_stored(key),
            tenant: (if dice.one_in(12) { Some("t1") } else { None }).map(Box::from),
            user_id: (if dice.one_in(12) {
                dice.of(&[None, Some("u2")])
            } else {
                Some("u1")
            })
            .map(Box::from),
            application_id: some(dice, "app"),
            scope_type: dice.of(&[None, Some("team")]).map(Into::into),
            scope_id: some(dice, "s"),
            payload: format!("{{\"n\": {number}}}"),
        })
    });
    ItemRow {
        verb,
        revision: matches!(verb, Replace | Remove | Expect).then_some(at),
        record_type: "user",
        record_key: text(key),
        record,
    }
}

fn audit(dice: &mut Dice, scope: &str, operation: &Bound<Box<str>>, number: u64) -> AuditRow {
    AuditRow {
        audit_id: id(dice, "audit", number),
        operation_id: operation.clone(),
        correlation_id: text("correlation"),
        tenant: tenant(dice, scope),
        actor_kind: text("human"),
        actor_id: text("actor"),
        on_behalf_of: dice.of(&[None, Some("other")]).map(text),
        break_glass: dice.one_in(2),
        operation: text("test"),
        target_kind: Some(text("user")),
        target_key: Some(text("a")),
        outcome: text("allowed"),
        reason: None,
        recorded_at: i64::try_from(number).unwrap() - 100,
    }
}

fn event(dice: &mut Dice, scope: &str, operation: &Bound<Box<str>>, number: u64) -> EventRow {
    EventRow {
        event_id: id(dice, "event", number),
        event_type: text("test"),
        event_version: 1,
        aggregate_kind: text("user"),
        aggregate_key: text("a"),
        partition: 7,
        tenant: tenant(dice, scope),
        operation_id: operation.clone(),
        correlation_id: text("correlation"),
        payload: Bound("{\"a\": [1, null]}".to_owned()),
        occurred_at: i64::try_from(number).unwrap() - 100,
    }
}

fn unit(dice: &mut Dice, number: u64, newest: &BTreeMap<String, i64>) -> ApplyCall {
    let scope = dice.of(&[
        "platform",
        "platform",
        "platform",
        "tenant:t1",
        "tenant:t1",
        "tenantless",
    ]);
    let scope = if dice.one_in(60) { "tenant:" } else { scope };
    let newest_step = MANIFEST.last().unwrap();
    let mut gate = Gate {
        version: i32::try_from(newest_step.version).unwrap(),
        chained_checksum: newest_step.chained_checksum().into(),
        disposable_mark: None,
    };
    match dice.below(120) {
        0 => gate.version += 1,
        1 => gate.chained_checksum = "other".into(),
        2 => gate.disposable_mark = Some("mark".into()),
        _ => {}
    }
    let operation = id(dice, "operation", number);
    let mut keys: Vec<&str> = ["a", "b", "c", "d", "e", "f"].into();
    let wanted = dice.of(&[0, 1, 1, 1, 2, 2, 2, 3, 3, 4]);
    while keys.len() > wanted {
        let at = dice.below(u64::try_from(keys.len()).unwrap());
        keys.remove(usize::try_from(at).unwrap());
    }
    let items = keys
        .iter()
        .map(|key| item(dice, key, number, newest))
        .collect();
    let counts = [0, 1, 1, 1, 1, 1, 1, 2];
    let (audits, events) = (dice.of(&counts), dice.of(&counts));
    ApplyCall {
        gate,
        lock_wait_ms: 1_000,
        time_limit_ms: 30_000,
        scope_key: text(scope),
        operation_id: operation.clone(),
        request_digest: text(if dice.one_in(9) { "other" } else { "digest" }),
        receipt: Bound(format!("{{\"n\": \"{number}\"}}")),
        items,
        audit_records: (0..audits)
            .map(|at| audit(dice, scope, &operation, number * 2 + at))
            .collect(),
        events: (0..events)
            .map(|at| event(dice, scope, &operation, number * 2 + at))
            .collect(),
    }
}

#[tokio::test]
async fn a_statement_of_its_own_answers_and_writes_as_the_function_does() {
    let Some(server) = server_or_skip("a_statement_of_its_own_answers_as_the_function") else {
        return;
    };
    let seed = 0x5eed_0000_0000_0007;
    let mut sides = Vec::new();
    for is_named in [false, true] {
        let world = World::migrated(server).await;
        let session = ClientSession::new(connect(&world.config()).await);
        sides.push(Side {
            session: if is_named {
                session.named_statements()
            } else {
                session
            },
            admin: world.admin().await,
            revisions: Vec::new(),
        });
    }
    let mut dice = Dice(seed);
    let mut newest = BTreeMap::new();
    let (mut applied, mut refused) = (0, BTreeMap::<String, usize>::new());
    for number in 0..1_500 {
        let unit = unit(&mut dice, number, &newest);
        let before = sides[0].revisions.len();
        let by_function = sides[0].fly(&unit).await;
        let direct = sides[1].fly(&unit).await;
        assert_eq!(by_function, direct, "seed {seed:#x}, unit {number}");
        match direct {
            Ok((false, ..)) => applied += 1,
            Ok(_) => *refused.entry("repeated".to_owned()).or_default() += 1,
            Err(error) => {
                let state = error.sqlstate().map(|state| state.to_string());
                *refused.entry(state.unwrap_or_default()).or_default() += 1;
            }
        }
        let saved = unit.items.iter().filter(|item| item.record.is_some());
        for (at, item) in (before..sides[0].revisions.len()).zip(saved) {
            newest.insert(item.record_key.to_string(), i64::try_from(at).unwrap());
        }
    }
    assert!(applied > 300, "{applied} applied, {refused:?}");
    for state in [
        "UE001", "UE002", "UE004", "UE005", "UE006", "UE008", "repeated",
    ] {
        assert!(refused.contains_key(state), "no {state}: {refused:?}");
    }
    let [by_function, direct] = [sides[0].rows().await, sides[1].rows().await];
    assert!(by_function.len() > 1_000);
    assert_eq!(by_function, direct, "seed {seed:#x}");
}

fn over(pool: &deadpool_postgres::Pool) -> PostgresUserEngineStore {
    let session = PoolSession::new(pool.clone()).named_statements();
    PostgresUserEngineStore::new(std::sync::Arc::new(session), PostgresOptions::default())
}

fn counting(id: &str, count: u32) -> User {
    User {
        display_name: Some(Sensitive::new(Text::new(count.to_string()).unwrap())),
        ..user(id)
    }
}

fn counted(user: &User) -> u32 {
    let name = user.display_name.as_ref().unwrap();
    name.expose().as_str().parse().unwrap()
}

/// Saves users with one audit record and one event.
async fn save(
    store: &dyn UserEngineStore,
    id: &str,
    read: &[&str],
    made: impl Fn(&str, Option<&User>) -> (User, Precondition),
) -> Result<(), StoreError> {
    let operation = operation(id);
    let operation_id = operation.id.clone();
    let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
    let mut aggregate = None;
    for key in read {
        let found = tx.get::<User>(&UserId::new(*key).unwrap()).await?;
        let (user, precondition) = made(key, found.as_ref().map(|found| &found.record));
        aggregate = Some(DomainRecord::from(user.clone()).id());
        tx.save_if(user, precondition)?;
    }
    tx.append_audit(AuditRecord {
        audit_id: AuditId::new(id).unwrap(),
        operation_id: operation_id.clone(),
        outcome: AuditOutcome::Allowed,
        reason: None,
        ..reference_audit_record()
    })?;
    tx.enqueue(OutboxEvent {
        event_id: EventId::new(id).unwrap(),
        operation_id,
        aggregate: aggregate.unwrap(),
        ..reference_outbox_event()
    })?;
    tx.commit().await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_updates_by_statements_of_their_own_lose_nothing() {
    const RACERS: u32 = 4;
    const TURNS: u32 = 40;
    let Some(server) = server_or_skip("racing_updates_by_statements_of_their_own") else {
        return;
    };
    let world = World::migrated(server).await;
    let pool = pool(&world.config(), 4);
    let both = ["left", "right"];
    save(&over(&pool), "first", &both, |key, _| {
        (counting(key, 0), Precondition::Any)
    })
    .await
    .unwrap();
    let racers = (0..RACERS).map(|racer| {
        let store = over(&pool);
        tokio::spawn(async move {
            let mut tries = 0;
            for turn in 0..TURNS {
                loop {
                    tries += 1;
                    let id = format!("{racer}-{turn}-{tries}");
                    let up = |key: &str, found: Option<&User>| {
                        (
                            counting(key, counted(found.unwrap()) + 1),
                            Precondition::Any,
                        )
                    };
                    match save(&store, &id, &both, up).await {
                        Ok(()) => break,
                        Err(error) => assert!(
                            matches!(error.kind(), StoreErrorKind::Conflict(_)),
                            "{error}"
                        ),
                    }
                }
            }
            tries
        })
    });
    let mut tries = 0;
    for racer in racers.collect::<Vec<_>>() {
        tries += racer.await.unwrap();
    }
    println!("{} applied in {tries} tries", RACERS * TURNS);
    let store = over(&pool);
    for key in both {
        let found = crate::world::get(&store, key).await.unwrap();
        assert_eq!(counted(&found), RACERS * TURNS);
    }
    let admin = world.admin().await;
    for table in ["audit_records", "outbox_events", "operations"] {
        let rows = format!("SELECT count(*) FROM user_engine_{table}");
        assert_eq!(count(&admin, &rows).await, 161, "{table}");
    }
    assert!(count(&pool.get().await.unwrap(), PREPARED).await > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_creations_by_statements_of_their_own_one_wins() {
    let Some(server) = server_or_skip("of_racing_creations_one_wins") else {
        return;
    };
    let world = World::migrated(server).await;
    let pool = pool(&world.config(), 4);
    let racers = (0..4_u32).map(|racer| {
        let store = over(&pool);
        tokio::spawn(async move {
            let mut won = 0;
            for turn in 0..40 {
                let id = format!("{racer}-{turn}");
                let (one, two) = (format!("one-{turn}"), format!("two-{turn}"));
                let create =
                    |key: &str, _: Option<&User>| (counting(key, racer), Precondition::Absent);
                match save(&store, &id, &[&one, &two], create).await {
                    Ok(()) => won += 1,
                    Err(error) => assert!(
                        matches!(error.kind(), StoreErrorKind::Conflict(_)),
                        "{error}"
                    ),
                }
            }
            won
        })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        won += racer.await.unwrap();
    }
    assert_eq!(won, 40);
    let admin = world.admin().await;
    let rows = "SELECT count(*) FROM user_engine_records";
    assert_eq!(count(&admin, rows).await, 80);
    let torn = "SELECT count(*) FROM user_engine_records AS one JOIN user_engine_records AS two \
        ON two.record_key = replace(one.record_key, 'one', 'two') \
        WHERE one.record_key LIKE 'one%' AND one.payload #>> '{record,display_name}' \
        <> two.payload #>> '{record,display_name}'";
    assert_eq!(count(&admin, torn).await, 0);
}

#[tokio::test]
async fn a_temporary_table_captures_no_write_of_a_statement_of_its_own() {
    let Some(server) = server_or_skip("a_temporary_table_captures_no_direct_write") else {
        return;
    };
    let world = World::migrated(server).await;
    let pool = pool(&world.config(), 1);
    let store = over(&pool);
    for turn in ["cold", "warm"] {
        crate::world::mutate(&store, turn).await.unwrap();
    }
    let borrowed = pool.get().await.unwrap();
    for table in ["records", "audit_records", "outbox_events", "operations"] {
        let shadow = format!(
            "CREATE TEMPORARY TABLE user_engine_{table} (LIKE user_engine_{table} INCLUDING ALL)"
        );
        borrowed.batch_execute(&shadow).await.unwrap();
    }
    drop(borrowed);
    crate::world::mutate(&store, "shadowed").await.unwrap();
    assert_eq!(crate::world::parts(&world.store(), "shadowed").await, 3);
}

#[tokio::test]
async fn a_unit_of_saves_goes_by_its_own_statement_once_that_is_prepared() {
    let Some(server) = server_or_skip("a_unit_of_saves_goes_by_its_own_statement") else {
        return;
    };
    let world = World::migrated(server).await;
    let pool = pool(&world.config(), 1);
    let store = over(&pool);
    let keys = ["a", "b", "c"];
    let blind = |key: &str, _: Option<&User>| (counting(key, 0), Precondition::Any);
    for saves in 1..=3 {
        let cold = format!("cold-{saves}");
        save(&store, &cold, &keys[..saves], blind).await.unwrap();
    }
    let borrowed = pool.get().await.unwrap();
    assert_eq!(count(&borrowed, PREPARED).await, 3);
    let admin = world.admin().await;
    let renamed = "ALTER FUNCTION user_engine_apply RENAME TO user_engine_away";
    admin.batch_execute(renamed).await.unwrap();
    drop(borrowed);
    for saves in 1..=3 {
        let warm = format!("warm-{saves}");
        save(&store, &warm, &keys[..saves], blind).await.unwrap();
    }
    // What it can't apply is for the function to judge.
    assert!(save(&store, "warm-1", &keys[..1], blind).await.is_err());
    let rows = "SELECT count(*) FROM user_engine_operations";
    assert_eq!(count(&admin, rows).await, 6);
}
