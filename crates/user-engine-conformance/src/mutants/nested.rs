//! Stores that are wrong about nested parts.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};

mod journal;
mod part;

use journal::JournalUnit;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "nested-commit-undoes",
        wrong: "A committed nested part is undone.",
        killed_by: "nested.commit.keeps",
        fault: fault!(FaultyUnits(|_, _| part::SameEnd { keep: false })),
    },
    Mutant {
        name: "nested-commit-written-through",
        wrong: "A committed nested part's records are stored at once.",
        killed_by: "nested.commit.sends-nothing",
        fault: fault!(FaultyUnits(part::ThroughUnit::new)),
    },
    Mutant {
        name: "nesting-unbounded",
        wrong: "Nested parts go as deep as one likes.",
        killed_by: "nested.depth.limit",
        fault: fault!(FaultyUnits(|_, _| part::BottomlessUnit { beyond: 0 })),
    },
    Mutant {
        name: "nesting-too-shallow",
        wrong: "The 32nd nested part inside each other is refused.",
        killed_by: "nested.depth.limit",
        fault: fault!(FaultyUnits(|_, _| part::ShallowUnit { depth: 0 })),
    },
    Mutant {
        name: "nested-drop-keeps-counting",
        wrong: "What a dropped nested part buffered still counts towards the limits.",
        killed_by: "nested.drop.gives-back-limits",
        fault: fault!(FaultyUnits(|_, _| part::CountingUnit { appended: 0 })),
    },
    Mutant {
        name: "nested-drop-keeps-overwrites",
        wrong: "What a dropped nested part wrote over its parent's writes stays.",
        killed_by: "nested.drop.restores",
        fault: fault!(FaultyUnits(|_, _| JournalUnit::new(journal::OVERWRITES))),
    },
    Mutant {
        name: "nested-drop-keeps-audit",
        wrong: "The audit records of a dropped nested part stay.",
        killed_by: "nested.drop.truncates-audit",
        fault: fault!(FaultyUnits(|_, _| JournalUnit::new(journal::AUDIT))),
    },
    Mutant {
        name: "nested-drop-keeps-events",
        wrong: "The events of a dropped nested part stay.",
        killed_by: "nested.drop.truncates-events",
        fault: fault!(FaultyUnits(|_, _| JournalUnit::new(journal::EVENTS))),
    },
    Mutant {
        name: "nested-drop-keeps-receipt",
        wrong: "The receipt that a dropped nested part set stays.",
        killed_by: "nested.drop.truncates-receipt",
        fault: fault!(FaultyUnits(|_, _| JournalUnit::new(journal::RECEIPT))),
    },
    Mutant {
        name: "nested-drop-keeps",
        wrong: "A dropped nested part is kept.",
        killed_by: "nested.drop.undoes",
        fault: fault!(FaultyUnits(|_, _| part::SameEnd { keep: true })),
    },
    Mutant {
        name: "inner-commit-outlives-outer-drop",
        wrong: "What was committed inside a dropped nested part stays.",
        killed_by: "nested.drop.undoes-inner-commit",
        fault: fault!(FaultyUnits(|_, _| JournalUnit::new(journal::INNER_COMMITS))),
    },
    Mutant {
        name: "nested-read-misses-parent",
        wrong: "A nested part does not read what its parent wrote.",
        killed_by: "nested.read.overlay",
        fault: fault!(FaultyUnits(part::BlindUnit::new)),
    },
];
