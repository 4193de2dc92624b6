//! A throwaway server starts for whoever starts it and never outlives them.

use crate::live;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio_postgres::NoTls;
use user_engine_cli::local_server::{DatabaseName, Durability, LocalServer, Settings};

/// Set for the child that the orphan test starts and kills.
const CHILD_VARIABLE: &str = "USER_ENGINE_TEST_HOLDS_A_SERVER";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

async fn ask(config: &tokio_postgres::Config, query: &str) -> String {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    let driving = tokio::spawn(connection);
    let answer: String = client.query_one(query, &[]).await.unwrap().get(0);
    drop(client);
    driving.await.unwrap().unwrap();
    answer
}

fn gone_within(path: &Path, wait_max: Duration) -> bool {
    let begun = Instant::now();
    while path.exists() {
        if begun.elapsed() > wait_max {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

fn process_runs(id: u32) -> bool {
    Path::new("/proc").join(id.to_string()).exists()
}

#[test]
fn a_dropped_server_is_stopped_and_removed() {
    if live::server_or_skip("a_dropped_server_is_stopped_and_removed").is_none() {
        return;
    }
    let settings = Settings {
        durability: Durability::Durable,
        ..Settings::default()
    };
    let server = LocalServer::start(&settings).unwrap();
    let folder = server.socket_folder().to_owned();
    let (supervisor, postgres) = (server.supervisor_id(), server.server_id().unwrap());
    let config = server.config(&DatabaseName::maintenance());
    assert_eq!(
        runtime().block_on(ask(&config, "SELECT current_setting('fsync')")),
        "on"
    );
    assert!(server.log_path().is_file());
    drop(server);
    assert!(!folder.exists());
    assert!(!process_runs(supervisor) && !process_runs(postgres));
}

#[test]
fn a_server_listens_on_no_port_and_sorts_unlike_bytes() {
    let name = "a_server_listens_on_no_port_and_sorts_unlike_bytes";
    let Some(server) = live::server_or_skip(name) else {
        return;
    };
    let config = server.config(&DatabaseName::maintenance());
    runtime().block_on(async {
        assert_eq!(
            ask(&config, "SELECT current_setting('listen_addresses')").await,
            ""
        );
        assert_eq!(ask(&config, "SELECT current_setting('fsync')").await, "off");
        if server.binaries().major_version() >= 15 {
            assert_eq!(ask(&config, "SELECT ('B' > 'a')::text").await, "true");
        }
    });
}

#[test]
fn a_database_is_cloned_from_a_template_and_dropped() {
    let name = "a_database_is_cloned_from_a_template_and_dropped";
    let Some(server) = live::server_or_skip(name) else {
        return;
    };
    let template = DatabaseName::new("clone_template").unwrap();
    let clone = DatabaseName::new("clone_of_it").unwrap();
    runtime().block_on(async {
        server.create_database(&template).await.unwrap();
        let made = "CREATE TABLE decoy AS SELECT 'kept'::text AS word";
        let (client, connection) = server.config(&template).connect(NoTls).await.unwrap();
        let driving = tokio::spawn(connection);
        client.batch_execute(made).await.unwrap();
        drop(client);
        driving.await.unwrap().unwrap();
        server
            .create_database_from_template(&clone, &template)
            .await
            .unwrap();
        assert_eq!(
            ask(&server.config(&clone), "SELECT word FROM decoy").await,
            "kept"
        );
        let taken = server.create_database(&clone).await.unwrap_err();
        assert_eq!(
            taken.to_string(),
            "can't create the database clone_of_it: 42P04"
        );
        server.drop_database(&clone).await.unwrap();
        server.drop_database(&clone).await.unwrap();
        server.drop_database(&template).await.unwrap();
    });
}

#[test]
fn cleaning_up_finds_what_was_killed_before_its_server_ran() {
    let folder = std::env::temp_dir().join(format!("ue-pg-killed-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("data/base")).unwrap();
    let output = crate::command::command(&["cleanup"]).output().unwrap();
    assert!(output.status.success());
    assert!(!folder.exists());
}

/// Not a behaviour of its own: what the orphan test runs in another process.
#[test]
fn a_child_holds_a_server_until_it_is_killed() {
    if std::env::var_os(CHILD_VARIABLE).is_none() {
        return;
    }
    let server = LocalServer::start(&Settings::default()).unwrap();
    let folder = server.socket_folder().display();
    println!(
        "\nserver {} {} {folder}",
        server.supervisor_id(),
        server.server_id().unwrap()
    );
    std::mem::forget(server);
    loop {
        std::thread::park();
    }
}

#[test]
fn a_killed_process_leaves_no_server_and_no_files() {
    if live::server_or_skip("a_killed_process_leaves_no_server_and_no_files").is_none() {
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "local_server::a_child_holds_a_server_until_it_is_killed",
            "--nocapture",
        ])
        .env(CHILD_VARIABLE, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap());
    let line = std::io::BufRead::lines(lines)
        .map_while(Result::ok)
        .find(|line| line.starts_with("server "))
        .expect("the child's server");
    let words: Vec<&str> = line.split(' ').collect();
    let (supervisor, postgres) = (words[1].parse().unwrap(), words[2].parse().unwrap());
    let folder = PathBuf::from(words[3]);
    assert!(process_runs(supervisor) && process_runs(postgres) && folder.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        gone_within(&folder, Duration::from_secs(10)),
        "the folder stayed"
    );
    assert!(!process_runs(postgres));
}
