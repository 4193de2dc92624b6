//! Workspace tasks: `cargo xtask conformance`, `layers`, `tidy`, `hazards` and `bench`.

mod bench;
mod hazards;
mod layers;
mod tidy;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask <task>

tasks:
  conformance  run the store contract against the stores, as `user-engine conformance` does
  layers       check every dependency edge against the table of layers
  tidy         check the texts of the workspace
  hazards      check that every case and test of docs/hazards.md exists
  bench        measure, every figure beside its floor
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let Some(task) = arguments.next() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let rest: Vec<OsString> = arguments.collect();
    match task.to_str() {
        Some("conformance") => {
            let all = ["cargo xtask".into(), task].into_iter().chain(rest);
            user_engine_cli::main_from(all)
        }
        Some("layers") => answer(layers::check(&root())),
        Some("tidy") => answer(tidy::check(&root())),
        Some("hazards") => answer(hazards::check(&root())),
        Some("bench") => bench::run(&rest),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Prints what was found; nothing found is success.
fn answer(found: Result<Vec<String>, String>) -> ExitCode {
    match found {
        Ok(found) if found.is_empty() => ExitCode::SUCCESS,
        Ok(found) => {
            for line in found {
                eprintln!("{line}");
            }
            ExitCode::FAILURE
        }
        Err(broken) => {
            eprintln!("{broken}");
            ExitCode::from(2)
        }
    }
}

/// The workspace's root: the parent of this package.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
