//! The command from outside: what it prints, what it refuses, and how it exits.

use crate::live;
use std::process::{Command, Output};

/// The command, without any setting of whoever runs the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_user-engine"));
    command.arg("conformance").args(arguments);
    for name in ["DSN", "RESET"] {
        command.env_remove(format!("USER_ENGINE_POSTGRES_TEST_{name}"));
    }
    command.env("RUST_BACKTRACE", "1");
    command
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// One sentence on standard error, nothing on standard output, no credential anywhere.
#[track_caller]
fn refuses(command: &mut Command, exit: i32, words: &str) {
    let output = command.output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(status(&output), exit, "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(words), "{said}");
    assert!(
        output.stdout.is_empty() && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn the_list_begins_each_line_with_a_dotted_id_and_its_level() {
    let output = command(&["list"]).output().unwrap();
    assert_eq!(status(&output), 0);
    let list = text(&output.stdout);
    assert!(list.lines().count() > 10);
    for line in list.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(
            words[0].contains('.') && words[1].starts_with('L'),
            "{line}"
        );
        assert!(line.ends_with('.'), "{line}");
    }
}

#[test]
fn the_plan_is_the_sql_of_the_migrations() {
    let output = command(&["plan"]).output().unwrap();
    assert_eq!(status(&output), 0);
    let plan = text(&output.stdout);
    assert!(plan.starts_with("-- migration 1: user_engine_store\n"));
    assert!(plan.contains("CREATE TABLE user_engine_records"));
}

#[test]
fn a_run_of_the_memory_store_reaches_its_level_and_says_so_last() {
    let output = command(&["--store", "memory", "--filter", "records.*"])
        .output()
        .unwrap();
    assert_eq!(status(&output), 0);
    assert!(
        text(&output.stdout)
            .trim_end()
            .lines()
            .last()
            .unwrap()
            .starts_with("reached: memory")
    );
}

#[test]
fn a_filter_that_matches_nothing_is_no_success() {
    let output = command(&["--store", "memory", "--filter", "nothing.*"])
        .output()
        .unwrap();
    assert_eq!(status(&output), 4);
    assert!(text(&output.stdout).ends_with("\nno case matches\n"));
    let output = command(&["list", "--filter", "nothing.*"])
        .output()
        .unwrap();
    assert_eq!(status(&output), 4);
    assert_eq!(text(&output.stdout), "no case matches\n");
}

#[test]
fn a_report_is_read_again_by_replay() {
    let folder = tempfolder();
    let file = folder.join("report.json");
    let path = file.to_str().unwrap();
    let run = [
        "--store",
        "memory",
        "--filter",
        "records.*",
        "--format",
        "json",
        "--out",
        path,
    ];
    assert_eq!(status(&command(&run).output().unwrap()), 0);
    let output = command(&["replay", path]).output().unwrap();
    assert_eq!(status(&output), 4, "there is nothing to look at");
    std::fs::write(&file, "hunter2").unwrap();
    refuses(&mut command(&["replay", path]), 2, "is not a report");
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempfolder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("user-engine-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn an_address_without_the_acknowledgement_is_refused_before_anyone_is_asked() {
    // Nobody listens there: being asked would exit 3.
    let dsn = "host=127.0.0.1 port=1 user=u password=hunter2";
    for arguments in [&[][..], &["--store", "postgres"], &["cleanup"]] {
        let mut command = command(arguments);
        command.env("USER_ENGINE_POSTGRES_TEST_DSN", dsn);
        let output = command.output().unwrap();
        assert_eq!(status(&output), 2);
        let said = text(&output.stderr);
        assert!(said.contains("USER_ENGINE_POSTGRES_TEST_RESET=1") && !said.contains("hunter2"));
    }
}

#[test]
fn an_unreachable_server_is_one_sentence_and_status_3() {
    let mut command = command(&["--store", "postgres"]);
    command.env(
        "USER_ENGINE_POSTGRES_TEST_DSN",
        "postgres://u:hunter2@127.0.0.1:1/x",
    );
    command.env("USER_ENGINE_POSTGRES_TEST_RESET", "1");
    refuses(
        &mut command,
        3,
        "can't reach the database x at 127.0.0.1 port 1",
    );
}

#[test]
fn a_remote_server_in_plain_text_is_refused_with_status_2() {
    let mut command = command(&["--store", "postgres"]);
    command.env(
        "USER_ENGINE_POSTGRES_TEST_DSN",
        "postgres://u:hunter2@db.example.org/x",
    );
    command.env("USER_ENGINE_POSTGRES_TEST_RESET", "1");
    refuses(&mut command, 2, "--allow-plaintext-to-remote");
}

#[test]
fn without_a_server_to_start_the_store_is_refused_by_name_and_left_out_of_all() {
    let mut by_name = command(&["--store", "postgres"]);
    by_name.env("USER_ENGINE_PG_BIN", "/nonexistent");
    refuses(&mut by_name, 3, "USER_ENGINE_PG_BIN names /nonexistent");
    let mut all = command(&["--filter", "records.*"]);
    all.env("USER_ENGINE_PG_BIN", "/nonexistent");
    let output = all.output().unwrap();
    assert_eq!(status(&output), 0);
    assert!(text(&output.stdout).contains("postgres: not run: "));
    all.args(["--deny-skips"]);
    assert_eq!(status(&all.output().unwrap()), 4);
    all.args(["--require-live"]);
    assert_eq!(status(&all.output().unwrap()), 4);
}

#[test]
fn misuse_is_status_2_and_help_is_status_0() {
    assert_eq!(
        status(&command(&["--store", "oracle"]).output().unwrap()),
        2
    );
    assert_eq!(status(&command(&["--level", "L9"]).output().unwrap()), 2);
    assert_eq!(status(&command(&["--help"]).output().unwrap()), 0);
}

#[test]
fn a_throwaway_server_proves_the_store_and_is_gone() {
    let name = "a_throwaway_server_proves_the_store_and_is_gone";
    if live::server_or_skip(name).is_none() {
        return;
    }
    let run = [
        "--store",
        "postgres",
        "--filter",
        "records.*",
        "--require-live",
        "--deny-skips",
    ];
    let output = command(&run).output().unwrap();
    let said = text(&output.stdout);
    assert_eq!(status(&output), 0, "{said}{}", text(&output.stderr));
    assert!(said.contains("(throwaway, fast)"), "{said}");
}
