//! Stores that are wrong about operations.

use crate::fault::{Fault, Store, Unit, faulty};
use crate::mutant::{Mutant, fault};
use crate::script::{Call, Rewrite, Scripted, replay};
use async_trait::async_trait;
use user_engine_domain::OperationId;
use user_engine_ports::{Committed, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "repeat-writes-again",
    wrong: "A repeated operation writes once more and then answers the first receipt.",
    killed_by: "operation.repeat.first-receipt",
    fault: fault!(AgainFault),
}];

struct AgainFault;

impl Fault for AgainFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, Again);
        faulty(store.begin(options), script)
    }
}

struct Again;

#[async_trait]
impl Rewrite for Again {
    async fn commit(
        &mut self,
        store: &Store,
        mut options: UnitOptions,
        mut calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        if committed.is_repeated
            && let Some(operation) = &mut options.operation
        {
            let id = format!("{}-again", operation.id.as_str());
            operation.id = OperationId::new(id).unwrap_or_else(|_| operation.id.clone());
            calls.retain(|call| matches!(call, Call::Save(..) | Call::Delete(..)));
            replay(store, options, calls)?.commit().await?;
        }
        Ok(committed)
    }
}
