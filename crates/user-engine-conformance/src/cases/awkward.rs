//! Awkward values: keys, numbers and instants at the edges of what a store can hold.

mod key;
mod value;

use crate::case::{Case, run};
use crate::level::Level;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "awkward.json.events",
        "An event's payload comes back as it was enqueued, whatever numbers and strings it holds.",
        Level::L0,
        run!(value::events),
    )
    .kills(&["event-numbers-become-floats"]),
    Case::new(
        "awkward.json.numbers",
        "Numbers come back as they were saved, from the smallest float to 64 bits of integer.",
        Level::L0,
        run!(value::numbers),
    )
    .kills(&["numbers-become-floats"]),
    Case::new(
        "awkward.json.shape",
        "JSON comes back in its shape: 32 deep, 256 KiB long, empty, null, under any member name.",
        Level::L0,
        run!(value::shape),
    )
    .kills(&["null-members-dropped"]),
    Case::new(
        "awkward.json.strings",
        "Strings come back byte for byte, with escapes, control characters and lone marks.",
        Level::L0,
        run!(value::strings),
    )
    .kills(&["control-characters-dropped"]),
    Case::new(
        "awkward.key.astral",
        "Keys that differ only in characters of four bytes are different keys.",
        Level::L0,
        run!(key::astral),
    )
    .kills(&["keys-lose-four-byte-characters"]),
    Case::new(
        "awkward.key.case",
        "Keys that differ only by case are different keys.",
        Level::L0,
        run!(key::case),
    )
    .kills(&["keys-fold-case"]),
    Case::new(
        "awkward.key.digest",
        "Keys too long to be spelled out are different keys however little they differ.",
        Level::L0,
        run!(key::digest),
    )
    .kills(&["long-subjects-cut-short"]),
    Case::new(
        "awkward.key.digest-tenant",
        "A tenant whose keys are too long to be spelled out keeps its records to itself.",
        Level::L1,
        run!(key::digest_tenant),
    )
    .kills(&["tenant-judged-by-key-prefix"]),
    Case::new(
        "awkward.key.invisible",
        "Keys that differ only in characters without width are different keys.",
        Level::L0,
        run!(key::invisible),
    )
    .kills(&["keys-lose-invisible-characters"]),
    Case::new(
        "awkward.key.length",
        "Keys of one byte and of the longest ids are kept, and differ by their last byte.",
        Level::L0,
        run!(key::length),
    )
    .kills(&["keys-cut-short"]),
    Case::new(
        "awkward.key.normalization",
        "Keys that differ only by normalization form are different keys.",
        Level::L0,
        run!(key::normalization),
    )
    .kills(&["keys-normalized"]),
    Case::new(
        "awkward.key.order",
        "Lists are ordered by the bytes of keys of every alphabet and length.",
        Level::L0,
        run!(key::order),
    )
    .kills(&["list-ordered-by-utf-16"]),
    Case::new(
        "awkward.key.separators",
        "Keys that differ only in separators, escapes or wildcards are different keys.",
        Level::L0,
        run!(key::separators),
    )
    .kills(&["keys-lose-slashes"]),
    Case::new(
        "awkward.key.white-space",
        "Keys that differ only in white space inside are different keys.",
        Level::L0,
        run!(key::white_space),
    )
    .kills(&["keys-collapse-white-space"]),
    Case::new(
        "awkward.list.full",
        "Lists and maps of a thousand entries come back whole, repeated entries in their places.",
        Level::L0,
        run!(value::full_list),
    )
    .kills(&["lists-lose-repeated-entries"]),
    Case::new(
        "awkward.text.bytes",
        "Text comes back byte for byte, up to its length, and empty text is not absent text.",
        Level::L0,
        run!(value::text),
    )
    .kills(&["empty-text-becomes-absent", "text-trimmed"]),
    Case::new(
        "awkward.time.ends",
        "Instants come back to the microsecond, from the first of year 1 to the last of 9999.",
        Level::L0,
        run!(value::time_ends),
    )
    .kills(&["instants-in-milliseconds"]),
    Case::new(
        "awkward.time.logs",
        "Instants of audit records and events come back to the microsecond, at the ends too.",
        Level::L0,
        run!(value::time_logs),
    )
    .kills(&["log-instants-in-milliseconds"]),
];
