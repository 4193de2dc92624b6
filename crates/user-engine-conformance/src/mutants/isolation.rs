//! Stores that are wrong only when units meet.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};
use crate::script::Rewritten;

mod commit;
mod read;

use commit::{Blind, Clashing, HalfByHalf, NewIds, TakesIdentity, UnexpectingUnit, WritesAtOnce};
use read::{Cache, PagesByOffset};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "commit-in-two-parts",
        wrong: "A commit becomes visible in two parts.",
        killed_by: "isolation.read.one-snapshot",
        fault: fault!(Rewritten(|| HalfByHalf)),
    },
    Mutant {
        name: "expect-ignored",
        wrong: "What a unit expects is not checked.",
        killed_by: "isolation.expect.write-skew",
        fault: fault!(FaultyUnits(|_, _| UnexpectingUnit)),
    },
    Mutant {
        name: "identity-taken-by-second-linker",
        wrong: "A second link of an identity moves it to the second user.",
        killed_by: "isolation.link.race",
        fault: fault!(Rewritten(|| TakesIdentity)),
    },
    Mutant {
        name: "walk-pages-by-offset",
        wrong: "Pages are counted from the beginning of the list instead of from a key.",
        killed_by: "isolation.list.complete-walk",
        fault: fault!(FaultyUnits(|_, _| PagesByOffset::default())),
    },
    Mutant {
        name: "operation-id-made-anew",
        wrong: "Every commit is stored under an operation id of its own.",
        killed_by: "isolation.operation.race",
        fault: fault!(NewIds::default()),
    },
    Mutant {
        name: "opposite-orders-deadlock",
        wrong: "Units that commit at the same time are refused as if they had deadlocked.",
        killed_by: "isolation.order.no-deadlock",
        fault: fault!(Clashing::default()),
    },
    Mutant {
        name: "reads-from-a-cache",
        wrong: "A record that was read once is read from memory for ever after.",
        killed_by: "isolation.read.second-handle",
        fault: fault!(Cache::default()),
    },
    Mutant {
        name: "revision-precondition-ignored",
        wrong: "A save that names a revision, or was read before, replaces whatever is there.",
        killed_by: "isolation.update.not-lost",
        fault: fault!(Rewritten(|| Blind)),
    },
    Mutant {
        name: "saves-written-at-once",
        wrong: "A save is written before its unit commits.",
        killed_by: "isolation.read.no-dirty",
        fault: fault!(WritesAtOnce::default()),
    },
];
