//! Stores that alter awkward values.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::{DomainRecord, RecordId, RecordKey};
use user_engine_ports::{Precondition, Read, ReadAnswer, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "keys-fold-case",
    wrong: "Keys are compared without regard to case.",
    killed_by: "awkward.key.case",
    fault: fault!(FoldingFault),
}];

struct FoldingFault;

impl Fault for FoldingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), FoldingUnit)
    }
}

/// Of users only, which is enough to be seen.
struct FoldingUnit;

#[async_trait]
impl UnitFault for FoldingUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        match record {
            DomainRecord::User(mut user) => {
                let folded = user.user_id.as_str().to_lowercase();
                if let Ok(folded) = user_engine_domain::UserId::new(folded) {
                    user.user_id = folded;
                }
                unit.save(user.into(), precondition)
            }
            record => unit.save(record, precondition),
        }
    }

    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let fold = |read: &Read| match read {
            Read::Get(id) => {
                let folded = RecordKey::from_stored(id.key.as_str().to_lowercase());
                Read::Get(RecordId::new(id.kind, folded))
            }
            read @ Read::List(_) => read.clone(),
        };
        unit.read(&reads.iter().map(fold).collect::<Vec<_>>()).await
    }
}
