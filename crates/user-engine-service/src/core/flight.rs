//! A flight: everything that an operation reads, asked for together and answered by type.

use crate::error::Refusal;
use std::marker::PhantomData;
use user_engine_domain::{DomainRecord, Record, RecordId, RecordKey};
use user_engine_ports::{
    ListBy, ListQuery, PAGE_MAX, Read, ReadAnswer, Row, StoreError, StoreErrorKind, Undecodable,
    Verb, Versioned,
};

/// The place of one record's answer in a flight.
#[derive(Debug)]
pub struct One<R>(usize, PhantomData<fn() -> R>);

/// The place of a list's answer in a flight.
#[derive(Debug)]
pub struct Many<R>(usize, PhantomData<fn() -> R>);

/// The place of a list's answer in a flight, of whatever kind.
#[derive(Debug, Clone, Copy)]
pub struct Rows(usize);

impl<R> Clone for One<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for One<R> {}
impl<R> Clone for Many<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Many<R> {}

/// The reads of one operation, in one snapshot and one round trip.
#[derive(Debug, Default)]
pub struct Flight {
    /// How many answers earlier flights gave.
    before: usize,
    reads: Vec<Read>,
}

impl Flight {
    /// Asks for one record by its key.
    pub fn get<R: Record>(&mut self, key: &R::Key) -> One<R> {
        let id = RecordId::new(R::KIND, R::key_of(key));
        One(self.push(Read::Get(id)), PhantomData)
    }

    /// Asks for the first 1,000 records of a list.
    pub fn list<R: Record>(&mut self, by: ListBy) -> Many<R> {
        self.page(ListQuery::new(R::KIND, by))
    }

    /// Asks for one page; the query's kind is replaced by `R`'s.
    pub fn page<R: Record>(&mut self, query: ListQuery) -> Many<R> {
        let query = ListQuery {
            kind: R::KIND,
            ..query
        };
        Many(self.push(Read::List(query)), PhantomData)
    }

    /// Asks for one page of the query's own kind.
    pub fn rows(&mut self, query: ListQuery) -> Rows {
        Rows(self.push(Read::List(query)))
    }

    /// The place of a read; one that was asked for already, by the caller's standing say, has one.
    fn push(&mut self, read: Read) -> usize {
        let place = self.reads.iter().position(|asked| *asked == read);
        let place = place.unwrap_or_else(|| {
            self.reads.push(read);
            self.reads.len() - 1
        });
        self.before + place
    }

    /// An empty flight behind this one: places go on where this one's end.
    pub(crate) const fn next(&self) -> Self {
        Self {
            before: self.before + self.reads.len(),
            reads: Vec::new(),
        }
    }

    /// The reads, in the order of their places.
    pub(crate) fn reads(&self) -> &[Read] {
        &self.reads
    }
}

/// A page of records of one kind, with the key behind which more follow.
pub type Records<R> = user_engine_ports::TypedPage<R>;

/// The answers of a flight. Reading a place again gives the same answer.
#[derive(Debug)]
pub struct Answers(Vec<ReadAnswer>);

impl Answers {
    pub(crate) const fn new(answers: Vec<ReadAnswer>) -> Self {
        Self(answers)
    }

    /// Whether no flight went out.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn extend(&mut self, answers: Vec<ReadAnswer>) {
        self.0.extend(answers);
    }

    /// The record asked for; `None` when there is none in this scope.
    ///
    /// # Errors
    ///
    /// The store's `Undecodable` for a row that can't be decoded.
    pub fn one<R: Record>(&self, place: One<R>) -> Result<Option<Versioned<R>>, Refusal> {
        match self.0.get(place.0) {
            Some(ReadAnswer::Get(None)) => Ok(None),
            Some(ReadAnswer::Get(Some(row))) => typed(row).map(Some),
            _ => Err(strange(Verb::Get)),
        }
    }

    /// The first page of a list.
    ///
    /// # Errors
    ///
    /// The store's `Undecodable` for the first row that can't be decoded.
    pub fn page<R: Record>(&self, place: Many<R>) -> Result<Records<R>, Refusal> {
        match self.0.get(place.0) {
            Some(ReadAnswer::List(page)) => Ok(Records {
                records: page.rows.iter().map(typed).collect::<Result<_, _>>()?,
                next: page.next.clone(),
            }),
            _ => Err(strange(Verb::List)),
        }
    }

    /// The first page of a list, row by row: the key of one that can't be decoded, for work that
    /// goes on behind it.
    pub(crate) fn each<R: Record>(
        &self,
        place: Many<R>,
    ) -> Result<Vec<Result<Versioned<R>, RecordKey>>, Refusal> {
        let Some(ReadAnswer::List(page)) = self.0.get(place.0) else {
            return Err(strange(Verb::List));
        };
        let rows = page.rows.iter().map(|row| match row {
            Ok(_) => typed(row).map(Ok),
            Err(row) => Ok(Err(row.key.clone())),
        });
        rows.collect()
    }

    /// The records of a page of whatever kind, and where the list goes on.
    ///
    /// # Errors
    ///
    /// The store's `Undecodable` for the first row that can't be decoded.
    pub fn rows(
        &self,
        place: Rows,
    ) -> Result<(Vec<&Versioned<DomainRecord>>, Option<&RecordKey>), Refusal> {
        match self.0.get(place.0) {
            Some(ReadAnswer::List(page)) => {
                let rows = page
                    .rows
                    .iter()
                    .map(|row| row.as_ref().map_err(undecodable));
                Ok((rows.collect::<Result<_, _>>()?, page.next.as_ref()))
            }
            _ => Err(strange(Verb::List)),
        }
    }

    /// Where a list goes on behind the page that was read; `None` at its end.
    ///
    /// # Errors
    ///
    /// The store's `Internal` for a place of another flight.
    pub fn next<R: Record>(&self, place: Many<R>) -> Result<Option<&RecordKey>, Refusal> {
        match self.0.get(place.0) {
            Some(ReadAnswer::List(page)) => Ok(page.next.as_ref()),
            _ => Err(strange(Verb::List)),
        }
    }

    /// The whole of a list that a decision rests on.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` when more than 1,000 records are there: no decision is made on a part.
    pub fn all<R: Record>(&self, place: Many<R>) -> Result<Vec<Versioned<R>>, Refusal> {
        let page = self.page(place)?;
        if page.next.is_some() || page.records.len() > PAGE_MAX {
            let limit = StoreErrorKind::LimitExceeded(user_engine_ports::Limit::Page);
            return Err(Refusal::Store(StoreError::new(limit, Verb::List)));
        }
        Ok(page.records)
    }
}

fn typed<R: Record>(row: &Row) -> Result<Versioned<R>, Refusal> {
    match row {
        Ok(found) => R::from_domain(&found.record)
            .map(|record| Versioned {
                revision: found.revision,
                record: record.clone(),
            })
            .ok_or_else(|| strange(Verb::Get)),
        Err(row) => Err(undecodable(row)),
    }
}

fn undecodable(row: &Undecodable) -> Refusal {
    let kind = StoreErrorKind::Undecodable(row.clone());
    Refusal::Store(StoreError::new(kind, Verb::Get))
}

fn strange(verb: Verb) -> Refusal {
    Refusal::Store(StoreError::new(StoreErrorKind::Internal, verb))
}

#[cfg(test)]
mod tests {
    use super::*;
    use user_engine_domain::{Account, User, UserId};

    #[test]
    fn what_is_asked_for_twice_in_a_flight_is_read_once() {
        let mut flight = Flight::default();
        let (ada, bob) = (UserId::new("ada").unwrap(), UserId::new("bob").unwrap());
        let first = flight.get::<User>(&ada);
        let others = [flight.get::<User>(&bob).0, flight.get::<Account>(&ada).0];
        assert_eq!(others, [1, 2]);
        assert_eq!(flight.get::<User>(&ada).0, first.0);
        assert_eq!(flight.reads().len(), 3);
        let mut next = flight.next();
        assert_eq!(next.get::<User>(&ada).0, 3);
    }
}
