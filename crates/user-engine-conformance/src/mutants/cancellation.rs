//! Stores that do something when they are dropped.

use crate::fault::{Fault, Store, Unit, faulty};
use crate::mutant::{Mutant, fault};
use crate::script::{Call, Rewrite, Scripted, replay};
use async_trait::async_trait;
use futures_util::FutureExt;
use user_engine_ports::{Committed, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "commit-applied-on-drop",
    wrong: "A unit that is dropped is applied all the same.",
    killed_by: "cancellation.commit.unpolled",
    fault: fault!(DropFault),
}];

struct DropFault;

impl Fault for DropFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, Dropped);
        faulty(store.begin(options), script)
    }
}

struct Dropped;

#[async_trait]
impl Rewrite for Dropped {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        _calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        unit.commit().await
    }

    fn dropped(&mut self, store: &Store, options: UnitOptions, calls: Vec<Call>) {
        if let Ok(tx) = replay(store, options, calls) {
            let _ = tx.commit().now_or_never();
        }
    }
}
