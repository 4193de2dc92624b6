//! Stores that count wrongly or tell too much.

use crate::fault::{Fault, FaultyUnits, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use crate::script::{Call, Rewrite, Rewritten};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{AuditRecord, DomainRecord, OutboxEvent, RecordId, RecordKey};
use user_engine_ports::{
    Committed, Deadline, NotReady, Precondition, Read, ReadAnswer, Readiness, ReceiptBody,
    Revision, Scope, StoreError, StoreErrorKind, Tx, Undecodable, UnitOptions, Verb,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "receipt-holds-value",
        wrong: "A receipt holds the display name of a user who was saved.",
        killed_by: "diagnostics.canary.answers",
        fault: fault!(Rewritten(|| TellingReceipt)),
    },
    Mutant {
        name: "error-prints-value",
        wrong: "A conflict shows the display name of the user who was to be saved.",
        killed_by: "diagnostics.canary.errors",
        fault: fault!(Rewritten(|| TellingError)),
    },
    Mutant {
        name: "readiness-prints-value",
        wrong: "Readiness shows the display name of the user who was saved last.",
        killed_by: "diagnostics.canary.readiness",
        fault: fault!(TellingFault::default()),
    },
    Mutant {
        name: "counts-omit-zeros",
        wrong: "What is absent is not counted at all.",
        killed_by: "diagnostics.counts.every-name",
        fault: fault!(Counted(|counts, _| counts.retain(|_, count| *count > 0))),
    },
    Mutant {
        name: "counts-count-every-save",
        wrong: "A replacement counts as one more user.",
        killed_by: "diagnostics.counts.follow",
        fault: fault!(SavesFault::default()),
    },
    Mutant {
        name: "counts-leak-foreign-tenant",
        wrong: "A tenant's counts are those of all tenants.",
        killed_by: "diagnostics.counts.scope",
        fault: fault!(Counted(Counts::clone_from)),
    },
    Mutant {
        name: "conflict-called-unknown",
        wrong: "A commit that conflicts is said to have an unknown effect.",
        killed_by: "diagnostics.error.effect",
        fault: fault!(Rewritten(|| Doubting)),
    },
    Mutant {
        name: "out-of-scope-names-no-kind",
        wrong: "A save out of scope does not say of which record kind.",
        killed_by: "diagnostics.error.record-kind",
        fault: fault!(FaultyUnits(|_, _| SilentUnit)),
    },
    Mutant {
        name: "errors-blame-commit",
        wrong: "Everything that a unit refuses is said to be a refused commit.",
        killed_by: "diagnostics.error.verb",
        fault: fault!(FaultyUnits(|_, _| BlamingUnit)),
    },
    Mutant {
        name: "pages-refused-as-reads",
        wrong: "A refused page is said to be a refused read of records.",
        killed_by: "diagnostics.error.verb-of-reads",
        fault: fault!(FaultyUnits(|_, _| PagelessUnit)),
    },
];

/// A user's display name.
fn secret_of(record: &DomainRecord) -> Option<&str> {
    match record {
        DomainRecord::User(user) => user.display_name.as_ref().map(|it| it.expose().as_str()),
        _ => None,
    }
}

fn secret_in(calls: &[Call]) -> Option<String> {
    let secret = calls.iter().find_map(|call| match call {
        Call::Save(record, _) => secret_of(record),
        _ => None,
    });
    secret.map(str::to_owned)
}

struct TellingReceipt;

#[async_trait]
impl Rewrite for TellingReceipt {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        calls: Vec<Call>,
        mut unit: Unit,
    ) -> Result<Committed, StoreError> {
        if let Some(secret) = secret_in(&calls) {
            unit.set_receipt(ReceiptBody::new(BTreeMap::from([(
                "name".to_owned(),
                secret,
            )]))?)?;
        }
        unit.commit().await
    }
}

struct TellingError;

#[async_trait]
impl Rewrite for TellingError {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        unit.commit()
            .await
            .map_err(|error| match secret_in(&calls) {
                Some(path) if error.conflict().is_some() => {
                    let key = RecordKey::from_stored("");
                    let row = Undecodable {
                        kind: None,
                        key,
                        path,
                        reason: "conflicts",
                    };
                    StoreError::new(StoreErrorKind::Undecodable(row), Verb::Commit)
                }
                _ => error,
            })
    }
}

/// What a store's units and its other calls share.
type Shared<T> = Arc<Mutex<T>>;

#[derive(Default)]
struct TellingFault(Shared<Option<String>>);

struct TellingUnit(Shared<Option<String>>);

#[async_trait]
impl Fault for TellingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), TellingUnit(self.0.clone()))
    }

    async fn readiness(&self, store: &Store, deadline: Deadline) -> Readiness {
        let mut told = store.readiness(deadline).await;
        let secret = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        told.reasons
            .extend(secret.map(|what| NotReady::SchemaDiffers { what }));
        told
    }
}

#[async_trait]
impl UnitFault for TellingUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        if let Some(secret) = secret_of(&record) {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some(secret.to_owned());
        }
        unit.save(record, precondition)
    }
}

type Counts = BTreeMap<&'static str, u64>;

/// Changes a scope's counts, at the sight of the platform's.
struct Counted(fn(&mut Counts, &Counts));

#[async_trait]
impl Fault for Counted {
    async fn record_counts(
        &self,
        store: &Store,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        let all = store.record_counts(&Scope::Platform, deadline).await?;
        let mut counts = store.record_counts(scope, deadline).await?;
        (self.0)(&mut counts, &all);
        Ok(counts)
    }
}

#[derive(Default)]
struct SavesFault(Arc<AtomicU64>);

struct SavesUnit {
    saved: u64,
    all: Arc<AtomicU64>,
}

#[async_trait]
impl Fault for SavesFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let unit = SavesUnit {
            saved: 0,
            all: self.0.clone(),
        };
        faulty(store.begin(options), unit)
    }

    async fn record_counts(
        &self,
        store: &Store,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Counts, StoreError> {
        let mut counts = store.record_counts(scope, deadline).await?;
        counts.insert("user", self.0.load(Ordering::Relaxed));
        Ok(counts)
    }
}

#[async_trait]
impl UnitFault for SavesUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.saved += u64::from(matches!(record, DomainRecord::User(_)));
        unit.save(record, precondition)
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let committed = unit.commit().await?;
        self.all.fetch_add(self.saved, Ordering::Relaxed);
        Ok(committed)
    }
}

struct Doubting;

#[async_trait]
impl Rewrite for Doubting {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        _calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        unit.commit().await.map_err(|error| match error.conflict() {
            Some(_) => error.with_unknown_effect(),
            None => error,
        })
    }
}

struct SilentUnit;

#[async_trait]
impl UnitFault for SilentUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record, precondition)
            .map_err(|error| match error.kind() {
                StoreErrorKind::OutOfScope => {
                    StoreError::new(StoreErrorKind::OutOfScope, Verb::Save)
                }
                _ => error,
            })
    }
}

struct PagelessUnit;

#[async_trait]
impl UnitFault for PagelessUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let answers = unit.read(reads).await;
        answers.map_err(|error| error.during(Verb::Get))
    }
}

struct BlamingUnit;

fn blamed(error: StoreError) -> StoreError {
    error.during(Verb::Commit)
}

#[async_trait]
impl UnitFault for BlamingUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record, precondition).map_err(blamed)
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.delete(id, precondition).map_err(blamed)
    }

    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        unit.expect(id, revision).map_err(blamed)
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        unit.append_audit(record).map_err(blamed)
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        unit.enqueue(event).map_err(blamed)
    }
}
