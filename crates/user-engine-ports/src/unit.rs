//! Units of work: what callers hold between `begin` and `commit`.

use crate::deadline::Deadline;
use crate::error::{StoreError, StoreErrorKind, Verb};
use crate::operation::{Operation, Receipt, ReceiptBody};
use crate::read::{ListBy, ListQuery, Page, Read, ReadAnswer, Revision, Row, Versioned};
use crate::scope::Scope;
use async_trait::async_trait;
use std::ops::{Deref, DerefMut};
use user_engine_domain::{AuditRecord, DomainRecord, OutboxEvent, Record, RecordId, RecordKey};

/// How a unit of work is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitOptions {
    /// Whose rows it may reach.
    pub scope: Scope,
    /// The operation that it carries out; `None` makes the unit read-only.
    pub operation: Option<Operation>,
    /// By when each of its calls ends.
    pub deadline: Deadline,
}

impl UnitOptions {
    /// A unit that writes, under an operation id made before anything is sent.
    pub fn write(scope: Scope, operation: Operation) -> Self {
        Self {
            scope,
            operation: Some(operation),
            deadline: Deadline::default(),
        }
    }

    /// A unit that only reads.
    pub fn read(scope: Scope) -> Self {
        Self {
            scope,
            operation: None,
            deadline: Deadline::default(),
        }
    }

    /// The same unit under another deadline.
    #[must_use]
    pub const fn deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }
}

/// What must hold of a record for a write to be applied; checked by `commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precondition {
    /// Nothing beyond what the unit itself has seen: a record that it read has to be as it was
    /// read. Without a read before it, a write under this precondition is a blind one.
    Any,
    /// There is no such record.
    Absent,
    /// The record is still at this revision.
    Revision(Revision),
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// The operation's receipt; `None` for a unit that had nothing to write.
    pub receipt: Option<Receipt>,
    /// Whether the operation had been applied before, so that this commit wrote nothing.
    pub is_repeated: bool,
    /// The new revision of each saved record, in key order; empty when repeated.
    pub revisions: Vec<(RecordId, Revision)>,
}

/// The unit of work of an adapter. Callers use [`Tx`]; adapters take
/// [`BufferedUnit`](crate::BufferedUnit), which leaves them two calls to implement.
///
/// A unit holds no connection between calls: reads go in flights of their own, writes are
/// buffered and overlaid on the unit's own reads, `commit` sends one message.
#[async_trait]
pub trait UnitOfWork: Send {
    /// How the unit was begun.
    fn options(&self) -> &UnitOptions;

    /// Reads everything asked for in one flight and one snapshot; the unit's own writes show.
    async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError>;

    /// Buffers a save: creates or replaces the record under its key.
    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError>;

    /// Buffers a deletion. Deleting what is absent is no error under [`Precondition::Any`].
    fn delete(&mut self, id: RecordId, precondition: Precondition) -> Result<(), StoreError>;

    /// Buffers an expectation: the record is still at this revision when the unit commits.
    fn expect(&mut self, id: RecordId, revision: Revision) -> Result<(), StoreError>;

    /// Buffers an audit record of this operation.
    fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError>;

    /// Buffers an event of this operation, whose aggregate is among the unit's writes.
    fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError>;

    /// Sets what the receipt will hold, in place of what was set before.
    fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError>;

    /// Opens a nested part, at most 32 deep.
    fn enter(&mut self) -> Result<(), StoreError>;

    /// Closes the innermost nested part, keeping or undoing what it buffered.
    fn leave(&mut self, keep: bool);

    /// Applies everything or nothing, in one message.
    async fn commit(self: Box<Self>) -> Result<Committed, StoreError>;

    /// Gives everything up. Nothing had been sent.
    async fn rollback(self: Box<Self>);
}

/// A unit of work as callers hold it. Dropping it gives everything up.
#[must_use = "a unit of work that is not committed does nothing"]
pub struct Tx(Box<dyn UnitOfWork>);

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("options", self.0.options())
            .finish_non_exhaustive()
    }
}

impl Tx {
    /// Wraps an adapter's unit of work.
    pub fn new(unit: Box<dyn UnitOfWork>) -> Self {
        Self(unit)
    }

    /// The adapter's unit, for a store that decorates another.
    pub fn into_unit(self) -> Box<dyn UnitOfWork> {
        self.0
    }

    /// How the unit was begun.
    pub fn options(&self) -> &UnitOptions {
        self.0.options()
    }

    /// Reads one record; `None` when there is none in this scope. One round trip.
    ///
    /// # Errors
    ///
    /// `Undecodable` for a row that can't be decoded; `AlreadyApplied` when the unit's operation
    /// was applied before.
    pub async fn get<R: Record>(
        &mut self,
        key: &R::Key,
    ) -> Result<Option<Versioned<R>>, StoreError> {
        let id = RecordId::new(R::KIND, R::key_of(key));
        let mut answers = self.0.read(&[Read::Get(id)]).await?;
        match answers.pop() {
            Some(ReadAnswer::Get(row)) => row.map(typed).transpose(),
            _ => Err(StoreError::new(StoreErrorKind::Internal, Verb::Get)),
        }
    }

    /// Reads several records of one kind in one snapshot and one round trip, each at the place of
    /// its key.
    ///
    /// # Errors
    ///
    /// As [`Tx::get`].
    pub async fn get_many<R: Record>(
        &mut self,
        keys: &[&R::Key],
    ) -> Result<Vec<Option<Versioned<R>>>, StoreError> {
        let reads: Vec<_> = keys
            .iter()
            .map(|key| Read::Get(RecordId::new(R::KIND, R::key_of(key))))
            .collect();
        let answers = self.0.read(&reads).await?;
        answers
            .into_iter()
            .map(|answer| match answer {
                ReadAnswer::Get(row) => row.map(typed).transpose(),
                ReadAnswer::List(_) => Err(StoreError::new(StoreErrorKind::Internal, Verb::Get)),
            })
            .collect()
    }

    /// Reads a page of a list in one round trip.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for a page outside 1 to 1,000 rows; `Undecodable` for the first row that
    /// can't be decoded (use [`Tx::read`] to go on past it).
    pub async fn list<R: Record>(
        &mut self,
        by: ListBy,
        after: Option<RecordKey>,
        limit: usize,
    ) -> Result<TypedPage<R>, StoreError> {
        let query = ListQuery {
            kind: R::KIND,
            by,
            after,
            limit,
        };
        let mut answers = self.0.read(&[Read::List(query)]).await?;
        match answers.pop() {
            Some(ReadAnswer::List(Page { rows, next })) => {
                let records = rows.into_iter().map(typed).collect::<Result<_, _>>()?;
                Ok(TypedPage { records, next })
            }
            _ => Err(StoreError::new(StoreErrorKind::Internal, Verb::List)),
        }
    }

    /// Reads records and pages together: one snapshot, one round trip, answers in order.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` for more than 1,000 reads or a page outside 1 to 1,000 rows;
    /// `AlreadyApplied` when the unit's operation was applied before.
    pub async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError> {
        self.0.read(reads).await
    }

    /// Buffers a save. A record that this unit has read must still be as it was read when the unit
    /// commits, so that no update is lost; one that it has not read is replaced blindly.
    ///
    /// # Errors
    ///
    /// `Invalid` for a record that breaks a rule between its fields, `OutOfScope` for another
    /// tenant's, `LimitExceeded` past a limit. Nothing is sent.
    pub fn save(&mut self, record: impl Into<DomainRecord>) -> Result<(), StoreError> {
        self.0.save(record.into(), Precondition::Any)
    }

    /// Buffers a save under a precondition, which `commit` checks.
    ///
    /// # Errors
    ///
    /// As [`Tx::save`]; `Conflict` at once when the unit itself wrote something that contradicts
    /// the precondition.
    pub fn save_if(
        &mut self,
        record: impl Into<DomainRecord>,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.0.save(record.into(), precondition)
    }

    /// Buffers a deletion by key; deleting what is absent is no error. A record that this unit has
    /// read must still be as it was read. A unit that deletes a record and saves it again replaces
    /// it: its tenant and user stay.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` past a limit. Nothing is sent.
    pub fn delete<R: Record>(&mut self, key: &R::Key) -> Result<(), StoreError> {
        self.delete_if::<R>(key, Precondition::Any)
    }

    /// Buffers a deletion under a precondition, which `commit` checks.
    ///
    /// # Errors
    ///
    /// As [`Tx::delete`]; `Invalid` under [`Precondition::Absent`].
    pub fn delete_if<R: Record>(
        &mut self,
        key: &R::Key,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.0
            .delete(RecordId::new(R::KIND, R::key_of(key)), precondition)
    }

    /// Expects a record that was read and is not written to be unchanged at commit.
    ///
    /// # Errors
    ///
    /// `Conflict` at once when the unit itself wrote the record after this revision.
    pub fn expect<R: Record>(
        &mut self,
        key: &R::Key,
        revision: Revision,
    ) -> Result<(), StoreError> {
        self.0
            .expect(RecordId::new(R::KIND, R::key_of(key)), revision)
    }

    /// Buffers an audit record of this operation, committed with the domain change.
    ///
    /// # Errors
    ///
    /// `Invalid` when it names another operation or a denial, `OutOfScope` when its tenant is not
    /// the scope's.
    pub fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        self.0.append_audit(record)
    }

    /// Buffers an event of this operation, committed with the domain change. `commit` checks that
    /// its aggregate is among the records that the unit saves, or deletes at a revision.
    ///
    /// # Errors
    ///
    /// `Invalid` when it names another operation, `OutOfScope` when its tenant is not the scope's.
    pub fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError> {
        self.0.enqueue(event)
    }

    /// Sets what the operation's receipt will hold.
    ///
    /// # Errors
    ///
    /// `ReadOnly` in a unit without operation.
    pub fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError> {
        self.0.set_receipt(body)
    }

    /// Opens a nested part: what it buffers is kept by [`Nested::commit`] and undone when the
    /// guard is dropped.
    ///
    /// # Errors
    ///
    /// `LimitExceeded` when nested more than 32 deep.
    pub fn nested(&mut self) -> Result<Nested<'_>, StoreError> {
        self.0.enter()?;
        Ok(Nested {
            tx: self,
            keep: false,
        })
    }

    /// Applies everything or nothing, in one round trip.
    ///
    /// # Errors
    ///
    /// `Conflict` naming the first record in key order whose precondition does not hold;
    /// `Contention` when other work was in the way; an error whose effect is unknown when the
    /// answer was lost, to be resolved by [`UserEngineStore::outcome`](crate::UserEngineStore).
    ///
    /// # Cancellation
    ///
    /// Dropped before it is polled, nothing was sent; dropped later, the outcome is unknown.
    pub async fn commit(self) -> Result<Committed, StoreError> {
        self.0.commit().await
    }

    /// Gives everything up, as dropping does. Nothing had been sent.
    pub async fn rollback(self) {
        self.0.rollback().await;
    }
}

fn typed<R: Record>(row: Row) -> Result<Versioned<R>, StoreError> {
    match row {
        Ok(Versioned { revision, record }) => R::try_from_domain(record)
            .map(|record| Versioned { revision, record })
            .map_err(|_| StoreError::new(StoreErrorKind::Internal, Verb::Get)),
        Err(row) => Err(StoreError::new(StoreErrorKind::Undecodable(row), Verb::Get)),
    }
}

/// A page of records of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedPage<R> {
    /// The records in the order of their keys' bytes.
    pub records: Vec<Versioned<R>>,
    /// Where the next page begins; `None` when this page reached the end.
    pub next: Option<RecordKey>,
}

/// A nested part of a unit of work: a guard borrowed from its parent. Dropping it undoes what was
/// buffered through it; an outermost rollback undoes everything.
#[must_use = "a nested part that is not committed is undone"]
#[derive(Debug)]
pub struct Nested<'a> {
    tx: &'a mut Tx,
    keep: bool,
}

impl Nested<'_> {
    /// Keeps what was buffered through this guard in its parent.
    pub fn commit(mut self) {
        self.keep = true;
    }
}

impl Drop for Nested<'_> {
    fn drop(&mut self) {
        self.tx.0.leave(self.keep);
    }
}

impl Deref for Nested<'_> {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        self.tx
    }
}

impl DerefMut for Nested<'_> {
    fn deref_mut(&mut self) -> &mut Tx {
        self.tx
    }
}
