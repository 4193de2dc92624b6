//! Wrong commits of operations.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::fixture::valid;
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{AuditId, AuditRecord, DomainRecord, OperationId, OutboxEvent, RecordId};
use user_engine_ports::{
    Committed, Conflict, ConflictReason, Precondition, Read, ReadAnswer, Receipt, ReceiptBody,
    RequestDigest, Revision, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

pub(super) struct Again;

#[async_trait]
impl Rewrite for Again {
    async fn commit(
        &mut self,
        store: &Store,
        mut options: UnitOptions,
        mut calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        if committed.is_repeated
            && let Some(operation) = &mut options.operation
        {
            let again = |id: &str| format!("{id}-again");
            operation.id = valid(OperationId::new(again(operation.id.as_str())));
            calls.retain(|call| !matches!(call, Call::Event(_)));
            for call in &mut calls {
                match call {
                    Call::Save(_, precondition) => *precondition = Precondition::Any,
                    Call::Audit(record) => {
                        record.operation_id = operation.id.clone();
                        record.audit_id = valid(AuditId::new(again(record.audit_id.as_str())));
                    }
                    _ => {}
                }
            }
            replay(store, options, calls)?.commit().await?;
        }
        Ok(committed)
    }
}

pub(super) struct RemembersEmpty;

#[async_trait]
impl Rewrite for RemembersEmpty {
    async fn commit(
        &mut self,
        _store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        mut unit: Unit,
    ) -> Result<Committed, StoreError> {
        if calls.is_empty() && options.operation.is_some() {
            unit.set_receipt(ReceiptBody::default())?;
        }
        unit.commit().await
    }
}

pub(super) struct ForgetsReceiptOnly;

#[async_trait]
impl Rewrite for ForgetsReceiptOnly {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        if calls.iter().all(|call| matches!(call, Call::Receipt(_))) {
            return Ok(Committed {
                receipt: None,
                is_repeated: false,
                revisions: Vec::new(),
            });
        }
        unit.commit().await
    }
}

pub(super) struct FencesFailed;

#[async_trait]
impl Rewrite for FencesFailed {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        _calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let ended = unit.commit().await;
        if let (Err(_), Some(operation)) = (&ended, &options.operation) {
            store
                .outcome(&options.scope, &operation.id, options.deadline)
                .await?;
        }
        ended
    }
}

pub(super) struct ChecksFirst;

#[async_trait]
impl Rewrite for ChecksFirst {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let mut reader = store.begin(UnitOptions::read(options.scope));
        for call in calls {
            if let Call::Save(record, Precondition::Absent) = call {
                let id = record.id();
                let answers = reader.read(&[Read::Get(id.clone())]).await?;
                if answers != [ReadAnswer::Get(None)] {
                    let conflict = Conflict::about(ConflictReason::Precondition, id);
                    let conflict = StoreErrorKind::Conflict(conflict);
                    return Err(StoreError::new(conflict, Verb::Commit));
                }
            }
        }
        unit.commit().await
    }
}

pub(super) struct BlankReceiptUnit;

fn blank(receipt: Receipt) -> Receipt {
    Receipt {
        body: ReceiptBody::default(),
        ..receipt
    }
}

#[async_trait]
impl UnitFault for BlankReceiptUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        unit.read(reads)
            .await
            .map_err(|error| match error.receipt().cloned() {
                Some(receipt) => {
                    StoreError::new(StoreErrorKind::AlreadyApplied(blank(receipt)), error.verb())
                }
                None => error,
            })
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let mut committed = unit.commit().await?;
        if committed.is_repeated {
            committed.receipt = committed.receipt.map(blank);
        }
        Ok(committed)
    }
}

pub(super) struct TrimmedReceiptUnit;

#[async_trait]
impl UnitFault for TrimmedReceiptUnit {
    fn set_receipt(&mut self, unit: &mut Unit, body: ReceiptBody) -> Result<(), StoreError> {
        let trim = |(name, id): (&String, &String)| (name.clone(), id.trim().to_owned());
        unit.set_receipt(ReceiptBody::new(body.entries().iter().map(trim).collect())?)
    }
}

/// Takes every request for the same.
pub(super) struct OneDigest;

impl Fault for OneDigest {
    fn begin(&self, store: &Store, mut options: UnitOptions) -> Tx {
        if let Some(operation) = &mut options.operation {
            operation.request_digest = RequestDigest::of("");
        }
        store.begin(options)
    }
}

type Receipts = Arc<Mutex<BTreeMap<OperationId, Receipt>>>;

/// Remembers operations by their id alone.
#[derive(Default)]
pub(super) struct SharedIds(Receipts);

impl Fault for SharedIds {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), SharedIdsUnit(self.0.clone()))
    }
}

struct SharedIdsUnit(Receipts);

#[async_trait]
impl UnitFault for SharedIdsUnit {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let known = |receipts: &Receipts, id: &OperationId| {
            receipts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(id)
                .cloned()
        };
        let operation = unit.options().operation.clone();
        if let Some(receipt) = operation.and_then(|operation| known(&self.0, &operation.id)) {
            let receipt = Some(receipt);
            return Ok(Committed {
                receipt,
                is_repeated: true,
                revisions: Vec::new(),
            });
        }
        let committed = unit.commit().await?;
        if let Some(receipt) = &committed.receipt {
            let mut receipts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            receipts.insert(receipt.operation_id.clone(), receipt.clone());
        }
        Ok(committed)
    }
}

/// Accepts and loses what a unit without operation writes.
pub(super) struct DropsWritesUnit;

fn lost(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(error) if *error.kind() == StoreErrorKind::ReadOnly => Ok(()),
        result => result,
    }
}

#[async_trait]
impl UnitFault for DropsWritesUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        lost(unit.save(record, precondition))
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        lost(unit.delete(id, precondition))
    }

    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        lost(unit.expect(id, revision))
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        lost(unit.append_audit(record))
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        lost(unit.enqueue(event))
    }
}
