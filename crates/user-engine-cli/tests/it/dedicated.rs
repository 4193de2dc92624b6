//! A dedicated database is wiped only when everything agrees, and is left as it was found.

use crate::command::command;
use crate::live;
use std::time::Duration;
use tokio_postgres::{Client, NoTls};
use user_engine_cli::local_server::{DatabaseName, LocalServer};
use user_engine_ports::{Deadline, Migrator};
use user_engine_store_postgres::PostgresMigrator;

/// A database of its own on the run's server, owned by a role without special rights.
struct Dedicated {
    name: DatabaseName,
    server: &'static LocalServer,
}

const ROLE_CREATE: &str = "\
    DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$";

const PUBLIC_GRANT: &str = "GRANT ALL ON SCHEMA public TO plain";

const OURS_COUNT: &str = "\
    SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE 'user\\_engine%') \
    + (SELECT count(*) FROM pg_proc WHERE proname LIKE 'user\\_engine%')";

impl Dedicated {
    async fn create(server: &'static LocalServer, name: &str) -> Self {
        let name = DatabaseName::new(name).unwrap();
        server.create_database(&name).await.unwrap();
        let dedicated = Self { name, server };
        let client = dedicated.connect("postgres").await;
        client.batch_execute(ROLE_CREATE).await.unwrap();
        client.batch_execute(PUBLIC_GRANT).await.unwrap();
        dedicated
    }

    async fn connect(&self, role: &str) -> Client {
        let mut config = self.server.config(&self.name);
        config.user(role);
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let folder = self.server.socket_folder().display();
        let dsn = format!("host={folder} user=plain dbname={}", self.name);
        let mut command = command(arguments);
        command.env("USER_ENGINE_POSTGRES_TEST_DSN", dsn);
        command.env("USER_ENGINE_POSTGRES_TEST_RESET", "1");
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(said).unwrap(),
        )
    }

    /// Migrates as a provider does, without the harness.
    async fn migrate(&self) -> Client {
        let migrator = PostgresMigrator::from_client(self.connect("plain").await);
        migrator
            .migrate(Deadline::after(Duration::from_secs(20)))
            .await
            .unwrap();
        self.connect("plain").await
    }
}

async fn count(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

async fn set_mark(client: &Client, run: &str) {
    let query = "\
        UPDATE user_engine_schema_versions SET disposable_mark = $1 || (SELECT oid::text \
        FROM pg_database WHERE datname = current_database()) || $2";
    let cluster = "SELECT system_identifier::text || ':' FROM pg_control_system()";
    let cluster: String = client.query_one(cluster, &[]).await.unwrap().get(0);
    let query = query.replace("$1", "$1::text").replace("$2", "$2::text");
    client.execute(&query, &[&cluster, &run]).await.unwrap();
}

const ROW_SAVE: &str = "\
    INSERT INTO user_engine_records (record_type, record_key, payload) VALUES ('user', 'u', '{}')";
const ROWS: &str = "SELECT count(*) FROM user_engine_records";
const MARKS: &str = "\
    SELECT count(*) FROM user_engine_schema_versions WHERE disposable_mark IS NOT NULL";
const FEW_CASES: [&str; 6] = [
    "--store",
    "postgres",
    "--filter",
    "records.get.*",
    "--filter",
    "readiness.*",
];

/// Runs a test on a database of its own, or says why not.
fn on(name: &str, test: impl AsyncFnOnce(Dedicated)) {
    let Some(server) = live::server_or_skip(name) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { test(Dedicated::create(server, name).await).await });
}

#[test]
fn an_absent_store_is_created_and_removed_beside_strangers() {
    on(
        "an_absent_store_is_created_and_removed_beside_strangers",
        async |dedicated| {
            let client = dedicated.connect("plain").await;
            client
                .batch_execute("CREATE TABLE orders AS SELECT 1 AS id")
                .await
                .unwrap();
            let (exit, said) = dedicated.run(&FEW_CASES);
            assert_eq!(exit, 0, "{said}");
            assert!(said.contains("(dedicated)"), "{said}");
            assert_eq!(count(&client, "SELECT count(*) FROM orders").await, 1);
            assert_eq!(
                count(&client, OURS_COUNT).await,
                0,
                "something of the run stayed"
            );
        },
    );
}

#[test]
fn the_command_of_a_provider_leaves_nothing() {
    on(
        "the_command_of_a_provider_leaves_nothing",
        async |dedicated| {
            let grant = format!("GRANT CREATE ON DATABASE {} TO plain", dedicated.name);
            let superuser = dedicated.connect("postgres").await;
            superuser.batch_execute(&grant).await.unwrap();
            let mut arguments = vec!["--store", "postgres", "--require-live"];
            arguments.push("--deny-skips");
            // The cases that take the store away and bring it back.
            for filter in ["migration.*", "cancellation.migrate.*", "readiness.*"] {
                arguments.extend(["--filter", filter]);
            }
            let (exit, said) = dedicated.run(&arguments);
            assert_eq!(exit, 0, "{said}");
            let client = dedicated.connect("plain").await;
            assert_eq!(count(&client, OURS_COUNT).await, 0);
        },
    );
}

#[test]
fn a_store_with_rows_and_no_mark_is_never_reset() {
    on(
        "a_store_with_rows_and_no_mark_is_never_reset",
        async |dedicated| {
            let client = dedicated.migrate().await;
            client.batch_execute(ROW_SAVE).await.unwrap();
            for arguments in [&FEW_CASES[..], &["doctor"], &["cleanup"]] {
                let (exit, said) = dedicated.run(arguments);
                assert_eq!(exit, 2, "{said}");
                assert!(said.contains("holds rows and no mark"), "{said}");
            }
            assert_eq!(count(&client, ROWS).await, 1);
            assert_eq!(count(&client, MARKS).await, 0);
        },
    );
}

#[test]
fn an_empty_store_is_left_empty_and_without_the_mark() {
    on(
        "an_empty_store_is_left_empty_and_without_the_mark",
        async |dedicated| {
            let client = dedicated.migrate().await;
            let (exit, said) = dedicated.run(&["--store", "postgres", "--filter", "records.*"]);
            assert_eq!(exit, 0, "{said}");
            assert_eq!(count(&client, ROWS).await, 0);
            assert_eq!(count(&client, MARKS).await, 0);
        },
    );
}

#[test]
fn a_mark_of_another_database_gives_no_leave() {
    on(
        "a_mark_of_another_database_gives_no_leave",
        async |dedicated| {
            let client = dedicated.migrate().await;
            client.batch_execute(ROW_SAVE).await.unwrap();
            set_mark(&client, "0:created-0").await;
            for arguments in [&FEW_CASES[..], &["cleanup"]] {
                let (exit, said) = dedicated.run(arguments);
                assert_eq!(exit, 2, "{said}");
                assert!(said.contains("mark of another database"), "{said}");
            }
            assert_eq!(count(&client, ROWS).await, 1);
        },
    );
}

#[test]
fn what_a_killed_run_left_is_taken_over_or_cleaned_up() {
    on(
        "what_a_killed_run_left_is_taken_over_or_cleaned_up",
        async |dedicated| {
            let client = dedicated.migrate().await;
            for arguments in [
                &["cleanup"][..],
                &["--store", "postgres", "--filter", "records.*"],
            ] {
                client.batch_execute(ROW_SAVE).await.unwrap();
                set_mark(&client, ":found-0").await;
                let (exit, said) = dedicated.run(arguments);
                assert_eq!(exit, 0, "{said}");
                assert_eq!(count(&client, ROWS).await, 0);
                assert_eq!(count(&client, MARKS).await, 0);
            }
            set_mark(&client, ":created-0").await;
            assert_eq!(dedicated.run(&["cleanup"]).0, 0);
            assert_eq!(count(&client, OURS_COUNT).await, 0);
        },
    );
}

#[test]
fn a_role_whose_commits_may_be_lost_or_that_may_not_create_is_refused_in_one_sentence() {
    on(
        "a_role_whose_commits_may_be_lost_or_that_may_not_create",
        async |dedicated| {
            let superuser = dedicated.connect("postgres").await;
            let refuses = |words: &str| {
                for arguments in [&FEW_CASES[..], &["doctor"]] {
                    let (exit, said) = dedicated.run(arguments);
                    assert_eq!(exit, 2, "{said}");
                    let sentence = said.lines().last().unwrap();
                    assert!(sentence.contains(words), "{said}");
                }
            };
            let database = &dedicated.name;
            for lowered in ["off", "local"] {
                let set = format!("ALTER DATABASE {database} SET synchronous_commit = {lowered}");
                superuser.batch_execute(&set).await.unwrap();
                refuses(&format!("synchronous_commit = {lowered}"));
            }
            let reset = format!("ALTER DATABASE {database} RESET synchronous_commit");
            superuser.batch_execute(&reset).await.unwrap();
            let revoke = "REVOKE CREATE ON SCHEMA public FROM plain, PUBLIC";
            superuser.batch_execute(revoke).await.unwrap();
            refuses("lacks the right to CREATE in the schema public");
            let set = format!("ALTER DATABASE {database} SET search_path = nowhere");
            superuser.batch_execute(&set).await.unwrap();
            refuses("names no schema that exists");
            assert_eq!(count(&superuser, OURS_COUNT).await, 0);
        },
    );
}

#[test]
fn a_second_run_on_the_same_database_is_refused() {
    on(
        "a_second_run_on_the_same_database_is_refused",
        async |dedicated| {
            let client = dedicated.connect("plain").await;
            let lock = "BEGIN; SELECT pg_advisory_xact_lock(129078403363438)";
            client.batch_execute(lock).await.unwrap();
            let (exit, said) = dedicated.run(&FEW_CASES);
            assert_eq!(exit, 2, "{said}");
            assert!(said.contains("another run"), "{said}");
        },
    );
}

#[test]
fn a_store_that_is_there_in_part_is_not_touched() {
    on(
        "a_store_that_is_there_in_part_is_not_touched",
        async |dedicated| {
            let client = dedicated.migrate().await;
            client
                .batch_execute("DROP TABLE user_engine_operations")
                .await
                .unwrap();
            let (exit, said) = dedicated.run(&FEW_CASES);
            assert_eq!(exit, 2, "{said}");
            assert!(said.contains("only a part"), "{said}");
            assert_eq!(count(&client, MARKS).await, 0);
        },
    );
}
