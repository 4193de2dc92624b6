//! Stores that are wrong when their futures are dropped, or hold what they must not.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};
use crate::script::Rewritten;

mod call;
mod unit;

use call::{DoubledDenial, HalfMigration, LateUnits, Wedged};
use unit::{AppliedOnDrop, EmptiedByDrop, HalfFirst, Holding};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "commit-applied-on-drop",
        wrong: "A unit that is dropped is applied all the same.",
        killed_by: "cancellation.commit.unpolled",
        fault: fault!(Rewritten(|| AppliedOnDrop)),
    },
    Mutant {
        name: "commit-half-done-when-dropped",
        wrong: "A commit dropped in its middle leaves what it had written by then.",
        killed_by: "cancellation.commit.every-poll",
        fault: fault!(Rewritten(|| HalfFirst)),
    },
    Mutant {
        name: "deadline-ignored",
        wrong: "A unit runs on behind its deadline.",
        killed_by: "cancellation.deadline.passed",
        fault: fault!(LateUnits),
    },
    Mutant {
        name: "denial-doubled-by-repeat",
        wrong: "A denial that is recorded again is there twice.",
        killed_by: "cancellation.denial.every-poll",
        fault: fault!(DoubledDenial::default()),
    },
    Mutant {
        name: "dropped-call-wedges-store",
        wrong: "A call that is dropped keeps its connection for ever.",
        killed_by: "cancellation.report.every-poll",
        fault: fault!(Wedged::default()),
    },
    Mutant {
        name: "dropped-read-empties-unit",
        wrong: "A unit whose read is dropped forgets what it had buffered.",
        killed_by: "cancellation.read.every-poll",
        fault: fault!(FaultyUnits(|store, _| EmptiedByDrop(store.clone()))),
    },
    Mutant {
        name: "migration-half-done-when-dropped",
        wrong: "A migration dropped in its middle leaves a schema that can't be read.",
        killed_by: "cancellation.migrate.every-poll",
        fault: fault!(HalfMigration::default()),
    },
    Mutant {
        name: "unit-holds-connection",
        wrong: "A unit holds the store's only connection from its first read to its end.",
        killed_by: "cancellation.pool.units-hold-nothing",
        fault: fault!(Holding::default()),
    },
];
