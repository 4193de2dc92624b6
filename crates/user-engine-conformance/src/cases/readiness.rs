//! Readiness: whether a store can serve, and why not.

use crate::case::{Case, run};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use crate::power::Power;
use user_engine_ports::NotReady;

pub(crate) const CASES: &[Case] = &[Case::new(
    "readiness.empty.not-migrated",
    "A store that was never migrated is not ready and says so.",
    Level::L1,
    run!(empty_not_migrated),
)
.needs(&[Power::Empty])
.kills(&["readiness-always-ready"])];

async fn empty_not_migrated(ctx: Context) -> Result<(), Failure> {
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    let says_so = readiness.reasons.contains(&NotReady::NotMigrated);
    ensure!(
        says_so,
        "an empty store does not say that it is not migrated"
    );
    Ok(())
}
