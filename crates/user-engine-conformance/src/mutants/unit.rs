//! Stores that are wrong about units of work.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};
use crate::script::Rewritten;
use std::collections::BTreeSet;
use user_engine_ports::{Read, UnitOptions};

mod buffer;
mod read;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "begin-asks-for-readiness",
        wrong: "Beginning a unit asks the server whether it is ready.",
        killed_by: "unit.begin.sends-nothing",
        fault: fault!(read::AskingFault),
    },
    Mutant {
        name: "save-writes-through",
        wrong: "A save is stored at once, in a commit of its own.",
        killed_by: "unit.buffer.unseen",
        fault: fault!(FaultyUnits(|store, options| buffer::ThroughUnit {
            store: store.clone(),
            options: options.clone(),
        })),
    },
    Mutant {
        name: "contradiction-passed-over",
        wrong: "A save that requires absence replaces what the same unit saved before.",
        killed_by: "unit.coalesce.contradiction",
        fault: fault!(FaultyUnits(|_, _| buffer::LooseUnit(BTreeSet::new()))),
    },
    Mutant {
        name: "deletion-behind-save-forgotten",
        wrong: "A deletion of what the same unit saved before does nothing.",
        killed_by: "unit.coalesce.delete-and-save",
        fault: fault!(FaultyUnits(|_, _| buffer::KeepingUnit(BTreeSet::new()))),
    },
    Mutant {
        name: "coalescing-drops-precondition",
        wrong: "Of several writes of one key only the last one's precondition is checked.",
        killed_by: "unit.coalesce.first-precondition",
        fault: fault!(Rewritten(|| buffer::LastCall)),
    },
    Mutant {
        name: "first-save-of-unit-wins",
        wrong: "A second save of one key in a unit does nothing.",
        killed_by: "unit.coalesce.last-save",
        fault: fault!(FaultyUnits(|_, _| buffer::FirstUnit(BTreeSet::new()))),
    },
    Mutant {
        name: "deadlines-ignored",
        wrong: "Units take as long as they take, whatever their deadline says.",
        killed_by: "unit.deadline.read",
        fault: fault!(buffer::PatientFault),
    },
    Mutant {
        name: "dropped-unit-keeps-audit",
        wrong: "The audit records of a unit that was dropped are stored.",
        killed_by: "unit.drop.leaves-nothing",
        fault: fault!(Rewritten(|| buffer::AuditKeeping)),
    },
    Mutant {
        name: "list-misses-own-writes",
        wrong: "Lists show what is stored and not what the unit wrote.",
        killed_by: "unit.list.own-writes",
        fault: fault!(FaultyUnits(|store, options| read::StoredUnit {
            reader: store.begin(UnitOptions::read(options.scope.clone())),
            picks: |read| matches!(read, Read::List(_)),
        })),
    },
    Mutant {
        name: "get-misses-own-writes",
        wrong: "Single reads show what is stored and not what the unit wrote.",
        killed_by: "unit.read.own-writes",
        fault: fault!(FaultyUnits(|store, options| read::StoredUnit {
            reader: store.begin(UnitOptions::read(options.scope.clone())),
            picks: |read| matches!(read, Read::Get(_)),
        })),
    },
    Mutant {
        name: "rollback-keeps-outbox",
        wrong: "A rollback still writes what the unit enqueued.",
        killed_by: "unit.rollback.leaves-nothing",
        fault: fault!(Rewritten(|| buffer::OutboxKeeping)),
    },
    Mutant {
        name: "get-reads-twice",
        wrong: "A single read is made twice.",
        killed_by: "unit.trips.get",
        fault: fault!(FaultyUnits(|_, _| read::TwiceUnit)),
    },
    Mutant {
        name: "list-counts-first",
        wrong: "Before a page is read, the records are counted.",
        killed_by: "unit.trips.list-page",
        fault: fault!(FaultyUnits(|store, _| read::CountingUnit(store.clone()))),
    },
    Mutant {
        name: "commit-asks-for-readiness",
        wrong: "A commit asks first whether the store is ready.",
        killed_by: "unit.trips.mutation",
        fault: fault!(FaultyUnits(|store, _| read::CheckingUnit(store.clone()))),
    },
    Mutant {
        name: "commit-reads-again",
        wrong: "A commit reads once more what the unit had read.",
        killed_by: "unit.trips.read-then-write",
        fault: fault!(FaultyUnits(|_, _| read::RereadingUnit(Vec::new()))),
    },
    Mutant {
        name: "reads-one-by-one",
        wrong: "Reads that are asked for together are made one after another.",
        killed_by: "unit.trips.reads-together",
        fault: fault!(FaultyUnits(|_, _| read::SplittingUnit)),
    },
];
