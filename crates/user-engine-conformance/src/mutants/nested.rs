//! Stores that are wrong about nested parts.

use crate::fault::{Fault, Store, Unit, UnitFault, faulty};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_ports::{Tx, UnitOptions};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "nested-drop-keeps",
    wrong: "A dropped nested part is kept.",
    killed_by: "nested.drop.undoes",
    fault: fault!(KeepingFault),
}];

struct KeepingFault;

impl Fault for KeepingFault {
    fn begin(&self, store: &Store, options: UnitOptions) -> Tx {
        faulty(store.begin(options), KeepingUnit)
    }
}

struct KeepingUnit;

#[async_trait]
impl UnitFault for KeepingUnit {
    fn leave(&mut self, unit: &mut Unit, _keep: bool) {
        unit.leave(true);
    }
}
