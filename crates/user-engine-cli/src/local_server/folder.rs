//! The one folder that holds everything of a throwaway server.

use crate::local_server::account::Account;
use crate::local_server::error::{LocalServerError, tail};
use std::env;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// What a folder's name begins with.
pub(super) const PREFIX: &str = "ue-pg-";

/// The longest folder path whose socket (`/.s.PGSQL.5432` and its lock's suffix) still fits into
/// the 104 bytes that the smallest system allows (unix(4): `sun_path`).
const PATH_BYTES_MAX: usize = 80;

/// A folder of one server. Removed on drop until a supervisor takes that over.
pub(super) struct Folder {
    path: PathBuf,
    /// Locked for as long as this process lives, however it ends: the folder is in use.
    _held: File,
    removed_by_supervisor: bool,
}

impl Folder {
    /// Makes a new folder that only its account can enter, in the temporary folder where that is
    /// short and open enough, else in `/tmp`.
    pub(super) fn create() -> Result<Self, LocalServerError> {
        let name = format!(
            "{PREFIX}{}",
            random_name().map_err(in_folder("/dev/urandom"))?
        );
        let temporary = env::temp_dir();
        let parent = if fits(&temporary, &name) {
            temporary
        } else {
            PathBuf::from("/tmp")
        };
        let path = parent.join(name);
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(in_folder(&path))?;
        let held = File::open(&path).map_err(in_folder(&path))?;
        held.lock().map_err(in_folder(&path))?;
        Ok(Self {
            path,
            _held: held,
            removed_by_supervisor: false,
        })
    }

    /// Whether this process has root's rights: what it makes belongs to root.
    pub(super) fn made_by_root(&self) -> Result<bool, LocalServerError> {
        Ok(fs::metadata(&self.path)
            .map_err(in_folder(&self.path))?
            .uid()
            == 0)
    }

    pub(super) fn hand_to(&self, account: &Account) -> Result<(), LocalServerError> {
        chown(&self.path, Some(account.user), Some(account.group)).map_err(in_folder(&self.path))
    }

    pub(super) fn leave_to_supervisor(&mut self) {
        self.removed_by_supervisor = true;
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn data_path(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(super) fn log_path(&self) -> PathBuf {
        self.path.join("server.log")
    }

    pub(super) fn lock_path(&self) -> PathBuf {
        self.data_path().join("postmaster.pid")
    }

    pub(super) fn remove_data(&self) -> Result<(), LocalServerError> {
        match fs::remove_dir_all(self.data_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(in_folder(self.data_path())(error))
            }
            _ => Ok(()),
        }
    }

    /// Whether the eighth line of the lock file says so (miscadmin.h: `LOCK_FILE_LINE_PM_STATUS`).
    pub(super) fn server_ready(&self) -> bool {
        fs::read_to_string(self.lock_path()).is_ok_and(|lock| {
            lock.lines()
                .nth(7)
                .is_some_and(|line| line.trim() == "ready")
        })
    }

    /// Whether the supervisor has seen the server end.
    pub(super) fn server_ended(&self) -> bool {
        self.path.join("ended").exists()
    }

    pub(super) fn log_tail(&self) -> String {
        fs::read(self.log_path()).map_or_else(|_| "it left no log".to_owned(), |log| tail(&log))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.removed_by_supervisor {
            // Nothing to tell anyone: what stays is an empty start in the temporary folder.
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

/// Removes folders that nobody watches any more, as after a kill of everything at once or of a
/// process whose server did not run yet, and says how many. One whose process or server still runs
/// is left alone.
pub(crate) fn remove_leftovers() -> usize {
    let mut parents = vec![env::temp_dir(), PathBuf::from("/tmp")];
    parents.dedup();
    let folders = parents
        .iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flatten();
    folders
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_leftover(path))
        .filter(|path| fs::remove_dir_all(path).is_ok())
        .count()
}

/// Whether a folder holds a server's files, and neither the process that made it nor the server is
/// there.
fn is_leftover(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    // Whoever made it has locked it before there were files.
    let ours = name.is_some_and(|name| name.starts_with(PREFIX)) && path.join("data").is_dir();
    // A folder that can't be opened is another account's.
    let unwatched = || File::open(path).is_ok_and(|folder| folder.try_lock().is_ok());
    // A socket that nobody listens on refuses.
    let unserved = || std::os::unix::net::UnixStream::connect(path.join(".s.PGSQL.5432")).is_err();
    ours && unwatched() && unserved()
}

/// Whether a folder of this name would be short enough for a socket, and could be reached by an
/// account that owns nothing above it.
fn fits(parent: &Path, name: &str) -> bool {
    parent.as_os_str().len() + 1 + name.len() <= PATH_BYTES_MAX
        && parent.is_absolute()
        && parent.ancestors().all(|folder| {
            fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o001 != 0)
        })
}

/// Sixteen hexadecimal digits that nobody guesses.
pub(crate) fn random_name() -> io::Result<String> {
    let mut bytes = [0_u8; 8];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:016x}", u64::from_ne_bytes(bytes)))
}

/// Turns a system's answer into an error that names the path.
pub(super) fn in_folder(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> LocalServerError {
    let path = path.into();
    move |source| LocalServerError::Folder { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_private_and_goes_with_its_handle() {
        let folder = Folder::create().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_is_left_over_when_its_process_is_gone_before_there_is_a_server() {
        let mut folder = Folder::create().unwrap();
        let path = folder.path().to_owned();
        assert!(!is_leftover(&path));
        fs::create_dir(folder.data_path()).unwrap();
        assert!(!is_leftover(&path), "its process is here");
        // As a kill does: what was open is closed, and nothing is removed.
        folder.leave_to_supervisor();
        drop(folder);
        assert!(is_leftover(&path));
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn a_long_or_relative_parent_is_not_taken() {
        assert!(fits(Path::new("/"), "ue-pg-0123456789ab"));
        assert!(!fits(
            &Path::new("/").join("a".repeat(70)),
            "ue-pg-0123456789ab"
        ));
        assert!(!fits(Path::new("tmp"), "ue-pg-0123456789ab"));
    }
}
