//! Stores that are wrong about migrations.

use crate::fault::Fault;
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use std::sync::Arc;
use user_engine_ports::{Deadline, MigrationReport, Migrator, StoreError};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "migrate-does-nothing",
    wrong: "Migrating reports its steps and runs none.",
    killed_by: "migration.empty.to-latest",
    fault: fault!(IdleFault),
}];

struct IdleFault;

#[async_trait]
impl Fault for IdleFault {
    async fn migrate(
        &self,
        migrator: &Arc<dyn Migrator>,
        deadline: Deadline,
    ) -> Result<MigrationReport, StoreError> {
        migrator.plan(deadline).await
    }
}
