//! Plays a sequence on a store and on the model, and holds each answer of the one against the
//! other.

use super::buffer::{Action, Buffered, Cell, Guard, Seen, Unit};
use super::contract::{Known, Model, reaches};
use super::play::World;
use super::step::{At, By, Kind, Place, Step};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::power::Power;
use std::collections::BTreeMap;
use std::sync::Arc;
use user_engine_domain::{DomainRecord, RecordId};
use user_engine_ports::{
    ConflictReason, ListBy, ListQuery, Precondition, Read, ReadAnswer, Revision, StoreError,
    StoreErrorKind, UnitOfWork, UnitOptions, UserEngineStore, Versioned,
};

mod ends;
mod writes;

/// Most nested parts that a sequence opens inside each other.
const NESTING: usize = 8;

/// Plays a sequence from an empty store to its end, and looks at everything then.
pub(super) async fn play(ctx: &Context, steps: &[Step]) -> Result<(), Failure> {
    let mut player = Player::new(ctx).await?;
    for (index, step) in steps.iter().enumerate() {
        player.index = index;
        let held = player.step(step).await;
        held.map_err(|failure| failure.within(&format!("step {index}")))?;
    }
    player.slots = Default::default();
    player
        .look_at_everything()
        .await
        .map_err(|failure| failure.within("at the end"))
}

/// A unit under way on both sides.
struct Slot {
    unit: Box<dyn UnitOfWork>,
    model: Unit,
}

struct Player {
    world: World,
    store: Arc<dyn UserEngineStore>,
    second: Option<Arc<dyn UserEngineStore>>,
    can_reopen: bool,
    model: Model,
    slots: [Option<Slot>; 3],
    /// The store's revision of each of the model's generations.
    revisions: BTreeMap<u64, Revision>,
    index: usize,
    /// How many units were begun because a step needed one.
    filled: u8,
}

/// Whether an error only says what is known of the unit's operation, which any verb may answer.
fn tells_known(error: &StoreError, known: Option<Known>, request: u8) -> bool {
    match (error.kind(), known) {
        (StoreErrorKind::AlreadyApplied(_), Some(Known::Applied { request: first, .. })) => {
            first == request
        }
        (StoreErrorKind::Conflict(conflict), Some(Known::Applied { request: first, .. })) => {
            conflict.reason == ConflictReason::OperationReused && first != request
        }
        (StoreErrorKind::Conflict(conflict), Some(Known::Fenced)) => {
            conflict.reason == ConflictReason::OperationFenced
        }
        _ => false,
    }
}

impl Player {
    async fn new(ctx: &Context) -> Result<Self, Failure> {
        let declared = ctx.declared();
        let second = if declared.contains(&Power::SecondHandle) {
            Some(ctx.second_handle().await?)
        } else {
            None
        };
        Ok(Self {
            world: World(ctx.clone()),
            store: ctx.store(),
            second,
            can_reopen: declared.contains(&Power::Reopen),
            model: Model::default(),
            slots: Default::default(),
            revisions: BTreeMap::new(),
            index: 0,
            filled: 0,
        })
    }

    fn number(&self) -> i64 {
        i64::try_from(self.index).unwrap_or(0) + 1
    }

    /// Begins a unit where a step needs one and none is there, so that few steps go to waste.
    fn fill(&mut self, step: &Step) {
        let (Step::Save { slot, .. }
        | Step::Delete { slot, .. }
        | Step::Get { slot, .. }
        | Step::Event { slot, .. }) = *step
        else {
            return;
        };
        if self.slots.get(slot).is_some_and(Option::is_none) {
            // Independent of the place in the sequence, so that shrinking can take steps away.
            self.filled = self.filled.wrapping_add(1) % 150;
            self.begin(slot, Unit::new(At::Platform, 100 + self.filled, 0), false);
        }
    }

    async fn step(&mut self, step: &Step) -> Result<(), Failure> {
        self.fill(step);
        match *step {
            Step::Begin {
                slot,
                at,
                operation,
                request,
                second,
            } => {
                self.begin(slot, Unit::new(at, operation, request), second);
                Ok(())
            }
            Step::Save {
                slot,
                place,
                owner,
                guarded,
            } => self.save(slot, place, owner, guarded),
            Step::Delete {
                slot,
                place,
                guarded,
            } => self.delete(slot, place, guarded),
            Step::Expect { slot, place } => self.expect(slot, place),
            Step::Get { slot, place } => self.get(slot, place).await,
            Step::List {
                slot,
                kind,
                by,
                size,
            } => self.list(slot, kind, by, size).await,
            Step::Audit { slot } => self.audit(slot),
            Step::Event { slot, place } => self.event(slot, place),
            Step::Receipt { slot } => self.receipt(slot),
            Step::Enter { slot } => self.enter(slot),
            Step::Leave { slot, keep } => {
                self.leave(slot, keep);
                Ok(())
            }
            Step::Commit { slot } => self.commit(slot).await,
            Step::Rollback { slot } => {
                if let Some(slot) = self.take(slot) {
                    slot.unit.rollback().await;
                }
                Ok(())
            }
            Step::Abandon { slot } => {
                self.take(slot);
                Ok(())
            }
            Step::Ask { at, operation } => self.ask(at, operation).await,
            Step::Deny {
                at,
                operation,
                denial,
            } => self.deny(at, operation, denial).await,
            Step::Look { at, place } => self.look(at, place).await,
            Step::Walk { at, kind, by, size } => self.walk(at, kind, by, size).await,
            Step::Logs { at, size } => self.logs(at, size).await,
            Step::Count => self.count().await,
            Step::Reopen => self.reopen().await,
        }
    }

    fn slot(&mut self, slot: usize) -> Option<&mut Slot> {
        self.slots.get_mut(slot).and_then(Option::as_mut)
    }

    fn take(&mut self, slot: usize) -> Option<Slot> {
        self.slots.get_mut(slot).and_then(Option::take)
    }

    fn begin(&mut self, slot: usize, model: Unit, second: bool) {
        let store = self
            .second
            .as_ref()
            .filter(|_| second)
            .unwrap_or(&self.store);
        let operation = self.world.operation(model.operation, model.request);
        let options = self.world.0.write(self.world.scope(model.at), &operation);
        let unit = store.begin(options).into_unit();
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(Slot { unit, model });
        }
    }

    async fn reopen(&mut self) -> Result<(), Failure> {
        if self.can_reopen {
            self.slots = Default::default();
            self.store = self.world.0.reopen().await?;
            if self.second.is_some() {
                self.second = Some(self.world.0.second_handle().await?);
            }
        }
        Ok(())
    }

    /// Holds a record that was read against what the model holds.
    fn same_row(
        &self,
        found: Option<&Versioned<DomainRecord>>,
        expected: Option<(Cell, Option<u64>)>,
    ) -> Result<(), Failure> {
        match (found, expected) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Failure::broken("a record is missing")),
            (Some(_), None) => Err(Failure::broken("a record is there that must not be")),
            (Some(found), Some((cell, generation))) => {
                let number = self.world.number_of(&found.record);
                ensure!(
                    number == cell.number,
                    "a record is of step {} instead of step {}",
                    number - 1,
                    cell.number - 1
                );
                let revision = match generation {
                    None => Some(&Revision::UNCOMMITTED),
                    Some(generation) => self.revisions.get(&generation),
                };
                ensure!(
                    revision == Some(&found.revision),
                    "a record is of another revision"
                );
                Ok(())
            }
        }
    }

    async fn get(&mut self, slot: usize, place: Place) -> Result<(), Failure> {
        let id = self.world.id(place);
        let Some(mut open) = self.take(slot) else {
            return Ok(());
        };
        let answer = open.unit.read(&[Read::Get(id)]).await;
        let known = self.model.known(open.model.at, open.model.operation);
        let checked = match answer {
            Err(error) if tells_known(&error, known, open.model.request) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(answers) => {
                let expected = self.model.get_in(&mut open.model, place);
                World::one(answers).and_then(|found| self.same_row(found.as_ref(), expected))
            }
        };
        self.slots[slot] = Some(open);
        checked
    }

    async fn look(&mut self, at: At, place: Place) -> Result<(), Failure> {
        let options = UnitOptions::read(self.world.scope(at)).deadline(self.world.0.deadline());
        let mut tx = self.store.begin(options);
        let found = World::one(tx.read(&[Read::Get(self.world.id(place))]).await?)?;
        let expected = self.model.get(at, place);
        let expected = expected.map(|(cell, generation)| (cell, Some(generation)));
        self.same_row(found.as_ref(), expected)
    }

    async fn list(&mut self, slot: usize, kind: Kind, by: By, size: usize) -> Result<(), Failure> {
        let Some(mut open) = self.take(slot) else {
            return Ok(());
        };
        let known = self.model.known(open.model.at, open.model.operation);
        let found = self.walk_pages(&mut *open.unit, kind, by, size).await;
        let expected = self.model.list_in(&mut open.model, kind, by);
        let checked = match found {
            Err(WalkError::Store(error)) if tells_known(&error, known, open.model.request) => {
                Ok(())
            }
            Err(WalkError::Store(error)) => Err(error.into()),
            Err(WalkError::Wrong(failure)) => Err(failure),
            Ok(found) => self.same_rows(&found, &expected),
        };
        self.slots[slot] = Some(open);
        checked
    }

    async fn walk(&mut self, at: At, kind: Kind, by: By, size: usize) -> Result<(), Failure> {
        let options = UnitOptions::read(self.world.scope(at)).deadline(self.world.0.deadline());
        let mut unit = self.store.begin(options).into_unit();
        let expected = self.model.list(at, kind, by, &BTreeMap::new());
        match self.walk_pages(&mut *unit, kind, by, size).await {
            Ok(found) => self.same_rows(&found, &expected),
            Err(WalkError::Store(error)) => Err(error.into()),
            Err(WalkError::Wrong(failure)) => Err(failure),
        }
    }

    fn same_rows(
        &self,
        found: &[(RecordId, i64)],
        expected: &[(Place, i64)],
    ) -> Result<(), Failure> {
        let expected: Vec<_> = expected
            .iter()
            .map(|(place, number)| (self.world.id(*place), *number))
            .collect();
        ensure!(
            found == expected,
            "a list shows {} rows, which are not the {} it must show",
            found.len(),
            expected.len()
        );
        Ok(())
    }

    async fn walk_pages(
        &self,
        unit: &mut dyn UnitOfWork,
        kind: Kind,
        by: By,
        size: usize,
    ) -> Result<Vec<(RecordId, i64)>, WalkError> {
        let by = match by {
            By::Kind => ListBy::Kind,
            By::Tenant(tenant) => ListBy::Tenant(self.world.tenant(tenant)),
            By::User(user) => ListBy::User(self.world.user_id(user)),
        };
        let mut query = ListQuery::new(World::kind(kind), by).limit(size);
        let mut found = Vec::new();
        for _ in 0..100 {
            let read = [Read::List(query.clone())];
            let mut answers = unit.read(&read).await.map_err(WalkError::Store)?;
            let Some(ReadAnswer::List(page)) = answers.pop() else {
                return Err(WalkError::Wrong(Failure::broken(
                    "a list is not answered by a page",
                )));
            };
            if page.rows.len() > size {
                return Err(WalkError::Wrong(Failure::broken(
                    "a page is longer than asked for",
                )));
            }
            for row in page.rows {
                let undecodable = |_| WalkError::Wrong(Failure::broken("a row does not decode"));
                let row = row.map_err(undecodable)?;
                found.push((row.record.id(), self.world.number_of(&row.record)));
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(found),
            }
        }
        Err(WalkError::Wrong(Failure::broken("a walk does not end")))
    }
}

/// Why a walk gave no rows.
enum WalkError {
    Store(StoreError),
    Wrong(Failure),
}
