//! Limits: the same on every store, and refused before anything is sent.

mod read;
mod unit;

use crate::case::{Case, run};
use crate::level::Level;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "limit.page.size",
        "A page of no row or of more than a thousand is refused.",
        Level::L0,
        run!(read::page_size),
    )
    .kills(&["page-limit-not-checked"]),
    Case::new(
        "limit.reads.flight",
        "A thousand reads are answered together and one more is refused.",
        Level::L0,
        run!(read::reads_of_a_flight),
    )
    .kills(&["reads-not-checked"]),
    Case::new(
        "limit.record.bytes",
        "A record of 1 MiB is stored and one byte more is refused before anything is sent.",
        Level::L0,
        run!(unit::record_bytes),
    )
    .kills(&["record-bytes-not-checked", "record-limit-too-low"]),
    Case::new(
        "limit.refused.unit-goes-on",
        "A unit that was refused something over a limit commits the rest of what it buffered.",
        Level::L1,
        run!(unit::goes_on),
    )
    .kills(&["refusal-poisons-the-unit"]),
    Case::new(
        "limit.unit.bytes",
        "A unit of 16 MiB is committed and any more is refused before anything is sent.",
        Level::L1,
        run!(unit::bytes),
    )
    .kills(&["unit-bytes-not-checked"]),
    Case::new(
        "limit.unit.log-entries",
        "A unit holds a thousand audit records and a thousand events, and no more of either.",
        Level::L1,
        run!(unit::log_entries),
    )
    .kills(&["log-entries-not-checked"]),
    Case::new(
        "limit.unit.rewrites",
        "What a unit writes again under the same key counts once.",
        Level::L1,
        run!(unit::rewrites),
    )
    .kills(&["rewrites-count-twice"]),
    Case::new(
        "limit.unit.writes",
        "A unit writes a thousand records and refuses any further one, however it is touched.",
        Level::L1,
        run!(unit::writes),
    )
    .kills(&["unit-writes-not-checked"]),
];
