//! The shell that stops a throwaway server and removes its files when this process goes away.

use crate::local_server::account::{self, Account};
use crate::local_server::binaries::Binaries;
use crate::local_server::error::LocalServerError;
use crate::local_server::folder::Folder;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Runs `"$@"` and waits. A watcher reads the pipe whose other end this process holds: the kernel
/// closes it however this process ends. An immediate shutdown is right for files that are removed
/// in the next line. The file `ended` tells the launcher of a server that failed to start, and
/// keeps the watcher from a process id that may be someone else's by then.
const SCRIPT: &str = r#"
folder=$1
shift
exec 3<&0 </dev/null
"$@" >"$folder/server.log" 2>&1 3<&- &
server=$!
stop() {
    [ -e "$folder/ended" ] || kill -QUIT "$server" 2>/dev/null
}
( read -r _ <&3; stop ) &
watcher=$!
exec 3<&-
trap stop HUP INT TERM
wait "$server"
while kill -0 "$server" 2>/dev/null; do wait "$server"; done
: >"$folder/ended"
wait "$watcher"
cd /
rm -rf "$folder"
"#;

/// The running shell. Dropping it closes the pipe and waits until everything is gone.
pub(super) struct Supervisor {
    child: Child,
}

impl Supervisor {
    /// Starts the shell, and through it the server, as the account.
    pub(super) fn start(
        binaries: &Binaries,
        folder: &Folder,
        account: Option<&Account>,
    ) -> Result<Self, LocalServerError> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "user-engine-supervisor"])
            .arg(folder.path())
            .arg(binaries.program("postgres"))
            .arg("-D")
            .arg(folder.data_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir(folder.path())
            // A group of its own: an interrupt from the keyboard ends this process, and the pipe
            // then ends the server.
            .process_group(0);
        account::become_account(&mut command, account);
        let child = command.spawn().map_err(|source| LocalServerError::Run {
            program: PathBuf::from("/bin/sh"),
            source,
        })?;
        Ok(Self { child })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // A shell that can't be waited for has been reaped: everything is gone already.
        drop(self.child.wait());
    }
}
