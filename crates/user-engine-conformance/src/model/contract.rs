//! The contract itself, over symbolic places: what a store holds and what it answers.

use super::buffer::{Action, Buffered, Cell, Guard, Pending, Seen, Unit};
use super::step::{At, By, Kind, Place};
use std::collections::{BTreeMap, BTreeSet};

/// What an operation's id is known for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Applied { request: u8, receipt: Option<i64> },
    Fenced,
}

/// How a commit ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Commit {
    /// There was nothing to write.
    Empty,
    /// Applied, with the saved places and their new generations.
    Applied {
        receipt: Option<i64>,
        saved: Vec<(Place, u64)>,
    },
    /// Applied before.
    Repeated { receipt: Option<i64> },
    /// An event's aggregate is not written.
    Invalid,
    /// The id carries another request.
    Reused,
    /// The id was fenced.
    Fenced,
    /// A precondition does not hold.
    Precondition(Place),
    /// A record would move to another owner.
    Owner(Place),
}

/// An entry of a log and whose it is.
type Entry = (String, Option<u8>);

/// What a store holds.
#[derive(Debug, Default)]
pub(super) struct Model {
    stored: BTreeMap<Place, (Cell, u64)>,
    last_generation: u64,
    operations: BTreeMap<(At, u8), Known>,
    audits: Vec<Entry>,
    events: Vec<Entry>,
}

fn tenant_of(place: Place) -> Option<u8> {
    match place {
        Place::Account(tenant, _) => Some(tenant),
        Place::Identity(_) | Place::User(_) => None,
    }
}

/// Whether a scope may read by key, and write.
pub(super) fn reaches(at: At, place: Place) -> bool {
    match (at, tenant_of(place)) {
        (At::Platform, _) | (_, None) => true,
        (At::Tenant(own), Some(tenant)) => own == tenant,
        (At::Tenantless, Some(_)) => false,
    }
}

fn kind_of(place: Place) -> Kind {
    match place {
        Place::Identity(_) => Kind::Identity,
        Place::Account(..) => Kind::Account,
        Place::User(_) => Kind::User,
    }
}

/// Whether a list in a scope shows a record.
fn shows(at: At, kind: Kind, by: By, place: Place, cell: Cell) -> bool {
    let fits = kind_of(place) == kind
        && match by {
            By::Kind => true,
            By::Tenant(tenant) => tenant_of(place) == Some(tenant),
            By::User(user) => cell.owner == user,
        };
    // What has no tenant is listed by its user alone, except by the platform.
    let is_shown = match (at, tenant_of(place)) {
        (At::Platform, _) => true,
        (_, None) => matches!(by, By::User(_)),
        (_, Some(_)) => reaches(at, place),
    };
    fits && is_shown
}

impl Model {
    /// What a scope reads by key, and its generation.
    pub(super) fn get(&self, at: At, place: Place) -> Option<(Cell, u64)> {
        self.stored
            .get(&place)
            .copied()
            .filter(|_| reaches(at, place))
    }

    /// What a unit reads by key, its own writes first; it remembers having seen it.
    pub(super) fn get_in(&self, unit: &mut Unit, place: Place) -> Option<(Cell, Option<u64>)> {
        let (found, seen) = match unit.pending().get(&place).map(|pending| pending.action) {
            Some(Action::Save(cell)) => (Some((cell, None)), Seen::OwnSave),
            Some(Action::Delete) => (None, Seen::OwnDelete),
            expected @ (Some(Action::Expect) | None) => {
                if let Some((cell, generation)) = self.get(unit.at, place) {
                    unit.read.insert(place, Guard::Generation(generation));
                    (Some((cell, Some(generation))), Seen::Stored(generation))
                } else {
                    if expected.is_none() {
                        unit.read.insert(place, Guard::Absent);
                    }
                    (None, Seen::StoredAbsent)
                }
            }
        };
        unit.seen.insert(place, seen);
        found
    }

    /// What a unit lists; it remembers what it has read of the store.
    pub(super) fn list_in(&self, unit: &mut Unit, kind: Kind, by: By) -> Vec<(Place, i64)> {
        let own = unit.pending();
        let rows = self.list(unit.at, kind, by, &own);
        for (place, _) in &rows {
            let is_own = own
                .get(place)
                .is_some_and(|own| own.action != Action::Expect);
            if let (false, Some((_, generation))) = (is_own, self.stored.get(place)) {
                unit.read.insert(*place, Guard::Generation(*generation));
            }
        }
        rows
    }

    /// What a list shows, a unit's own writes laid over it.
    pub(super) fn list(
        &self,
        at: At,
        kind: Kind,
        by: By,
        own: &BTreeMap<Place, Pending>,
    ) -> Vec<(Place, i64)> {
        let mut rows: BTreeMap<Place, Cell> = self
            .stored
            .iter()
            .map(|(place, (cell, _))| (*place, *cell))
            .collect();
        for (place, pending) in own {
            match pending.action {
                Action::Save(cell) => {
                    rows.insert(*place, cell);
                }
                Action::Delete => {
                    rows.remove(place);
                }
                Action::Expect => {}
            }
        }
        let shown = rows
            .into_iter()
            .filter(|(place, cell)| shows(at, kind, by, *place, *cell));
        shown.map(|(place, cell)| (place, cell.number)).collect()
    }

    /// What is known of an operation.
    pub(super) fn known(&self, at: At, operation: u8) -> Option<Known> {
        self.operations.get(&(at, operation)).copied()
    }

    /// Asks for an outcome; fences what is not known.
    pub(super) fn ask(&mut self, at: At, operation: u8) -> Known {
        *self
            .operations
            .entry((at, operation))
            .or_insert(Known::Fenced)
    }

    /// Records a denial, once for its id.
    pub(super) fn deny(&mut self, id: String, tenant: Option<u8>) {
        if self.audits.iter().all(|(taken, _)| *taken != id) {
            self.audits.push((id, tenant));
        }
    }

    /// What a scope reads of the audit log and of the outbox, in order.
    pub(super) fn logs(&self, at: At) -> (Vec<String>, Vec<String>) {
        let shown = |entries: &[Entry]| {
            let is_shown = |tenant: Option<u8>| match at {
                At::Platform => true,
                At::Tenant(own) => tenant == Some(own),
                At::Tenantless => false,
            };
            let shown = entries.iter().filter(|(_, tenant)| is_shown(*tenant));
            shown.map(|(id, _)| id.clone()).collect()
        };
        (shown(&self.audits), shown(&self.events))
    }

    /// How many identities, accounts, users, audit records, events and operations there are.
    pub(super) fn counts(&self) -> [usize; 6] {
        let of = |kind| {
            self.stored
                .keys()
                .filter(|place| kind_of(**place) == kind)
                .count()
        };
        [
            of(Kind::Identity),
            of(Kind::Account),
            of(Kind::User),
            self.audits.len(),
            self.events.len(),
            self.operations.len(),
        ]
    }

    /// Applies a unit, everything or nothing.
    pub(super) fn commit(&mut self, unit: &Unit) -> Commit {
        if unit.buffered.is_empty() {
            return Commit::Empty;
        }
        let pending = unit.pending();
        let written: BTreeSet<Place> = pending
            .iter()
            .filter(|(_, pending)| match pending.action {
                Action::Save(_) => true,
                Action::Delete => matches!(pending.guard, Guard::Generation(_)),
                Action::Expect => false,
            })
            .map(|(place, _)| *place)
            .collect();
        let is_stray = |entry: &Buffered| match entry {
            Buffered::Event(_, place, _) => !written.contains(place),
            _ => false,
        };
        if unit.buffered.iter().any(is_stray) {
            return Commit::Invalid;
        }
        match self.known(unit.at, unit.operation) {
            Some(Known::Applied { request, receipt }) if request == unit.request => {
                return Commit::Repeated { receipt };
            }
            Some(Known::Applied { .. }) => return Commit::Reused,
            Some(Known::Fenced) => return Commit::Fenced,
            None => {}
        }
        for (place, pending) in &pending {
            if let Some(refused) = self.refuses(unit.at, *place, *pending) {
                return refused;
            }
        }
        self.apply(unit, &pending)
    }

    fn refuses(&self, at: At, place: Place, pending: Pending) -> Option<Commit> {
        let stored = self.get(at, place);
        let holds = match pending.guard {
            Guard::Nothing => true,
            Guard::Absent => stored.is_none(),
            Guard::Generation(generation) => stored.is_some_and(|(_, it)| it == generation),
        };
        if !holds {
            return Some(Commit::Precondition(place));
        }
        match (stored, pending.action) {
            (Some((was, _)), Action::Save(is)) if was.owner != is.owner => {
                Some(match pending.guard {
                    Guard::Nothing => Commit::Owner(place),
                    Guard::Absent | Guard::Generation(_) => Commit::Precondition(place),
                })
            }
            _ => None,
        }
    }

    fn apply(&mut self, unit: &Unit, pending: &BTreeMap<Place, Pending>) -> Commit {
        let mut saved = Vec::new();
        for (place, pending) in pending {
            match pending.action {
                Action::Save(cell) => {
                    self.last_generation += 1;
                    self.stored.insert(*place, (cell, self.last_generation));
                    saved.push((*place, self.last_generation));
                }
                // Deleting what the scope does not reach deletes nothing.
                Action::Delete if reaches(unit.at, *place) => {
                    self.stored.remove(place);
                }
                Action::Delete | Action::Expect => {}
            }
        }
        let tenant = match unit.at {
            At::Tenant(tenant) => Some(tenant),
            At::Tenantless | At::Platform => None,
        };
        let mut receipt = None;
        for entry in &unit.buffered {
            match entry {
                Buffered::Audit(id) => self.audits.push((id.clone(), tenant)),
                Buffered::Event(id, _, tenant) => self.events.push((id.clone(), *tenant)),
                Buffered::Receipt(number) => receipt = Some(*number),
                Buffered::Write(..) => {}
            }
        }
        let known = Known::Applied {
            request: unit.request,
            receipt,
        };
        self.operations.insert((unit.at, unit.operation), known);
        Commit::Applied { receipt, saved }
    }
}
