//! The store behind a pooler that hands out server connections by the transaction.

use crate::live::server_or_skip;
use crate::world::{World, denial, get, mutate, operation, parts, pool, user};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio_postgres::{Config, SimpleQueryMessage};
use user_engine_domain::{DomainRecord, OperationId, RecordKind, User, UserId};
use user_engine_ports::{
    ConflictReason, Deadline, ListBy, ListQuery, NotReady, OperationOutcome, Precondition, Read,
    Scope, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::PostgresUserEngineStore;

/// Runs the pooler and ends it when the pipe closes, however this process ends.
const SCRIPT: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- &
pooler=$!
( read -r _ <&3; kill -INT "$pooler" 2>/dev/null ) &
exec 3<&-
wait "$pooler"
"#;

/// A `PgBouncer` of its own in front of one server, in transaction mode.
struct Pooler {
    shell: Child,
    folder: PathBuf,
}

impl Pooler {
    /// `None`, and a line that says why, when none is installed.
    fn start_or_skip(world: &World<'_>, test: &str, size: usize) -> Option<Self> {
        let places = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::split_paths(&places)
            .chain([PathBuf::from("/usr/sbin")])
            .map(|folder| folder.join("pgbouncer"))
            .find(|program| program.is_file());
        let Some(program) = program else {
            let line = format!("skipped {test}: needs pgbouncer (Debian: pgbouncer)\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        };
        let folder = world
            .server
            .socket_folder()
            .join(format!("pooler-{}", world.database));
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
        let config = folder.join("pgbouncer.ini");
        std::fs::write(&config, settings(world, &folder, size)).unwrap();
        std::fs::write(folder.join("users.txt"), "\"postgres\" \"\"\n").unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "pooler"]).arg(program);
        // It refuses to run as root: it becomes whoever the server is.
        if let Some(account) = world.server.account_name() {
            command.args(["-u", account]);
        }
        let shell = command
            .arg("-q")
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let pooler = Self { shell, folder };
        let begun = Instant::now();
        // The socket is there a moment before anybody listens on it.
        while UnixStream::connect(pooler.folder.join(".s.PGSQL.6432")).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{}",
                std::fs::read_to_string(pooler.folder.join("log")).unwrap_or_default()
            );
            std::thread::yield_now();
        }
        Some(pooler)
    }

    fn config(&self, world: &World<'_>) -> Config {
        let mut config = crate::world::moved(&world.config(), &self.folder);
        config.port(6432);
        config
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}

fn settings(world: &World<'_>, folder: &Path, size: usize) -> String {
    let (server, folder) = (world.server.socket_folder().display(), folder.display());
    format!(
        "[databases]\n\
         * = host={server} port=5432\n\
         [pgbouncer]\n\
         listen_addr =\n\
         listen_port = 6432\n\
         unix_socket_dir = {folder}\n\
         auth_type = trust\n\
         auth_file = {folder}/users.txt\n\
         logfile = {folder}/log\n\
         pool_mode = transaction\n\
         default_pool_size = {size}\n\
         max_client_conn = 50\n"
    )
}

async fn expect_to_serve(store: &PostgresUserEngineStore, name: &str) {
    let deadline = Deadline::default;
    let ready = store.readiness(deadline()).await;
    let is_fast = |reason: &NotReady| matches!(reason, NotReady::DurabilityLowered { .. });
    assert!(ready.reasons.iter().all(is_fast), "{:?}", ready.reasons);
    mutate(store, name).await.unwrap();
    assert_eq!(parts(store, name).await, 3);
    let again = mutate(store, name).await.unwrap();
    assert!(again.is_repeated);
    // Several statements in one snapshot.
    let user_id = UserId::new(name).unwrap();
    let together = [
        Read::Get(DomainRecord::from(user(name)).id()),
        Read::List(ListQuery::new(RecordKind::Account, ListBy::User(user_id))),
    ];
    let mut tx = store.begin(UnitOptions::read(Scope::Platform));
    assert_eq!(tx.read(&together).await.unwrap().len(), 2);
    let mut tx = store.begin(UnitOptions::write(
        Scope::Platform,
        operation(&format!("{name}-taken")),
    ));
    tx.save_if(user(name), Precondition::Absent).unwrap();
    let error = tx.commit().await.unwrap_err();
    let conflict = error.conflict().unwrap();
    assert_eq!(conflict.reason, ConflictReason::Precondition);
    let scope = Scope::Platform;
    for _ in 0..2 {
        let denied = denial(&format!("{name}-denial"));
        let denied = store.record_denial(&scope, denied, deadline());
        denied.await.unwrap();
    }
    for (id, is_applied) in [(name.to_owned(), true), (format!("{name}-never"), false)] {
        let id = OperationId::new(id).unwrap();
        let outcome = store.outcome(&scope, &id, deadline()).await.unwrap();
        let applied = matches!(outcome, OperationOutcome::Applied(_));
        assert_eq!(applied, is_applied, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_transaction_pooler_serves_every_call_of_two_stores_at_once() {
    let name = "a_transaction_pooler_serves_every_call_of_two_stores_at_once";
    let Some(server) = server_or_skip(name) else {
        return;
    };
    for size in [1, 2] {
        let world = World::empty(server).await;
        let Some(pooler) = Pooler::start_or_skip(&world, name, size) else {
            return;
        };
        // Migrated through it as well.
        crate::world::migrate(&pooler.config(&world)).await;
        let stores = [2, 3].map(|connections| {
            PostgresUserEngineStore::from_pool(pool(&pooler.config(&world), connections))
        });
        let both = stores.clone().map(|store| {
            tokio::spawn(async move {
                for turn in 0..10 {
                    let name = format!("s{:p}-{turn}", &raw const store);
                    expect_to_serve(&store, &name).await;
                }
            })
        });
        for served in both {
            served.await.unwrap();
        }
        race(&stores).await;
        // What the calls set ended with them: the next client of a server connection finds none.
        let client = crate::world::connect(&pooler.config(&world)).await;
        let shown = client.simple_query("SHOW lock_timeout").await.unwrap();
        let shown = shown.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        assert_eq!(shown, Some("0"));
        // As many server connections as allowed, however many clients.
        let sessions = "SELECT count(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid() \
            AND backend_type = 'client backend'";
        let sessions = crate::world::count(&world.admin().await, sessions).await;
        assert!((1..=2).contains(&sessions), "{sessions} server connections");
    }
}

#[tokio::test]
async fn the_suite_holds_a_store_behind_a_transaction_pooler_to_its_cases() {
    let name = "the_suite_holds_a_store_behind_a_transaction_pooler";
    let Some(server) = server_or_skip(name) else {
        return;
    };
    let world = World::empty(server).await;
    let Some(pooler) = Pooler::start_or_skip(&world, name, 10) else {
        return;
    };
    let dsn = format!(
        "host={} port=6432 user=postgres dbname={}",
        pooler.folder.display(),
        world.database
    );
    // Not `readiness.ask.late`: it gives calls up, and a cancelled call can end PgBouncer 1.18.
    let filters = [
        "records.*",
        "operation.outcome.*",
        "readiness.changed.*",
        "readiness.disposable.*",
        "readiness.unreadable.*",
        "scope.*",
    ];
    let mut run = vec!["--store", "postgres", "--require-live"];
    run.extend(filters.iter().flat_map(|filter| ["--filter", filter]));
    for arguments in [&["doctor"][..], &run, &["cleanup"]] {
        let mut command = crate::command::command(arguments);
        command.env("USER_ENGINE_POSTGRES_TEST_DSN", &dsn);
        command.env("USER_ENGINE_POSTGRES_TEST_RESET", "1");
        let output = command.output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
}

/// Increments of both stores at once are all counted.
async fn race(stores: &[PostgresUserEngineStore; 2]) {
    mutate(&stores[0], "counter").await.unwrap();
    let racers: Vec<_> = (0..4)
        .map(|racer| {
            let store = stores[racer % 2].clone();
            tokio::spawn(async move {
                let mut won = 0;
                for attempt in 0..200 {
                    let operation = operation(&format!("race-{racer}-{attempt}"));
                    let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
                    let id = UserId::new("counter").unwrap();
                    let found = tx.get::<User>(&id).await.unwrap().unwrap();
                    let mut next = found.record;
                    let micros = next.updated_at.as_micros() + 1;
                    next.updated_at = user_engine_domain::Timestamp::from_micros(micros).unwrap();
                    tx.save_if(next, Precondition::Revision(found.revision))
                        .unwrap();
                    won += i64::from(tx.commit().await.is_ok());
                    if won == 10 {
                        break;
                    }
                }
                won
            })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        won += racer.await.unwrap();
    }
    let counted = get(&stores[1], "counter").await.unwrap();
    assert_eq!(counted.updated_at.as_micros(), won);
    assert_eq!(won, 40);
}
