//! Why a throwaway server could not be started.

use std::io;
use std::path::PathBuf;

/// Why a throwaway server could not be started. Holds paths and the server's own words about
/// starting, never a stored value: nothing is stored yet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalServerError {
    /// No folder with `initdb` and `postgres` was found.
    #[error(
        "no PostgreSQL server is installed: {how_to_install}, or name its folder of programs in USER_ENGINE_PG_BIN"
    )]
    NoServerInstalled {
        /// A sentence part with the command that installs one here.
        how_to_install: &'static str,
    },
    /// `USER_ENGINE_PG_BIN` names a folder without a usable `initdb` and `postgres`.
    #[error("USER_ENGINE_PG_BIN names {}, which has no usable initdb and postgres", folder.display())]
    NotAServer {
        /// The folder named.
        folder: PathBuf,
    },
    /// All that was found is older than the oldest supported version.
    #[error("PostgreSQL {version} in {} is older than {}", folder.display(), super::binaries::OLDEST)]
    ServerTooOld {
        /// The folder of programs.
        folder: PathBuf,
        /// The major version found.
        version: u32,
    },
    /// This process is root and there is no other account to run a server as.
    #[error("PostgreSQL refuses to run as root, and there is no account postgres or nobody")]
    NoAccount,
    /// The server's folder could not be made, written or read.
    #[error("can't use the folder {}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A program could not be run.
    #[error("can't run {}", program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("initdb failed: {output}")]
    InitFailed {
        /// The end of what it printed.
        output: String,
    },
    /// The server ended by itself.
    #[error("the server ended: {log}")]
    Ended {
        /// The end of its log.
        log: String,
    },
    /// The server did not get ready in time.
    #[error("the server was not ready in time: {log}")]
    NotReadyInTime {
        /// The end of its log.
        log: String,
    },
    /// A database could not be created or dropped.
    #[error("can't {verb} the database {database}: {state}")]
    Database {
        /// `reach`, `create` or `drop`.
        verb: &'static str,
        /// The database's name.
        database: String,
        /// The SQLSTATE, or `no answer`.
        state: String,
    },
}

/// The last lines of what a program printed, as one line.
pub(super) fn tail(output: &[u8]) -> String {
    const LINES_MAX: usize = 6;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines[lines.len().saturating_sub(LINES_MAX)..].join(" / ")
}
