//! Stores that are wrong about migrations.

use crate::fault::{Fault, Store};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{OperationId, RecordKind};
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{
    Deadline, ListBy, ListQuery, MigrationReport, Migrator, NotReady, Operation, Precondition,
    Read, ReadAnswer, Readiness, RequestDigest, Scope, StoreError, StoreErrorKind, Tx, UnitOptions,
    Verb,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "ahead-passed-over",
        wrong: "Migrating a newer store that does not serve this code answers Ok.",
        killed_by: "migration.ahead.refused",
        fault: fault!(PassingFault(|it| matches!(it, NotReady::Ahead { .. }))),
    },
    Mutant {
        name: "changed-migration-passed-over",
        wrong: "Migrating a store whose applied migration differs answers Ok.",
        killed_by: "migration.changed.refused",
        fault: fault!(PassingFault(|it| matches!(
            it,
            NotReady::ChecksumMismatch { .. }
        ))),
    },
    Mutant {
        name: "migrate-does-nothing",
        wrong: "Migrating reports its steps and runs none.",
        killed_by: "migration.empty.to-latest",
        fault: fault!(IdleFault),
    },
    Mutant {
        name: "newer-reported-as-latest",
        wrong: "A newer store is reported to be at the latest version that this code knows.",
        killed_by: "migration.newer.left-alone",
        fault: fault!(Reported(|report| {
            report.from = report.from.min(LATEST_SCHEMA_VERSION);
            report.to = report.to.min(LATEST_SCHEMA_VERSION);
        })),
    },
    Mutant {
        name: "plan-migrates",
        wrong: "Planning migrates.",
        killed_by: "migration.plan.changes-nothing",
        fault: fault!(HastyFault),
    },
    Mutant {
        name: "plan-misses-last-step",
        wrong: "A plan leaves the last step out.",
        killed_by: "migration.plan.equals-report",
        fault: fault!(ShortFault),
    },
    Mutant {
        name: "second-runner-fails",
        wrong: "A runner that is not the first fails.",
        killed_by: "migration.race.runners",
        fault: fault!(FirstFault::default()),
    },
    Mutant {
        name: "version-reported-before-applied",
        wrong: "The new version is reported while its steps are still to run.",
        killed_by: "migration.race.version-behind-steps",
        fault: fault!(EarlyFault::default()),
    },
    Mutant {
        name: "migrate-wipes-records",
        wrong: "Migrating removes the users that are stored.",
        killed_by: "migration.repeat.keeps-records",
        fault: fault!(WipingFault::default()),
    },
    Mutant {
        name: "steps-reported-again",
        wrong: "A migration with nothing to do reports the steps of the first one.",
        killed_by: "migration.repeat.no-steps",
        fault: fault!(RepeatingFault::default()),
    },
    Mutant {
        name: "steps-misnamed",
        wrong: "A report names its steps by their numbers.",
        killed_by: "migration.report.manifest-order",
        fault: fault!(Reported(|report| for step in &mut report.steps {
            step.name = step.version.to_string();
        })),
    },
    Mutant {
        name: "unreadable-passed-over",
        wrong: "Migrating a store whose versions can't be read answers Ok.",
        killed_by: "migration.unreadable.refused",
        fault: fault!(PassingFault(|it| *it == NotReady::Unreadable)),
    },
];

type Runner = Arc<dyn Migrator>;
type Report = Result<MigrationReport, StoreError>;

/// Takes a refusal for “nothing to do”.
struct PassingFault(fn(&NotReady) -> bool);

#[async_trait]
impl Fault for PassingFault {
    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        let migrated = migrator.migrate(deadline).await;
        let to = LATEST_SCHEMA_VERSION;
        match migrated.as_ref().map_err(StoreError::kind) {
            Err(StoreErrorKind::NotReady(reason)) if (self.0)(reason) => Ok(MigrationReport {
                from: to,
                to,
                steps: Vec::new(),
            }),
            _ => migrated,
        }
    }
}

struct IdleFault;

#[async_trait]
impl Fault for IdleFault {
    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        migrator.plan(deadline).await
    }
}

/// Changes what a migration reports.
struct Reported(fn(&mut MigrationReport));

#[async_trait]
impl Fault for Reported {
    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        let mut report = migrator.migrate(deadline).await?;
        (self.0)(&mut report);
        Ok(report)
    }
}

struct HastyFault;

#[async_trait]
impl Fault for HastyFault {
    async fn plan(&self, migrator: &Runner, deadline: Deadline) -> Report {
        migrator.migrate(deadline).await
    }
}

struct ShortFault;

#[async_trait]
impl Fault for ShortFault {
    async fn plan(&self, migrator: &Runner, deadline: Deadline) -> Report {
        let mut plan = migrator.plan(deadline).await?;
        plan.steps.pop();
        Ok(plan)
    }
}

#[derive(Default)]
struct FirstFault(AtomicBool);

#[async_trait]
impl Fault for FirstFault {
    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        if self.0.swap(true, Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Internal, Verb::Migrate));
        }
        migrator.migrate(deadline).await
    }
}

#[derive(Default)]
struct EarlyFault(AtomicBool);

/// How often others may look before the steps run.
const LOOKS: usize = 8;

#[async_trait]
impl Fault for EarlyFault {
    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        self.0.store(true, Ordering::Relaxed);
        for _ in 0..LOOKS {
            tokio::task::yield_now().await;
        }
        migrator.migrate(deadline).await
    }

    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        let mut told = store.readiness(deadline).await;
        if self.0.load(Ordering::Relaxed) {
            told.reasons.clear();
            told.schema_version = Some(LATEST_SCHEMA_VERSION);
        }
        told
    }
}

/// Keeps a handle of the store, since a migrator has none.
#[derive(Default)]
struct WipingFault(Mutex<Option<Store>>);

#[async_trait]
impl Fault for WipingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert_with(|| store.clone());
        store.begin(options)
    }

    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        let report = migrator.migrate(deadline).await?;
        let kept = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(store) = kept {
            wipe(&store).await?;
        }
        Ok(report)
    }
}

async fn wipe(store: &Store) -> Result<(), StoreError> {
    let Ok(id) = OperationId::new("wipe") else {
        return Ok(());
    };
    let operation = Operation::new(id, RequestDigest::of("wipe"));
    let mut unit = store
        .begin(UnitOptions::write(Scope::Platform, operation))
        .into_unit();
    let users = ListQuery::new(RecordKind::User, ListBy::Kind);
    if let Some(ReadAnswer::List(page)) = unit.read(&[Read::List(users)]).await?.pop() {
        for row in page.rows.into_iter().flatten() {
            unit.delete(row.record.id(), Precondition::Any)?;
        }
    }
    unit.commit().await?;
    Ok(())
}

#[derive(Default)]
struct RepeatingFault(Mutex<Option<MigrationReport>>);

#[async_trait]
impl Fault for RepeatingFault {
    async fn migrate(&self, migrator: &Runner, deadline: Deadline) -> Report {
        let report = migrator.migrate(deadline).await?;
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(first.get_or_insert(report).clone())
    }
}
