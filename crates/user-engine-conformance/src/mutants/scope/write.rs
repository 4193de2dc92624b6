//! Wrong about what a scope writes.

use super::super::wrong::{commit_as_platform, get_as_platform};
use crate::fault::{Store, Unit, UnitFault};
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use std::collections::BTreeSet;
use user_engine_domain::RecordId;
use user_engine_ports::{
    Committed, Conflict, ConflictReason, Precondition, Read, ReadAnswer, Scope, StoreError,
    StoreErrorKind, UnitOptions, Verb,
};

/// Makes every deletion again as the platform.
pub(super) struct OpenDelete;

#[async_trait]
impl Rewrite for OpenDelete {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        calls.retain(|call| matches!(call, Call::Delete(_, Precondition::Any)));
        commit_as_platform(store, &options, "everywhere", calls).await?;
        Ok(committed)
    }
}

/// Holds expectations against what the platform sees.
pub(super) struct OpenExpect;

#[async_trait]
impl Rewrite for OpenExpect {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        unit.rollback().await;
        let mut left = Vec::with_capacity(calls.len());
        for call in calls {
            if let Call::Expect(id, revision) = &call {
                let seen = get_as_platform(store, id).await?;
                if seen.is_some_and(|row| row.revision == *revision) {
                    continue;
                }
            }
            left.push(call);
        }
        replay(store, options, left)?.commit().await
    }
}

/// Holds the absence that a deletion relies on against what the platform sees.
pub(super) struct OpenAbsence {
    store: Store,
    absent: BTreeSet<RecordId>,
    deleted: BTreeSet<RecordId>,
}

impl OpenAbsence {
    pub(super) fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            absent: BTreeSet::new(),
            deleted: BTreeSet::new(),
        }
    }
}

#[async_trait]
impl UnitFault for OpenAbsence {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&answers) {
            if let (Read::Get(id), ReadAnswer::Get(None)) = (read, answer) {
                self.absent.insert(id.clone());
            }
        }
        Ok(answers)
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        if self.absent.contains(&id) {
            self.deleted.insert(id.clone());
        }
        unit.delete(id, precondition)
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        for id in &self.deleted {
            if get_as_platform(&self.store, id).await?.is_some() {
                let conflict = Conflict::about(ConflictReason::Precondition, id.clone());
                let conflict = StoreErrorKind::Conflict(conflict);
                return Err(StoreError::new(conflict, Verb::Commit));
            }
        }
        unit.commit().await
    }
}

/// In the picked scopes, removes what another tenant has under the key of a save that conflicts,
/// and saves once more.
pub(super) struct Moves(pub(super) fn(&Scope) -> bool);

#[async_trait]
impl Rewrite for Moves {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let error = match unit.commit().await {
            Err(error) if matches!(error.kind(), StoreErrorKind::Conflict(_)) => error,
            result => return result,
        };
        let mut removed = Vec::new();
        for call in &mut calls {
            let Call::Save(record, precondition) = call else {
                continue;
            };
            let id = record.id();
            let stored = get_as_platform(store, &id).await?;
            let other = stored
                .is_some_and(|stored| stored.record.columns().tenant != record.columns().tenant);
            if other && (self.0)(&options.scope) {
                *precondition = Precondition::Any;
                removed.push(Call::Delete(id, Precondition::Any));
            }
        }
        if removed.is_empty() {
            return Err(error);
        }
        commit_as_platform(store, &options, "removal", removed).await?;
        replay(store, options, calls)?.commit().await
    }
}
