//! What the service asks of a store, written down and asked again without the service.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use user_engine_domain::{AuditRecord, DomainRecord, OutboxEvent, RecordId};
use user_engine_ports::{
    Deadline, Precondition, Read, ReadAnswer, ReceiptBody, Revision, StoreError, UnitOptions,
    UserEngineStore,
};
use user_engine_service::scenario::{Hooks, StoreCall};

/// One unit of work as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    options: UnitOptions,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    Read(Vec<Read>),
    Save(Box<DomainRecord>, Precondition),
    Delete(RecordId, Precondition),
    Expect(RecordId),
    Audit(Box<AuditRecord>),
    Event(Box<OutboxEvent>),
    Receipt(ReceiptBody),
    Commit,
}

impl Script {
    /// The bytes of every payload that it writes, as they are stored.
    pub(crate) fn payload_bytes(&self) -> usize {
        let bytes = |step: &Step| match step {
            Step::Save(record, _) => user_engine_records::store_record_for(record).payload.len(),
            Step::Event(event) => event.payload.encoded_bytes(),
            _ => 0,
        };
        self.steps.iter().map(bytes).sum()
    }

    /// Asks a store for the same. A revision is the one that this very unit read, as a program
    /// written by hand would have it.
    pub(crate) async fn replay(&self, store: &dyn UserEngineStore) -> Result<(), StoreError> {
        let options = self.options.clone().deadline(Deadline::default());
        let mut unit = store.begin(options).into_unit();
        let mut seen: BTreeMap<RecordId, Revision> = BTreeMap::new();
        for step in &self.steps {
            match step {
                Step::Read(reads) => {
                    let answers = unit.read(reads).await?;
                    seen.extend(revisions(answers));
                }
                Step::Save(record, precondition) => {
                    let precondition = now(*precondition, &record.id(), &seen);
                    unit.save((**record).clone(), precondition)?;
                }
                Step::Delete(id, precondition) => {
                    unit.delete(id.clone(), now(*precondition, id, &seen))?;
                }
                Step::Expect(id) => {
                    if let Some(revision) = seen.get(id) {
                        unit.expect(id.clone(), *revision)?;
                    }
                }
                Step::Audit(record) => unit.append_audit((**record).clone())?,
                Step::Event(event) => unit.enqueue((**event).clone())?,
                Step::Receipt(body) => unit.set_receipt(body.clone())?,
                Step::Commit => {
                    unit.commit().await?;
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn now(
    precondition: Precondition,
    id: &RecordId,
    seen: &BTreeMap<RecordId, Revision>,
) -> Precondition {
    match (precondition, seen.get(id)) {
        (Precondition::Revision(_), Some(revision)) => Precondition::Revision(*revision),
        (other, _) => other,
    }
}

fn revisions(answers: Vec<ReadAnswer>) -> Vec<(RecordId, Revision)> {
    let rows = answers.into_iter().flat_map(|answer| match answer {
        ReadAnswer::Get(row) => row.into_iter().collect(),
        ReadAnswer::List(page) => page.rows,
    });
    rows.flatten()
        .map(|row| (row.record.id(), row.revision))
        .collect()
}

/// What is asked of a store, written down: unit by unit, each begun when the one before it has
/// ended.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Vec<Script>>);

impl Notes {
    /// What was asked since the last time.
    pub(crate) fn take(&self) -> Vec<Script> {
        std::mem::take(&mut *self.scripts())
    }

    fn scripts(&self) -> MutexGuard<'_, Vec<Script>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hooks for Notes {
    fn calling(&self, call: StoreCall<'_>) {
        let step = match call {
            StoreCall::Begin(options) => {
                let (options, steps) = (options.clone(), Vec::new());
                return self.scripts().push(Script { options, steps });
            }
            StoreCall::Read(reads) => Step::Read(reads.to_vec()),
            StoreCall::Save(record, precondition) => {
                Step::Save(Box::new(record.clone()), precondition)
            }
            StoreCall::Delete(id, precondition) => Step::Delete(id.clone(), precondition),
            StoreCall::Expect(id) => Step::Expect(id.clone()),
            StoreCall::Audit(record) => Step::Audit(Box::new(record.clone())),
            StoreCall::Event(event) => Step::Event(Box::new(event.clone())),
            StoreCall::Receipt(body) => Step::Receipt(body.clone()),
            StoreCall::Commit => Step::Commit,
            StoreCall::Purge => return,
        };
        if let Some(script) = self.scripts().last_mut() {
            script.steps.push(step);
        }
    }
}
