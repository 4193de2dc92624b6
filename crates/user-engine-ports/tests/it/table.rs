//! A backend over a plain map, which notes what it was asked.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use user_engine_domain::{DomainRecord, OperationId, RecordId, Timestamp, User, UserId};
use user_engine_ports::{
    BufferedUnit, Changes, Committed, Operation, Page, Read, ReadAnswer, RequestDigest, Revision,
    Row, Scope, StoreError, Tx, UnitBackend, UnitOptions, Versioned,
};

/// Records under revision 7, and every flight that was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) records: Arc<Mutex<BTreeMap<RecordId, DomainRecord>>>,
    pub(crate) flights: Arc<Mutex<Vec<usize>>>,
    pub(crate) applied: Arc<Mutex<Vec<Changes>>>,
}

impl Table {
    pub(crate) fn with(records: impl IntoIterator<Item = DomainRecord>) -> Self {
        let table = Self::default();
        table
            .records
            .lock()
            .unwrap()
            .extend(records.into_iter().map(|record| (record.id(), record)));
        table
    }

    pub(crate) fn begin(&self) -> Tx {
        let operation = Operation::new(OperationId::new("op-1").unwrap(), RequestDigest::of("r"));
        let options = UnitOptions::write(Scope::Platform, operation);
        Tx::new(Box::new(BufferedUnit::new(self.clone(), options)))
    }
}

#[async_trait]
impl UnitBackend for Table {
    async fn read(
        &self,
        _options: &UnitOptions,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        self.flights.lock().unwrap().push(reads.len());
        let records = self.records.lock().unwrap();
        let row = |record: &DomainRecord| -> Row {
            Ok(Versioned {
                revision: Revision::from_stored(7),
                record: record.clone(),
            })
        };
        let answer = |read: &Read| match read {
            Read::Get(id) => ReadAnswer::Get(records.get(id).map(row)),
            Read::List(query) => {
                let mut rows: Vec<_> = records
                    .iter()
                    .filter(|(id, _)| id.kind == query.kind)
                    .filter(|(id, _)| query.after.as_ref().is_none_or(|after| id.key > *after))
                    .map(|(id, record)| (id.key.clone(), row(record)))
                    .take(query.limit + 1)
                    .collect();
                let has_more = rows.len() > query.limit;
                rows.truncate(query.limit);
                let next = rows.last().filter(|_| has_more).map(|(key, _)| key.clone());
                ReadAnswer::List(Page {
                    rows: rows.into_iter().map(|(_, row)| row).collect(),
                    next,
                })
            }
        };
        Ok(reads.iter().map(answer).collect())
    }

    async fn apply(
        &self,
        _options: &UnitOptions,
        changes: Changes,
    ) -> Result<Committed, StoreError> {
        self.applied.lock().unwrap().push(changes);
        Ok(Committed {
            receipt: None,
            is_repeated: false,
            revisions: Vec::new(),
        })
    }
}

pub(crate) fn user(id: &str) -> User {
    let at = Timestamp::from_micros(0).unwrap();
    let user_id = user_id(id);
    User {
        user_id,
        display_name: None,
        primary_email: None,
        created_at: at,
        updated_at: at,
    }
}

pub(crate) fn user_id(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

/// Runs a future that never has to wait.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the table never waits"),
    }
}
