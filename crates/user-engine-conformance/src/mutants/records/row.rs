//! Wrong about single rows.

use super::super::wrong::get_as_platform;
use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{DomainRecord, List, RecordId, RecordKind};
use user_engine_ports::{
    Committed, Conflict, ConflictReason, Precondition, Read, ReadAnswer, Scope, StoreError,
    StoreErrorKind, Tx, UnitOptions, Verb,
};

/// Answers a commit without making it.
pub(super) struct Lost;

#[async_trait]
impl UnitFault for Lost {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        unit.rollback().await;
        Ok(Committed {
            receipt: None,
            is_repeated: false,
            revisions: Vec::new(),
        })
    }
}

/// Keeps the revisions of a commit to itself.
pub(super) struct Silent;

#[async_trait]
impl UnitFault for Silent {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        Ok(Committed {
            revisions: Vec::new(),
            ..committed
        })
    }
}

/// Drops deletions.
pub(super) struct NoDelete;

impl UnitFault for NoDelete {
    fn delete(
        &mut self,
        _unit: &mut Unit,
        _id: RecordId,
        _precondition: Precondition,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Deletes the key in every kind.
pub(super) struct WideDelete;

impl UnitFault for WideDelete {
    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        for kind in RecordKind::ALL {
            if *kind != id.kind {
                let other = RecordId::new(*kind, id.key.clone());
                unit.delete(other, Precondition::Any)?;
            }
        }
        unit.delete(id, precondition)
    }
}

/// Refuses to delete what is absent.
pub(super) struct StrictDelete {
    store: Store,
    deleted: Vec<RecordId>,
}

impl StrictDelete {
    pub(super) fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            deleted: Vec::new(),
        }
    }
}

#[async_trait]
impl UnitFault for StrictDelete {
    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.deleted.push(id.clone());
        unit.delete(id, precondition)
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        for id in self.deleted.drain(..) {
            if get_as_platform(&self.store, &id).await?.is_none() {
                let conflict = Conflict::about(ConflictReason::Precondition, id);
                let kind = StoreErrorKind::Conflict(conflict);
                return Err(StoreError::new(kind, Verb::Commit));
            }
        }
        unit.commit().await
    }
}

pub(super) fn without_evidence(record: DomainRecord) -> DomainRecord {
    match record {
        DomainRecord::IdentityFactor(mut factor) => {
            factor.evidence_references = List::default();
            factor.into()
        }
        record => record,
    }
}

pub(super) fn as_absent(_scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if let ReadAnswer::Get(Some(Err(_))) = answer {
        *answer = ReadAnswer::Get(None);
    }
}

pub(super) fn pass_over(_scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if let ReadAnswer::List(page) = answer {
        page.rows.retain(Result::is_ok);
    }
}

/// What was answered under each id first, present or not.
type Cache = Arc<Mutex<BTreeMap<RecordId, ReadAnswer>>>;

/// Remembers what it read.
#[derive(Default)]
pub(super) struct CacheFault(Cache);

impl Fault for CacheFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), CacheUnit(self.0.clone()))
    }
}

struct CacheUnit(Cache);

#[async_trait]
impl UnitFault for CacheUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (read, answer) in reads.iter().zip(&mut answers) {
            if let Read::Get(id) = read {
                let first = cache.entry(id.clone()).or_insert_with(|| answer.clone());
                answer.clone_from(first);
            }
        }
        Ok(answers)
    }
}
