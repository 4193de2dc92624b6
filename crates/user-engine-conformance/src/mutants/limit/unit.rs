//! Wrong about the limits of a unit.

use crate::fault::{Unit, UnitFault};
use async_trait::async_trait;
use user_engine_domain::DomainRecord;
use user_engine_ports::{
    Committed, Limit, PAGE_MAX, Precondition, RECORD_MAX_BYTES, Read, ReadAnswer, StoreError,
    StoreErrorKind, UNIT_MAX_ENTRIES, Verb,
};

fn over(limit: Limit) -> StoreError {
    StoreError::new(StoreErrorKind::LimitExceeded(limit), Verb::Save)
}

/// Reads as many flights as it takes.
pub(super) struct Chunked;

#[async_trait]
impl UnitFault for Chunked {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = Vec::with_capacity(reads.len());
        for reads in reads.chunks(PAGE_MAX) {
            answers.extend(unit.read(reads).await?);
        }
        Ok(answers)
    }
}

/// Refuses records of more than half the limit.
pub(super) struct HalfRecord;

impl UnitFault for HalfRecord {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        if record.weight() > RECORD_MAX_BYTES / 2 {
            return Err(over(Limit::Record).of_record_kind(record.kind()));
        }
        unit.save(record, precondition)
    }
}

/// Counts saves instead of records.
pub(super) struct CountsCalls(pub(super) usize);

impl UnitFault for CountsCalls {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.0 += 1;
        if self.0 > UNIT_MAX_ENTRIES {
            return Err(over(Limit::UnitEntries));
        }
        unit.save(record, precondition)
    }
}

/// Remembers a refusal until the commit.
pub(super) struct Poisoned(pub(super) Option<StoreError>);

#[async_trait]
impl UnitFault for Poisoned {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record, precondition).inspect_err(|error| {
            self.0 = Some(error.clone());
        })
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        match self.0.take() {
            Some(refusal) => Err(refusal),
            None => unit.commit().await,
        }
    }
}
