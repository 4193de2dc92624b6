//! The command `user-engine`: conformance runs, reports and read-only diagnosis for provider
//! engineers.
//!
//! Everything that the command does can be called: [`main_from`] is the command itself,
//! [`local_server`] starts a throwaway PostgreSQL, [`dsn`] reads the address of a dedicated one.
//!
//! Deliberately absent: a password in an argument, a server that outlives its run, a store that is
//! wiped because a flag said so.
//!
//! - `command`: what can be asked for; `run`, `list`, `doctor`, `plan`, `mutants`, `replay`,
//!   `cleanup`: what is then done
//! - `stores`, `factory_fake`, `factory_postgres`, `instrument`: the stores that a run takes, and
//!   what can be done to them
//! - `disposable`, `schema_objects`: when a store may be wiped, and the wiping
//! - `screen`, `progress`: what a person sees
//!
//! # Examples
//!
//! ```
//! let arguments = ["user-engine", "conformance", "list", "--level", "L0"];
//! user_engine_cli::main_from(arguments.into_iter().map(Into::into));
//! ```

mod cleanup;
mod command;
mod disposable;
mod doctor;
pub mod dsn;
pub mod exit;
mod factory_fake;
mod factory_postgres;
mod instrument;
mod list;
pub mod local_server;
mod mutants;
mod plan;
mod progress;
mod replay;
mod role;
mod run;
mod schema_objects;
mod screen;
mod stores;
pub mod wire;

use clap::Parser;
use command::{Command, Topic, Verb};
use exit::{Exit, Stop};
use std::ffi::OsString;
use std::process::ExitCode;

pub use run::{NotRun, Reports};

/// Runs the command with its arguments, the program's name first, and says how to exit. A refusal
/// is one sentence on standard error.
pub fn main_from(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let name = arguments
        .first()
        .and_then(|name| name.to_str())
        .map(program_name);
    let name = name.unwrap_or("user-engine").to_owned();
    let command = match Command::try_parse_from(arguments) {
        Ok(command) => command,
        Err(answer) => {
            // Help is an answer, misuse a refusal; a closed output changes neither.
            drop(answer.print());
            return if answer.use_stderr() {
                Exit::Refused
            } else {
                Exit::Reached
            }
            .into();
        }
    };
    match carry_out(&command, &name) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            eprintln!("{stop}");
            stop.exit.into()
        }
    }
}

/// The last part of a path, so that a replay line can be typed.
fn program_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn carry_out(command: &Command, name: &str) -> Result<Exit, Stop> {
    let Topic::Conformance(conformance) = &command.topic;
    let replay_command = format!("{name} conformance");
    match &conformance.verb {
        None => run::run(&conformance.run, &replay_command),
        Some(Verb::List(list)) => list::list(list),
        Some(Verb::Mutants(mutants)) => mutants::mutants(mutants),
        Some(Verb::Replay(replay)) => replay::replay(replay, &replay_command),
        Some(Verb::Doctor(server)) => doctor::doctor(*server),
        Some(Verb::Plan(server)) => plan::plan(*server),
        Some(Verb::Cleanup(server)) => cleanup::cleanup(*server),
    }
}
