//! Diagnostics: counts only, under neutral names, and nothing that was stored in any of them.

use crate::case::{Case, run};
use crate::check::same;
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_migrations::COUNT_KEYS;
use user_engine_ports::Scope;

pub(crate) const CASES: &[Case] = &[Case::new(
    "diagnostics.counts.every-name",
    "Counts hold every name of the manifest, also of what is absent.",
    Level::L1,
    run!(counts_every_name),
)
.kills(&["counts-omit-zeros"])];

async fn counts_every_name(ctx: Context) -> Result<(), Failure> {
    let counts = ctx
        .store()
        .record_counts(&Scope::Platform, ctx.deadline())
        .await?;
    let names: Vec<&str> = counts.keys().copied().collect();
    same(&names, &COUNT_KEYS.to_vec(), "the names of the counts")
}
