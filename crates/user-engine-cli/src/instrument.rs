//! A session between a store and its own one, which counts flights and loses connections.

use std::sync::Arc;
use user_engine_conformance::CutPoint;
use user_engine_store_postgres::testing::{Cut, CuttingSession, RecordingSession};
use user_engine_store_postgres::{Mode, Session};

/// What the harness sees and does on the way between a store and its server.
#[derive(Debug, Clone)]
pub(crate) struct Instrument {
    counting: Arc<RecordingSession>,
    cutting: Arc<CuttingSession>,
}

impl Instrument {
    /// An instrument in front of a session.
    pub(crate) fn new(session: Arc<dyn Session>) -> Self {
        let cutting = Arc::new(CuttingSession::new(session));
        let counting = Arc::new(RecordingSession::counting(cutting.clone()));
        Self { counting, cutting }
    }

    /// The session that the store gets.
    pub(crate) fn session(&self) -> Arc<dyn Session> {
        self.counting.clone()
    }

    /// How many flights were begun, each of which is one round trip.
    pub(crate) fn flights(&self) -> u64 {
        self.counting.flights()
    }

    /// Arms the cut of the next commit.
    pub(crate) fn cut_next_commit(&self, point: CutPoint) {
        let cut = match point {
            CutPoint::BeforeSend => Cut::BeforeSend,
            CutPoint::BeforeArrival => Cut::BeforeArrival,
            CutPoint::BeforeAnswer => Cut::BeforeAnswer,
            CutPoint::AfterAnswer => Cut::AfterAnswer,
        };
        self.cutting.cut_next(Mode::Apply, cut);
    }
}
