//! A unit that makes calls of a dropped nested part once more.

use crate::fault::{Unit, UnitFault};
use crate::script::Call;
use async_trait::async_trait;
use user_engine_domain::{AuditRecord, DomainRecord, OutboxEvent};
use user_engine_ports::{Precondition, ReceiptBody, StoreError};

/// Whether a call survives its part: what was called before the part, the call, and whether an
/// inner part around it had been committed.
pub(super) type Survives = fn(before: &[Entry], entry: &Entry) -> bool;

pub(super) const AUDIT: Survives = |_, entry| matches!(entry.call, Call::Audit(_));
pub(super) const EVENTS: Survives = |_, entry| matches!(entry.call, Call::Event(_));
pub(super) const RECEIPT: Survives = |_, entry| matches!(entry.call, Call::Receipt(_));
pub(super) const INNER_COMMITS: Survives =
    |_, entry| entry.is_kept_inside && matches!(entry.call, Call::Save(..));
pub(super) const OVERWRITES: Survives = |before, entry| {
    let Call::Save(record, _) = &entry.call else {
        return false;
    };
    let id = record.id();
    before
        .iter()
        .any(|it| matches!(&it.call, Call::Save(record, _) if record.id() == id))
};

/// A call and whether a nested part around it was committed.
pub(super) struct Entry {
    call: Call,
    is_kept_inside: bool,
}

/// Writes calls down, and repeats some of those that a dropped part made.
pub(super) struct JournalUnit {
    entries: Vec<Entry>,
    marks: Vec<usize>,
    survives: Survives,
}

impl JournalUnit {
    pub(super) const fn new(survives: Survives) -> Self {
        Self {
            entries: Vec::new(),
            marks: Vec::new(),
            survives,
        }
    }

    fn write_down(&mut self, call: Call) {
        self.entries.push(Entry {
            call,
            is_kept_inside: false,
        });
    }

    fn repeat(unit: &mut Unit, call: Call) {
        // What the good unit refuses is lost.
        let _ = match call {
            Call::Save(record, _) => unit.save(record, Precondition::Any),
            Call::Audit(record) => unit.append_audit(record),
            Call::Event(event) => unit.enqueue(event),
            Call::Receipt(body) => unit.set_receipt(body),
            Call::Delete(..) | Call::Expect(..) => Ok(()),
        };
    }
}

#[async_trait]
impl UnitFault for JournalUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record.clone(), precondition)?;
        self.write_down(Call::Save(record, precondition));
        Ok(())
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        unit.append_audit(record.clone())?;
        self.write_down(Call::Audit(record));
        Ok(())
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        unit.enqueue(event.clone())?;
        self.write_down(Call::Event(event));
        Ok(())
    }

    fn set_receipt(&mut self, unit: &mut Unit, body: ReceiptBody) -> Result<(), StoreError> {
        unit.set_receipt(body.clone())?;
        self.write_down(Call::Receipt(body));
        Ok(())
    }

    fn enter(&mut self, unit: &mut Unit) -> Result<(), StoreError> {
        unit.enter()?;
        self.marks.push(self.entries.len());
        Ok(())
    }

    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        unit.leave(keep);
        let mark = self.marks.pop().unwrap_or_default();
        if keep {
            for entry in &mut self.entries[mark..] {
                entry.is_kept_inside = true;
            }
            return;
        }
        let dropped = self.entries.split_off(mark);
        for entry in dropped {
            if (self.survives)(&self.entries, &entry) {
                Self::repeat(unit, entry.call);
            }
        }
    }
}
