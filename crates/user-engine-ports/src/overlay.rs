//! A unit's own writes laid over what it reads.

use crate::buffered::{Action, Pending, UnitBackend};
use crate::error::{StoreError, StoreErrorKind, Verb};
use crate::read::{ListQuery, Page, Read, ReadAnswer, Revision, Row, Versioned};
use crate::unit::UnitOptions;
use std::collections::BTreeMap;
use user_engine_domain::{DomainRecord, RecordId, RecordKey};

type Writes = BTreeMap<RecordId, Pending>;

/// Reads through the overlay in one flight: what the unit wrote answers its own reads, and the
/// rest is asked of the store.
pub(crate) async fn overlay<B: UnitBackend>(
    backend: &B,
    options: &UnitOptions,
    writes: &Writes,
    reads: &[Read],
) -> Result<Vec<ReadAnswer>, StoreError> {
    if writes.is_empty() {
        return backend.read(options, reads).await;
    }
    let mut asked = Vec::with_capacity(reads.len());
    for read in reads {
        match read {
            Read::Get(id) if own(writes, id).is_some() => {}
            Read::Get(id) => asked.push(Read::Get(id.clone())),
            Read::List(query) => asked.push(Read::List(query.clone())),
        }
    }
    let answered = if asked.is_empty() {
        Vec::new()
    } else {
        backend.read(options, &asked).await?
    };
    let mut answered = answered.into_iter();
    let mut answers = Vec::with_capacity(reads.len());
    for read in reads {
        answers.push(match read {
            Read::Get(id) => match own(writes, id) {
                Some(Action::Save(record)) => ReadAnswer::Get(Some(Ok(uncommitted(record)))),
                Some(_) => ReadAnswer::Get(None),
                None => answered.next().ok_or_else(missing)?,
            },
            Read::List(query) => match answered.next() {
                Some(ReadAnswer::List(page)) => {
                    ReadAnswer::List(merge(options, writes, query, page))
                }
                _ => return Err(missing()),
            },
        });
    }
    Ok(answers)
}

fn missing() -> StoreError {
    StoreError::new(StoreErrorKind::Internal, Verb::Get)
}

fn uncommitted(record: &DomainRecord) -> Versioned<DomainRecord> {
    Versioned {
        revision: Revision::UNCOMMITTED,
        record: record.clone(),
    }
}

/// What the unit wrote under an id; an expectation leaves the store's record in sight.
fn own<'a>(writes: &'a Writes, id: &RecordId) -> Option<&'a Action> {
    writes
        .get(id)
        .map(|pending| &pending.action)
        .filter(|action| **action != Action::Expect)
}

/// Lays the unit's writes over a page. The page reaches from the query's key to the store's own
/// horizon; rows that the unit removed or moved out of the list are dropped, so that the page can
/// be shorter than asked while more rows follow.
fn merge(options: &UnitOptions, writes: &Writes, query: &ListQuery, stored: Page) -> Page {
    let horizon = stored.next;
    let within = |key: &RecordKey| {
        query.after.as_ref().is_none_or(|after| key > after)
            && horizon.as_ref().is_none_or(|horizon| key <= horizon)
    };
    let mut rows: BTreeMap<RecordKey, Row> = stored
        .rows
        .into_iter()
        .map(|row| (row_key(&row), row))
        .collect();
    for (id, pending) in writes {
        if id.kind != query.kind || !within(&id.key) {
            continue;
        }
        match &pending.action {
            Action::Expect => {}
            Action::Delete => {
                rows.remove(&id.key);
            }
            Action::Save(record) => {
                let tenant = record.columns().tenant;
                if query.by.admits(record) && options.scope.lists(query.kind, &query.by, tenant) {
                    rows.insert(id.key.clone(), Ok(uncommitted(record)));
                } else {
                    rows.remove(&id.key);
                }
            }
        }
    }
    let mut next = horizon;
    if rows.len() > query.limit {
        next = rows.keys().nth(query.limit - 1).cloned();
    }
    Page {
        rows: rows.into_values().take(query.limit).collect(),
        next,
    }
}

fn row_key(row: &Row) -> RecordKey {
    match row {
        Ok(versioned) => versioned.record.record_key(),
        Err(undecodable) => undecodable.key.clone(),
    }
}
