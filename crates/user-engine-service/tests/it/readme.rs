//! The README's service program is the example and prints what the README says.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = include_str!("../../examples/embedded.rs");

/// The README's section about the service; there is none in a package by itself.
fn section() -> Option<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(workspace.join("README.md")).ok()?;
    let heading = "\n## The service\n";
    let (_, behind) = readme.split_once(heading).expect("the README's section");
    Some(behind.to_owned())
}

/// The text in the fenced block that begins with a line like `fence`, without the fences.
fn block<'a>(text: &'a str, fence: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("\n{fence}\n"))?;
    Some(&after[..after.find("```")?])
}

/// The example's program: beside this test where cargo built all targets, built here otherwise.
fn built_program() -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile
        .join("examples")
        .join(format!("embedded{}", env::consts::EXE_SUFFIX));
    if !program.exists() {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked", "--example", "embedded"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", profile.parent().unwrap())
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    }
    program
}

#[test]
fn the_readme_shows_the_service_program_word_for_word() {
    let Some(section) = section() else { return };
    assert_eq!(block(&section, "```rust"), Some(PROGRAM));
}

#[test]
fn the_service_program_prints_what_the_readme_says() {
    let Some(section) = section() else { return };
    let output = Command::new(built_program())
        .env_remove("DSN")
        .output()
        .unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(block(&section, "```text"), Some(printed.as_str()));
}
