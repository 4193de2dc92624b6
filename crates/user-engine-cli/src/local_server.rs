//! A throwaway PostgreSQL server: own data folder, own socket, gone with the process that started
//! it.
//!
//! The server listens on a unix socket inside its own folder, which only its account (and root)
//! can enter; there is no TCP port and no password. A small `/bin/sh` supervisor holds the
//! other end of a pipe and stops and removes everything when that pipe closes, so that nothing
//! stays behind a drop, a leaked handle, a `static` or a `SIGKILL` of this process.

mod account;
mod binaries;
mod database;
mod error;
mod folder;
mod settings;
mod supervisor;

pub use binaries::{Binaries, FoundBy};
pub use database::DatabaseName;
pub use error::LocalServerError;
pub use settings::{Durability, Settings};

use account::Account;
use folder::Folder;
pub(crate) use folder::{random_name, remove_leftovers};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use supervisor::Supervisor;

/// The superuser that `initdb` creates.
const SUPERUSER: &str = "postgres";

/// How long a new server may take until it accepts connections.
const START_WAIT_MAX: Duration = Duration::from_mins(1);

/// How often the start is looked at. A start takes about 20 ms.
const START_POLL: Duration = Duration::from_millis(2);

/// A running throwaway server. Dropping it stops the server and removes its files before it
/// returns, which takes some 50 ms.
pub struct LocalServer {
    binaries: Binaries,
    durability: Durability,
    account: Option<Account>,
    // Before the folder: what runs is stopped before its files are removed.
    supervisor: Supervisor,
    folder: Folder,
}

impl LocalServer {
    /// Finds an installed PostgreSQL, makes a data folder and starts the server; returns when it
    /// accepts connections. Works as root too: the server then runs as `postgres`, else `nobody`.
    ///
    /// # Errors
    ///
    /// `NoServerInstalled` and `ServerTooOld` when there is nothing to start; the others when the
    /// machine refused a step. Nothing stays behind.
    pub fn start(settings: &Settings) -> Result<Self, LocalServerError> {
        Self::start_from(Binaries::find()?, settings)
    }

    /// As [`LocalServer::start`], with binaries that were found before.
    ///
    /// # Errors
    ///
    /// As [`LocalServer::start`], except that nothing is looked for.
    pub fn start_from(binaries: Binaries, settings: &Settings) -> Result<Self, LocalServerError> {
        let mut folder = Folder::create()?;
        let account = if folder.made_by_root()? {
            let account = Account::unprivileged()?;
            folder.hand_to(&account)?;
            Some(account)
        } else {
            None
        };
        initialize(&binaries, &folder, account.as_ref())?;
        settings.write_to(&folder)?;
        let supervisor = Supervisor::start(&binaries, &folder, account.as_ref())?;
        folder.leave_to_supervisor();
        let server = Self {
            binaries,
            durability: settings.durability,
            account,
            supervisor,
            folder,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The binaries that run, and how they were found.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Whether an acknowledged commit would survive a crash of the machine.
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// The account that the server was given because it refuses root; `None` when it runs as the
    /// account of this process.
    pub fn account_name(&self) -> Option<&str> {
        self.account.as_ref().map(|account| account.name.as_str())
    }

    /// The folder that holds the socket: what a client names as its host.
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's log, for a sweep after a run: it must hold no stored value either.
    pub fn log_path(&self) -> PathBuf {
        self.folder.log_path()
    }

    /// The supervisor's process; it ends after the server has stopped.
    pub fn supervisor_id(&self) -> u32 {
        self.supervisor.id()
    }

    /// The server's own process, as its lock file says.
    ///
    /// # Errors
    ///
    /// `Ended` when there is no lock file any more.
    pub fn server_id(&self) -> Result<u32, LocalServerError> {
        fs::read_to_string(self.folder.lock_path())
            .ok()
            .and_then(|lock| lock.lines().next()?.trim().parse().ok())
            .ok_or_else(|| LocalServerError::Ended {
                log: self.folder.log_tail(),
            })
    }

    /// How a client reaches one database of this server, as its superuser.
    pub fn config(&self, database: &DatabaseName) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config
            .host_path(self.socket_folder())
            .port(settings::PORT)
            .user(SUPERUSER)
            .dbname(database.as_str())
            .connect_timeout(Duration::from_secs(10));
        config
    }

    /// Waits for the word `ready` in the lock file: no connection is tried and none is refused.
    fn wait_until_ready(&self) -> Result<(), LocalServerError> {
        let begun = Instant::now();
        loop {
            if self.folder.server_ended() {
                return Err(LocalServerError::Ended {
                    log: self.folder.log_tail(),
                });
            }
            if self.folder.server_ready() {
                return Ok(());
            }
            if begun.elapsed() > START_WAIT_MAX {
                return Err(LocalServerError::NotReadyInTime {
                    log: self.folder.log_tail(),
                });
            }
            std::thread::sleep(START_POLL);
        }
    }
}

/// Makes the data folder. Text is compared and sorted as in English where the build can do that,
/// so that a key column without its own collation shows.
fn initialize(
    binaries: &Binaries,
    folder: &Folder,
    account: Option<&Account>,
) -> Result<(), LocalServerError> {
    if binaries.major_version() >= 15 {
        let icu = ["--locale-provider=icu", "--icu-locale=en"];
        if run_initdb(binaries, folder, account, &icu).is_ok() {
            return Ok(());
        }
        folder.remove_data()?;
    }
    run_initdb(binaries, folder, account, &[])
}

fn run_initdb(
    binaries: &Binaries,
    folder: &Folder,
    account: Option<&Account>,
    more: &[&str],
) -> Result<(), LocalServerError> {
    let program = binaries.program("initdb");
    let mut command = Command::new(&program);
    command
        .arg("--pgdata")
        .arg(folder.data_path())
        .args([
            "--username",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C",
            "--auth=trust",
        ])
        .arg("--no-sync")
        .args(more)
        .stdin(Stdio::null())
        .current_dir(folder.path());
    // Version 13 does not know this option yet.
    if binaries.major_version() >= 14 {
        command.arg("--no-instructions");
    }
    account::become_account(&mut command, account);
    let output = command
        .output()
        .map_err(|source| LocalServerError::Run { program, source })?;
    if output.status.success() {
        return Ok(());
    }
    Err(LocalServerError::InitFailed {
        output: error::tail(&output.stderr),
    })
}
