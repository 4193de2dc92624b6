//! Commits that store a part.

use crate::fault::{Store, Unit, UnitFault};
use crate::mutants::beside::{beside, commit_beside};
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use futures_util::FutureExt;
use user_engine_domain::{AuditRecord, RecordId};
use user_engine_ports::{Committed, StoreError, UnitOptions};

/// Leaves calls out.
pub(super) struct Losing(pub(super) fn(&Call) -> bool);

#[async_trait]
impl Rewrite for Losing {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        calls.retain(|call| !(self.0)(call));
        replay(store, options, calls)?.commit().await
    }
}

/// The same audit record under another unit's operation.
fn moved(mut record: AuditRecord, options: &UnitOptions) -> AuditRecord {
    if let Some(operation) = &options.operation {
        record.operation_id = operation.id.clone();
    }
    record
}

/// Stores some calls of a commit that conflicted about a record.
pub(super) struct Kept(pub(super) fn(&Call, refused: &RecordId) -> bool);

#[async_trait]
impl Rewrite for Kept {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let error = match unit.commit().await {
            Ok(committed) => return Ok(committed),
            Err(error) => error,
        };
        if let Some(refused) = error.conflict().and_then(|it| it.record.as_ref()) {
            calls.retain(|call| (self.0)(call, refused));
            let own = beside(&options, "kept");
            let calls = calls.into_iter().map(|call| match call {
                Call::Audit(record) => Call::Audit(moved(record, &own)),
                call => call,
            });
            let _ = commit_beside(store, &options, "kept", calls.collect()).await;
        }
        Err(error)
    }
}

/// Commits what a panic drops.
pub(super) struct OnPanic;

#[async_trait]
impl Rewrite for OnPanic {
    fn dropped(&mut self, store: &Store, options: UnitOptions, calls: Vec<Call>) {
        if std::thread::panicking()
            && let Ok(tx) = replay(store, options, calls)
        {
            let _ = tx.commit().now_or_never();
        }
    }
}

/// Sends audit records in a commit of their own, once the first was answered.
pub(super) struct Behind {
    store: Store,
    options: UnitOptions,
    audit_records: Vec<AuditRecord>,
}

impl Behind {
    pub(super) fn new(store: &Store, options: &UnitOptions) -> Self {
        let (store, options) = (store.clone(), options.clone());
        Self {
            store,
            options,
            audit_records: Vec::new(),
        }
    }
}

#[async_trait]
impl UnitFault for Behind {
    fn append_audit(&mut self, _unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        self.audit_records.push(record);
        Ok(())
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        let own = beside(&self.options, "behind");
        let calls = self
            .audit_records
            .drain(..)
            .map(|it| Call::Audit(moved(it, &own)));
        commit_beside(&self.store, &self.options, "behind", calls.collect()).await?;
        Ok(committed)
    }
}
