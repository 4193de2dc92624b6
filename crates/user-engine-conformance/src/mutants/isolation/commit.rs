//! Wrong commits.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::fixture::valid;
use crate::script::{Call, Rewrite, Scripted, replay};
use async_trait::async_trait;
use futures_util::FutureExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use user_engine_domain::{DomainRecord, OperationId, RecordId};
use user_engine_ports::{
    Committed, Precondition, Revision, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

/// The same options under an operation id of its own.
fn renamed(options: &UnitOptions, suffix: &str) -> UnitOptions {
    let mut options = options.clone();
    if let Some(operation) = &mut options.operation {
        operation.id = valid(OperationId::new(format!(
            "{}-{suffix}",
            operation.id.as_str()
        )));
    }
    options
}

/// Commits in a fresh unit, which has read nothing, and names no revision.
pub(super) struct Blind;

#[async_trait]
impl Rewrite for Blind {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let blind = calls.into_iter().map(|call| match call {
            Call::Save(record, Precondition::Revision(_)) => Call::Save(record, Precondition::Any),
            call => call,
        });
        replay(store, options, blind.collect())?.commit().await
    }
}

pub(super) struct UnexpectingUnit;

#[async_trait]
impl UnitFault for UnexpectingUnit {
    fn expect(
        &mut self,
        _unit: &mut Unit,
        _id: RecordId,
        _revision: Revision,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Writes the first save, lets others in, then the rest.
pub(super) struct HalfByHalf;

#[async_trait]
impl Rewrite for HalfByHalf {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let first = calls
            .iter()
            .find(|call| matches!(call, Call::Save(_, Precondition::Any)));
        if let Some(first) = first {
            let early = renamed(&options, "early");
            replay(store, early, vec![first.clone()])?.commit().await?;
            for _ in 0..30 {
                tokio::task::yield_now().await;
            }
        }
        unit.commit().await
    }
}

pub(super) struct TakesIdentity;

#[async_trait]
impl Rewrite for TakesIdentity {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let mut unlinks = Vec::new();
        for call in &mut calls {
            if let Call::Save(DomainRecord::ExternalIdentity(identity), precondition) = call {
                let id = DomainRecord::from(identity.clone()).id();
                unlinks.push(Call::Delete(id, Precondition::Any));
                *precondition = Precondition::Any;
            }
        }
        if !unlinks.is_empty() {
            replay(store, renamed(&options, "unlink"), unlinks)?
                .commit()
                .await?;
        }
        replay(store, options, calls)?.commit().await
    }
}

/// Counts the commits, to tell them apart.
#[derive(Default)]
pub(super) struct NewIds(Arc<AtomicUsize>);

impl Fault for NewIds {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, NewId(self.0.clone()));
        faulty(store.begin(options), script)
    }
}

struct NewId(Arc<AtomicUsize>);

#[async_trait]
impl Rewrite for NewId {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let options = renamed(&options, &number.to_string());
        if let Some(operation) = &options.operation {
            for call in &mut calls {
                match call {
                    Call::Audit(record) => record.operation_id = operation.id.clone(),
                    Call::Event(event) => event.operation_id = operation.id.clone(),
                    _ => {}
                }
            }
        }
        replay(store, options, calls)?.commit().await
    }
}

/// Counts the commits that are under way.
#[derive(Default)]
pub(super) struct Clashing(Arc<AtomicUsize>);

impl Fault for Clashing {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), ClashingUnit(self.0.clone()))
    }
}

struct ClashingUnit(Arc<AtomicUsize>);

#[async_trait]
impl UnitFault for ClashingUnit {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let others = self.0.fetch_add(1, Ordering::AcqRel);
        tokio::task::yield_now().await;
        let ended = if others > 0 {
            Err(StoreError::new(StoreErrorKind::Contention, Verb::Commit))
        } else {
            unit.commit().await
        };
        self.0.fetch_sub(1, Ordering::AcqRel);
        ended
    }
}

/// Counts the saves, to tell them apart.
#[derive(Default)]
pub(super) struct WritesAtOnce(Arc<AtomicUsize>);

impl Fault for WritesAtOnce {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let early = WritesAtOnceUnit {
            store: store.clone(),
            saves: self.0.clone(),
        };
        faulty(store.begin(options), early)
    }
}

struct WritesAtOnceUnit {
    store: Store,
    saves: Arc<AtomicUsize>,
}

#[async_trait]
impl UnitFault for WritesAtOnceUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        if precondition == Precondition::Any {
            let number = self.saves.fetch_add(1, Ordering::Relaxed);
            let options = renamed(unit.options(), &format!("early-{number}"));
            let calls = vec![Call::Save(record.clone(), precondition)];
            // The in-memory store is done at its first poll.
            let _ = replay(&self.store, options, calls)?.commit().now_or_never();
        }
        unit.save(record, precondition)
    }
}
