//! Wrong reads.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::RecordId;
use user_engine_ports::{Page, Read, ReadAnswer, StoreError, Tx, UnitOptions};

type Known = Arc<Mutex<BTreeMap<RecordId, ReadAnswer>>>;

#[derive(Default)]
pub(super) struct Cache(Known);

impl Fault for Cache {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), CachedUnit(self.0.clone()))
    }
}

struct CachedUnit(Known);

#[async_trait]
impl UnitFault for CachedUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (read, answer) in reads.iter().zip(&mut answers) {
            if let Read::Get(id) = read {
                *answer = known
                    .entry(id.clone())
                    .or_insert_with(|| answer.clone())
                    .clone();
            }
        }
        Ok(answers)
    }
}

/// Counts the rows that it has given.
#[derive(Default)]
pub(super) struct PagesByOffset(usize);

#[async_trait]
impl UnitFault for PagesByOffset {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let [Read::List(query)] = reads else {
            return unit.read(reads).await;
        };
        let (begin, limit) = if query.after.is_some() {
            (self.0, query.limit)
        } else {
            (0, query.limit)
        };
        let whole = query.clone().after(None).limit(user_engine_ports::PAGE_MAX);
        let mut answers = unit.read(&[Read::List(whole)]).await?;
        if let Some(ReadAnswer::List(page)) = answers.first_mut() {
            let rest: Vec<_> = page.rows.drain(..).skip(begin).collect();
            let has_more = rest.len() > limit;
            let rows: Vec<_> = rest.into_iter().take(limit).collect();
            self.0 = begin + rows.len();
            let last = rows.last().and_then(|row| row.as_ref().ok());
            let next = last
                .filter(|_| has_more)
                .map(|last| last.record.record_key());
            *page = Page { rows, next };
        }
        Ok(answers)
    }
}
