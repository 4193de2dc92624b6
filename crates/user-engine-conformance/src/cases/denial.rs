//! Denials: durable apart from every unit of work.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::{Power, Tamper};

mod apart;
mod rule;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "denial.commit.survives",
        "A denial recorded beside an open unit stays when that unit commits, and the unit is whole.",
        Level::L1,
        run!(apart::commit_survives),
    )
    .kills(&["denial-lost-on-commit"]),
    Case::new(
        "denial.deadline.passed",
        "A denial whose deadline has passed is refused as such and not recorded.",
        Level::L1,
        run!(rule::deadline_passed),
    )
    .kills(&["denial-deadline-ignored", "denial-failure-swallowed"]),
    Case::new(
        "denial.drop.survives",
        "A denial recorded beside an open unit survives when that unit is dropped.",
        Level::L1,
        run!(apart::drop_survives),
    )
    .kills(&["denial-lost-on-drop"]),
    Case::new(
        "denial.event.none",
        "A denial appends its audit record as it was given and nothing else: no event, no record, no operation.",
        Level::L1,
        run!(rule::event_none),
    )
    .kills(&["denial-emits-event"]),
    Case::new(
        "denial.failure.survives",
        "A denial recorded beside an open unit survives when that unit's commit is refused.",
        Level::L1,
        run!(apart::failure_survives),
    )
    .kills(&["denial-lost-on-failed-commit"]),
    Case::new(
        "denial.flood.counted",
        "Of many denials at once each is recorded or refused with a typed error, and none is lost in silence.",
        Level::L2,
        run!(apart::flood_counted),
    )
    .needs(&[Power::SecondHandle])
    .kills(&["full-lane-answers-ok"]),
    Case::new(
        "denial.open-unit.at-once",
        "A denial is durable when it is answered, while units that wrote the same operation are still open.",
        Level::L1,
        run!(apart::open_unit_at_once),
    )
    .kills(&["denial-waits-for-unit"]),
    Case::new(
        "denial.outcome.allowed",
        "An audit record that is no denial is refused and not recorded.",
        Level::L1,
        run!(rule::outcome_allowed),
    )
    .kills(&["allowed-denial-accepted"]),
    Case::new(
        "denial.pool.one-connection",
        "Over a pool of one connection a denial goes through beside an open unit that has read, and beside its commit.",
        Level::L2,
        run!(apart::pool_one_connection),
    )
    .needs(&[Power::PoolOfOne])
    .kills(&["denial-needs-second-connection"]),
    Case::new(
        "denial.refusal.said",
        "A denial that the store can't make durable is refused with an error that says so.",
        Level::L1,
        run!(rule::refusal_said),
    )
    .needs(&[Power::Tamper(Tamper::MarkDisposable)])
    .kills(&["denial-failure-swallowed"]),
    Case::new(
        "denial.repeat.same-id",
        "Recording a denial again under its audit id is no error and changes nothing.",
        Level::L1,
        run!(rule::repeat_same_id),
    )
    .kills(&["repeated-denial-recorded-twice"]),
    Case::new(
        "denial.rollback.survives",
        "A denial recorded beside an open unit survives that unit's rollback and emits no event.",
        Level::L1,
        run!(apart::rollback_survives),
    )
    .kills(&["denial-lost-on-rollback", "denial-not-recorded"]),
    Case::new(
        "denial.scope.foreign-tenant",
        "A denial that names another tenant than its scope's is refused and not recorded.",
        Level::L1,
        run!(rule::scope_foreign_tenant),
    )
    .kills(&["denial-of-foreign-tenant-accepted"]),
    Case::new(
        "denial.trips.one",
        "Recording a denial takes one round trip.",
        Level::L1,
        run!(rule::trips_one),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["denial-asks-for-readiness"]),
];
