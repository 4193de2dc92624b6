//! Nested parts: kept in their parent or undone, bounded in depth.

use crate::case::{Case, run};
use crate::level::Level;

mod keep;
mod undo;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "nested.commit.keeps",
        "Committing a nested part keeps its record, audit record, event and receipt in its parent.",
        Level::L1,
        run!(keep::commit_keeps),
    )
    .kills(&["nested-commit-undoes"]),
    Case::new(
        "nested.commit.sends-nothing",
        "A committed nested part shows to nobody before the outermost commit, and a rollback undoes it.",
        Level::L1,
        run!(keep::commit_sends_nothing),
    )
    .kills(&["nested-commit-written-through"]),
    Case::new(
        "nested.depth.limit",
        "Nested parts go 32 deep, a deeper one is over the limit, and the unit goes on.",
        Level::L1,
        run!(keep::depth_limit),
    )
    .kills(&["nesting-unbounded", "nesting-too-shallow"]),
    Case::new(
        "nested.drop.gives-back-limits",
        "What a dropped nested part buffered no longer counts towards the unit's limits.",
        Level::L1,
        run!(undo::drop_gives_back_limits),
    )
    .kills(&["nested-drop-keeps-counting"]),
    Case::new(
        "nested.drop.restores",
        "Dropping a nested part brings back what its parent had written under the same key, precondition included.",
        Level::L1,
        run!(undo::drop_restores),
    )
    .kills(&["nested-drop-keeps-overwrites"]),
    Case::new(
        "nested.drop.truncates-audit",
        "Dropping a nested part takes back the audit records that were appended through it.",
        Level::L1,
        run!(undo::drop_truncates_audit),
    )
    .kills(&["nested-drop-keeps-audit"]),
    Case::new(
        "nested.drop.truncates-events",
        "Dropping a nested part takes back the events that were enqueued through it.",
        Level::L1,
        run!(undo::drop_truncates_events),
    )
    .kills(&["nested-drop-keeps-events"]),
    Case::new(
        "nested.drop.truncates-receipt",
        "Dropping a nested part brings back the receipt that its parent had set.",
        Level::L1,
        run!(undo::drop_truncates_receipt),
    )
    .kills(&["nested-drop-keeps-receipt"]),
    Case::new(
        "nested.drop.undoes",
        "Dropping a nested part undoes what was buffered through it and nothing else.",
        Level::L1,
        run!(undo::drop_undoes),
    )
    .kills(&["nested-drop-keeps"]),
    Case::new(
        "nested.drop.undoes-inner-commit",
        "Dropping a nested part undoes the parts that were committed inside it.",
        Level::L1,
        run!(undo::drop_undoes_inner_commit),
    )
    .kills(&["inner-commit-outlives-outer-drop"]),
    Case::new(
        "nested.read.overlay",
        "A nested part reads what its parent wrote, and a dropped one leaves its parent's reads as they were.",
        Level::L1,
        run!(keep::read_overlay),
    )
    .kills(&["nested-read-misses-parent"]),
];
