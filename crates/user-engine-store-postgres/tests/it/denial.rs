//! The denial lane is bounded.

use crate::world::World;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use user_engine_domain::{AuditOutcome, AuditRecord, ReasonCode, reference};
use user_engine_ports::{Deadline, Scope, StoreErrorKind, UserEngineStore};
use user_engine_store_postgres::{
    Answer, Call, Mode, PostgresOptions, PostgresUserEngineStore, Session, SessionError,
};

/// Lets a flight end for each permit.
struct Gated(Arc<Semaphore>);

#[async_trait]
impl Session for Gated {
    async fn flight(
        &self,
        _mode: Mode,
        _calls: Vec<Call>,
        _deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        let permit = self
            .0
            .acquire()
            .await
            .map_err(|_| SessionError::UNREACHABLE)?;
        permit.forget();
        Ok(vec![Answer::Done])
    }
}

fn denial() -> AuditRecord {
    let mut denial = reference::reference_audit_record();
    denial.outcome = AuditOutcome::Denied;
    denial.reason = Some(ReasonCode::NotFound);
    denial
}

#[tokio::test]
async fn a_full_lane_refuses_at_once_and_a_dropped_denial_gives_its_place_back() {
    let gate = Arc::new(Semaphore::new(0));
    let options = PostgresOptions::default().denials_in_flight_max(1);
    let store = PostgresUserEngineStore::new(Arc::new(Gated(gate.clone())), options);
    let record = || store.record_denial(&Scope::Platform, denial(), Deadline::default());

    let mut first = Box::pin(record());
    let waits = tokio::time::timeout(Duration::from_millis(1), &mut first).await;
    assert!(waits.is_err());
    assert_eq!(
        record().await.unwrap_err().kind(),
        &StoreErrorKind::Overloaded
    );
    assert_eq!(store.denials_refused(), 1);
    drop(first);
    gate.add_permits(1);
    record().await.unwrap();
}

#[tokio::test]
async fn recording_a_denial_again_changes_nothing() {
    let world = World::migrated().await;
    for _ in 0..2 {
        let recorded = world
            .store
            .record_denial(&Scope::Platform, denial(), Deadline::default());
        recorded.await.unwrap();
    }
    assert_eq!(world.database.dump().audit_records, 1);
}
