//! Counting and recording flights.

use crate::answer::Answer;
use crate::call::Call;
use crate::session::{Mode, Session, SessionError};
use async_trait::async_trait;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_ports::Deadline;

/// Counts the flights of another session: each is one round trip, apart from those of
/// [`Mode::Migrate`]. Can also keep them, to be flown again elsewhere.
pub struct RecordingSession {
    session: Arc<dyn Session>,
    flights: AtomicU64,
    calls: AtomicU64,
    kept: Option<Mutex<Vec<Flight>>>,
}

/// A flight as it was flown. `Debug` shows no value.
#[derive(Debug, Clone, PartialEq)]
pub struct Flight {
    /// Its mode.
    pub mode: Mode,
    /// Its calls.
    pub calls: Vec<Call>,
    /// What came back.
    pub flown: Result<Vec<Answer>, SessionError>,
}

impl fmt::Debug for RecordingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingSession")
            .field("flights", &self.flights())
            .finish_non_exhaustive()
    }
}

impl RecordingSession {
    /// Counts only.
    pub fn counting(session: Arc<dyn Session>) -> Self {
        Self {
            session,
            flights: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            kept: None,
        }
    }

    /// Counts, and keeps every flight that came to an end. What is kept holds stored values.
    pub fn keeping(session: Arc<dyn Session>) -> Self {
        Self {
            kept: Some(Mutex::default()),
            ..Self::counting(session)
        }
    }

    /// How many flights were begun.
    pub fn flights(&self) -> u64 {
        self.flights.load(Ordering::Relaxed)
    }

    /// How many calls they had together.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Takes the flights that were kept.
    pub fn take(&self) -> Vec<Flight> {
        let take = |kept: &Mutex<Vec<Flight>>| {
            std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.kept.as_ref().map(take).unwrap_or_default()
    }
}

#[async_trait]
impl Session for RecordingSession {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        self.flights.fetch_add(1, Ordering::Relaxed);
        let count = u64::try_from(calls.len()).unwrap_or(u64::MAX);
        self.calls.fetch_add(count, Ordering::Relaxed);
        let Some(kept) = &self.kept else {
            return self.session.flight(mode, calls, deadline).await;
        };
        let flown = self.session.flight(mode, calls.clone(), deadline).await;
        let flight = Flight {
            mode,
            calls,
            flown: flown.clone(),
        };
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(flight);
        flown
    }
}
