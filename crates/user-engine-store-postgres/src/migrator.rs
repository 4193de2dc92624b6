//! Bringing the schema up to date, over a session of its own.

use crate::answer::VersionRow;
use crate::call::Call;
use crate::error::{code, store_error};
use crate::options::within;
use crate::readiness::{Recorded, applied, inspect, inspected, not_assessed};
use crate::session::{Mode, Session, SessionError};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use user_engine_migrations::{Assessment, Migration, assess};
use user_engine_ports::{
    Deadline, MigrationReport, MigrationStep, Migrator, NotReady, StoreError, StoreErrorKind, Verb,
};

/// How often a plan is made again because another runner was faster: once for each step that it
/// can have taken, and some.
const PLANS_MAX: usize = 16;

/// Runs the migrations under an advisory lock, each step in a transaction of its own with the
/// version that it brings.
#[derive(Clone)]
pub struct PostgresMigrator {
    session: Arc<dyn Session>,
    lock_wait_max: Duration,
    disposable_mark: Option<Box<str>>,
}

impl fmt::Debug for PostgresMigrator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresMigrator").finish_non_exhaustive()
    }
}

impl PostgresMigrator {
    /// A migrator over a session of the migrating role.
    pub fn new(session: Arc<dyn Session>) -> Self {
        Self {
            session,
            lock_wait_max: Duration::from_secs(20),
            disposable_mark: None,
        }
    }

    /// The same migrator with another longest wait for the lock of another runner.
    #[must_use]
    pub const fn lock_wait_max(mut self, wait: Duration) -> Self {
        self.lock_wait_max = wait;
        self
    }

    /// The same migrator for the conformance harness: a store that it creates carries the mark from
    /// the transaction of its first version on, so it is never seen without. A store that already
    /// has a version keeps what it has. A marked store is served only by
    /// [`PostgresOptions::disposable`](crate::PostgresOptions::disposable).
    #[must_use]
    pub fn disposable_mark(mut self, mark: impl Into<Box<str>>) -> Self {
        self.disposable_mark = Some(mark.into());
        self
    }

    /// The steps that [`Migrator::migrate`] would take, with their SQL, to be shown to people.
    ///
    /// # Errors
    ///
    /// As [`Migrator::plan`].
    pub async fn planned_sql(
        &self,
        deadline: Deadline,
    ) -> Result<Vec<(MigrationStep, &'static str)>, StoreError> {
        let assessment = self.assessment(deadline).await?;
        Ok(assessment
            .pending
            .iter()
            .map(|step| (named(step), step.sql))
            .collect())
    }

    async fn assessment(&self, deadline: Deadline) -> Result<Assessment, StoreError> {
        let refuse = |kind| Err(StoreError::new(kind, Verb::Migrate));
        if deadline.has_passed() {
            return refuse(StoreErrorKind::DeadlineExceeded);
        }
        let flown = inspect(&*self.session, deadline).await;
        let answers = flown.map_err(|error| store_error(&error, Verb::Migrate, false))?;
        let rows = match inspected(answers).0 {
            Recorded::Nothing => Vec::new(),
            Recorded::Versions(rows) => rows,
            Recorded::Unreadable => {
                return refuse(StoreErrorKind::NotReady(NotReady::Unreadable));
            }
        };
        let Some(applied) = applied(&rows) else {
            return refuse(StoreErrorKind::NotReady(NotReady::Unreadable));
        };
        assess(&applied).or_else(|error| refuse(StoreErrorKind::NotReady(not_assessed(&error))))
    }

    /// Takes one step, if the store is still where the plan began; says whether it was.
    async fn step(
        &self,
        step: &Migration,
        from: u32,
        deadline: Deadline,
    ) -> Result<bool, StoreError> {
        let calls = vec![
            Call::LockMigration {
                lock_wait_ms: within(self.lock_wait_max, deadline),
            },
            Call::CheckVersion {
                version: number(from),
            },
            Call::RunMigration {
                version: number(step.version),
                sql: step.sql,
            },
            Call::SaveVersion(VersionRow {
                version: number(step.version),
                name: step.name.to_owned(),
                checksum: step.checksum(),
                chained_checksum: step.chained_checksum(),
                compatible_from: number(step.compatible_from),
                disposable_mark: self.disposable_mark.as_deref().map(ToOwned::to_owned),
            }),
        ];
        match self.session.flight(Mode::Migrate, calls, deadline).await {
            Ok(_) => Ok(true),
            Err(SessionError::Refused { sqlstate, .. })
                if sqlstate.as_str() == code::STALE_PLAN =>
            {
                Ok(false)
            }
            Err(error) => Err(store_error(&error, Verb::Migrate, true)),
        }
    }
}

#[async_trait]
impl Migrator for PostgresMigrator {
    async fn plan(&self, deadline: Deadline) -> Result<MigrationReport, StoreError> {
        let Assessment { found, pending } = self.assessment(deadline).await?;
        let to = pending.last().map_or(found, |step| step.version);
        Ok(MigrationReport {
            from: found,
            to,
            steps: pending.iter().map(named).collect(),
        })
    }

    async fn migrate(&self, deadline: Deadline) -> Result<MigrationReport, StoreError> {
        let mut report: Option<MigrationReport> = None;
        for _ in 0..PLANS_MAX {
            let Assessment { found, pending } = self.assessment(deadline).await?;
            let Some(step) = pending.first() else {
                let nothing = MigrationReport {
                    from: found,
                    to: found,
                    steps: Vec::new(),
                };
                return Ok(report.unwrap_or(nothing));
            };
            if self.step(step, found, deadline).await? {
                let begun = MigrationReport {
                    from: found,
                    to: found,
                    steps: Vec::new(),
                };
                let report = report.get_or_insert(begun);
                report.to = step.version;
                report.steps.push(named(step));
            }
        }
        Err(StoreError::new(StoreErrorKind::Contention, Verb::Migrate))
    }
}

fn named(step: &Migration) -> MigrationStep {
    MigrationStep {
        version: step.version,
        name: step.name.to_owned(),
    }
}

/// A version as its column holds it.
fn number(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}
