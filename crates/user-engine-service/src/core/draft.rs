//! What a deciding operation may write, and what it has to say about it.

use crate::core::admission::Admitted;
use crate::core::event::{Event, Told};
use crate::core::flight::Answers;
use crate::core::operation::Mutation;
use crate::core::writer;
use crate::error::{ConflictCause, Refusal};
use user_engine_domain::{CorrelationId, DomainRecord, FieldError, Record, RecordId, Timestamp};
use user_engine_ports::{
    Precondition, Revision, StoreError, StoreErrorKind, Tx, UNIT_MAX_ENTRIES, Verb, Versioned,
};

/// The most records that one operation may write and rely on, whoever calls it: what a unit takes,
/// less the caller's identity, account and tenant account, which are expected in the same unit.
pub(crate) const ENTRIES_MAX: usize = UNIT_MAX_ENTRIES - 3;

/// What an operation changed and tells. It can't be made without a target for the audit record
/// and an event for the world outside.
#[must_use = "a change that is not given back is not written"]
#[derive(Debug)]
pub struct Change<R> {
    pub(crate) target: RecordId,
    pub(crate) first: Told,
    pub(crate) more: Vec<Told>,
    pub(crate) response: R,
}

impl<R> Change<R> {
    /// A change of one record, told by an event about a record: the same, or the one whose events
    /// keep its order.
    pub fn of<T: Record, E: Event>(
        target: &T,
        aggregate: &E::Aggregate,
        event: &E,
        response: R,
    ) -> Self {
        Self {
            target: RecordId::new(T::KIND, target.record_key()),
            first: Told::about(aggregate, event),
            more: Vec::new(),
            response,
        }
    }

    /// The same change, telling one event more.
    pub fn and<E: Event>(mut self, aggregate: &E::Aggregate, event: &E) -> Self {
        self.more.push(Told::about(aggregate, event));
        self
    }
}

/// The unit of work as a deciding operation sees it: it buffers writes, and can't append audit
/// records or events.
#[derive(Debug)]
pub struct Draft<'a> {
    tx: &'a mut Tx,
    admitted: &'a Admitted,
}

impl<'a> Draft<'a> {
    pub(crate) const fn new(tx: &'a mut Tx, admitted: &'a Admitted) -> Self {
        Self { tx, admitted }
    }

    /// Who calls, in which tenant, since when.
    pub const fn admitted(&self) -> &'a Admitted {
        self.admitted
    }

    /// The instant of this operation; every record, audit record and event of it has the same.
    pub const fn now(&self) -> Timestamp {
        self.admitted.now
    }

    /// The instant of this operation, or the given one where the clock has stepped back behind
    /// it.
    pub fn now_or(&self, earlier: Timestamp) -> Timestamp {
        self.admitted.now.max(earlier)
    }

    /// The request's correlation id.
    pub const fn correlation_id(&self) -> &'a CorrelationId {
        &self.admitted.correlation_id
    }

    /// A fresh id of any type.
    ///
    /// # Errors
    ///
    /// The store's `Internal` when the id source breaks its promise.
    pub fn fresh<I: std::str::FromStr<Err = FieldError>>(&self) -> Result<I, Refusal> {
        self.admitted.fresh()
    }

    /// Buffers a new record; another of its key is a conflict `Exists` at the commit.
    ///
    /// # Errors
    ///
    /// The record's own refusals, and `Exists` when this unit wrote such a record already.
    pub fn create(&mut self, record: impl Into<DomainRecord>) -> Result<(), Refusal> {
        let record = record.into();
        let kind = record.kind();
        match self.tx.save_if(record, Precondition::Absent) {
            Err(error) if error.conflict().is_some() => {
                Err(Refusal::Conflict(ConflictCause::Exists(kind)))
            }
            other => Ok(other?),
        }
    }

    /// Buffers a record in place of the one that was read at a revision.
    ///
    /// # Errors
    ///
    /// The record's own refusals.
    pub fn replace(
        &mut self,
        record: impl Into<DomainRecord>,
        revision: Revision,
    ) -> Result<(), Refusal> {
        Ok(self.tx.save_if(record, Precondition::Revision(revision))?)
    }

    /// Buffers a record: new where none was read, in place of the one that was.
    ///
    /// # Errors
    ///
    /// As [`Draft::create`] and [`Draft::replace`].
    pub fn put<R: Record>(
        &mut self,
        record: R,
        read: Option<&Versioned<R>>,
    ) -> Result<(), Refusal> {
        match read {
            None => self.create(record),
            Some(read) => self.replace(record, read.revision),
        }
    }

    /// Buffers the deletion of the record that this operation tells of.
    ///
    /// # Errors
    ///
    /// `Validation` of `unit` for one that this very unit wrote: the commit would hold no record
    /// whose lock keeps its events in their order. Otherwise as [`Draft::remove`].
    pub fn remove_told<R: Record>(
        &mut self,
        key: &R::Key,
        revision: Revision,
    ) -> Result<(), Refusal> {
        if revision == Revision::UNCOMMITTED {
            return Err(Refusal::rule("unit", "must not remove what it wrote"));
        }
        self.remove::<R>(key, revision)
    }

    /// Buffers the deletion of a record that was read.
    ///
    /// # Errors
    ///
    /// A limit's.
    pub fn remove<R: Record>(&mut self, key: &R::Key, revision: Revision) -> Result<(), Refusal> {
        let precondition = Precondition::Revision(revision);
        Ok(self.tx.delete_if::<R>(key, precondition)?)
    }

    /// Expects a record that the decision rests on to be unchanged at the commit.
    ///
    /// # Errors
    ///
    /// `Changed` at once when this unit wrote it meanwhile.
    pub fn rely_on<R: Record>(&mut self, key: &R::Key, revision: Revision) -> Result<(), Refusal> {
        if revision == Revision::UNCOMMITTED {
            // This very unit wrote it; nobody else can have changed it.
            return Ok(());
        }
        Ok(self.tx.expect::<R>(key, revision)?)
    }

    /// Expects a record that was read as absent to be absent at the commit.
    ///
    /// # Errors
    ///
    /// A limit's.
    pub fn rely_on_absence<R: Record>(&mut self, key: &R::Key) -> Result<(), Refusal> {
        Ok(self.tx.delete::<R>(key)?)
    }

    /// Runs another operation inside this one: with an audit record and events of its own, under
    /// this operation's id, undone with it. Its caller was admitted for the outer one.
    ///
    /// # Errors
    ///
    /// The inner operation's refusal; give it on, so that the whole is undone.
    pub fn join<M: Mutation>(
        &mut self,
        request: &M,
        slots: &M::Slots,
        answers: &Answers,
    ) -> Result<M::Response, Refusal> {
        writer::write(self.tx, self.admitted, request, slots, answers)
    }
}

/// The refusal of something that can't happen while ports keep their promises.
pub(crate) fn internal() -> Refusal {
    Refusal::Store(StoreError::new(StoreErrorKind::Internal, Verb::Save))
}
