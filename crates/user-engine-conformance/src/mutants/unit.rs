//! Stores that are wrong about units of work.

use crate::fault::{Fault, Store, Unit, faulty};
use crate::mutant::{Mutant, fault};
use crate::script::{Call, Rewrite, Scripted, replay};
use async_trait::async_trait;
use user_engine_ports::{Committed, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "rollback-keeps-outbox",
    wrong: "A rollback still writes what the unit enqueued.",
    killed_by: "unit.rollback.leaves-nothing",
    fault: fault!(KeepingFault),
}];

struct KeepingFault;

impl Fault for KeepingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, Keeping);
        faulty(store.begin(options), script)
    }
}

struct Keeping;

#[async_trait]
impl Rewrite for Keeping {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        _calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        unit.commit().await
    }

    async fn rollback(&mut self, store: &Store, options: UnitOptions, calls: Vec<Call>) {
        // The port ties an event to a record, so that the record stays too.
        if calls.iter().any(|call| matches!(call, Call::Event(_)))
            && let Ok(tx) = replay(store, options, calls)
        {
            let _ = tx.commit().await;
        }
    }
}
