//! Stores that are wrong about denials.

use crate::fault::{Fault, Store};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::AuditRecord;
use user_engine_ports::{Deadline, Scope, StoreError};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "denial-not-recorded",
    wrong: "Recording a denial answers Ok and keeps nothing.",
    killed_by: "denial.rollback.survives",
    fault: fault!(ForgetfulFault),
}];

struct ForgetfulFault;

#[async_trait]
impl Fault for ForgetfulFault {
    async fn record_denial(
        &self,
        _store: &Store,
        _scope: &Scope,
        _denial: AuditRecord,
        _deadline: Deadline,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}
