//! Stores that are wrong about single records.

mod batch;
mod revision;
mod row;

use super::wrong::{Answers, SavesAs, Units};
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
        name: "batch-answers-in-key-order",
        wrong: "Records read together are answered in the order of their keys.",
        killed_by: "records.batch.in-order",
        fault: fault!(Units(|_, _| batch::Sorted)),
    },
    Mutant {
        name: "batch-read-one-by-one",
        wrong: "Records read together are read each in a snapshot of its own.",
        killed_by: "records.batch.one-snapshot",
        fault: fault!(Units(|_, _| batch::OneByOne)),
    },
    Mutant {
        name: "commit-acknowledged-and-lost",
        wrong: "A commit answers that it applied and stores nothing.",
        killed_by: "records.handle.reopened",
        fault: fault!(Units(|_, _| row::Lost)),
    },
    Mutant {
        name: "commit-tells-no-revisions",
        wrong: "A commit applies and tells no revision of what it saved.",
        killed_by: "records.revision.told-by-commit",
        fault: fault!(Units(|_, _| row::Silent)),
    },
    Mutant {
        name: "delete-does-nothing",
        wrong: "A deletion is accepted and the record stays.",
        killed_by: "records.delete.removes",
        fault: fault!(Units(|_, _| row::NoDelete)),
    },
    Mutant {
        name: "delete-of-absent-refused",
        wrong: "Deleting what is absent is a conflict.",
        killed_by: "records.delete.absent",
        fault: fault!(Units(|store, _| row::StrictDelete::new(store))),
    },
    Mutant {
        name: "delete-takes-the-key-of-every-kind",
        wrong: "A deletion removes the key from every kind.",
        killed_by: "records.kind.same-key",
        fault: fault!(Units(|_, _| row::WideDelete)),
    },
    Mutant {
        name: "evidence-of-factors-lost",
        wrong: "A factor is stored without its evidence.",
        killed_by: "records.kind.round-trip",
        fault: fault!(Units(|_, _| SavesAs(row::without_evidence))),
    },
    Mutant {
        name: "get-answers-from-a-cache",
        wrong: "A read by key answers what was read under that key first.",
        killed_by: "records.handle.reads-latest",
        fault: fault!(row::CacheFault::default()),
    },
    Mutant {
        name: "revision-is-a-content-digest",
        wrong: "A record's revision is a digest of its content.",
        killed_by: "records.revision.fresh",
        fault: fault!(revision::TranslatingFault::new(revision::content)),
    },
    Mutant {
        name: "revision-restarts-at-re-creation",
        wrong: "A record's revision counts its saves since it was created.",
        killed_by: "records.revision.not-reused",
        fault: fault!(revision::CountingFault::default()),
    },
    Mutant {
        name: "revisions-fall",
        wrong: "A later save has a lesser revision.",
        killed_by: "records.revision.fresh",
        fault: fault!(revision::TranslatingFault::new(revision::falling)),
    },
    Mutant {
        name: "save-keeps-first-version",
        wrong: "A save under a taken key changes nothing.",
        killed_by: "records.save.replaces",
        fault: fault!(FirstVersionFault),
    },
    Mutant {
        name: "undecodable-row-left-out-of-lists",
        wrong: "A list passes over a row that can't be decoded.",
        killed_by: "records.undecodable.list",
        fault: fault!(Units(|_, _| Answers(row::pass_over))),
    },
    Mutant {
        name: "undecodable-row-reads-as-absent",
        wrong: "A row that can't be decoded reads as if there were none.",
        killed_by: "records.undecodable.get",
        fault: fault!(Units(|_, _| Answers(row::as_absent))),
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
