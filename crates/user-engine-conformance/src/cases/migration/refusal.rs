//! Migrations that are refused, or have nothing to do; and the harness's reset.

use crate::check::{absent, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::power::Tamper;
use crate::refused;
use user_engine_domain::User;
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{NotReady, Scope, StoreErrorKind};

/// Changes the store and expects migrating and planning to be refused for a reason, and the
/// store to be as before.
async fn left_alone(
    ctx: &Context,
    tamper: Tamper,
    is_reason: fn(&NotReady) -> bool,
) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    ctx.tamper(tamper).await?;
    let before = ctx.store().readiness(ctx.deadline()).await;
    let migrated = ctx.migrator().migrate(ctx.deadline()).await;
    refused!(migrated, StoreErrorKind::NotReady(reason) if is_reason(reason))?;
    let planned = ctx.migrator().plan(ctx.deadline()).await;
    refused!(planned, StoreErrorKind::NotReady(reason) if is_reason(reason))?;
    let after = ctx.store().readiness(ctx.deadline()).await;
    same(
        &after,
        &before,
        "the store's readiness after a refused migration",
    )
}

pub(super) async fn ahead(ctx: Context) -> Result<(), Failure> {
    left_alone(&ctx, Tamper::NewerIncompatible, |reason| {
        let (found, known) = (LATEST_SCHEMA_VERSION + 1, LATEST_SCHEMA_VERSION);
        *reason == NotReady::Ahead { found, known }
    })
    .await
}

pub(super) async fn changed(ctx: Context) -> Result<(), Failure> {
    left_alone(&ctx, Tamper::AppliedChecksum, |reason| {
        matches!(reason, NotReady::ChecksumMismatch { version }
            if (1..=LATEST_SCHEMA_VERSION).contains(version))
    })
    .await
}

pub(super) async fn unreadable(ctx: Context) -> Result<(), Failure> {
    left_alone(&ctx, Tamper::UnreadableVersions, |reason| {
        *reason == NotReady::Unreadable
    })
    .await
}

pub(super) async fn newer_left_alone(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::NewerCompatible).await?;
    let before = ctx.store().readiness(ctx.deadline()).await;
    let report = ctx.migrator().migrate(ctx.deadline()).await?;
    same_count(report.steps.len(), 0_u64, "steps on a newer store")?;
    same_count(report.from, LATEST_SCHEMA_VERSION + 1, "the version before")?;
    same_count(report.to, LATEST_SCHEMA_VERSION + 1, "the version after")?;
    let after = ctx.store().readiness(ctx.deadline()).await;
    same(&after, &before, "the store's readiness after a migration")
}

pub(super) async fn reset_strangers_survive(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    ctx.plant_decoys().await?;
    ctx.reset().await?;
    ensure!(
        ctx.decoys_survive().await?,
        "the reset touched a stranger's table"
    );
    for (name, count) in ctx.totals().await? {
        same_count(count, 0_u64, &format!("{name} after the reset"))?;
    }
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "a record after the reset")?;
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    ensure!(
        readiness.is_ready(),
        "the store is not ready after the reset"
    );
    Ok(())
}
