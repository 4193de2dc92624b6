//! Stores that are wrong about single records.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::DomainRecord;
use user_engine_ports::{
    ListBy, ListQuery, Precondition, Read, ReadAnswer, StoreError, Tx, UnitOptions,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "absent-reads-as-another-record",
        wrong: "Reading an absent key answers with some other record of the kind.",
        killed_by: "records.get.absent",
        fault: fault!(AnyRecordFault),
    },
    Mutant {
        name: "save-keeps-first-version",
        wrong: "A save under a taken key changes nothing.",
        killed_by: "records.save.replaces",
        fault: fault!(FirstVersionFault),
    },
];

struct AnyRecordFault;

impl Fault for AnyRecordFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let platform = UnitOptions::read(user_engine_ports::Scope::Platform);
        let elsewhere = store.begin(platform);
        faulty(store.begin(options), AnyRecordUnit(elsewhere))
    }
}

struct AnyRecordUnit(Tx);

#[async_trait]
impl UnitFault for AnyRecordUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&mut answers) {
            if let (Read::Get(id), ReadAnswer::Get(None)) = (read, &*answer) {
                let any = Read::List(ListQuery::new(id.kind, ListBy::Kind).limit(1));
                if let Some(ReadAnswer::List(page)) = self.0.read(&[any]).await?.pop() {
                    *answer = ReadAnswer::Get(page.rows.into_iter().next());
                }
            }
        }
        Ok(answers)
    }
}

struct FirstVersionFault;

impl Fault for FirstVersionFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let reader = store.begin(UnitOptions::read(options.scope.clone()));
        faulty(
            store.begin(options),
            FirstVersionUnit {
                reader,
                saved: Vec::new(),
            },
        )
    }
}

struct FirstVersionUnit {
    reader: Tx,
    saved: Vec<DomainRecord>,
}

#[async_trait]
impl UnitFault for FirstVersionUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.saved.push(record.clone());
        unit.save(record, precondition)
    }

    async fn commit(&mut self, mut unit: Unit) -> Result<user_engine_ports::Committed, StoreError> {
        for record in self.saved.drain(..) {
            let read = Read::Get(record.id());
            if let Some(ReadAnswer::Get(Some(Ok(first)))) = self.reader.read(&[read]).await?.pop() {
                unit.save(first.record, Precondition::Any)?;
            }
        }
        unit.commit().await
    }
}
