//! Commits: everything or nothing, under preconditions that name what conflicts.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod atomic;
mod log;
mod owner;
mod precondition;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "commit.answer.stored",
        "What an answered commit wrote is stored: its record, audit record, event and operation.",
        Level::L1,
        run!(atomic::answer_stored),
    )
    .kills(&["commit-loses-audit", "commit-loses-event"]),
    Case::new(
        "commit.atomic.conflict",
        "A commit that a precondition refuses leaves nothing of the whole unit, also not what conflicts with nothing.",
        Level::L1,
        run!(atomic::conflict_leaves_nothing),
    )
    .kills(&["refused-commit-keeps-audit", "refused-commit-keeps-other-records"]),
    Case::new(
        "commit.atomic.panic",
        "A panic between buffering and commit leaves nothing of the unit.",
        Level::L1,
        run!(atomic::panic_leaves_nothing),
    )
    .kills(&["unit-committed-by-panic"]),
    Case::new(
        "commit.conflict.first-in-key-order",
        "A conflict names the first record in key order, in whatever order the unit wrote, expected and deleted.",
        Level::L1,
        run!(precondition::first_in_key_order),
    )
    .kills(&["conflict-names-last-record"]),
    Case::new(
        "commit.cut.whole-or-nothing",
        "Wherever a connection is lost around a commit, its record, audit record, event and operation are there together or not at all, as its answer says.",
        Level::L1,
        run!(atomic::cut_whole_or_nothing),
    )
    .needs(&[Power::CutCommit])
    .kills(&["audit-sent-behind-commit", "lost-answer-called-not-applied", "unsent-called-unknown"]),
    Case::new(
        "commit.deadline.passed",
        "A commit whose deadline has passed is refused as such, is known not to be applied and leaves nothing.",
        Level::L1,
        run!(atomic::deadline_passed),
    )
    .kills(&["deadlines-ignored"]),
    Case::new(
        "commit.expect.changed",
        "A commit that expects a record to be unchanged conflicts when it has changed, names it and leaves nothing.",
        Level::L1,
        run!(precondition::expect_changed),
    )
    .kills(&["changed-expectation-passes"]),
    Case::new(
        "commit.expect.deleted",
        "A commit that expects a record to be unchanged conflicts when it was deleted.",
        Level::L1,
        run!(precondition::expect_deleted),
    )
    .kills(&["expect-of-deleted-passes"]),
    Case::new(
        "commit.expect.writes-nothing",
        "An expectation that holds leaves its record as it was, revision included.",
        Level::L1,
        run!(precondition::expect_writes_nothing),
    )
    .kills(&["expect-renews-revision"]),
    Case::new(
        "commit.log.allowed-only",
        "A unit takes no audit record of a denial, which would be lost with it.",
        Level::L1,
        run!(log::allowed_only),
    )
    .kills(&["denial-inside-unit-accepted"]),
    Case::new(
        "commit.log.own-tenant",
        "Audit records and events must name the tenant of their unit's scope, and none in the tenantless scope.",
        Level::L1,
        run!(log::own_tenant),
    )
    .kills(&["foreign-tenant-in-log-accepted"]),
    Case::new(
        "commit.owner.first-user",
        "A record that belongs to no user yet can be given one.",
        Level::L1,
        run!(owner::first_user),
    )
    .kills(&["first-user-refused"]),
    Case::new(
        "commit.owner.tenant",
        "A save that would move a record to another tenant conflicts and leaves the record.",
        Level::L1,
        run!(owner::tenant),
    )
    .kills(&["save-moves-record-to-other-tenant"]),
    Case::new(
        "commit.owner.user",
        "A save that would move a record to another user conflicts, also under the record's own revision, and leaves it.",
        Level::L1,
        run!(owner::user),
    )
    .kills(&["save-moves-record-to-other-user"]),
    Case::new(
        "commit.precondition.absent",
        "A save that requires absence conflicts where the record is, names it and changes nothing.",
        Level::L1,
        run!(precondition::absent_where_present),
    )
    .kills(&["absent-precondition-ignored"]),
    Case::new(
        "commit.precondition.any",
        "A save or deletion without precondition is applied whether the record is there or not.",
        Level::L1,
        run!(precondition::any),
    )
    .kills(&["save-requires-presence"]),
    Case::new(
        "commit.precondition.deletion",
        "A deletion under a revision that is past conflicts and leaves the record.",
        Level::L1,
        run!(precondition::deletion),
    )
    .kills(&["deletion-ignores-revision"]),
    Case::new(
        "commit.precondition.revision",
        "A save under a revision is applied while the record is at it, and conflicts once it has changed.",
        Level::L1,
        run!(precondition::revision),
    )
    .kills(&["stale-save-wins"]),
    Case::new(
        "commit.precondition.revision-of-absent",
        "A save under a revision conflicts when the record was deleted, and does not bring it back.",
        Level::L1,
        run!(precondition::revision_of_absent),
    )
    .kills(&["revision-precondition-recreates"]),
];
