//! Ways of being wrong that several mutants share.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::script::{Call, replay};
use async_trait::async_trait;
use user_engine_domain::{AuditRecord, DomainRecord, OperationId, OutboxEvent, RecordId};
use user_engine_ports::{
    Precondition, Read, ReadAnswer, Scope, StoreError, StoreErrorKind, Tx, UnitOptions, Verb,
};

/// A store whose units are made wrong by what the function returns.
pub(super) struct Units<U>(pub(super) fn(&Store, &UnitOptions) -> U);

impl<U: UnitFault + 'static> Fault for Units<U> {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let fault = (self.0)(store, &options);
        faulty(store.begin(options), fault)
    }
}

/// Saves another record than it was given.
pub(super) struct SavesAs(pub(super) fn(DomainRecord) -> DomainRecord);

#[async_trait]
impl UnitFault for SavesAs {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.save((self.0)(record), precondition)
    }
}

/// Asks for something else than it was asked.
pub(super) struct Asks(pub(super) fn(&Read) -> Read);

#[async_trait]
impl UnitFault for Asks {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let asked: Vec<_> = reads.iter().map(self.0).collect();
        unit.read(&asked).await
    }
}

/// Gives another answer than it got, scope by scope.
pub(super) struct Answers(pub(super) fn(&Scope, &Read, &mut ReadAnswer));

#[async_trait]
impl UnitFault for Answers {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&mut answers) {
            (self.0)(&unit.options().scope, read, answer);
        }
        Ok(answers)
    }
}

/// Reads in the platform's scope what the function picks, and leaves out the rows it does not
/// keep.
pub(super) struct ReadsAsPlatform {
    platform: Tx,
    picks: fn(&Scope, &Read) -> bool,
    keeps: fn(&DomainRecord) -> bool,
}

impl ReadsAsPlatform {
    pub(super) fn new(
        store: &Store,
        picks: fn(&Scope, &Read) -> bool,
        keeps: fn(&DomainRecord) -> bool,
    ) -> Self {
        let platform = store.begin(UnitOptions::read(Scope::Platform));
        Self {
            platform,
            picks,
            keeps,
        }
    }
}

#[async_trait]
impl UnitFault for ReadsAsPlatform {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&mut answers) {
            if !(self.picks)(&unit.options().scope, read) {
                continue;
            }
            *answer = self
                .platform
                .read(std::slice::from_ref(read))
                .await?
                .remove(0);
            if let ReadAnswer::List(page) = answer {
                page.rows
                    .retain(|row| row.as_ref().is_ok_and(|row| (self.keeps)(&row.record)));
            }
        }
        Ok(answers)
    }
}

/// Takes a refusal of the picked kind for success, as if nothing had been asked.
pub(super) struct Swallows(pub(super) fn(&StoreErrorKind, Verb) -> bool);

impl Swallows {
    fn swallow(&self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        result.or_else(|error| {
            if (self.0)(error.kind(), error.verb()) {
                Ok(())
            } else {
                Err(error)
            }
        })
    }
}

#[async_trait]
impl UnitFault for Swallows {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.swallow(unit.save(record, precondition))
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        self.swallow(unit.append_audit(record))
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        self.swallow(unit.enqueue(event))
    }
}

/// Makes calls in the platform's scope, under an operation id of their own.
pub(super) async fn commit_as_platform(
    store: &Store,
    options: &UnitOptions,
    name: &str,
    calls: Vec<Call>,
) -> Result<(), StoreError> {
    let Some(mut operation) = options.operation.clone() else {
        return Ok(());
    };
    let id = format!("{}-{name}", operation.id.as_str());
    operation.id = OperationId::new(id).unwrap_or(operation.id);
    let platform = UnitOptions::write(Scope::Platform, operation).deadline(options.deadline);
    replay(store, platform, calls)?.commit().await?;
    Ok(())
}

/// One record as the platform sees it.
pub(super) async fn get_as_platform(
    store: &Store,
    id: &RecordId,
) -> Result<Option<user_engine_ports::Versioned<DomainRecord>>, StoreError> {
    let mut platform = store.begin(UnitOptions::read(Scope::Platform));
    let answer = platform.read(&[Read::Get(id.clone())]).await?.pop();
    Ok(match answer {
        Some(ReadAnswer::Get(Some(Ok(row)))) => Some(row),
        _ => None,
    })
}
