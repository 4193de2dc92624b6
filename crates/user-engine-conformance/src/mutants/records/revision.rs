//! Wrong about revisions: each record's own are translated on the way in and out.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use user_engine_domain::{DomainRecord, RecordId, sha256_hex};
use user_engine_ports::{
    Committed, Precondition, Read, ReadAnswer, Revision, Row, StoreError, Tx, UnitOptions,
};
use user_engine_records::store_record_for;

/// What a wrong revision is made of.
type Make = fn(&mut Shown, &RecordId, &DomainRecord, Revision) -> i64;

/// The revisions shown, and what they stand for.
#[derive(Default)]
pub(super) struct Shown {
    /// By record: the good revision that was seen last under each shown one.
    good: BTreeMap<(RecordId, i64), Revision>,
    /// By record: its last good revision and the number shown for it.
    counts: BTreeMap<RecordId, (Revision, i64)>,
}

impl Shown {
    fn show(
        &mut self,
        id: &RecordId,
        record: &DomainRecord,
        good: Revision,
        make: Make,
    ) -> Revision {
        if good == Revision::UNCOMMITTED {
            return good;
        }
        let shown = make(self, id, record, good);
        self.good.insert((id.clone(), shown), good);
        Revision::from_stored(shown)
    }

    fn good(&self, id: &RecordId, shown: Revision) -> Revision {
        let place = (id.clone(), shown.as_i64());
        self.good.get(&place).copied().unwrap_or(shown)
    }
}

/// Less for each later one.
pub(super) fn falling(_: &mut Shown, _: &RecordId, _: &DomainRecord, good: Revision) -> i64 {
    i64::MAX - good.as_i64()
}

/// A digest of the content.
pub(super) fn content(_: &mut Shown, _: &RecordId, record: &DomainRecord, _: Revision) -> i64 {
    let digest = sha256_hex(store_record_for(record).payload);
    i64::from_str_radix(&digest[..15], 16).unwrap_or(1)
}

/// A number that grows with each revision seen, and begins anew when the record was deleted.
fn count(shown: &mut Shown, id: &RecordId, _: &DomainRecord, good: Revision) -> i64 {
    let (last, number) = shown.counts.entry(id.clone()).or_insert((good, 1));
    if *last != good {
        (*last, *number) = (good, *number + 1);
    }
    *number
}

/// Shows revisions of its own making.
pub(super) struct TranslatingFault {
    shown: Arc<Mutex<Shown>>,
    make: Make,
}

impl TranslatingFault {
    pub(super) fn new(make: Make) -> Self {
        Self {
            shown: Arc::default(),
            make,
        }
    }
}

impl Fault for TranslatingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let unit = TranslatingUnit {
            shown: self.shown.clone(),
            make: self.make,
            saved: BTreeMap::new(),
            deleted: Vec::new(),
        };
        faulty(store.begin(options), unit)
    }
}

/// Counts each record's saves.
pub(super) struct CountingFault(TranslatingFault);

impl Default for CountingFault {
    fn default() -> Self {
        Self(TranslatingFault::new(count))
    }
}

impl Fault for CountingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        self.0.begin(store, options)
    }
}

struct TranslatingUnit {
    shown: Arc<Mutex<Shown>>,
    make: Make,
    saved: BTreeMap<RecordId, DomainRecord>,
    deleted: Vec<RecordId>,
}

impl TranslatingUnit {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn good(&self, id: &RecordId, precondition: Precondition) -> Precondition {
        match precondition {
            Precondition::Revision(revision) => {
                Precondition::Revision(self.shown().good(id, revision))
            }
            precondition => precondition,
        }
    }

    fn show(&self, row: &mut Row) {
        if let Ok(row) = row {
            let id = row.record.id();
            row.revision = self.shown().show(&id, &row.record, row.revision, self.make);
        }
    }
}

#[async_trait]
impl UnitFault for TranslatingUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for answer in &mut answers {
            match answer {
                ReadAnswer::Get(row) => row.iter_mut().for_each(|row| self.show(row)),
                ReadAnswer::List(page) => page.rows.iter_mut().for_each(|row| self.show(row)),
            }
        }
        Ok(answers)
    }

    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        let id = record.id();
        unit.save(record.clone(), self.good(&id, precondition))?;
        self.saved.insert(id, record);
        Ok(())
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.delete(id.clone(), self.good(&id, precondition))?;
        self.deleted.push(id);
        Ok(())
    }

    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        let good = self.shown().good(&id, revision);
        unit.expect(id, good)
    }

    async fn commit(&mut self, unit: Unit) -> Result<Committed, StoreError> {
        let mut committed = unit.commit().await?;
        for id in &self.deleted {
            self.shown().counts.remove(id);
        }
        for (id, revision) in &mut committed.revisions {
            if let Some(record) = self.saved.get(id) {
                *revision = self.shown().show(id, record, *revision, self.make);
            }
        }
        Ok(committed)
    }
}
