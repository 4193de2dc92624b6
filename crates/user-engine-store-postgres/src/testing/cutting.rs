//! Losing a connection at a border between messages.

use crate::answer::Answer;
use crate::call::Call;
use crate::session::{Mode, Session, SessionError};
use async_trait::async_trait;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_ports::Deadline;

/// Where a connection is lost around a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cut {
    /// Before anything is sent.
    BeforeSend,
    /// After it was sent, before it reaches the server.
    BeforeArrival,
    /// After the server was done, before its answer arrives.
    BeforeAnswer,
    /// After the answer.
    AfterAnswer,
}

impl Cut {
    /// Every place, in the order of a flight.
    pub const ALL: &'static [Self] = &[
        Self::BeforeSend,
        Self::BeforeArrival,
        Self::BeforeAnswer,
        Self::AfterAnswer,
    ];
}

/// Loses the connection of another session around the next flight of a mode.
pub struct CuttingSession {
    session: Arc<dyn Session>,
    next: Mutex<Option<(Mode, Cut)>>,
}

impl fmt::Debug for CuttingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CuttingSession").finish_non_exhaustive()
    }
}

impl CuttingSession {
    /// A session that works until it is told otherwise.
    pub fn new(session: Arc<dyn Session>) -> Self {
        Self {
            session,
            next: Mutex::new(None),
        }
    }

    /// Cuts the next flight of this mode, and no other.
    pub fn cut_next(&self, mode: Mode, cut: Cut) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some((mode, cut));
    }

    fn take(&self, mode: Mode) -> Option<Cut> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.take_if(|(armed, _)| *armed == mode)
            .map(|(_, cut)| cut)
    }
}

#[async_trait]
impl Session for CuttingSession {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        match self.take(mode) {
            None | Some(Cut::AfterAnswer) => self.session.flight(mode, calls, deadline).await,
            Some(Cut::BeforeSend) => Err(SessionError::UNREACHABLE),
            Some(Cut::BeforeArrival) => Err(SessionError::LOST),
            Some(Cut::BeforeAnswer) => {
                // Whatever the server said, nobody hears it.
                let _ = self.session.flight(mode, calls, deadline).await;
                Err(SessionError::LOST)
            }
        }
    }
}
