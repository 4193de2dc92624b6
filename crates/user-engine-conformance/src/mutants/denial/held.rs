//! Denials that are tied to the units beside them.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use futures_util::FutureExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use user_engine_domain::AuditRecord;
use user_engine_ports::{
    Committed, Deadline, Scope, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

/// How a unit ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Committed,
    Refused,
    RolledBack,
    Dropped,
}

#[derive(Default)]
struct Held {
    open: usize,
    waiting: Vec<(Scope, AuditRecord)>,
}

/// Holds denials back while a unit that writes is open.
pub(super) struct HoldingFault {
    held: Arc<Mutex<Held>>,
    lost_at: Option<End>,
    is_starving: bool,
}

impl HoldingFault {
    /// Loses them at one end of the unit and records them at every other.
    pub(super) fn lost_at(end: Option<End>) -> Self {
        Self {
            held: Arc::default(),
            lost_at: end,
            is_starving: false,
        }
    }

    /// Refuses them.
    pub(super) fn starving() -> Self {
        Self {
            held: Arc::default(),
            lost_at: None,
            is_starving: true,
        }
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Fault for HoldingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        if options.operation.is_none() {
            return store.begin(options);
        }
        lock(&self.held).open += 1;
        let unit = HoldingUnit {
            store: store.clone(),
            held: self.held.clone(),
            lost_at: self.lost_at,
            end: End::Dropped,
        };
        faulty(store.begin(options), unit)
    }

    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        {
            let mut held = lock(&self.held);
            if held.open > 0 && self.is_starving {
                let starved = StoreErrorKind::DeadlineExceeded;
                return Err(StoreError::new(starved, Verb::RecordDenial));
            }
            if held.open > 0 {
                held.waiting.push((scope.clone(), denial));
                return Ok(());
            }
        }
        store.record_denial(scope, denial, deadline).await
    }
}

struct HoldingUnit {
    store: Store,
    held: Arc<Mutex<Held>>,
    lost_at: Option<End>,
    end: End,
}

impl Drop for HoldingUnit {
    fn drop(&mut self) {
        let waiting = {
            let mut held = lock(&self.held);
            held.open -= 1;
            std::mem::take(&mut held.waiting)
        };
        if self.lost_at == Some(self.end) {
            return;
        }
        for (scope, denial) in waiting {
            let recorded = self
                .store
                .record_denial(&scope, denial, Deadline::default());
            let _ = recorded.now_or_never();
        }
    }
}

#[async_trait]
impl UnitFault for HoldingUnit {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let committed = unit.commit().await;
        self.end = if committed.is_ok() {
            End::Committed
        } else {
            End::Refused
        };
        committed
    }

    async fn rollback(&mut self, unit: Unit) {
        self.end = End::RolledBack;
        unit.rollback().await;
    }
}
