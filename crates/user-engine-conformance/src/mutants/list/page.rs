//! Wrong about pages.

use crate::fault::{Unit, UnitFault};
use crate::fixture::row_keys;
use async_trait::async_trait;
use user_engine_domain::RecordId;
use user_engine_ports::{
    ListQuery, Page, Read, ReadAnswer, Scope, StoreError, StoreErrorKind, Verb,
};

/// The most rows that the silent cap gives.
const CAP: usize = 100;

pub(super) fn cap(_scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if let ReadAnswer::List(page) = answer
        && page.rows.len() > CAP
    {
        page.rows.truncate(CAP);
        page.next = None;
    }
}

pub(super) fn lose_last_row(_scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if let ReadAnswer::List(page) = answer
        && page.next.is_some()
    {
        page.rows.pop();
    }
}

pub(super) fn end_when_short(_scope: &Scope, read: &Read, answer: &mut ReadAnswer) {
    if let (Read::List(query), ReadAnswer::List(page)) = (read, answer)
        && page.rows.len() < query.limit
    {
        page.next = None;
    }
}

pub(super) fn order_without_case(_scope: &Scope, _read: &Read, answer: &mut ReadAnswer) {
    if let ReadAnswer::List(page) = answer {
        page.rows.sort_by_key(|row| {
            let keys = row_keys(std::slice::from_ref(row));
            keys.first().map(|key| key.as_str().to_lowercase())
        });
    }
}

pub(super) fn ask_for_two(read: &Read) -> Read {
    match read {
        Read::List(query) if query.limit == 1 => Read::List(query.clone().limit(2)),
        read => read.clone(),
    }
}

/// One page of the good store.
async fn good(unit: &mut Unit, query: ListQuery) -> Result<Page, StoreError> {
    match unit.read(&[Read::List(query)]).await?.pop() {
        Some(ReadAnswer::List(page)) => Ok(page),
        _ => Err(StoreError::new(StoreErrorKind::Internal, Verb::List)),
    }
}

/// Counts the rows that a walk gave.
pub(super) struct Offset {
    pub(super) given: usize,
}

#[async_trait]
impl UnitFault for Offset {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let [Read::List(query)] = reads else {
            return unit.read(reads).await;
        };
        if query.after.is_none() {
            self.given = 0;
        }
        let all = ListQuery::new(query.kind, query.by.clone());
        let rows = good(unit, all).await?.rows;
        let keys = row_keys(&rows);
        let end = (self.given + query.limit).min(rows.len());
        let has_more = end < rows.len();
        let rows: Vec<_> = rows.into_iter().take(end).skip(self.given).collect();
        self.given = end;
        let last = end.checked_sub(1).and_then(|last| keys.get(last).cloned());
        let next = last.filter(|_| has_more);
        Ok(vec![ReadAnswer::List(Page { rows, next })])
    }
}

/// Lets other work in between two rows of a page.
pub(super) struct RowByRow;

#[async_trait]
impl UnitFault for RowByRow {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let [Read::List(query)] = reads else {
            return unit.read(reads).await;
        };
        let mut whole = Page {
            next: query.after.clone(),
            ..Page::default()
        };
        while whole.rows.len() < query.limit {
            let row = query.clone().after(whole.next.take()).limit(1);
            let page = good(unit, row).await?;
            whole.rows.extend(page.rows);
            whole.next = page.next;
            if whole.next.is_none() {
                break;
            }
            tokio::task::yield_now().await;
        }
        Ok(vec![ReadAnswer::List(whole)])
    }
}

/// Looks for the record that a page is to begin behind.
pub(super) struct AfterExisting;

#[async_trait]
impl UnitFault for AfterExisting {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut asked = reads.to_vec();
        for read in &mut asked {
            let Read::List(query) = read else { continue };
            let Some(key) = &query.after else { continue };
            let get = Read::Get(RecordId::new(query.kind, key.clone()));
            if unit.read(&[get]).await?.pop() == Some(ReadAnswer::Get(None)) {
                query.after = None;
            }
        }
        unit.read(&asked).await
    }
}

/// Refuses what it finds nothing for.
pub(super) struct RefusesEmpty;

#[async_trait]
impl UnitFault for RefusesEmpty {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let answers = unit.read(reads).await?;
        if answers.contains(&ReadAnswer::List(Page::default())) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, Verb::List));
        }
        Ok(answers)
    }
}
