//! Isolation: racing units conflict cleanly and lose nothing.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod history;
mod link;
pub(crate) mod race;
mod skew;
mod snapshot;
mod update;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "isolation.expect.write-skew",
        "Two units that each expect what the other writes do not both commit.",
        Level::L2,
        run!(skew::write_skew),
    )
    .kills(&["expect-ignored"]),
    Case::new(
        "isolation.expect.write-skew-race",
        "In a race, units that each expect what the other writes never both commit.",
        Level::L2,
        run!(skew::write_skew_race),
    )
    .kills(&["expect-ignored"]),
    Case::new(
        "isolation.fence.race",
        "Asking for an outcome while the commit runs gives an answer that stays true.",
        Level::L2,
        run!(update::fence_race),
    )
    .kills(&["outcome-reads-only"]),
    Case::new(
        "isolation.history.dropped-commits",
        "Commits dropped at any poll leave a history that a serial order explains.",
        Level::L2,
        run!(history::dropped_commits),
    )
    .kills(&["expect-ignored", "revision-precondition-ignored"]),
    Case::new(
        "isolation.history.serializable",
        "What concurrent units read under guard and wrote is explained by a serial order.",
        Level::L2,
        run!(history::serializable),
    )
    .kills(&["expect-ignored", "revision-precondition-ignored"]),
    Case::new(
        "isolation.link.any-race",
        "An identity that two users link without precondition belongs to exactly one of them.",
        Level::L2,
        run!(link::any_race),
    )
    .kills(&["identity-taken-by-second-linker"]),
    Case::new(
        "isolation.link.race",
        "Of racing links of one identity exactly one wins, and the others conflict.",
        Level::L2,
        run!(link::race),
    )
    .kills(&["identity-taken-by-second-linker"]),
    Case::new(
        "isolation.list.complete-walk",
        "A walk shows once and in order what was there throughout, whatever comes and goes.",
        Level::L2,
        run!(snapshot::complete_walk),
    )
    .kills(&["walk-pages-by-offset"]),
    Case::new(
        "isolation.list.one-snapshot",
        "A page is one snapshot: it shows all of a commit or nothing.",
        Level::L2,
        run!(snapshot::page_of_one_snapshot),
    )
    .kills(&["commit-in-two-parts"]),
    Case::new(
        "isolation.operation.race",
        "One operation committed by many at once applies once, and all get its receipt.",
        Level::L2,
        run!(update::operation_race),
    )
    .kills(&["operation-id-made-anew"]),
    Case::new(
        "isolation.order.no-deadlock",
        "Units that write the same records in opposite order all commit.",
        Level::L2,
        run!(update::no_deadlock),
    )
    .kills(&["opposite-orders-deadlock"]),
    Case::new(
        "isolation.read.no-dirty",
        "What a unit has not committed shows to no other unit.",
        Level::L2,
        run!(snapshot::no_dirty_read),
    )
    .kills(&["saves-written-at-once"]),
    Case::new(
        "isolation.read.one-snapshot",
        "Reads asked for together see one snapshot.",
        Level::L2,
        run!(snapshot::reads_of_one_snapshot),
    )
    .kills(&["commit-in-two-parts"]),
    Case::new(
        "isolation.read.second-handle",
        "What one handle committed, another reads at once.",
        Level::L2,
        run!(snapshot::second_handle),
    )
    .needs(&[Power::SecondHandle])
    .kills(&["reads-from-a-cache"]),
    Case::new(
        "isolation.update.not-lost",
        "Of two units that read one record and save it, the second to commit conflicts.",
        Level::L2,
        run!(update::not_lost),
    )
    .kills(&["revision-precondition-ignored"]),
    Case::new(
        "isolation.update.race",
        "Racing increments are all counted.",
        Level::L2,
        run!(update::race),
    )
    .kills(&["revision-precondition-ignored"]),
];
