//! What a unit of the model has buffered.

use super::step::{At, Place};
use std::collections::BTreeMap;

/// What a record of the model holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// Tells one save from every other.
    pub(super) number: i64,
    /// Whom an identity belongs to; for the other kinds the user of the key.
    pub(super) owner: u8,
}

/// What a unit requires of a record at commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    Nothing,
    Absent,
    /// The state that this generation brought.
    Generation(u64),
}

/// What a unit last saw of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Stored(u64),
    StoredAbsent,
    OwnSave,
    OwnDelete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Save(Cell),
    Delete,
    Expect,
}

/// One thing that a unit buffered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Buffered {
    Write(Place, Action, Guard),
    Audit(String),
    Event(String, Place, Option<u8>),
    Receipt(i64),
}

/// What a unit will do to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) action: Action,
    pub(super) guard: Guard,
}

/// A unit of the model: everything it buffered, in order, and where its nested parts began.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) at: At,
    pub(super) operation: u8,
    pub(super) request: u8,
    pub(super) buffered: Vec<Buffered>,
    pub(super) marks: Vec<usize>,
    pub(super) seen: BTreeMap<Place, Seen>,
    /// What the store's own records were read as: the guard of a write that names none.
    pub(super) read: BTreeMap<Place, Guard>,
}

impl Unit {
    pub(super) fn new(at: At, operation: u8, request: u8) -> Self {
        let (buffered, marks, seen) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self {
            at,
            operation,
            request,
            buffered,
            marks,
            seen,
            read: BTreeMap::new(),
        }
    }

    /// What will happen to each record: the first guard holds, the last write counts.
    pub(super) fn pending(&self) -> BTreeMap<Place, Pending> {
        let mut all: BTreeMap<Place, Pending> = BTreeMap::new();
        for entry in &self.buffered {
            let Buffered::Write(place, action, guard) = entry else {
                continue;
            };
            match all.get_mut(place) {
                None => {
                    all.insert(
                        *place,
                        Pending {
                            action: *action,
                            guard: *guard,
                        },
                    );
                }
                Some(_) if *action == Action::Expect => {}
                Some(pending) => pending.action = *action,
            }
        }
        all
    }

    /// The guard of a write: its own, else what the record was read as before the first write.
    pub(super) fn guard_of(&self, place: Place, asked: Guard) -> Guard {
        match (asked, self.pending().contains_key(&place)) {
            (Guard::Nothing, false) => self.read.get(&place).copied().unwrap_or(asked),
            _ => asked,
        }
    }

    /// Whether a guard agrees with what the unit itself did to the record before.
    pub(super) fn agrees(&self, place: Place, guard: Guard) -> bool {
        match (self.pending().get(&place), guard) {
            (None, _) | (Some(_), Guard::Nothing) => true,
            (Some(pending), Guard::Absent) => pending.action == Action::Delete,
            (Some(pending), Guard::Generation(_)) => {
                pending.action != Action::Delete && pending.guard == guard
            }
        }
    }
}
