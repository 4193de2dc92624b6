//! The steps that buffer.

use super::{Action, Buffered, Cell, Guard, NESTING, Place, Player, Precondition, Revision, Seen};
use super::{ConflictReason, reaches};
use crate::check::conflict;
use crate::failure::Failure;
use crate::fixture::valid;
use crate::model::step::At;
use crate::refused;
use std::collections::BTreeMap;
use user_engine_domain::{AuditId, EventId};
use user_engine_ports::{ReceiptBody, StoreError, StoreErrorKind};

impl Player {
    /// What a guarded write requires, on both sides, by what the unit last saw.
    fn guard(&self, seen: Option<Seen>) -> (Guard, Precondition) {
        match seen {
            None => (Guard::Nothing, Precondition::Any),
            Some(Seen::StoredAbsent | Seen::OwnDelete) => (Guard::Absent, Precondition::Absent),
            Some(Seen::OwnSave) => (
                Guard::Nothing,
                Precondition::Revision(Revision::UNCOMMITTED),
            ),
            Some(Seen::Stored(generation)) => {
                let revision = self.revisions.get(&generation).copied();
                let revision = revision.unwrap_or(Revision::UNCOMMITTED);
                (
                    Guard::Generation(generation),
                    Precondition::Revision(revision),
                )
            }
        }
    }

    /// Holds a buffered write against the model, which takes it when it agrees.
    fn written(
        &mut self,
        slot: usize,
        place: Place,
        (action, guard): (Action, Guard),
        answer: Result<(), StoreError>,
    ) -> Result<(), Failure> {
        let id = self.world.id(place);
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        if !open.model.agrees(place, guard) {
            conflict(answer, ConflictReason::Precondition, Some(&id))?;
            return Ok(());
        }
        answer?;
        let guard = open.model.guard_of(place, guard);
        open.model
            .buffered
            .push(Buffered::Write(place, action, guard));
        match action {
            Action::Save(_) => {
                open.model.seen.insert(place, Seen::OwnSave);
            }
            Action::Delete => {
                open.model.seen.insert(place, Seen::OwnDelete);
            }
            Action::Expect => {}
        }
        Ok(())
    }

    pub(super) fn save(
        &mut self,
        slot: usize,
        place: Place,
        owner: u8,
        guarded: bool,
    ) -> Result<(), Failure> {
        let number = self.number();
        let record = self.world.record(place, number, owner);
        let owner = match place {
            Place::Identity(_) => owner,
            Place::Account(_, user) | Place::User(user) => user,
        };
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let (at, seen) = (open.model.at, open.model.seen.get(&place).copied());
        let (guard, precondition) = self.guard(seen.filter(|_| guarded));
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let answer = open.unit.save(record, precondition);
        if !reaches(at, place) {
            refused!(answer, StoreErrorKind::OutOfScope)?;
            return Ok(());
        }
        self.written(
            slot,
            place,
            (Action::Save(Cell { number, owner }), guard),
            answer,
        )
    }

    pub(super) fn delete(
        &mut self,
        slot: usize,
        place: Place,
        guarded: bool,
    ) -> Result<(), Failure> {
        let id = self.world.id(place);
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let seen = open.model.seen.get(&place).copied().filter(|_| guarded);
        // A deletion can't require absence.
        let seen = seen.filter(|seen| matches!(seen, Seen::Stored(_) | Seen::OwnSave));
        let (guard, precondition) = self.guard(seen);
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let answer = open.unit.delete(id, precondition);
        self.written(slot, place, (Action::Delete, guard), answer)
    }

    pub(super) fn expect(&mut self, slot: usize, place: Place) -> Result<(), Failure> {
        let id = self.world.id(place);
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let seen = open.model.seen.get(&place).copied();
        let (guard, Precondition::Revision(revision)) = self.guard(seen) else {
            return Ok(());
        };
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let answer = open.unit.expect(id, revision);
        self.written(slot, place, (Action::Expect, guard), answer)
    }

    pub(super) fn audit(&mut self, slot: usize) -> Result<(), Failure> {
        let name = format!("audit-{}", self.index);
        let world = self.world.clone();
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let operation = world.operation(open.model.operation, open.model.request);
        let mut record = world.0.audit(&operation, &world.scope(open.model.at), None);
        record.audit_id = valid(AuditId::new(world.0.id_of(&name)));
        let id = record.audit_id.as_str().to_owned();
        open.unit.append_audit(record)?;
        open.model.buffered.push(Buffered::Audit(id));
        Ok(())
    }

    pub(super) fn event(&mut self, slot: usize, place: Place) -> Result<(), Failure> {
        let name = format!("event-{}", self.index);
        let world = self.world.clone();
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        let at = open.model.at;
        let operation = world.operation(open.model.operation, open.model.request);
        let mut event = world
            .0
            .event(&operation, &world.scope(at), &world.id(place));
        event.event_id = valid(EventId::new(world.0.id_of(&name)));
        let id = event.event_id.as_str().to_owned();
        let tenant = match (at, place) {
            // An identity's key is personal, so that no event may name it.
            (_, Place::Identity(_)) => {
                refused!(open.unit.enqueue(event), StoreErrorKind::Invalid(_))?;
                return Ok(());
            }
            (At::Tenant(own), Place::Account(tenant, _)) if own == tenant => Some(tenant),
            (At::Platform, Place::Account(tenant, _)) => {
                event.tenant = Some(world.tenant(tenant));
                Some(tenant)
            }
            (At::Tenant(_) | At::Tenantless, Place::Account(..)) => return Ok(()),
            (At::Tenant(own), Place::User(_)) => Some(own),
            (At::Tenantless | At::Platform, Place::User(_)) => None,
        };
        open.unit.enqueue(event)?;
        open.model.buffered.push(Buffered::Event(id, place, tenant));
        Ok(())
    }

    pub(super) fn receipt(&mut self, slot: usize) -> Result<(), Failure> {
        let number = self.number();
        let entries = BTreeMap::from([("n".to_owned(), number.to_string())]);
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        open.unit.set_receipt(ReceiptBody::new(entries)?)?;
        open.model.buffered.push(Buffered::Receipt(number));
        Ok(())
    }

    pub(super) fn enter(&mut self, slot: usize) -> Result<(), Failure> {
        let Some(open) = self.slot(slot) else {
            return Ok(());
        };
        if open.model.marks.len() < NESTING {
            open.unit.enter()?;
            open.model.marks.push(open.model.buffered.len());
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, slot: usize, keep: bool) {
        let Some(open) = self.slot(slot) else { return };
        let Some(mark) = open.model.marks.pop() else {
            return;
        };
        open.unit.leave(keep);
        if !keep {
            open.model.buffered.truncate(mark);
            open.model.seen.clear();
        }
    }
}
