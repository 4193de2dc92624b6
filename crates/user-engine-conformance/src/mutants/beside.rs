//! Units of a mutant's own beside the caller's, under an operation id of their own.

use crate::fault::Store;
use crate::script::{Call, replay};
use user_engine_domain::{DomainRecord, OperationId, RecordId};
use user_engine_ports::{Committed, Read, ReadAnswer, Scope, StoreError, UnitOptions, Versioned};

/// The same options under an operation id that ends in a word.
pub(super) fn beside(options: &UnitOptions, word: &str) -> UnitOptions {
    let mut beside = options.clone();
    if let Some(operation) = &mut beside.operation
        && let Ok(id) = OperationId::new(format!("{}-{word}", operation.id.as_str()))
    {
        operation.id = id;
    }
    beside
}

/// Makes calls in a unit beside another one.
pub(super) async fn commit_beside(
    store: &Store,
    options: &UnitOptions,
    word: &str,
    calls: Vec<Call>,
) -> Result<Committed, StoreError> {
    replay(store, beside(options, word), calls)?.commit().await
}

/// A record as the platform sees it.
pub(super) async fn stored(
    store: &Store,
    id: &RecordId,
) -> Result<Option<Versioned<DomainRecord>>, StoreError> {
    let mut reader = store.begin(UnitOptions::read(Scope::Platform));
    let answer = reader.read(&[Read::Get(id.clone())]).await?.pop();
    Ok(match answer {
        Some(ReadAnswer::Get(Some(Ok(row)))) => Some(row),
        _ => None,
    })
}
