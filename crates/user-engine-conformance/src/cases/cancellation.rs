//! Cancellation: futures dropped at any await leave no part behind.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod call;
mod unit;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "cancellation.commit.every-poll",
        "A commit dropped after any poll has applied everything or nothing, and can be asked.",
        Level::L2,
        run!(unit::commit_every_poll),
    )
    .kills(&["commit-half-done-when-dropped"]),
    Case::new(
        "cancellation.commit.unpolled",
        "A commit that is dropped before it is polled has sent nothing.",
        Level::L2,
        run!(unit::commit_unpolled),
    )
    .kills(&["commit-applied-on-drop"]),
    Case::new(
        "cancellation.deadline.passed",
        "A call whose deadline has passed says so, has no effect, and can be made again.",
        Level::L2,
        run!(call::deadline_passed),
    )
    .kills(&["deadline-ignored"]),
    Case::new(
        "cancellation.denial.every-poll",
        "A denial dropped after any poll is recorded once or not at all, and again only once.",
        Level::L2,
        run!(call::denial_every_poll),
    )
    .kills(&["denial-doubled-by-repeat"]),
    Case::new(
        "cancellation.migrate.every-poll",
        "A migration dropped after any poll leaves whole steps, and the next one completes it.",
        Level::L2,
        run!(call::migrate_every_poll),
    )
    .needs(&[Power::Empty])
    .kills(&["migration-half-done-when-dropped"]),
    Case::new(
        "cancellation.outcome.every-poll",
        "A question for an outcome that is dropped after any poll leaves an answer that stays.",
        Level::L2,
        run!(call::outcome_every_poll),
    )
    .kills(&["outcome-reads-only"]),
    Case::new(
        "cancellation.panic.leaves-nothing",
        "A panic with an open unit in hand leaves nothing behind and stops nobody else.",
        Level::L2,
        run!(unit::panic_leaves_nothing),
    )
    .kills(&["commit-applied-on-drop"]),
    Case::new(
        "cancellation.pool.units-hold-nothing",
        "Open units hold no connection: beside them a pool of one reads, commits and denies.",
        Level::L2,
        run!(unit::units_hold_nothing),
    )
    .kills(&["unit-holds-connection"]),
    Case::new(
        "cancellation.read.every-poll",
        "A read dropped after any poll leaves its unit whole and the next borrower unharmed.",
        Level::L2,
        run!(unit::read_every_poll),
    )
    .kills(&["dropped-read-empties-unit"]),
    Case::new(
        "cancellation.report.every-poll",
        "Counts, logs and readiness dropped after any poll leave the store as usable as before.",
        Level::L2,
        run!(call::report_every_poll),
    )
    .kills(&["dropped-call-wedges-store"]),
];

/// How many polls are tried before a future counts as one that never ends.
const POLLS_MAX: usize = 300;
