//! Units that read the wrong thing, or ask too often.

use crate::fault::{Fault, Store, Unit, UnitFault};
use async_trait::async_trait;
use futures_util::FutureExt;
use user_engine_ports::{
    Committed, ListBy, ListQuery, Read, ReadAnswer, StoreError, Tx, UnitOptions,
};

pub(super) struct AskingFault;

impl Fault for AskingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        // One poll sends the question; the answer is of no interest.
        let _ = store.readiness(options.deadline).now_or_never();
        store.begin(options)
    }
}

/// Answers the picked reads from the store alone.
pub(super) struct StoredUnit {
    pub(super) reader: Tx,
    pub(super) picks: fn(&Read) -> bool,
}

#[async_trait]
impl UnitFault for StoredUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&mut answers) {
            if (self.picks)(read) {
                let stored = self.reader.read(std::slice::from_ref(read)).await?;
                *answer = stored.into_iter().next().unwrap_or(ReadAnswer::Get(None));
            }
        }
        Ok(answers)
    }
}

pub(super) struct TwiceUnit;

#[async_trait]
impl UnitFault for TwiceUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        if let [Read::Get(_)] = reads {
            unit.read(reads).await?;
        }
        unit.read(reads).await
    }
}

pub(super) struct CountingUnit(pub(super) Store);

#[async_trait]
impl UnitFault for CountingUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        if let [Read::List(_)] = reads {
            let UnitOptions {
                scope, deadline, ..
            } = unit.options();
            self.0.record_counts(scope, *deadline).await?;
        }
        unit.read(reads).await
    }
}

pub(super) struct CheckingUnit(pub(super) Store);

#[async_trait]
impl UnitFault for CheckingUnit {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        self.0.readiness(unit.options().deadline).await;
        unit.commit().await
    }
}

pub(super) struct RereadingUnit(pub(super) Vec<Read>);

#[async_trait]
impl UnitFault for RereadingUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        self.0.extend_from_slice(reads);
        unit.read(reads).await
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let mut unit = unit;
        // What the unit wrote would be answered by the unit itself.
        for read in self.0.drain(..) {
            if let Read::Get(id) = read {
                let by_kind = ListBy::Kind;
                let page = ListQuery::new(id.kind, by_kind).limit(1);
                unit.read(&[Read::List(page)]).await?;
            }
        }
        unit.commit().await
    }
}

pub(super) struct SplittingUnit;

#[async_trait]
impl UnitFault for SplittingUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = Vec::with_capacity(reads.len());
        for read in reads {
            answers.extend(unit.read(std::slice::from_ref(read)).await?);
        }
        Ok(answers)
    }
}
