//! The two calls behind the port's own buffered unit: a flight of reads, and the commit.

use crate::rows::{RowStore, Tables, tenant_of};
use async_trait::async_trait;
use std::collections::BTreeSet;
use user_engine_ports::{
    Action, ChangeItem, Changes, Clock, Committed, Conflict, ConflictReason, Operation,
    Precondition, Read, ReadAnswer, Receipt, Revision, Scope, StoreError, StoreErrorKind,
    SystemClock, UnitBackend, UnitOptions, Verb,
};
use user_engine_records::{StoreRecord, store_record_for};

#[async_trait]
impl UnitBackend for RowStore {
    async fn read(
        &self,
        options: &UnitOptions,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let verb = Read::verb_of(reads);
        let tables = self.tables(options.deadline, verb)?;
        if let Some(operation) = &options.operation {
            let known = tables.first_receipt(&options.scope, operation);
            if let Some(receipt) = known.map_err(|error| error.during(verb))? {
                return Err(StoreError::new(
                    StoreErrorKind::AlreadyApplied(receipt),
                    verb,
                ));
            }
        }
        let answer = |read: &Read| match read {
            Read::Get(id) => ReadAnswer::Get(tables.get(&options.scope, id)),
            Read::List(query) => ReadAnswer::List(tables.list(&options.scope, query)),
        };
        Ok(reads.iter().map(answer).collect())
    }

    async fn apply(
        &self,
        options: &UnitOptions,
        changes: Changes,
    ) -> Result<Committed, StoreError> {
        self.tables(options.deadline, Verb::Commit)?
            .apply(&options.scope, changes)
    }
}

impl Tables {
    fn first_receipt(
        &self,
        scope: &Scope,
        operation: &Operation,
    ) -> Result<Option<Receipt>, StoreError> {
        let place = (scope.key(), operation.id.clone());
        match self.operations.get(&place) {
            None => Ok(None),
            Some((_, None)) => Err(without_record(ConflictReason::OperationFenced)),
            Some((_, Some((digest, receipt)))) if *digest == operation.request_digest => {
                Ok(Some(receipt.clone()))
            }
            Some(_) => Err(without_record(ConflictReason::OperationReused)),
        }
    }

    /// Everything or nothing: what can be refused is refused before the first change.
    fn apply(&mut self, scope: &Scope, changes: Changes) -> Result<Committed, StoreError> {
        if let Some(receipt) = self.first_receipt(scope, &changes.operation)? {
            let receipt = Some(receipt);
            return Ok(Committed {
                receipt,
                is_repeated: true,
                revisions: Vec::new(),
            });
        }
        for item in &changes.items {
            self.check(scope, item)?;
        }
        let mut audits: BTreeSet<_> = self.audit_records.iter().map(|it| &it.audit_id).collect();
        let mut events: BTreeSet<_> = self.events.iter().map(|it| &it.event_id).collect();
        if !changes
            .audit_records
            .iter()
            .all(|it| audits.insert(&it.audit_id))
            || !changes.events.iter().all(|it| events.insert(&it.event_id))
        {
            return Err(without_record(ConflictReason::DuplicateId));
        }
        let mut revisions = Vec::new();
        for ChangeItem { id, action, .. } in changes.items {
            match action {
                Action::Save(record) => {
                    self.revisions += 1;
                    let revision = Revision::from_stored(self.revisions);
                    self.records
                        .insert(id.clone(), (store_record_for(&record), revision));
                    revisions.push((id, revision));
                }
                Action::Delete if self.get(scope, &id).is_some() => {
                    self.records.remove(&id);
                }
                Action::Delete | Action::Expect => {}
            }
        }
        self.audit_records.extend(changes.audit_records);
        self.events.extend(changes.events);
        let (now, Operation { id, request_digest }) = (SystemClock.now(), changes.operation);
        let receipt = Receipt {
            operation_id: id.clone(),
            applied_at: now,
            body: changes.receipt,
        };
        let row = (now, Some((request_digest, receipt.clone())));
        self.operations.insert((scope.key(), id), row);
        Ok(Committed {
            receipt: Some(receipt),
            is_repeated: false,
            revisions,
        })
    }

    fn check(&self, scope: &Scope, item: &ChangeItem) -> Result<(), StoreError> {
        let stored = self.records.get(&item.id);
        let shown = stored.filter(|(row, _)| scope.sees(tenant_of(row).as_ref()));
        let holds = match item.precondition {
            Precondition::Any => true,
            // A save takes the key itself; for all else a row out of sight is no row.
            Precondition::Absent if matches!(item.action, Action::Save(_)) => stored.is_none(),
            Precondition::Absent => shown.is_none(),
            Precondition::Revision(revision) => shown.is_some_and(|(_, now)| *now == revision),
        };
        let keeps_owner = match (&item.action, stored) {
            (Action::Save(record), Some((row, _))) => same_owner(row, &store_record_for(record)),
            _ => true,
        };
        let reason = match item.precondition {
            _ if holds && keeps_owner => return Ok(()),
            Precondition::Any => ConflictReason::Owner,
            Precondition::Absent | Precondition::Revision(_) => ConflictReason::Precondition,
        };
        let conflict = Conflict::about(reason, item.id.clone());
        Err(StoreError::new(
            StoreErrorKind::Conflict(conflict),
            Verb::Commit,
        ))
    }
}

fn same_owner(was: &StoreRecord, is: &StoreRecord) -> bool {
    was.tenant == is.tenant && (was.user_id.is_none() || was.user_id == is.user_id)
}

fn without_record(reason: ConflictReason) -> StoreError {
    let conflict = Conflict::without_record(reason);
    StoreError::new(StoreErrorKind::Conflict(conflict), Verb::Commit)
}
