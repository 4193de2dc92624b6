//! Wrong calls of the store.

use crate::fault::{Fault, Store};
use crate::fixture::valid;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use user_engine_domain::{AuditId, AuditRecord};
use user_engine_ports::{
    Deadline, MigrationReport, Migrator, NotReady, Readiness, Scope, StoreError, StoreErrorKind,
    Tx, UnitOptions, Verb,
};

pub(super) struct LateUnits;

impl Fault for LateUnits {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        store.begin(options.deadline(Deadline::default()))
    }
}

/// Counts the denials, to give each an id of its own.
#[derive(Default)]
pub(super) struct DoubledDenial(AtomicUsize);

#[async_trait]
impl Fault for DoubledDenial {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        mut denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}-{number}", denial.audit_id.as_str());
        denial.audit_id = valid(AuditId::new(id));
        store.record_denial(scope, denial, deadline).await
    }
}

/// Whether the connection is in use.
#[derive(Default)]
pub(super) struct Wedged(AtomicBool);

#[async_trait]
impl Fault for Wedged {
    async fn record_counts(
        &self,
        store: &Store,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        if self.0.swap(true, Ordering::AcqRel) {
            return Err(StoreError::new(
                StoreErrorKind::Unavailable,
                Verb::RecordCounts,
            ));
        }
        tokio::task::yield_now().await;
        let counts = store.record_counts(scope, deadline).await;
        self.0.store(false, Ordering::Release);
        counts
    }
}

/// Whether a migration is in its middle.
#[derive(Default)]
pub(super) struct HalfMigration(AtomicBool);

#[async_trait]
impl Fault for HalfMigration {
    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        let mut readiness = store.readiness(deadline).await;
        if self.0.load(Ordering::Acquire) {
            readiness.reasons = vec![NotReady::Unreadable];
        }
        readiness
    }

    async fn migrate(
        &self,
        migrator: &Arc<dyn Migrator>,
        deadline: Deadline,
    ) -> Result<MigrationReport, StoreError> {
        self.0.store(true, Ordering::Release);
        tokio::task::yield_now().await;
        let report = migrator.migrate(deadline).await;
        self.0.store(false, Ordering::Release);
        report
    }
}
