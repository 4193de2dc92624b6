//! Commits that are decided wrongly.

use crate::fault::{Store, Unit};
use crate::mutants::beside::{commit_beside, stored};
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use user_engine_domain::{DomainRecord, RecordId};
use user_engine_ports::{
    Committed, Conflict, ConflictReason, Precondition, StoreError, StoreErrorKind, UnitOptions,
    Verb, Versioned,
};

fn id_of(call: &Call) -> Option<RecordId> {
    match call {
        Call::Save(record, _) => Some(record.id()),
        Call::Delete(id, _) | Call::Expect(id, _) => Some(id.clone()),
        Call::Audit(_) | Call::Event(_) | Call::Receipt(_) => None,
    }
}

fn refused(reason: ConflictReason, id: RecordId) -> StoreError {
    StoreError::new(
        StoreErrorKind::Conflict(Conflict::about(reason, id)),
        Verb::Commit,
    )
}

/// Names the last record.
pub(super) struct LastNamed;

#[async_trait]
impl Rewrite for LastNamed {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let last = calls.iter().filter_map(id_of).max();
        unit.commit()
            .await
            .map_err(|error| match (error.conflict(), last) {
                (Some(conflict), Some(last)) if conflict.record.is_some() => {
                    refused(conflict.reason, last)
                }
                _ => error,
            })
    }
}

/// What is stored under a call's key.
type Found<'a> = Option<&'a Versioned<DomainRecord>>;
/// The call to make in place of another one.
type Decides = fn(Call, Found<'_>) -> Result<Option<Call>, StoreError>;

/// Looks at what is stored under each call's key and decides again.
pub(super) struct Rereading(pub(super) Decides);

#[async_trait]
impl Rewrite for Rereading {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let mut decided = Vec::with_capacity(calls.len());
        for call in calls {
            let found = match id_of(&call) {
                Some(id) => stored(store, &id).await?,
                None => None,
            };
            decided.extend((self.0)(call, found.as_ref())?);
        }
        replay(store, options, decided)?.commit().await
    }
}

#[expect(clippy::unnecessary_wraps, reason = "others refuse")]
pub(super) fn forget_expected_of_absent(
    call: Call,
    found: Found<'_>,
) -> Result<Option<Call>, StoreError> {
    let is_forgotten = matches!(call, Call::Expect(..)) && found.is_none();
    Ok(Some(call).filter(|_| !is_forgotten))
}

#[expect(clippy::unnecessary_wraps, reason = "others refuse")]
pub(super) fn recreate(call: Call, found: Found<'_>) -> Result<Option<Call>, StoreError> {
    Ok(Some(match call {
        Call::Save(record, Precondition::Revision(_)) if found.is_none() => {
            Call::Save(record, Precondition::Any)
        }
        call => call,
    }))
}

pub(super) fn refuse_creation(call: Call, found: Found<'_>) -> Result<Option<Call>, StoreError> {
    match (&call, found) {
        (Call::Save(record, Precondition::Any), None) => {
            Err(refused(ConflictReason::Precondition, record.id()))
        }
        _ => Ok(Some(call)),
    }
}

pub(super) fn refuse_first_user(call: Call, found: Found<'_>) -> Result<Option<Call>, StoreError> {
    match (&call, found) {
        (Call::Save(record, _), Some(found))
            if found.record.columns().user_id != record.columns().user_id =>
        {
            Err(refused(ConflictReason::Owner, record.id()))
        }
        _ => Ok(Some(call)),
    }
}

/// Saves what is only expected.
pub(super) struct Renewed;

#[async_trait]
impl Rewrite for Renewed {
    async fn commit(
        &mut self,
        store: &Store,
        _options: UnitOptions,
        calls: Vec<Call>,
        mut unit: Unit,
    ) -> Result<Committed, StoreError> {
        for call in calls {
            if let Call::Expect(id, revision) = call
                && let Some(found) = stored(store, &id).await?
            {
                unit.save(found.record, Precondition::Revision(revision))?;
            }
        }
        unit.commit().await
    }
}

/// Removes the record that a save conflicts with, and saves again.
pub(super) struct Moving(pub(super) fn(&Conflict, &RecordId) -> bool);

#[async_trait]
impl Rewrite for Moving {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let error = match unit.commit().await {
            Ok(committed) => return Ok(committed),
            Err(error) => error,
        };
        let Some(conflict) = error.conflict() else {
            return Err(error);
        };
        let Some(id) = conflict.record.clone().filter(|id| (self.0)(conflict, id)) else {
            return Err(error);
        };
        let delete = vec![Call::Delete(id, Precondition::Any)];
        commit_beside(store, &options, "moved", delete).await?;
        let calls = calls.into_iter().map(|call| match call {
            Call::Save(record, _) => Call::Save(record, Precondition::Any),
            call => call,
        });
        replay(store, options, calls.collect())?.commit().await
    }
}
