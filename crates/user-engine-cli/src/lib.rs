//! The command `user-engine`: conformance runs, reports and read-only diagnosis for provider
//! engineers.

pub mod dsn;
pub mod exit;
pub mod local_server;

use exit::{Exit, Stop};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command with its arguments, the program's name first, and says how to exit.
pub fn main_from(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match command_from(arguments.into_iter().collect()) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            eprintln!("{stop}");
            stop.exit.into()
        }
    }
}

fn command_from(_arguments: Vec<OsString>) -> Result<Exit, Stop> {
    Err(Stop::refused("there is no suite to run yet"))
}
