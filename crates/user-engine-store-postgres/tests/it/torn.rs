//! An inspection between whose two looks a migration ended.

use crate::world::World;
use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use user_engine_domain::reference;
use user_engine_ports::{
    Deadline, Migrator, NotReady, Scope, SqlState, StoreErrorKind, UnitOptions, UserEngineStore,
};
use user_engine_store_postgres::fake::FakeSession;
use user_engine_store_postgres::{
    Answer, Call, Mode, PostgresMigrator, PostgresOptions, PostgresUserEngineStore, Session,
    SessionError,
};

/// A session on a migrated database whose next inspections do not see the versions yet, and whose
/// next commits find the schema missing.
struct Torn {
    inner: FakeSession,
    inspections: AtomicUsize,
    commits: AtomicUsize,
}

fn takes(left: &AtomicUsize) -> bool {
    let one_less = |count: usize| count.checked_sub(1);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
        .is_ok()
}

#[async_trait]
impl Session for Torn {
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError> {
        if mode == Mode::Apply && takes(&self.commits) {
            return Err(SessionError::refused("42883"));
        }
        let mut answers = self.inner.flight(mode, calls, deadline).await?;
        if mode == Mode::Inspect && takes(&self.inspections) {
            answers[0] = Answer::Refused(SqlState::new("42P01"));
        }
        Ok(answers)
    }
}

async fn torn(inspections: usize, commits: usize) -> Arc<Torn> {
    let world = World::migrated().await;
    Arc::new(Torn {
        inner: world.database.session(),
        inspections: AtomicUsize::new(inspections),
        commits: AtomicUsize::new(commits),
    })
}

fn store(session: Arc<Torn>) -> PostgresUserEngineStore {
    PostgresUserEngineStore::new(session, PostgresOptions::default())
}

#[tokio::test]
async fn a_migration_that_ends_between_the_looks_is_seen_by_the_next_pair() {
    let found = store(torn(1, 0).await).readiness(Deadline::default()).await;
    assert_eq!(found.reasons, []);
    let migrator = PostgresMigrator::new(torn(1, 0).await);
    let report = migrator.migrate(Deadline::default()).await.unwrap();
    assert_eq!(report.steps, []);
}

#[tokio::test]
async fn tables_without_versions_stay_unreadable_however_often_they_are_looked_at() {
    let session = torn(usize::MAX, 0).await;
    let found = store(session.clone()).readiness(Deadline::default()).await;
    assert_eq!(found.reasons, [NotReady::Unreadable]);
    let error = PostgresMigrator::new(session)
        .migrate(Deadline::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        &StoreErrorKind::NotReady(NotReady::Unreadable)
    );
}

#[tokio::test]
async fn a_commit_that_a_migration_overtook_is_contention_and_works_when_repeated() {
    let store = store(torn(0, 1).await);
    let write = || {
        let operation = crate::world::operation_of("op");
        let mut tx = store.begin(UnitOptions::write(Scope::Platform, operation));
        tx.save(reference::user()).unwrap();
        tx
    };
    let error = write().commit().await.unwrap_err();
    assert_eq!(error.kind(), &StoreErrorKind::Contention);
    write().commit().await.unwrap();
}
