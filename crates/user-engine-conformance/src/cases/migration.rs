//! Migrations: ordered, idempotent, all or nothing.

use crate::case::{Case, run};
use crate::check::same_count;
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use crate::power::Power;
use user_engine_migrations::LATEST_SCHEMA_VERSION;

pub(crate) const CASES: &[Case] = &[Case::new(
    "migration.empty.to-latest",
    "Migrating an empty store brings it to the latest version, and it is ready then.",
    Level::L1,
    run!(empty_to_latest),
)
.needs(&[Power::Empty])
.kills(&["migrate-does-nothing"])];

async fn empty_to_latest(ctx: Context) -> Result<(), Failure> {
    let report = ctx.migrator().migrate(ctx.deadline()).await?;
    same_count(report.from, 0_u32, "the version before")?;
    same_count(report.to, LATEST_SCHEMA_VERSION, "the version after")?;
    same_count(report.steps.len(), LATEST_SCHEMA_VERSION, "steps")?;
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    ensure!(readiness.is_ready(), "a migrated store is not ready");
    Ok(())
}
