//! Units that buffer, keep or end wrongly.

use crate::fault::{Fault, Store, Unit, UnitFault};
use crate::mutants::beside::beside;
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use futures_util::FutureExt;
use std::collections::BTreeSet;
use user_engine_domain::{DomainRecord, RecordId};
use user_engine_ports::{Committed, Deadline, Precondition, StoreError, Tx, UnitOptions};

pub(super) struct ThroughUnit {
    pub(super) store: Store,
    pub(super) options: UnitOptions,
}

#[async_trait]
impl UnitFault for ThroughUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record.clone(), Precondition::Any)?;
        let mut through = self.store.begin(beside(&self.options, "through"));
        through.save_if(record, precondition)?;
        let _ = through.commit().now_or_never();
        Ok(())
    }
}

pub(super) struct LooseUnit(pub(super) BTreeSet<RecordId>);

#[async_trait]
impl UnitFault for LooseUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        let is_first = self.0.insert(record.id());
        let loosened = !is_first && precondition == Precondition::Absent;
        unit.save(
            record,
            if loosened {
                Precondition::Any
            } else {
                precondition
            },
        )
    }
}

pub(super) struct KeepingUnit(pub(super) BTreeSet<RecordId>);

#[async_trait]
impl UnitFault for KeepingUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.0.insert(record.id());
        unit.save(record, precondition)
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        if self.0.contains(&id) {
            return Ok(());
        }
        unit.delete(id, precondition)
    }
}

pub(super) struct LastCall;

#[async_trait]
impl Rewrite for LastCall {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let mut seen = BTreeSet::new();
        let mut kept: Vec<_> = calls
            .into_iter()
            .rev()
            .filter(|call| match call {
                Call::Save(record, _) => seen.insert(record.id()),
                Call::Delete(id, _) => seen.insert(id.clone()),
                _ => true,
            })
            .collect();
        kept.reverse();
        replay(store, options, kept)?.commit().await
    }
}

pub(super) struct FirstUnit(pub(super) BTreeSet<RecordId>);

#[async_trait]
impl UnitFault for FirstUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        if self.0.insert(record.id()) {
            unit.save(record, precondition)
        } else {
            Ok(())
        }
    }
}

pub(super) struct PatientFault;

impl Fault for PatientFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        store.begin(options.deadline(Deadline::default()))
    }
}

pub(super) struct AuditKeeping;

#[async_trait]
impl Rewrite for AuditKeeping {
    fn dropped(&mut self, store: &Store, options: UnitOptions, mut calls: Vec<Call>) {
        calls.retain(|call| matches!(call, Call::Audit(_)));
        if let Ok(tx) = replay(store, options, calls) {
            let _ = tx.commit().now_or_never();
        }
    }
}

pub(super) struct OutboxKeeping;

#[async_trait]
impl Rewrite for OutboxKeeping {
    async fn rollback(&mut self, store: &Store, options: UnitOptions, calls: Vec<Call>) {
        // The port ties an event to a record, so that the record stays too.
        if calls.iter().any(|call| matches!(call, Call::Event(_)))
            && let Ok(tx) = replay(store, options, calls)
        {
            let _ = tx.commit().await;
        }
    }
}
