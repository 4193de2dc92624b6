//! What the service asks of a store, written down and asked again without the service.

use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use user_engine_domain::{
    AuditRecord, DomainRecord, OperationId, OutboxEvent, RecordId, Timestamp,
};
use user_engine_ports::{
    AuditPage, AuditQuery, Capabilities, Committed, Deadline, OperationOutcome, OutboxPage,
    OutboxQuery, Precondition, Read, ReadAnswer, Readiness, ReceiptBody, Revision, Scope,
    StoreError, Tx, UnitOfWork, UnitOptions, UserEngineStore,
};

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

/// A store that writes down what is asked of it.
pub(crate) struct Noting {
    store: Arc<dyn UserEngineStore>,
    notes: Arc<Mutex<Vec<Script>>>,
}

impl Noting {
    pub(crate) fn new(store: Arc<dyn UserEngineStore>) -> Self {
        Self {
            store,
            notes: Arc::default(),
        }
    }

    /// What was asked since the last time.
    pub(crate) fn take(&self) -> Vec<Script> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl UserEngineStore for Noting {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.store.readiness(deadline).await
    }

    fn begin(&self, options: UnitOptions) -> Tx {
        Tx::new(Box::new(NotingUnit {
            script: Script {
                options: options.clone(),
                steps: Vec::new(),
            },
            unit: Some(self.store.begin(options).into_unit()),
            notes: self.notes.clone(),
        }))
    }

    async fn record_denial(
        &self,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        self.store.record_denial(scope, denial, deadline).await
    }

    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        self.store.record_counts(scope, deadline).await
    }

    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        self.store.outcome(scope, operation, deadline).await
    }

    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        self.store.audit_records(query, deadline).await
    }

    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        self.store.outbox_events(query, deadline).await
    }

    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        self.store.purge_operations(applied_before, deadline).await
    }
}

struct NotingUnit {
    script: Script,
    unit: Option<Box<dyn UnitOfWork>>,
    notes: Arc<Mutex<Vec<Script>>>,
}

impl NotingUnit {
    fn unit(&mut self) -> &mut Box<dyn UnitOfWork> {
        self.unit.as_mut().expect("a unit until it is consumed")
    }

    fn note(&mut self, step: Step) {
        self.script.steps.push(step);
    }
}

impl Drop for NotingUnit {
    fn drop(&mut self) {
        let script = Script {
            options: self.script.options.clone(),
            steps: std::mem::take(&mut self.script.steps),
        };
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(script);
    }
}

#[async_trait]
impl UnitOfWork for NotingUnit {
    fn options(&self) -> &UnitOptions {
        &self.script.options
    }

    async fn read(&mut self, reads: &[Read]) -> Result<Vec<ReadAnswer>, StoreError> {
        self.note(Step::Read(reads.to_vec()));
        self.unit().read(reads).await
    }

    fn save(&mut self, record: DomainRecord, precondition: Precondition) -> Result<(), StoreError> {
        self.note(Step::Save(Box::new(record.clone()), precondition));
        self.unit().save(record, precondition)
    }

    fn delete(&mut self, id: RecordId, precondition: Precondition) -> Result<(), StoreError> {
        self.note(Step::Delete(id.clone(), precondition));
        self.unit().delete(id, precondition)
    }

    fn expect(&mut self, id: RecordId, revision: Revision) -> Result<(), StoreError> {
        self.note(Step::Expect(id.clone()));
        self.unit().expect(id, revision)
    }

    fn append_audit(&mut self, record: AuditRecord) -> Result<(), StoreError> {
        self.note(Step::Audit(Box::new(record.clone())));
        self.unit().append_audit(record)
    }

    fn enqueue(&mut self, event: OutboxEvent) -> Result<(), StoreError> {
        self.note(Step::Event(Box::new(event.clone())));
        self.unit().enqueue(event)
    }

    fn set_receipt(&mut self, body: ReceiptBody) -> Result<(), StoreError> {
        self.note(Step::Receipt(body.clone()));
        self.unit().set_receipt(body)
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        self.unit().enter()
    }

    fn leave(&mut self, keep: bool) {
        self.unit().leave(keep);
    }

    async fn commit(mut self: Box<Self>) -> Result<Committed, StoreError> {
        self.note(Step::Commit);
        let unit = self.unit.take().expect("a unit until it is consumed");
        unit.commit().await
    }

    async fn rollback(mut self: Box<Self>) {
        let unit = self.unit.take().expect("a unit until it is consumed");
        unit.rollback().await;
    }
}
