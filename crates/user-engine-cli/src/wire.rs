//! A wire between a client and a local server's socket, which can be slow, counts round trips and
//! can be cut at any message border.
//!
//! It understands as much of the PostgreSQL protocol as tells one message from the next: the first
//! message of a client has no type byte, every other is a type byte and a length (PostgreSQL
//! manual, “Message Formats”).

mod frame;

use frame::Frames;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A socket that leads to a server's. Dropping it removes the socket; connections that are open
/// stay until either side ends them.
#[derive(Debug)]
pub struct Wire {
    folder: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    late: Duration,
    /// Round trips: how often a client spoke after the server had, the first word included.
    turns: AtomicU64,
    /// Messages that may still pass before the cut; `None` while nothing is to be cut.
    left: Mutex<Option<u64>>,
    was_cut: AtomicBool,
}

impl Wire {
    /// Listens in a new folder inside `parent`, under the name of the server's socket. Each
    /// direction takes half of `round_trip` longer than without; what is sent together stays
    /// together.
    ///
    /// # Errors
    ///
    /// What the machine said when it refused the folder or the socket.
    pub fn start(parent: &Path, server: PathBuf, round_trip: Duration) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("wire-{}-{number}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let name = server.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let listener = UnixListener::bind(folder.join(name))?;
        let shared = Arc::new(Shared {
            late: round_trip / 2,
            turns: AtomicU64::new(0),
            left: Mutex::new(None),
            was_cut: AtomicBool::new(false),
        });
        let own = shared.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if let Ok(far) = UnixStream::connect(&server) {
                    // A connection that can't be led is closed, which its client sees.
                    drop(lead(&near, &far, &own));
                }
            }
        });
        Ok(Self { folder, shared })
    }

    /// What a client names as its host.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many round trips were begun on all connections so far, connecting included.
    pub fn round_trips(&self) -> u64 {
        self.shared.turns.load(Ordering::SeqCst)
    }

    /// Lets this many messages pass, of either direction, and then cuts the connection of the
    /// next one before it passes.
    pub fn cut_after(&self, messages: u64) {
        self.shared.was_cut.store(false, Ordering::SeqCst);
        *self.shared.left() = Some(messages);
    }

    /// Cuts nothing any more; says whether a connection was cut since [`Wire::cut_after`].
    pub fn mend(&self) -> bool {
        *self.shared.left() = None;
        self.shared.was_cut.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // The folder lies in the server's, which goes with the server.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl Shared {
    fn left(&self) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many of these messages may pass; fewer than all means that the wire is cut behind.
    fn admit(&self, messages: usize) -> usize {
        let mut left = self.left();
        let Some(allowed) = left.as_mut() else {
            return messages;
        };
        let wanted = u64::try_from(messages).unwrap_or(u64::MAX);
        let passing = wanted.min(*allowed);
        *allowed -= passing;
        if passing < wanted {
            // One connection is cut; the next one is whole.
            *left = None;
            self.was_cut.store(true, Ordering::SeqCst);
        }
        usize::try_from(passing).unwrap_or(messages)
    }
}

/// Who spoke last on a connection.
type ServerSpoke = Arc<AtomicBool>;

fn lead(near: &UnixStream, far: &UnixStream, shared: &Arc<Shared>) -> io::Result<()> {
    let server_spoke = Arc::new(AtomicBool::new(true));
    for (from, to, is_client) in [(near, far, true), (far, near, false)] {
        let (from, other, to) = (from.try_clone()?, to.try_clone()?, to.try_clone()?);
        let (sender, receiver) = mpsc::channel();
        let (shared, spoke) = (shared.clone(), server_spoke.clone());
        thread::spawn(move || {
            listen(from.try_clone(), &sender, &shared, &spoke, is_client);
            drop(sender);
            // Both ends learn that the wire ended.
            drop((from.shutdown(Shutdown::Read), other));
        });
        thread::spawn(move || speak(to, &receiver));
    }
    Ok(())
}

type Sent = (Instant, Vec<u8>);

/// Takes what one side says, whole messages at a time, until it ends or the wire is cut.
fn listen(
    from: io::Result<UnixStream>,
    sender: &Sender<Sent>,
    shared: &Shared,
    server_spoke: &ServerSpoke,
    is_client: bool,
) {
    let Ok(mut from) = from else { return };
    let mut frames = Frames::new(is_client);
    let mut chunk = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut chunk) {
        if read == 0 {
            return;
        }
        frames.push(&chunk[..read]);
        let borders = frames.borders();
        let passing = shared.admit(borders.len());
        if passing > 0 {
            if is_client && server_spoke.swap(false, Ordering::SeqCst) {
                shared.turns.fetch_add(1, Ordering::SeqCst);
            }
            let bytes = frames.take(borders[passing - 1]);
            if !is_client {
                server_spoke.store(true, Ordering::SeqCst);
            }
            if sender.send((Instant::now() + shared.late, bytes)).is_err() {
                return;
            }
        }
        if passing < borders.len() {
            return;
        }
    }
}

/// Says it to the other side, late; closes that side when nothing more comes.
fn speak(mut to: UnixStream, receiver: &Receiver<Sent>) {
    for (due, bytes) in receiver {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
}
