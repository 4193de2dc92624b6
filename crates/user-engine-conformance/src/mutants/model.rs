//! Stores that only a longer sequence of calls shows to be wrong.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use crate::script::{Call, Rewrite, Scripted, replay};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{DomainRecord, RecordId, RecordKind, UserId};
use user_engine_ports::{
    Committed, Conflict, ConflictReason, Precondition, Read, ReadAnswer, Revision, StoreError,
    StoreErrorKind, Tx, UnitOptions, Verb,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "deleted-identity-keeps-owner",
        wrong: "An identity that was unlinked can't be linked to another user.",
        killed_by: "model.sequence.records",
        fault: fault!(KeptOwners::default()),
    },
    Mutant {
        name: "recreated-record-keeps-revision",
        wrong: "A record that is deleted and created again has the revision it had before.",
        killed_by: "model.sequence.records",
        fault: fault!(KeptRevisions::default()),
    },
    Mutant {
        name: "second-commit-loses-audit",
        wrong: "Every second commit loses its audit records.",
        killed_by: "model.sequence.operations",
        fault: fault!(SecondLoses::default()),
    },
];

/// Counts the commits that have audit records beside other content.
#[derive(Default)]
struct SecondLoses(Arc<AtomicUsize>);

impl Fault for SecondLoses {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, Loses(self.0.clone()));
        faulty(store.begin(options), script)
    }
}

struct Loses(Arc<AtomicUsize>);

#[async_trait]
impl Rewrite for Loses {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let audits = calls
            .iter()
            .filter(|call| matches!(call, Call::Audit(_)))
            .count();
        if audits > 0 && audits < calls.len() && self.0.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
            calls.retain(|call| !matches!(call, Call::Audit(_)));
            return replay(store, options, calls)?.commit().await;
        }
        unit.commit().await
    }
}

type Owners = Arc<Mutex<BTreeMap<RecordId, UserId>>>;

/// Remembers whom each identity first belonged to.
#[derive(Default)]
struct KeptOwners(Owners);

impl Fault for KeptOwners {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, KeepsOwner(self.0.clone()));
        faulty(store.begin(options), script)
    }
}

struct KeepsOwner(Owners);

#[async_trait]
impl Rewrite for KeepsOwner {
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        let links: Vec<(RecordId, UserId)> = calls
            .into_iter()
            .filter_map(|call| match call {
                Call::Save(DomainRecord::ExternalIdentity(identity), _) => {
                    let owner = identity.user_id.clone();
                    Some((DomainRecord::from(identity).id(), owner))
                }
                _ => None,
            })
            .collect();
        for (id, owner) in &links {
            let owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if owners.get(id).is_some_and(|first| first != owner) {
                let conflict = Conflict::about(ConflictReason::Owner, id.clone());
                return Err(StoreError::new(
                    StoreErrorKind::Conflict(conflict),
                    Verb::Commit,
                ));
            }
        }
        let committed = unit.commit().await?;
        if !committed.is_repeated {
            let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, owner) in links {
                owners.entry(id).or_insert(owner);
            }
        }
        Ok(committed)
    }
}

/// The first revision of each user, and the users that were deleted since.
#[derive(Default)]
struct Kept {
    first: BTreeMap<RecordId, Revision>,
    deleted: BTreeSet<RecordId>,
}

impl Kept {
    /// What is told of a user's revision.
    fn told(&mut self, id: &RecordId, revision: Revision) -> Revision {
        if id.kind != RecordKind::User || revision == Revision::UNCOMMITTED {
            return revision;
        }
        let first = *self.first.entry(id.clone()).or_insert(revision);
        if self.deleted.contains(id) {
            first
        } else {
            revision
        }
    }
}

#[derive(Default)]
struct KeptRevisions(Arc<Mutex<Kept>>);

impl Fault for KeptRevisions {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let unit = KeepsRevision {
            kept: self.0.clone(),
            deletes: Vec::new(),
        };
        faulty(store.begin(options), unit)
    }
}

struct KeepsRevision {
    kept: Arc<Mutex<Kept>>,
    deletes: Vec<RecordId>,
}

#[async_trait]
impl UnitFault for KeepsRevision {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for answer in &mut answers {
            if let ReadAnswer::Get(Some(Ok(found))) = answer {
                found.revision = kept.told(&found.record.id(), found.revision);
            }
        }
        Ok(answers)
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.delete(id.clone(), precondition)?;
        self.deletes.push(id);
        Ok(())
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let mut committed = unit.commit().await?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.deleted.extend(self.deletes.drain(..));
        for (id, revision) in &mut committed.revisions {
            *revision = kept.told(id, *revision);
        }
        Ok(committed)
    }
}
