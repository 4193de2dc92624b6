//! The commit: check everything, then change everything, under one lock.

use crate::state::{OperationRow, OperationState, State};
use user_engine_domain::{DomainRecord, RecordId, Timestamp};
use user_engine_ports::{
    Action, ChangeItem, Changes, Committed, Conflict, ConflictReason, Operation, Precondition,
    Receipt, Scope, StoreError, StoreErrorKind, Verb,
};

impl State {
    /// The first receipt, when the operation was applied before.
    ///
    /// # Errors
    ///
    /// `Conflict` when the id carries another request, or was fenced by asking for its outcome.
    pub(crate) fn applied_before(
        &self,
        scope: &Scope,
        operation: &Operation,
        verb: Verb,
    ) -> Result<Option<&Receipt>, StoreError> {
        let conflict = |reason| {
            let conflict = Conflict::without_record(reason);
            Err(StoreError::new(StoreErrorKind::Conflict(conflict), verb))
        };
        match self
            .operations
            .get(&(scope.key(), operation.id.clone()))
            .map(|row| &row.state)
        {
            None => Ok(None),
            Some(OperationState::Fenced) => conflict(ConflictReason::OperationFenced),
            Some(OperationState::Applied { digest, receipt }) => {
                if *digest == operation.request_digest {
                    Ok(Some(receipt))
                } else {
                    conflict(ConflictReason::OperationReused)
                }
            }
        }
    }

    /// Applies everything or nothing.
    pub(crate) fn apply(
        &mut self,
        scope: &Scope,
        changes: Changes,
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        if let Some(receipt) = self.applied_before(scope, &changes.operation, Verb::Commit)? {
            let receipt = Some(receipt.clone());
            return Ok(Committed {
                receipt,
                is_repeated: true,
                revisions: Vec::new(),
            });
        }
        for item in &changes.items {
            self.check(scope, item)?;
        }
        self.check_log_ids(&changes)?;

        let mut revisions = Vec::new();
        for item in changes.items {
            match item.action {
                Action::Save(record) => {
                    let revision = self.save(item.id.clone(), record);
                    revisions.push((item.id, revision));
                }
                Action::Delete => self.delete_shown(scope, &item.id),
                Action::Expect => {}
            }
        }
        self.append(changes.audit_records, changes.events);
        let Operation {
            id,
            request_digest: digest,
        } = changes.operation;
        let receipt = Receipt {
            operation_id: id.clone(),
            applied_at: now,
            body: changes.receipt,
        };
        let state = OperationState::Applied {
            digest,
            receipt: receipt.clone(),
        };
        self.operations
            .insert((scope.key(), id), OperationRow { at: now, state });
        Ok(Committed {
            receipt: Some(receipt),
            is_repeated: false,
            revisions,
        })
    }

    /// Holds one item against the store: its precondition, and the owner of what is there.
    ///
    /// A row that the scope does not show answers a precondition as an absent one would answer a
    /// revision, and is never deleted, read or moved. Which reason a conflict gives follows from
    /// the precondition alone, so that it tells nothing of a hidden row.
    fn check(&self, scope: &Scope, item: &ChangeItem) -> Result<(), StoreError> {
        let stored = self.get(&item.id);
        let shown = stored.filter(|stored| scope.sees(stored.record.columns().tenant));
        let precondition_holds = match item.precondition {
            Precondition::Any => true,
            // A save takes the key itself; for all else a row out of sight is no row.
            Precondition::Absent if matches!(item.action, Action::Save(_)) => stored.is_none(),
            Precondition::Absent => shown.is_none(),
            Precondition::Revision(revision) => {
                shown.is_some_and(|shown| shown.revision == revision)
            }
        };
        let owner_stays = match (&item.action, stored) {
            (Action::Save(record), Some(stored)) => keeps_owner(&stored.record, record),
            _ => true,
        };
        match item.precondition {
            _ if precondition_holds && owner_stays => Ok(()),
            Precondition::Any => Err(conflict(ConflictReason::Owner, &item.id)),
            _ => Err(conflict(ConflictReason::Precondition, &item.id)),
        }
    }

    fn check_log_ids(&self, changes: &Changes) -> Result<(), StoreError> {
        let (audit_ids, event_ids) = (&self.audit_ids, &self.event_ids);
        let audits = changes.audit_records.iter().map(|record| &record.audit_id);
        let events = changes.events.iter().map(|event| &event.event_id);
        if is_fresh(audit_ids, audits) && is_fresh(event_ids, events) {
            return Ok(());
        }
        let duplicate = Conflict::without_record(ConflictReason::DuplicateId);
        Err(StoreError::new(
            StoreErrorKind::Conflict(duplicate),
            Verb::Commit,
        ))
    }
}

/// Whether a save leaves a record with its tenant and its user; one without user may get one.
fn keeps_owner(stored: &DomainRecord, saved: &DomainRecord) -> bool {
    let (was, is) = (stored.columns(), saved.columns());
    was.tenant == is.tenant && (was.user_id.is_none() || was.user_id == is.user_id)
}

/// Whether ids are neither taken nor given twice.
fn is_fresh<'a, T: Ord + 'a>(
    taken: &std::collections::BTreeSet<T>,
    ids: impl Iterator<Item = &'a T>,
) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    let mut ids = ids;
    ids.all(|id| !taken.contains(id) && seen.insert(id))
}

fn conflict(reason: ConflictReason, id: &RecordId) -> StoreError {
    let conflict = Conflict::about(reason, id.clone());
    StoreError::new(StoreErrorKind::Conflict(conflict), Verb::Commit)
}
