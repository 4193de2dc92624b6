//! The commit: check everything, then change everything, under one lock.

use crate::state::{OperationRow, OperationState, State};
use user_engine_domain::{RecordId, Timestamp};
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
    ) -> Result<Option<&Receipt>, StoreError> {
        let conflict = |reason| {
            let conflict = Conflict::without_record(reason);
            Err(StoreError::new(
                StoreErrorKind::Conflict(conflict),
                Verb::Commit,
            ))
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
        if let Some(receipt) = self.applied_before(scope, &changes.operation)? {
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
                Action::Delete => self.delete(&item.id),
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

    /// Holds one item against the store: its precondition, then the owner of what is there.
    ///
    /// A row that the scope does not show can't be told from one whose precondition fails.
    fn check(&self, scope: &Scope, item: &ChangeItem) -> Result<(), StoreError> {
        let stored = self.get(&item.id);
        let is_hidden = stored.is_some_and(|s| !scope.sees(s.record.columns().tenant));
        let holds = !is_hidden
            && match item.precondition {
                Precondition::Any => true,
                Precondition::Absent => stored.is_none(),
                Precondition::Revision(revision) => {
                    stored.is_some_and(|stored| stored.revision == revision)
                }
            };
        // Deleting what the scope does not show is deleting what is absent.
        let deletes_nothing =
            item.action == Action::Delete && item.precondition == Precondition::Any && is_hidden;
        if !holds && !deletes_nothing {
            return Err(conflict(ConflictReason::Precondition, &item.id));
        }
        if let (Some(stored), Action::Save(record)) = (stored, &item.action) {
            let (was, is) = (stored.record.columns(), record.columns());
            let keeps_user = was.user_id.is_none() || was.user_id == is.user_id;
            if was.tenant != is.tenant || !keeps_user {
                return Err(conflict(ConflictReason::Owner, &item.id));
            }
        }
        Ok(())
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
