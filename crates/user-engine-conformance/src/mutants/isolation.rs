//! Stores that lose updates.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_domain::DomainRecord;
use user_engine_ports::{Precondition, StoreError, Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "revision-precondition-ignored",
    wrong: "A save that names a revision replaces whatever is there.",
    killed_by: "isolation.update.not-lost",
    fault: fault!(BlindFault),
}];

struct BlindFault;

impl Fault for BlindFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), BlindUnit)
    }
}

struct BlindUnit;

#[async_trait]
impl UnitFault for BlindUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        match precondition {
            Precondition::Revision(_) => unit.save(record, Precondition::Any),
            precondition => unit.save(record, precondition),
        }
    }
}
