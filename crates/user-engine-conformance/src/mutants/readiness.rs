//! Stores that are wrong about their readiness.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};
use user_engine_domain::AuditRecord;
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{
    Committed, Deadline, NotReady, Readiness, Scope, StoreError, StoreErrorKind, Tx, UnitOptions,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "late-readiness-poisons",
        wrong: "After one late question the store calls itself unreachable for ever.",
        killed_by: "readiness.ask.late",
        fault: fault!(WearingFault::counting(0, Deadline::has_passed)),
    },
    Mutant {
        name: "readiness-wears-off",
        wrong: "After a few questions the store calls itself unreachable.",
        killed_by: "readiness.ask.repeated",
        fault: fault!(WearingFault::counting(4, |_| true)),
    },
    Mutant {
        name: "changed-migration-overlooked",
        wrong: "A store whose applied migration differs is called ready.",
        killed_by: "readiness.changed.said",
        fault: fault!(Told(|told| told
            .reasons
            .retain(|it| !matches!(it, NotReady::ChecksumMismatch { .. })))),
    },
    Mutant {
        name: "disposable-mark-overlooked",
        wrong: "A store that is marked as disposable is called ready.",
        killed_by: "readiness.disposable.said",
        fault: fault!(Told(|told| told
            .reasons
            .retain(|it| *it != NotReady::Disposable))),
    },
    Mutant {
        name: "empty-reported-as-version",
        wrong: "An empty store reports the version that this code needs.",
        killed_by: "readiness.empty.not-migrated",
        fault: fault!(Told(|told| {
            told.schema_version.get_or_insert(LATEST_SCHEMA_VERSION);
        })),
    },
    Mutant {
        name: "readiness-always-ready",
        wrong: "Readiness gives no reason whatever the store holds.",
        killed_by: "readiness.empty.not-migrated",
        fault: fault!(Told(|told| told.reasons.clear())),
    },
    Mutant {
        name: "readiness-hides-version",
        wrong: "Readiness reports no version.",
        killed_by: "readiness.fresh.ready",
        fault: fault!(Told(|told| told.schema_version = None)),
    },
    Mutant {
        name: "compatible-newer-refused",
        wrong: "A newer store is called incompatible whatever it promises.",
        killed_by: "readiness.newer.compatible",
        fault: fault!(Told(|told| {
            let known = LATEST_SCHEMA_VERSION;
            if let Some(found) = told.schema_version.filter(|found| *found > known) {
                told.reasons.push(NotReady::Ahead { found, known });
            }
        })),
    },
    Mutant {
        name: "newer-version-overlooked",
        wrong: "A newer store is called ready whatever it promises.",
        killed_by: "readiness.newer.incompatible",
        fault: fault!(Told(|told| told
            .reasons
            .retain(|it| !matches!(it, NotReady::Ahead { .. })))),
    },
    Mutant {
        name: "readiness-asks-twice",
        wrong: "Readiness is asked for in two round trips.",
        killed_by: "readiness.trips.one",
        fault: fault!(TwiceFault),
    },
    Mutant {
        name: "unreadable-taken-for-empty",
        wrong: "A store whose versions can't be read is called empty.",
        killed_by: "readiness.unreadable.not-empty",
        fault: fault!(Told(|told| for reason in &mut told.reasons {
            if *reason == NotReady::Unreadable {
                *reason = NotReady::NotMigrated;
            }
        })),
    },
    Mutant {
        name: "unready-store-answers-ok",
        wrong: "A write to a store that is not ready is answered as if it had been applied.",
        killed_by: "readiness.changed.takes-no-write",
        fault: fault!(AnsweringFault),
    },
];

/// Changes what readiness tells.
struct Told(fn(&mut Readiness));

#[async_trait]
impl Fault for Told {
    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        let mut told = store.readiness(deadline).await;
        (self.0)(&mut told);
        told
    }
}

struct TwiceFault;

#[async_trait]
impl Fault for TwiceFault {
    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        store.readiness(deadline).await;
        store.readiness(deadline).await
    }
}

/// Has so many answers to questions that count, and then none.
struct WearingFault {
    asked: AtomicUsize,
    answers: usize,
    counts: fn(Deadline) -> bool,
}

impl WearingFault {
    fn counting(answers: usize, counts: fn(Deadline) -> bool) -> Self {
        Self {
            asked: AtomicUsize::new(0),
            answers,
            counts,
        }
    }
}

#[async_trait]
impl Fault for WearingFault {
    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        let counts = usize::from((self.counts)(deadline));
        let asked = self.asked.fetch_add(counts, Ordering::Relaxed) + counts;
        let mut told = store.readiness(deadline).await;
        if asked > self.answers {
            told.reasons.push(NotReady::Unreachable);
        }
        told
    }
}

struct AnsweringFault;

fn is_unready(error: &StoreError) -> bool {
    matches!(error.kind(), StoreErrorKind::NotReady(_))
}

#[async_trait]
impl Fault for AnsweringFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), AnsweringUnit)
    }

    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        match store.record_denial(scope, denial, deadline).await {
            Err(error) if is_unready(&error) => Ok(()),
            recorded => recorded,
        }
    }
}

struct AnsweringUnit;

#[async_trait]
impl UnitFault for AnsweringUnit {
    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        match unit.commit().await {
            Err(error) if is_unready(&error) => Ok(Committed {
                receipt: None,
                is_repeated: false,
                revisions: Vec::new(),
            }),
            committed => committed,
        }
    }
}
