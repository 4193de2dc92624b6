//! Wrong about the columns that lists are made by.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{DomainRecord, RecordId, RecordKind};
use user_engine_ports::{
    ListBy, ListQuery, Precondition, Read, ReadAnswer, Scope, StoreError, Tx, UnitOptions,
};

pub(super) fn forget_claims(_scope: &Scope, read: &Read, answer: &mut ReadAnswer) {
    if let (Read::List(query), ReadAnswer::List(page)) = (read, answer)
        && query.kind == RecordKind::PreparedAccount
        && matches!(query.by, ListBy::User(_))
    {
        page.rows.clear();
    }
}

/// Lists by scope in all types of scopes.
pub(super) struct ById;

#[async_trait]
impl UnitFault for ById {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&mut answers) {
            let Read::List(query) = read else { continue };
            let ListBy::Scope { scope_id, .. } = &query.by else {
                continue;
            };
            let all = ListQuery {
                by: ListBy::Kind,
                ..query.clone()
            };
            *answer = unit.read(&[Read::List(all)]).await?.remove(0);
            if let ReadAnswer::List(page) = answer {
                page.rows.retain(|row| {
                    row.as_ref().is_ok_and(|row| {
                        row.record.columns().scope_id.as_deref() == Some(scope_id.as_str())
                    })
                });
            }
        }
        Ok(answers)
    }
}

/// The first version of each record.
type Firsts = Arc<Mutex<BTreeMap<RecordId, DomainRecord>>>;

/// Remembers how each record began.
#[derive(Default)]
pub(super) struct FirstColumnsFault(Firsts);

impl Fault for FirstColumnsFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), FirstColumnsUnit(self.0.clone()))
    }
}

struct FirstColumnsUnit(Firsts);

#[async_trait]
impl UnitFault for FirstColumnsUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(record.id())
            .or_insert_with(|| record.clone());
        unit.save(record, precondition)
    }

    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        let firsts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (read, answer) in reads.iter().zip(&mut answers) {
            if let (Read::List(query), ReadAnswer::List(page)) = (read, answer) {
                page.rows.retain(|row| match row {
                    Ok(row) => firsts
                        .get(&row.record.id())
                        .is_none_or(|first| query.by.admits(first)),
                    Err(_) => true,
                });
            }
        }
        Ok(answers)
    }
}
