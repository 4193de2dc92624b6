//! Operations: repeated, reused, asked about and forgotten.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod cut;
mod kept;
mod outcome;
mod repeat;

pub(crate) use repeat::repeated;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "operation.cut.after-answer",
        "A connection that is lost behind the answer takes nothing back.",
        Level::L1,
        run!(cut::after_answer),
    )
    .needs(&[Power::CutCommit])
    .kills(&["outcome-never-applied"]),
    Case::new(
        "operation.cut.before-answer",
        "A commit whose answer is lost has an unknown outcome, and asking finds it applied.",
        Level::L1,
        run!(cut::before_answer),
    )
    .needs(&[Power::CutCommit])
    .kills(&["lost-answer-called-not-applied"]),
    Case::new(
        "operation.cut.before-arrival",
        "A commit that never arrives has an unknown outcome, and asking finds it not applied.",
        Level::L1,
        run!(cut::before_arrival),
    )
    .needs(&[Power::CutCommit])
    .kills(&["outcome-unknown-called-applied"]),
    Case::new(
        "operation.cut.before-send",
        "A commit that could not be sent is not applied, is known not to be, and can be repeated.",
        Level::L1,
        run!(cut::before_send),
    )
    .needs(&[Power::CutCommit])
    .kills(&["unsent-called-unknown"]),
    Case::new(
        "operation.cut.repeat-applies-once",
        "Repeating a commit whose answer was lost writes nothing more and answers its receipt.",
        Level::L1,
        run!(cut::repeat_applies_once),
    )
    .needs(&[Power::CutCommit])
    .kills(&["repeat-writes-again"]),
    Case::new(
        "operation.denied.not-remembered",
        "A denial does not use its operation's id up.",
        Level::L1,
        run!(kept::denied_not_remembered),
    )
    .kills(&["denial-fences-operation"]),
    Case::new(
        "operation.empty.not-remembered",
        "A unit that writes nothing has no receipt and leaves its operation's id free.",
        Level::L1,
        run!(kept::empty_not_remembered),
    )
    .kills(&["empty-unit-remembered"]),
    Case::new(
        "operation.failed.not-remembered",
        "A commit that conflicts does not use its operation's id up.",
        Level::L1,
        run!(kept::failed_not_remembered),
    )
    .kills(&["failed-commit-fences-operation"]),
    Case::new(
        "operation.outcome.applied",
        "Asking for an applied operation answers the receipt of its commit, each time.",
        Level::L1,
        run!(outcome::applied),
    )
    .kills(&["outcome-loses-receipt-body"]),
    Case::new(
        "operation.outcome.fences",
        "An operation that was asked for before it applied can't apply any more.",
        Level::L1,
        run!(outcome::fences),
    )
    .kills(&["outcome-reads-only"]),
    Case::new(
        "operation.outcome.second-handle",
        "What one handle fences or applies, another handle knows.",
        Level::L1,
        run!(outcome::second_handle),
    )
    .needs(&[Power::SecondHandle])
    .kills(&["outcome-reads-only"]),
    Case::new(
        "operation.outcome.still-running",
        "Asking while a commit waits for a lock answers that it is still running.",
        Level::L1,
        run!(outcome::still_running),
    )
    .needs(&[Power::HoldRecord])
    .kills(&["outcome-does-not-wait"]),
    Case::new(
        "operation.purge.at-most-a-thousand",
        "One purge forgets at most a thousand operations and says how many.",
        Level::L1,
        run!(kept::purge_at_most_a_thousand),
    )
    .kills(&["purge-unbounded"]),
    Case::new(
        "operation.purge.forgets-older",
        "A purge forgets what was applied before the instant, keeps the rest, and frees the ids.",
        Level::L1,
        run!(kept::purge_forgets_older),
    )
    .kills(&["purge-forgets-everything"]),
    Case::new(
        "operation.receipt.bytes",
        "A receipt of any text and of its full 4 KiB comes back as it was set.",
        Level::L1,
        run!(kept::receipt_bytes),
    )
    .kills(&["receipt-trimmed"]),
    Case::new(
        "operation.receipt.only",
        "A unit that only sets a receipt is remembered.",
        Level::L1,
        run!(kept::receipt_only),
    )
    .kills(&["receipt-only-unit-forgotten"]),
    Case::new(
        "operation.reopen.remembered",
        "Operations are remembered when the store is closed and opened again.",
        Level::L1,
        run!(kept::reopen_remembered),
    )
    .needs(&[Power::Reopen])
    .kills(&["outcome-never-applied"]),
    Case::new(
        "operation.repeat.after-read",
        "A repeated unit that reads first learns of its first receipt by that read or its commit.",
        Level::L1,
        run!(repeat::after_read),
    )
    .kills(&["repeat-loses-receipt-body"]),
    Case::new(
        "operation.repeat.after-state-moved",
        "A repeat answers the first receipt also when its preconditions no longer hold.",
        Level::L1,
        run!(repeat::after_state_moved),
    )
    .kills(&["repeat-checks-preconditions-first"]),
    Case::new(
        "operation.repeat.first-receipt",
        "Repeating an applied operation answers its first receipt and writes nothing.",
        Level::L1,
        run!(repeat::first_receipt),
    )
    .kills(&["repeat-writes-again"]),
    Case::new(
        "operation.reuse.other-request",
        "The same operation id with another request digest conflicts and writes nothing.",
        Level::L1,
        run!(repeat::other_request),
    )
    .kills(&["request-digest-ignored"]),
    Case::new(
        "operation.scope.apart",
        "The same operation id in two scopes names two operations.",
        Level::L1,
        run!(repeat::scope_apart),
    )
    .kills(&["operations-shared-across-scopes"]),
    Case::new(
        "operation.unit.read-only",
        "A unit without operation refuses every write and commits to nothing.",
        Level::L1,
        run!(repeat::read_only),
    )
    .kills(&["read-only-unit-drops-writes"]),
];
