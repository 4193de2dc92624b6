//! Stores that alter awkward values.

mod key;
mod value;

use super::wrong::{Answers, SavesAs, Units};
use crate::mutant::{Mutant, fault};
use key::Folds;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "control-characters-dropped",
        wrong: "JSON strings lose their control characters.",
        killed_by: "awkward.json.strings",
        fault: fault!(Units(|_, _| SavesAs(value::without_controls))),
    },
    Mutant {
        name: "empty-text-becomes-absent",
        wrong: "A text that is empty is stored as none.",
        killed_by: "awkward.text.bytes",
        fault: fault!(Units(|_, _| SavesAs(value::empty_as_absent))),
    },
    Mutant {
        name: "event-numbers-become-floats",
        wrong: "Numbers of an event's payload are stored as floats.",
        killed_by: "awkward.json.events",
        fault: fault!(Units(|_, _| value::FloatEvents)),
    },
    Mutant {
        name: "instants-in-milliseconds",
        wrong: "Instants of records are stored in milliseconds.",
        killed_by: "awkward.time.ends",
        fault: fault!(Units(|_, _| SavesAs(value::in_milliseconds))),
    },
    Mutant {
        name: "keys-collapse-white-space",
        wrong: "White space inside keys counts as one space.",
        killed_by: "awkward.key.white-space",
        fault: fault!(Units(|_, _| Folds(|id| {
            id.split_whitespace().collect::<Vec<_>>().join(" ")
        }))),
    },
    Mutant {
        name: "keys-cut-short",
        wrong: "Keys are told apart by their first hundred characters.",
        killed_by: "awkward.key.length",
        fault: fault!(Units(|_, _| Folds(|id| id.chars().take(100).collect()))),
    },
    Mutant {
        name: "keys-fold-case",
        wrong: "Keys are compared without regard to case.",
        killed_by: "awkward.key.case",
        fault: fault!(Units(|_, _| Folds(str::to_lowercase))),
    },
    Mutant {
        name: "keys-lose-four-byte-characters",
        wrong: "Characters of four bytes become a replacement character in keys.",
        killed_by: "awkward.key.astral",
        fault: fault!(Units(|_, _| Folds(key::within_three_bytes))),
    },
    Mutant {
        name: "keys-lose-invisible-characters",
        wrong: "Characters without width are dropped from keys.",
        killed_by: "awkward.key.invisible",
        fault: fault!(Units(|_, _| Folds(key::visible))),
    },
    Mutant {
        name: "keys-lose-slashes",
        wrong: "A slash in a key counts as a hyphen.",
        killed_by: "awkward.key.separators",
        fault: fault!(Units(|_, _| Folds(|id| id.replace('/', "-")))),
    },
    Mutant {
        name: "keys-normalized",
        wrong: "A letter and its accent are composed in keys.",
        killed_by: "awkward.key.normalization",
        fault: fault!(Units(|_, _| Folds(|id| id.replace("e\u{301}", "\u{e9}")))),
    },
    Mutant {
        name: "list-ordered-by-utf-16",
        wrong: "A page is ordered by the UTF-16 of its keys.",
        killed_by: "awkward.key.order",
        fault: fault!(Units(|_, _| Answers(key::order_by_utf_16))),
    },
    Mutant {
        name: "lists-lose-repeated-entries",
        wrong: "A list is stored without entries that it has already.",
        killed_by: "awkward.list.full",
        fault: fault!(Units(|_, _| SavesAs(value::without_repeats))),
    },
    Mutant {
        name: "log-instants-in-milliseconds",
        wrong: "Instants of audit records are stored in milliseconds.",
        killed_by: "awkward.time.logs",
        fault: fault!(Units(|_, _| value::CoarseAudit)),
    },
    Mutant {
        name: "long-subjects-cut-short",
        wrong: "A subject is stored up to its thousandth byte.",
        killed_by: "awkward.key.digest",
        fault: fault!(Units(|_, _| SavesAs(key::short_subject))),
    },
    Mutant {
        name: "null-members-dropped",
        wrong: "Members that are null are dropped from JSON.",
        killed_by: "awkward.json.shape",
        fault: fault!(Units(|_, _| SavesAs(value::without_nulls))),
    },
    Mutant {
        name: "numbers-become-floats",
        wrong: "Numbers are stored as floats.",
        killed_by: "awkward.json.numbers",
        fault: fault!(Units(|_, _| SavesAs(value::as_floats))),
    },
    Mutant {
        name: "tenant-judged-by-key-prefix",
        wrong: "A tenant reads only what its name begins the key of.",
        killed_by: "awkward.key.digest-tenant",
        fault: fault!(Units(|_, _| Answers(key::hide_unprefixed))),
    },
    Mutant {
        name: "text-trimmed",
        wrong: "Text is stored without white space at its ends.",
        killed_by: "awkward.text.bytes",
        fault: fault!(Units(|_, _| SavesAs(value::trimmed))),
    },
];
