//! Wrong units.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::fixture::valid;
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use futures_util::FutureExt;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use user_engine_domain::OperationId;
use user_engine_ports::{
    Committed, Read, ReadAnswer, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

pub(super) struct AppliedOnDrop;

#[async_trait]
impl Rewrite for AppliedOnDrop {
    fn dropped(&mut self, store: &Store, options: UnitOptions, calls: Vec<Call>) {
        if let Ok(tx) = replay(store, options, calls) {
            // The in-memory store is done at its first poll.
            let _ = tx.commit().now_or_never();
        }
    }
}

/// Writes the first call, can be dropped there, and then writes everything.
pub(super) struct HalfFirst;

#[async_trait]
impl Rewrite for HalfFirst {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let mut early = options.clone();
        if let Some(operation) = &mut early.operation {
            operation.id = valid(OperationId::new(format!("{}-early", operation.id.as_str())));
        }
        let saves = calls.iter().filter(|call| matches!(call, Call::Save(..)));
        let first: Vec<Call> = saves.take(1).cloned().collect();
        replay(store, early, first)?.commit().await?;
        tokio::task::yield_now().await;
        for call in &mut calls {
            if let Call::Save(_, precondition) = call {
                *precondition = user_engine_ports::Precondition::Any;
            }
        }
        replay(store, options, calls)?.commit().await
    }
}

/// Puts an empty unit in its unit's place while it reads.
pub(super) struct EmptiedByDrop(pub(super) Store);

#[async_trait]
impl UnitFault for EmptiedByDrop {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let empty = self.0.begin(unit.options().clone()).into_unit();
        let mut taken = std::mem::replace(unit, empty);
        tokio::task::yield_now().await;
        let answers = taken.read(reads).await;
        *unit = taken;
        answers
    }
}

/// The only connection.
pub(super) struct Holding(Arc<Semaphore>);

impl Default for Holding {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Fault for Holding {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(
            store.begin(options),
            HoldingUnit {
                pool: self.0.clone(),
                held: None,
            },
        )
    }
}

struct HoldingUnit {
    pool: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl HoldingUnit {
    fn hold(&mut self, verb: Verb) -> Result<(), StoreError> {
        if self.held.is_none() {
            let permit = self.pool.clone().try_acquire_owned();
            let none_left = |_| StoreError::new(StoreErrorKind::Unavailable, verb);
            self.held = Some(permit.map_err(none_left)?);
        }
        Ok(())
    }
}

#[async_trait]
impl UnitFault for HoldingUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        self.hold(Verb::Get)?;
        unit.read(reads).await
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        self.hold(Verb::Commit)?;
        unit.commit().await
    }
}
