//! Diagnostics: counts only, under neutral names, and nothing that was stored in any of them.

use crate::case::{Case, run};
use crate::level::Level;
use crate::power::Power;

mod canary;
mod count;
mod error;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "diagnostics.canary.answers",
        "No answer of a store shows a sensitive value or a key in its debug form.",
        Level::L1,
        run!(canary::answers),
    )
    .kills(&["receipt-holds-value"]),
    Case::new(
        "diagnostics.canary.errors",
        "No error of a store shows a sensitive value or a key, written out or in its debug form.",
        Level::L1,
        run!(canary::errors),
    )
    .kills(&["error-prints-value"]),
    Case::new(
        "diagnostics.canary.readiness",
        "No readiness, plan or migration report shows anything that is stored.",
        Level::L1,
        run!(canary::readiness),
    )
    .kills(&["readiness-prints-value"]),
    Case::new(
        "diagnostics.canary.server-log",
        "The server's log shows no sensitive value, key or id of what was written, refused and read.",
        Level::L1,
        run!(canary::server_log),
    )
    .needs(&[Power::ServerLog])
    .kills(&["error-prints-value"]),
    Case::new(
        "diagnostics.counts.every-name",
        "Counts hold every name of the manifest in every scope, also of what is absent.",
        Level::L1,
        run!(count::every_name),
    )
    .kills(&["counts-omit-zeros"]),
    Case::new(
        "diagnostics.counts.follow",
        "Counts follow creations and deletions, and a replacement changes none of them.",
        Level::L1,
        run!(count::follow),
    )
    .kills(&["counts-count-every-save"]),
    Case::new(
        "diagnostics.counts.scope",
        "A scope counts what is its own: a tenant its records, entries and operations, the tenantless scope tenantless records, the platform all.",
        Level::L1,
        run!(count::scope),
    )
    .kills(&["counts-leak-foreign-tenant"]),
    Case::new(
        "diagnostics.error.effect",
        "A refused commit is known not to be applied, and repeating it is said to be of no use.",
        Level::L1,
        run!(error::effect),
    )
    .kills(&["conflict-called-unknown"]),
    Case::new(
        "diagnostics.error.record-kind",
        "An error about a record names its kind.",
        Level::L1,
        run!(error::record_kind),
    )
    .kills(&["out-of-scope-names-no-kind"]),
    Case::new(
        "diagnostics.error.verb",
        "An error names the verb that was refused.",
        Level::L1,
        run!(error::verb),
    )
    .kills(&["errors-blame-commit"]),
    Case::new(
        "diagnostics.error.verb-of-reads",
        "A read under an operation that is known already is refused under the read's own verb.",
        Level::L1,
        run!(error::verb_of_reads),
    )
    .kills(&["pages-refused-as-reads"]),
];
