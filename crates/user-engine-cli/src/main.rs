//! The command `user-engine`.

use std::process::ExitCode;

fn main() -> ExitCode {
    user_engine_cli::main_from(std::env::args_os())
}
