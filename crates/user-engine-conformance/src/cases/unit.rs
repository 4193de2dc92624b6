//! Units of work: buffered, overlaid on their own reads, given up without a trace.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod buffer;
mod end;
mod overlay;
mod trip;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "unit.begin.sends-nothing",
        "Beginning a unit, buffering into it and dropping it sends nothing.",
        Level::L1,
        run!(trip::begin_sends_nothing),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["begin-asks-for-readiness"]),
    Case::new(
        "unit.buffer.unseen",
        "What a unit buffers shows to no other unit and in no count before its commit.",
        Level::L1,
        run!(buffer::unseen),
    )
    .kills(&["save-writes-through"]),
    Case::new(
        "unit.coalesce.contradiction",
        "A precondition that contradicts what the unit itself wrote conflicts at once, and the unit stays as it was.",
        Level::L1,
        run!(buffer::contradiction),
    )
    .kills(&["contradiction-passed-over"]),
    Case::new(
        "unit.coalesce.delete-and-save",
        "A deletion behind a save of the same unit leaves no record, and a save behind a deletion leaves one.",
        Level::L1,
        run!(buffer::delete_and_save),
    )
    .kills(&["deletion-behind-save-forgotten"]),
    Case::new(
        "unit.coalesce.first-precondition",
        "The precondition of a key's first write still guards the store when the unit writes the key again.",
        Level::L1,
        run!(buffer::first_precondition),
    )
    .kills(&["coalescing-drops-precondition"]),
    Case::new(
        "unit.coalesce.last-save",
        "Several saves of one key in a unit become one, which stores the last of them.",
        Level::L1,
        run!(buffer::last_save),
    )
    .kills(&["first-save-of-unit-wins"]),
    Case::new(
        "unit.deadline.read",
        "A read whose deadline has passed is refused as such.",
        Level::L1,
        run!(end::deadline_read),
    )
    .kills(&["deadlines-ignored"]),
    Case::new(
        "unit.drop.leaves-nothing",
        "A unit that is dropped leaves no record, audit record, event or operation.",
        Level::L1,
        run!(end::drop_leaves_nothing),
    )
    .kills(&["dropped-unit-keeps-audit"]),
    Case::new(
        "unit.list.own-writes",
        "A list shows the unit's own saves at the places of their keys and leaves its own deletions out, page by page.",
        Level::L1,
        run!(overlay::list_own_writes),
    )
    .kills(&["list-misses-own-writes"]),
    Case::new(
        "unit.read.own-writes",
        "A unit reads its own saves, marked as uncommitted, and its own deletions as absence.",
        Level::L1,
        run!(overlay::read_own_writes),
    )
    .kills(&["get-misses-own-writes"]),
    Case::new(
        "unit.rollback.leaves-nothing",
        "A unit that is rolled back leaves no record, audit record, event or operation.",
        Level::L1,
        run!(end::rollback_leaves_nothing),
    )
    .kills(&["rollback-keeps-outbox"]),
    Case::new(
        "unit.trips.get",
        "Reading one record takes one round trip, cold and warm.",
        Level::L1,
        run!(trip::get),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["get-reads-twice"]),
    Case::new(
        "unit.trips.list-page",
        "Reading a page of a list takes one round trip.",
        Level::L1,
        run!(trip::list_page),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["list-counts-first"]),
    Case::new(
        "unit.trips.mutation",
        "A mutation without reads, with its audit record and event, takes one round trip.",
        Level::L1,
        run!(trip::mutation),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["commit-asks-for-readiness"]),
    Case::new(
        "unit.trips.read-then-write",
        "A mutation that reads first takes two round trips.",
        Level::L1,
        run!(trip::read_then_write),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["commit-reads-again"]),
    Case::new(
        "unit.trips.reads-together",
        "Several reads that are asked for together take one round trip.",
        Level::L1,
        run!(trip::reads_together),
    )
    .needs(&[Power::RoundTrips])
    .kills(&["reads-one-by-one"]),
];
