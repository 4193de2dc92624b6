//! Scripts: a unit of work written down call by call, so that a fault can rewrite it.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use user_engine_domain::{AuditRecord, DomainRecord, OutboxEvent, RecordId};
use user_engine_ports::{
    Committed, Precondition, ReceiptBody, Revision, StoreError, Tx, UnitOptions,
};

/// One buffered call of a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// A save.
    Save(DomainRecord, Precondition),
    /// A deletion.
    Delete(RecordId, Precondition),
    /// An expectation.
    Expect(RecordId, Revision),
    /// An audit record.
    Audit(AuditRecord),
    /// An event.
    Event(OutboxEvent),
    /// A receipt.
    Receipt(ReceiptBody),
}

/// Begins a unit and makes the calls in it.
///
/// # Errors
///
/// Those of the calls.
pub fn replay(store: &Store, options: UnitOptions, calls: Vec<Call>) -> Result<Tx, StoreError> {
    let mut unit = store.begin(options).into_unit();
    for call in calls {
        match call {
            Call::Save(record, precondition) => unit.save(record, precondition)?,
            Call::Delete(id, precondition) => unit.delete(id, precondition)?,
            Call::Expect(id, revision) => unit.expect(id, revision)?,
            Call::Audit(record) => unit.append_audit(record)?,
            Call::Event(event) => unit.enqueue(event)?,
            Call::Receipt(body) => unit.set_receipt(body)?,
        }
    }
    Ok(Tx::new(unit))
}

/// What a rewriting fault does in place of a commit.
#[async_trait]
pub trait Rewrite: Send {
    /// Commits what the unit wrote down, wrongly. The good unit is at hand too; it holds the
    /// same calls.
    async fn commit(
        &mut self,
        _store: &Store,
        _options: UnitOptions,
        _calls: Vec<Call>,
        unit: Unit,
    ) -> Result<Committed, StoreError> {
        unit.commit().await
    }

    /// In place of a rollback.
    async fn rollback(&mut self, _store: &Store, _options: UnitOptions, _calls: Vec<Call>) {}

    /// When the unit was neither committed nor rolled back, or the future of either was dropped
    /// before its first poll.
    fn dropped(&mut self, _store: &Store, _options: UnitOptions, _calls: Vec<Call>) {}
}

/// The fault of a store whose units are all written down and rewritten.
pub struct Rewritten<R>(pub fn() -> R);

impl<R: Rewrite + 'static> Fault for Rewritten<R> {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let script = Scripted::new(store, &options, (self.0)());
        faulty(store.begin(options), script)
    }
}

/// A unit fault that writes every accepted call down and leaves commit and rollback to a
/// [`Rewrite`]. What a nested part undoes is struck out.
pub struct Scripted<R: Rewrite> {
    store: Store,
    options: Option<UnitOptions>,
    calls: Vec<Call>,
    marks: Vec<usize>,
    rewrite: R,
}

impl<R: Rewrite> Scripted<R> {
    /// Writes down a unit of this store.
    pub fn new(store: &Store, options: &UnitOptions, rewrite: R) -> Self {
        let (store, options) = (store.clone(), Some(options.clone()));
        Self {
            store,
            options,
            calls: Vec::new(),
            marks: Vec::new(),
            rewrite,
        }
    }
}

impl<R: Rewrite> Drop for Scripted<R> {
    fn drop(&mut self) {
        if let Some(options) = self.options.take() {
            let calls = std::mem::take(&mut self.calls);
            self.rewrite.dropped(&self.store, options, calls);
        }
    }
}

#[async_trait]
impl<R: Rewrite> UnitFault for Scripted<R> {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save(record.clone(), precondition)?;
        self.calls.push(Call::Save(record, precondition));
        Ok(())
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.delete(id.clone(), precondition)?;
        self.calls.push(Call::Delete(id, precondition));
        Ok(())
    }

    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        unit.expect(id.clone(), revision)?;
        self.calls.push(Call::Expect(id, revision));
        Ok(())
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        unit.append_audit(record.clone())?;
        self.calls.push(Call::Audit(record));
        Ok(())
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        unit.enqueue(event.clone())?;
        self.calls.push(Call::Event(event));
        Ok(())
    }

    fn set_receipt(&mut self, unit: &mut Unit, body: ReceiptBody) -> Result<(), StoreError> {
        unit.set_receipt(body.clone())?;
        self.calls.push(Call::Receipt(body));
        Ok(())
    }

    fn enter(&mut self, unit: &mut Unit) -> Result<(), StoreError> {
        unit.enter()?;
        self.marks.push(self.calls.len());
        Ok(())
    }

    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        unit.leave(keep);
        if let Some(mark) = self.marks.pop()
            && !keep
        {
            self.calls.truncate(mark);
        }
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let options = self
            .options
            .take()
            .unwrap_or_else(|| unit.options().clone());
        let calls = std::mem::take(&mut self.calls);
        self.rewrite.commit(&self.store, options, calls, unit).await
    }

    async fn rollback(&mut self, unit: Unit) {
        let options = self
            .options
            .take()
            .unwrap_or_else(|| unit.options().clone());
        let calls = std::mem::take(&mut self.calls);
        self.rewrite.rollback(&self.store, options, calls).await;
        unit.rollback().await;
    }
}
