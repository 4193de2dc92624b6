//! The README's first program is the example and prints what the README says; the other example
//! does what its own text says.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = include_str!("../../examples/first_program.rs");

/// The README of the workspace; there is none in a package by itself.
fn readme() -> Option<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(workspace.join("README.md")).ok()
}

/// The text in the fenced block that begins with a line like `fence`, without the fences.
fn block<'a>(text: &'a str, fence: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("\n{fence}\n"))?;
    Some(&after[..after.find("```")?])
}

/// An example's program: beside this test where cargo built all targets, built here otherwise.
fn built_program(example: &str) -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    let mut folders = test.ancestors().skip(2);
    let profile = folders.next().expect("the profile's folder");
    let target = folders.next().expect("the target folder");
    let program = profile
        .join("examples")
        .join(format!("{example}{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--example", example])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", target)
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the example does not build"
        );
    }
    program
}

#[test]
fn the_readme_shows_the_first_program_word_for_word() {
    let Some(readme) = readme() else { return };
    assert_eq!(block(&readme, "```rust"), Some(PROGRAM));
}

#[test]
fn the_first_program_prints_what_the_readme_says() {
    let Some(readme) = readme() else { return };
    let output = Command::new(built_program("first_program"))
        .output()
        .unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        readme.contains(&format!("```text\n{printed}```")),
        "the README does not show:\n{printed}"
    );
}

#[test]
fn a_unit_that_runs_in_a_task_is_applied_once() {
    let output = Command::new(built_program("run_in_transaction")).output();
    let output = output.unwrap();
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "applied; was there before: false\napplied before, as request-1\n"
    );
}
