//! Wrong answers to “did it apply?”, and wrong memories of it.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{AuditRecord, OperationId, Timestamp};
use user_engine_ports::{
    Committed, Deadline, OperationOutcome, Receipt, ReceiptBody, Scope, StoreError, StoreErrorKind,
    Tx, UnitOptions,
};

pub(super) struct FencingDenial;

#[async_trait]
impl Fault for FencingDenial {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        store.outcome(scope, &denial.operation_id, deadline).await?;
        store.record_denial(scope, denial, deadline).await
    }
}

/// Gives every lost connection the same effect.
pub(super) struct Effects {
    pub(super) is_unknown: bool,
}

#[async_trait]
impl UnitFault for Effects {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        unit.commit().await.map_err(|error| match error.kind() {
            StoreErrorKind::Unavailable if self.is_unknown => error.with_unknown_effect(),
            StoreErrorKind::Unavailable => StoreError::new(error.kind().clone(), error.verb()),
            _ => error,
        })
    }
}

/// Answers an outcome by a function of the true one.
macro_rules! outcome_fault {
    ($name:ident, $answer:expr) => {
        pub(super) struct $name;

        #[async_trait]
        impl Fault for $name {
            async fn outcome(
                &self,
                store: &Store,
                scope: &Scope,
                operation: &OperationId,
                deadline: Deadline,
            ) -> Result<OperationOutcome, StoreError> {
                let found = store.outcome(scope, operation, deadline).await?;
                let answer: fn(OperationOutcome, &OperationId) -> OperationOutcome = $answer;
                Ok(answer(found, operation))
            }
        }
    };
}

outcome_fault!(Impatient, |found, _| match found {
    OperationOutcome::StillRunning => OperationOutcome::NotApplied,
    found => found,
});
outcome_fault!(BlankOutcome, |found, _| match found {
    OperationOutcome::Applied(receipt) => {
        OperationOutcome::Applied(Receipt {
            body: ReceiptBody::default(),
            ..receipt
        })
    }
    found => found,
});
outcome_fault!(NeverApplied, |_, _| OperationOutcome::NotApplied);
outcome_fault!(AllApplied, |found, operation| match found {
    OperationOutcome::NotApplied => OperationOutcome::Applied(Receipt {
        operation_id: operation.clone(),
        applied_at: Timestamp::MIN,
        body: ReceiptBody::default(),
    }),
    found => found,
});

type Applied = Arc<Mutex<BTreeMap<(String, OperationId), Receipt>>>;

/// Answers from what it saw applied, and leaves the store alone.
#[derive(Default)]
pub(super) struct ReadOnlyOutcome(Applied);

#[async_trait]
impl Fault for ReadOnlyOutcome {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), Watching(self.0.clone()))
    }

    async fn outcome(
        &self,
        _store: &Store,
        scope: &Scope,
        operation: &OperationId,
        _deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        let applied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = applied.get(&(scope.key(), operation.clone())).cloned();
        Ok(found.map_or(OperationOutcome::NotApplied, OperationOutcome::Applied))
    }
}

struct Watching(Applied);

#[async_trait]
impl UnitFault for Watching {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let scope = unit.options().scope.key();
        let committed = unit.commit().await?;
        if let Some(receipt) = &committed.receipt {
            let place = (scope, receipt.operation_id.clone());
            let mut applied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            applied.insert(place, receipt.clone());
        }
        Ok(committed)
    }
}

pub(super) struct PurgeAll;

#[async_trait]
impl Fault for PurgeAll {
    async fn purge_operations(
        &self,
        store: &Store,
        _applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        store.purge_operations(Timestamp::MAX, deadline).await
    }
}

pub(super) struct PurgeUnbounded;

#[async_trait]
impl Fault for PurgeUnbounded {
    async fn purge_operations(
        &self,
        store: &Store,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            match store.purge_operations(applied_before, deadline).await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }
}
