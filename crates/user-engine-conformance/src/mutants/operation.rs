//! Stores that are wrong about operations.

use crate::fault::FaultyUnits;
use crate::mutant::{Mutant, fault};
use crate::script::Rewritten;

mod commit;
mod outcome;

use commit::{
    Again, BlankReceiptUnit, ChecksFirst, DropsWritesUnit, FencesFailed, ForgetsReceiptOnly,
    OneDigest, RemembersEmpty, SharedIds, TrimmedReceiptUnit,
};
use outcome::{
    AllApplied, BlankOutcome, Effects, FencingDenial, Impatient, NeverApplied, PurgeAll,
    PurgeUnbounded, ReadOnlyOutcome,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "denial-fences-operation",
        wrong: "A denial uses its operation's id up.",
        killed_by: "operation.denied.not-remembered",
        fault: fault!(FencingDenial),
    },
    Mutant {
        name: "empty-unit-remembered",
        wrong: "A unit that writes nothing is remembered as applied.",
        killed_by: "operation.empty.not-remembered",
        fault: fault!(Rewritten(|| RemembersEmpty)),
    },
    Mutant {
        name: "failed-commit-fences-operation",
        wrong: "A commit that conflicts uses its operation's id up.",
        killed_by: "operation.failed.not-remembered",
        fault: fault!(Rewritten(|| FencesFailed)),
    },
    Mutant {
        name: "lost-answer-called-not-applied",
        wrong: "A commit whose answer is lost is called not applied.",
        killed_by: "operation.cut.before-answer",
        fault: fault!(FaultyUnits(|_, _| Effects { is_unknown: false })),
    },
    Mutant {
        name: "operations-shared-across-scopes",
        wrong: "An operation id that one scope used is known in every other.",
        killed_by: "operation.scope.apart",
        fault: fault!(SharedIds::default()),
    },
    Mutant {
        name: "outcome-does-not-wait",
        wrong: "An operation that is still running is called not applied.",
        killed_by: "operation.outcome.still-running",
        fault: fault!(Impatient),
    },
    Mutant {
        name: "outcome-loses-receipt-body",
        wrong: "Asking for an outcome answers a receipt without its entries.",
        killed_by: "operation.outcome.applied",
        fault: fault!(BlankOutcome),
    },
    Mutant {
        name: "outcome-never-applied",
        wrong: "Asking never finds an operation.",
        killed_by: "operation.cut.after-answer",
        fault: fault!(NeverApplied),
    },
    Mutant {
        name: "outcome-reads-only",
        wrong: "Asking for an outcome does not fence the id.",
        killed_by: "operation.outcome.fences",
        fault: fault!(ReadOnlyOutcome::default()),
    },
    Mutant {
        name: "outcome-unknown-called-applied",
        wrong: "An operation that never arrived is called applied.",
        killed_by: "operation.cut.before-arrival",
        fault: fault!(AllApplied),
    },
    Mutant {
        name: "purge-forgets-everything",
        wrong: "A purge forgets operations of any age.",
        killed_by: "operation.purge.forgets-older",
        fault: fault!(PurgeAll),
    },
    Mutant {
        name: "purge-unbounded",
        wrong: "A purge forgets any number of operations at once.",
        killed_by: "operation.purge.at-most-a-thousand",
        fault: fault!(PurgeUnbounded),
    },
    Mutant {
        name: "read-only-unit-drops-writes",
        wrong: "A unit without operation accepts writes and loses them.",
        killed_by: "operation.unit.read-only",
        fault: fault!(FaultyUnits(|_, _| DropsWritesUnit)),
    },
    Mutant {
        name: "receipt-only-unit-forgotten",
        wrong: "A unit that only sets a receipt is not remembered.",
        killed_by: "operation.receipt.only",
        fault: fault!(Rewritten(|| ForgetsReceiptOnly)),
    },
    Mutant {
        name: "receipt-trimmed",
        wrong: "White space around a receipt's ids is lost.",
        killed_by: "operation.receipt.bytes",
        fault: fault!(FaultyUnits(|_, _| TrimmedReceiptUnit)),
    },
    Mutant {
        name: "repeat-checks-preconditions-first",
        wrong: "A repeat conflicts when its preconditions no longer hold.",
        killed_by: "operation.repeat.after-state-moved",
        fault: fault!(Rewritten(|| ChecksFirst)),
    },
    Mutant {
        name: "repeat-loses-receipt-body",
        wrong: "A repeat answers a receipt without its entries.",
        killed_by: "operation.repeat.after-read",
        fault: fault!(FaultyUnits(|_, _| BlankReceiptUnit)),
    },
    Mutant {
        name: "repeat-writes-again",
        wrong: "A repeated operation writes once more and then answers the first receipt.",
        killed_by: "operation.repeat.first-receipt",
        fault: fault!(Rewritten(|| Again)),
    },
    Mutant {
        name: "request-digest-ignored",
        wrong: "An operation id with another request counts as a repeat.",
        killed_by: "operation.reuse.other-request",
        fault: fault!(OneDigest),
    },
    Mutant {
        name: "unsent-called-unknown",
        wrong: "A commit that could not be sent is said to have an unknown outcome.",
        killed_by: "operation.cut.before-send",
        fault: fault!(FaultyUnits(|_, _| Effects { is_unknown: true })),
    },
];
