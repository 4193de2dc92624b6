//! A wire that takes its time: passes bytes between two unix sockets, each direction half a round
//! trip late, without holding up what follows.

use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// A folder with a socket that leads to a server's, later.
pub(crate) struct DelayedWire {
    folder: PathBuf,
}

impl DelayedWire {
    /// Listens in a new folder under `parent` and leads every connection to `server`, the
    /// server's own socket. A round trip takes `round_trip` longer than without.
    pub(crate) fn start(parent: &Path, server: PathBuf, round_trip: Duration) -> io::Result<Self> {
        let folder = parent.join(format!("delayed-{}", round_trip.as_micros()));
        std::fs::create_dir_all(&folder)?;
        let name = server.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let listener = UnixListener::bind(folder.join(name))?;
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if let Ok(far) = UnixStream::connect(&server) {
                    let _ended = lead(&near, &far, round_trip / 2);
                }
            }
        });
        Ok(Self { folder })
    }

    /// What a client names as its host.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for DelayedWire {
    fn drop(&mut self) {
        let _best_effort = std::fs::remove_dir_all(&self.folder);
    }
}

fn lead(near: &UnixStream, far: &UnixStream, late: Duration) -> io::Result<()> {
    for (from, to) in [(near, far), (far, near)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
        thread::spawn(move || {
            let mut chunk = vec![0; 64 * 1024];
            while let Ok(read) = from.read(&mut chunk) {
                let due = Instant::now() + late;
                if read == 0 || sender.send((due, chunk[..read].to_vec())).is_err() {
                    break;
                }
            }
        });
        thread::spawn(move || {
            for (due, bytes) in receiver {
                thread::sleep(due.saturating_duration_since(Instant::now()));
                if to.write_all(&bytes).is_err() {
                    break;
                }
            }
            let _already_closed = to.shutdown(std::net::Shutdown::Both);
        });
    }
    Ok(())
}
