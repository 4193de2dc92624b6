//! A session that counts its flights and can lose its connection around the next commit.

use async_trait::async_trait;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_conformance::CutPoint;
use user_engine_ports::Deadline;
use user_engine_store_postgres::{Answer, Call, Mode, Session, SessionError};

/// Stands between a store and its session.
pub(crate) struct Instrument {
    session: Arc<dyn Session>,
    flights: AtomicU64,
    cut: Mutex<Option<CutPoint>>,
}

impl Instrument {
    pub(crate) fn new(session: Arc<dyn Session>) -> Self {
        Self {
            session,
            flights: AtomicU64::new(0),
            cut: Mutex::new(None),
        }
    }

    /// How many flights were begun, each of which is one round trip.
    pub(crate) fn flights(&self) -> u64 {
        self.flights.load(Ordering::Relaxed)
    }

    /// Arms the cut of the next commit.
    pub(crate) fn cut_next_commit(&self, point: CutPoint) {
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
    }

    fn take_cut(&self, mode: Mode) -> Option<CutPoint> {
        if mode != Mode::Apply {
            return None;
        }
        self.cut
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

#[async_trait]
impl Session for Instrument {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        self.flights.fetch_add(1, Ordering::Relaxed);
        match self.take_cut(mode) {
            None | Some(CutPoint::AfterAnswer) => self.session.flight(mode, calls, deadline).await,
            Some(CutPoint::BeforeSend) => Err(SessionError::UNREACHABLE),
            Some(CutPoint::BeforeArrival) => Err(SessionError::LOST),
            Some(CutPoint::BeforeAnswer) => {
                self.session.flight(mode, calls, deadline).await?;
                Err(SessionError::LOST)
            }
        }
    }
}
