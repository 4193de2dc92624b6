//! The buffered unit of work that every adapter can use: it leaves two calls to implement.

use crate::check::{check_reads, inconsistent};
use crate::error::{Conflict, ConflictReason, Limit, StoreError, StoreErrorKind, Verb};
use crate::operation::{Operation, ReceiptBody};
use crate::overlay::overlay;
use crate::read::{Read, ReadAnswer, Revision, Versioned};
use crate::unit::{Committed, Precondition, UnitOfWork, UnitOptions};
use async_trait::async_trait;
use std::collections::BTreeMap;
use user_engine_domain::{AuditOutcome, AuditRecord, DomainRecord, OutboxEvent, RecordId};

/// The most writes, audit records and events of one unit, each.
pub const UNIT_MAX_ENTRIES: usize = 1_000;
/// The most bytes of content of one unit.
pub const UNIT_MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most bytes of content of one record.
pub const RECORD_MAX_BYTES: usize = 1024 * 1024;
/// The most nested guards inside each other.
pub const NESTING_MAX: usize = 32;

/// The two calls of an adapter under a [`BufferedUnit`].
#[async_trait]
pub trait UnitBackend: Send + Sync {
    /// Answers every read in one flight and one snapshot, filtered by the unit's scope; what the
    /// scope does not show is absent. When the unit has an operation that was applied before, the
    /// answer may be `AlreadyApplied`.
    async fn read(
        &self,
        options: &UnitOptions,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError>;

    /// Applies the changes in one message: everything or nothing. Takes the operation first
    /// (repeated: answers its receipt and writes nothing), then the items in their order.
    async fn apply(&self, options: &UnitOptions, changes: Changes)
    -> Result<Committed, StoreError>;
}

/// What a unit of work asks its adapter to apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The operation.
    pub operation: Operation,
    /// Writes and expectations, each key once, in key order.
    pub items: Vec<ChangeItem>,
    /// Audit records, in the order they were appended.
    pub audit_records: Vec<AuditRecord>,
    /// Events, in the order they were enqueued.
    pub events: Vec<OutboxEvent>,
    /// What the receipt is to hold.
    pub receipt: ReceiptBody,
}

/// One write or expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeItem {
    /// The record that it is about.
    pub id: RecordId,
    /// What is to be done.
    pub action: Action,
    /// What must hold; an expectation always names a revision. A deletion of what the unit read
    /// as absent comes with [`Precondition::Absent`], judged by what the scope shows; a save under
    /// it takes the key, so that a hidden record is in its way.
    pub precondition: Precondition,
}

/// What is to be done with a record.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every action is a save")]
pub enum Action {
    /// Create or replace it.
    Save(DomainRecord),
    /// Remove it.
    Delete,
    /// Only check it.
    Expect,
}

/// A write that waits for `commit`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pending {
    pub(crate) action: Action,
    pub(crate) precondition: Precondition,
    bytes: usize,
}

/// A unit of work over an adapter's [`UnitBackend`]: buffers and coalesces writes by key,
/// overlays them on its own reads, keeps nested parts apart and enforces the limits, the same
/// way on every store.
#[derive(Debug)]
pub struct BufferedUnit<B> {
    backend: B,
    options: UnitOptions,
    writes: BTreeMap<RecordId, Pending>,
    /// What a unit that writes has read: the revision of each record, `None` for an absent one.
    seen: BTreeMap<RecordId, Option<Revision>>,
    audit_records: Vec<AuditRecord>,
    events: Vec<OutboxEvent>,
    receipt: Option<ReceiptBody>,
    bytes: usize,
    /// What nested parts replaced, newest last; empty outside nested parts.
    undo: Vec<(RecordId, Option<Pending>)>,
    marks: Vec<Mark>,
}

/// Where a nested part began.
#[derive(Debug)]
struct Mark {
    undo: usize,
    audit_records: usize,
    events: usize,
    bytes: usize,
    receipt: Option<ReceiptBody>,
}

impl<B: UnitBackend + 'static> BufferedUnit<B> {
    /// A fresh unit; nothing is sent.
    pub const fn new(backend: B, options: UnitOptions) -> Self {
        Self {
            backend,
            options,
            writes: BTreeMap::new(),
            seen: BTreeMap::new(),
            audit_records: Vec::new(),
            events: Vec::new(),
            receipt: None,
            bytes: 0,
            undo: Vec::new(),
            marks: Vec::new(),
        }
    }

    fn operation(&self, verb: Verb) -> Result<&Operation, StoreError> {
        let read_only = || StoreError::new(StoreErrorKind::ReadOnly, verb);
        self.options.operation.as_ref().ok_or_else(read_only)
    }

    /// Buffers an action on a record, coalescing it with what the unit already buffered.
    fn buffer(
        &mut self,
        id: RecordId,
        action: Action,
        precondition: Precondition,
        bytes: usize,
        verb: Verb,
    ) -> Result<(), StoreError> {
        let limit = |limit| Err(StoreError::new(StoreErrorKind::LimitExceeded(limit), verb));
        let previous = self.writes.get(&id);
        let pending = match previous {
            None => Pending {
                precondition: at_first(&id, precondition, self.seen.get(&id), verb)?,
                action,
                bytes,
            },
            Some(previous) => coalesce(&id, previous, action, precondition, bytes, verb)?,
        };
        if previous.is_none() && self.writes.len() == UNIT_MAX_ENTRIES {
            return limit(Limit::UnitEntries);
        }
        let total = self.bytes + pending.bytes - previous.map_or(0, |previous| previous.bytes);
        if total > UNIT_MAX_BYTES {
            return limit(Limit::UnitBytes);
        }
        self.bytes = total;
        if self.marks.is_empty() {
            self.writes.insert(id, pending);
        } else {
            let replaced = self.writes.insert(id.clone(), pending);
            self.undo.push((id, replaced));
        }
        Ok(())
    }

    /// Notes at which revision the store's own records were read; what the unit wrote itself is
    /// no news.
    fn remember(&mut self, reads: &[Read], answers: &[ReadAnswer]) {
        for (read, answer) in reads.iter().zip(answers) {
            match (read, answer) {
                (Read::Get(id), ReadAnswer::Get(None)) if !self.writes.contains_key(id) => {
                    self.seen.insert(id.clone(), None);
                }
                (_, ReadAnswer::Get(Some(Ok(row)))) => self.note(row),
                (_, ReadAnswer::List(page)) => {
                    for row in page.rows.iter().flatten() {
                        self.note(row);
                    }
                }
                (_, ReadAnswer::Get(_)) => {}
            }
        }
    }

    fn note(&mut self, row: &Versioned<DomainRecord>) {
        if row.revision != Revision::UNCOMMITTED {
            self.seen.insert(row.record.id(), Some(row.revision));
        }
    }

    fn grow(&mut self, entries: usize, bytes: usize, verb: Verb) -> Result<(), StoreError> {
        let limit = |limit| Err(StoreError::new(StoreErrorKind::LimitExceeded(limit), verb));
        if entries >= UNIT_MAX_ENTRIES {
            return limit(Limit::UnitEntries);
        }
        if self.bytes + bytes > UNIT_MAX_BYTES {
            return limit(Limit::UnitBytes);
        }
        self.bytes += bytes;
        Ok(())
    }
}

/// The precondition of a record's first action in this unit.
///
/// What the unit read protects what it writes: an update that came between is never lost.
fn at_first(
    id: &RecordId,
    asked: Precondition,
    seen: Option<&Option<Revision>>,
    verb: Verb,
) -> Result<Precondition, StoreError> {
    match (asked, seen) {
        (Precondition::Revision(Revision::UNCOMMITTED), _) => Err(contradiction(id, verb)),
        (Precondition::Any, Some(Some(revision))) => Ok(Precondition::Revision(*revision)),
        (Precondition::Any, Some(None)) => Ok(Precondition::Absent),
        (asked, _) => Ok(asked),
    }
}

fn contradiction(id: &RecordId, verb: Verb) -> StoreError {
    let conflict = Conflict::about(ConflictReason::Precondition, id.clone());
    StoreError::new(StoreErrorKind::Conflict(conflict), verb)
}

/// Puts a later action of the unit on an earlier one: the earlier precondition guards the store,
/// the later one is held against what the unit itself wrote.
fn coalesce(
    id: &RecordId,
    earlier: &Pending,
    action: Action,
    asked: Precondition,
    bytes: usize,
    verb: Verb,
) -> Result<Pending, StoreError> {
    let holds = match (&earlier.action, asked) {
        (_, Precondition::Any)
        | (Action::Delete, Precondition::Absent)
        | (Action::Save(_), Precondition::Revision(Revision::UNCOMMITTED)) => true,
        (Action::Expect | Action::Save(_), Precondition::Revision(revision)) => {
            earlier.precondition == Precondition::Revision(revision)
                || (earlier.precondition == Precondition::Any && action == Action::Expect)
        }
        (Action::Delete, Precondition::Revision(_))
        | (Action::Expect | Action::Save(_), Precondition::Absent) => false,
    };
    if !holds {
        return Err(contradiction(id, verb));
    }
    let mut pending = Pending {
        precondition: earlier.precondition,
        action,
        bytes,
    };
    if pending.action == Action::Expect {
        if let (Precondition::Any, Precondition::Revision(revision)) = (earlier.precondition, asked)
            && revision != Revision::UNCOMMITTED
        {
            pending.precondition = asked;
        }
        pending.action = earlier.action.clone();
        pending.bytes = earlier.bytes;
    }
    Ok(pending)
}

#[async_trait]
impl<B: UnitBackend + 'static> UnitOfWork for BufferedUnit<B> {
    fn options(&self) -> &UnitOptions {
        &self.options
    }

    async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError> {
        check_reads(reads)?;
        if reads.is_empty() {
            return Ok(Vec::new());
        }
        let answers = overlay(&self.backend, &self.options, &self.writes, reads).await?;
        if self.options.operation.is_some() {
            self.remember(reads, &answers);
        }
        Ok(answers)
    }

    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError> {
        let verb = Verb::Save;
        self.operation(verb)?;
        let kind = record.kind();
        let refuse = |refused| StoreError::new(refused, verb).of_record_kind(kind);
        record
            .validate()
            .map_err(|rule| refuse(StoreErrorKind::Invalid(rule)))?;
        if !self.options.scope.admits(record.columns().tenant) {
            return Err(refuse(StoreErrorKind::OutOfScope));
        }
        let bytes = record.weight();
        if bytes > RECORD_MAX_BYTES {
            return Err(refuse(StoreErrorKind::LimitExceeded(Limit::Record)));
        }
        self.buffer(record.id(), Action::Save(record), precondition, bytes, verb)
    }

    fn delete(&mut self, id: RecordId, precondition: Precondition) -> Result<(), StoreError> {
        self.operation(Verb::Delete)?;
        if precondition == Precondition::Absent {
            let expected = "must not be absent for a deletion";
            return Err(inconsistent("precondition", expected, Verb::Delete));
        }
        self.buffer(id, Action::Delete, precondition, 0, Verb::Delete)
    }

    fn expect(&mut self, id: RecordId, revision: Revision) -> Result<(), StoreError> {
        self.operation(Verb::Expect)?;
        let precondition = Precondition::Revision(revision);
        self.buffer(id, Action::Expect, precondition, 0, Verb::Expect)
    }

    fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        let verb = Verb::AppendAudit;
        if record.operation_id != self.operation(verb)?.id {
            return Err(inconsistent("operation_id", "must be the unit's own", verb));
        }
        if record.outcome != AuditOutcome::Allowed {
            return Err(inconsistent(
                "outcome",
                "must be allowed inside a unit",
                verb,
            ));
        }
        record
            .validate()
            .map_err(|rule| StoreError::new(StoreErrorKind::Invalid(rule), verb))?;
        if !self.options.scope.admits_log(record.tenant.as_ref()) {
            return Err(StoreError::new(StoreErrorKind::OutOfScope, verb));
        }
        self.grow(self.audit_records.len(), record.weight(), verb)?;
        self.audit_records.push(record);
        Ok(())
    }

    fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError> {
        let verb = Verb::Enqueue;
        if event.operation_id != self.operation(verb)?.id {
            return Err(inconsistent("operation_id", "must be the unit's own", verb));
        }
        event
            .validate()
            .map_err(|rule| StoreError::new(StoreErrorKind::Invalid(rule), verb))?;
        if !self.options.scope.admits_log(event.tenant.as_ref()) {
            return Err(StoreError::new(StoreErrorKind::OutOfScope, verb));
        }
        self.grow(self.events.len(), event.weight(), verb)?;
        self.events.push(event);
        Ok(())
    }

    fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError> {
        self.operation(Verb::Commit)?;
        self.receipt = Some(body);
        Ok(())
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        if self.marks.len() == NESTING_MAX {
            let limit = StoreErrorKind::LimitExceeded(Limit::Nesting);
            return Err(StoreError::new(limit, Verb::Nested));
        }
        self.marks.push(Mark {
            undo: self.undo.len(),
            audit_records: self.audit_records.len(),
            events: self.events.len(),
            bytes: self.bytes,
            receipt: self.receipt.clone(),
        });
        Ok(())
    }

    fn leave(&mut self, keep: bool) {
        let Some(mark) = self.marks.pop() else { return };
        if !keep {
            for (id, replaced) in self.undo.drain(mark.undo..).rev() {
                match replaced {
                    Some(pending) => self.writes.insert(id, pending),
                    None => self.writes.remove(&id),
                };
            }
            self.audit_records.truncate(mark.audit_records);
            self.events.truncate(mark.events);
            self.bytes = mark.bytes;
            self.receipt = mark.receipt;
        }
        if self.marks.is_empty() {
            self.undo.clear();
        }
    }

    async fn commit(self: Box<Self>) -> Result<Committed, StoreError> {
        let mut unit = *self;
        // A guard that was forgotten was not committed.
        while !unit.marks.is_empty() {
            unit.leave(false);
        }
        let is_empty = unit.writes.is_empty()
            && unit.audit_records.is_empty()
            && unit.events.is_empty()
            && unit.receipt.is_none();
        let Some(operation) = unit.options.operation.clone().filter(|_| !is_empty) else {
            return Ok(Committed {
                receipt: None,
                is_repeated: false,
                revisions: Vec::new(),
            });
        };
        // Only what is certain to hold the record's lock keeps the events of an aggregate in
        // their order: a deletion that may find nothing does not.
        let is_written = |event: &OutboxEvent| {
            unit.writes
                .get(&event.aggregate)
                .is_some_and(|write| match write.action {
                    Action::Save(_) => true,
                    Action::Delete => matches!(write.precondition, Precondition::Revision(_)),
                    Action::Expect => false,
                })
        };
        if !unit.events.iter().all(is_written) {
            let expected =
                "must be among the records that the unit saves, or deletes at a revision";
            return Err(inconsistent("aggregate", expected, Verb::Commit));
        }
        let items = unit.writes.into_iter().map(|(id, pending)| {
            let Pending {
                action,
                precondition,
                ..
            } = pending;
            ChangeItem {
                id,
                action,
                precondition,
            }
        });
        let changes = Changes {
            operation,
            items: items.collect(),
            audit_records: unit.audit_records,
            events: unit.events,
            receipt: unit.receipt.unwrap_or_default(),
        };
        if unit.options.deadline.has_passed() {
            return Err(StoreError::new(
                StoreErrorKind::DeadlineExceeded,
                Verb::Commit,
            ));
        }
        unit.backend.apply(&unit.options, changes).await
    }

    async fn rollback(self: Box<Self>) {
        drop(self);
    }
}
