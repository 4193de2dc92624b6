//! Asking for readiness.

use crate::check::{absent, same};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::power::Tamper;
use futures_util::future::join_all;
use std::time::Duration;
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{Deadline, StoreError};

pub(super) async fn fresh(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    let readiness = store.readiness(ctx.deadline()).await;
    absent(
        readiness.reasons.first(),
        "a reason against a migrated store",
    )?;
    ensure!(readiness.is_ready(), "a migrated store is not ready");
    same(
        &readiness.schema_version,
        &Some(LATEST_SCHEMA_VERSION),
        "the version reported",
    )?;
    same(
        &readiness.wall,
        &store.capabilities().wall,
        "who keeps tenants apart",
    )?;
    let names_settings = !store.capabilities().durable || !readiness.durability.is_empty();
    ensure!(
        names_settings,
        "a durable store reports no durability settings"
    );
    Ok(())
}

pub(super) async fn repeated(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    let first = store.readiness(ctx.deadline()).await;
    for answer in join_all((0..8).map(|_| store.readiness(ctx.deadline()))).await {
        same(&answer, &first, "an answer among many at once")?;
    }
    ctx.commit_user("ada").await?;
    same(
        &store.readiness(ctx.deadline()).await,
        &first,
        "the answer after a commit",
    )
}

pub(super) async fn late(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    let first = store.readiness(ctx.deadline()).await;
    for _ in 0..3 {
        store.readiness(Deadline::after(Duration::ZERO)).await;
    }
    same(
        &store.readiness(ctx.deadline()).await,
        &first,
        "the answer after late ones",
    )?;
    ctx.commit_user("ada").await?;
    Ok(())
}

pub(super) async fn newer_compatible(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::NewerCompatible).await?;
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    ensure!(
        readiness.is_ready(),
        "a compatible newer store is not ready"
    );
    same(
        &readiness.schema_version,
        &Some(LATEST_SCHEMA_VERSION + 1),
        "the version reported",
    )?;
    ctx.commit_user("ada").await?;
    Ok(())
}

pub(super) async fn trips_one(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    for what in ["asking cold", "asking warm"] {
        let asked = async { Ok::<_, StoreError>(store.readiness(ctx.deadline()).await) };
        let readiness = ctx.takes(1, what, asked).await?;
        ensure!(readiness.is_ready(), "a migrated store is not ready");
    }
    Ok(())
}
