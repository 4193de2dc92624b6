//! Stores that are wrong about scopes.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_ports::{Read, ReadAnswer, Scope, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "scope-ignored-by-get",
    wrong: "Reading by key shows every tenant's records.",
    killed_by: "scope.get.foreign-tenant",
    fault: fault!(OpenGetFault),
}];

struct OpenGetFault;

impl Fault for OpenGetFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        let open = store.begin(UnitOptions::read(Scope::Platform));
        faulty(store.begin(options), OpenGetUnit(open))
    }
}

struct OpenGetUnit(Tx);

#[async_trait]
impl UnitFault for OpenGetUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let mut answers = unit.read(reads).await?;
        for (read, answer) in reads.iter().zip(&mut answers) {
            if *answer == ReadAnswer::Get(None) {
                *answer = self.0.read(std::slice::from_ref(read)).await?.remove(0);
            }
        }
        Ok(answers)
    }
}
