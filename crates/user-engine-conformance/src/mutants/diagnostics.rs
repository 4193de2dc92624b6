//! Stores that count wrongly or tell too much.

use crate::fault::{Fault, Store};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use std::collections::BTreeMap;
use user_engine_ports::{Deadline, Scope, StoreError};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "counts-omit-zeros",
    wrong: "What is absent is not counted at all.",
    killed_by: "diagnostics.counts.every-name",
    fault: fault!(OmittingFault),
}];

struct OmittingFault;

#[async_trait]
impl Fault for OmittingFault {
    async fn record_counts(
        &self,
        store: &Store,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let mut counts = store.record_counts(scope, deadline).await?;
        counts.retain(|_, count| *count > 0);
        Ok(counts)
    }
}
