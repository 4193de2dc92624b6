//! Stores that are wrong about commits.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::DomainRecord;
use user_engine_ports::{Precondition, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "absent-precondition-ignored",
    wrong: "A save that requires absence replaces what is there.",
    killed_by: "commit.precondition.absent",
    fault: fault!(AbsentFault),
}];

struct AbsentFault;

impl Fault for AbsentFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), AbsentUnit)
    }
}

struct AbsentUnit;

#[async_trait]
impl UnitFault for AbsentUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        match precondition {
            Precondition::Absent => unit.save(record, Precondition::Any),
            precondition => unit.save(record, precondition),
        }
    }
}
