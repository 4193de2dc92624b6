//! Wrong about records read together.

use crate::fault::{Unit, UnitFault};
use async_trait::async_trait;
use user_engine_ports::{Read, ReadAnswer, StoreError};

/// Sorts what it is asked and answers in that order.
pub(super) struct Sorted;

#[async_trait]
impl UnitFault for Sorted {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut sorted = reads.to_vec();
        sorted.sort_by_key(|read| match read {
            Read::Get(id) => Some(id.clone()),
            Read::List(_) => None,
        });
        unit.read(&sorted).await
    }
}

/// Lets other work in between two reads of a flight.
pub(super) struct OneByOne;

#[async_trait]
impl UnitFault for OneByOne {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = Vec::with_capacity(reads.len());
        for read in reads {
            answers.extend(unit.read(std::slice::from_ref(read)).await?);
            tokio::task::yield_now().await;
        }
        Ok(answers)
    }
}
