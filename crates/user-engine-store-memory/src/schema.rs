//! The applied migrations of a memory store, and its readiness.

use crate::store::InMemoryUserEngineStore;
use async_trait::async_trait;
use user_engine_migrations::{
    AppliedMigration, LATEST_SCHEMA_VERSION, MANIFEST, Migration, SchemaError, assess,
};
use user_engine_ports::{
    Deadline, MigrationReport, MigrationStep, Migrator, NotReady, StoreError, StoreErrorKind, Verb,
};

/// What the versions table of a durable store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The applied migrations; `None` when they can't be read, which is never version zero.
    pub(crate) applied: Option<Vec<AppliedMigration>>,
    /// Whether the store is marked as the conformance harness's own.
    pub(crate) is_disposable: bool,
}

impl Default for Schema {
    fn default() -> Self {
        Self {
            applied: Some(Vec::new()),
            is_disposable: false,
        }
    }
}

impl Schema {
    pub(crate) fn latest() -> Self {
        let applied = MANIFEST.iter().map(AppliedMigration::of).collect();
        Self {
            applied: Some(applied),
            is_disposable: false,
        }
    }

    pub(crate) fn version(&self) -> Option<u32> {
        self.applied.as_ref()?.iter().map(|row| row.version).max()
    }

    /// Why the store can't serve; empty when it can.
    pub(crate) fn reasons(&self) -> Vec<NotReady> {
        let mut reasons = Vec::new();
        match self.pending() {
            Err(reason) => reasons.push(reason),
            Ok((0, _)) => reasons.push(NotReady::NotMigrated),
            Ok((found, [_, ..])) => {
                reasons.push(NotReady::Behind {
                    found,
                    needed: LATEST_SCHEMA_VERSION,
                });
            }
            Ok((_, [])) => {}
        }
        if self.is_disposable {
            reasons.push(NotReady::Disposable);
        }
        reasons
    }

    /// The version found and the steps that are missing.
    fn pending(&self) -> Result<(u32, &'static [Migration]), NotReady> {
        let applied = self.applied.as_ref().ok_or(NotReady::Unreadable)?;
        match assess(applied) {
            Ok(assessment) => Ok((assessment.found, assessment.pending)),
            Err(SchemaError::ChecksumMismatch { version, .. }) => {
                Err(NotReady::ChecksumMismatch { version })
            }
            Err(SchemaError::Ahead { found, known }) => Err(NotReady::Ahead { found, known }),
            Err(SchemaError::Gap { .. }) => Err(NotReady::Unreadable),
        }
    }

    fn plan(&self) -> Result<MigrationReport, StoreError> {
        let not_ready = |reason| StoreError::new(StoreErrorKind::NotReady(reason), Verb::Migrate);
        let (from, pending) = self.pending().map_err(not_ready)?;
        let step = |step: &Migration| MigrationStep {
            version: step.version,
            name: step.name.to_owned(),
        };
        let to = pending.last().map_or(from, |step| step.version);
        Ok(MigrationReport {
            from,
            to,
            steps: pending.iter().map(step).collect(),
        })
    }
}

impl InMemoryUserEngineStore {
    /// Replaces what the store says was applied; `None` makes it unreadable. For tests of what a
    /// store that is behind, ahead, changed or unreadable refuses.
    pub fn replace_applied(&self, applied: Option<Vec<AppliedMigration>>) {
        self.lock().schema.applied = applied;
    }

    /// Marks the store as disposable, or takes the mark away.
    pub fn mark_disposable(&self, is_disposable: bool) {
        self.lock().schema.is_disposable = is_disposable;
    }
}

#[async_trait]
impl Migrator for InMemoryUserEngineStore {
    async fn plan(&self, _deadline: Deadline) -> Result<MigrationReport, StoreError> {
        self.lock().schema.plan()
    }

    async fn migrate(&self, _deadline: Deadline) -> Result<MigrationReport, StoreError> {
        let mut state = self.lock();
        let report = state.schema.plan()?;
        if let Some(applied) = &mut state.schema.applied {
            let known = u32::try_from(applied.len()).unwrap_or(u32::MAX);
            let missing = MANIFEST.iter().filter(|step| step.version > known);
            applied.extend(missing.map(AppliedMigration::of));
        }
        Ok(report)
    }
}
