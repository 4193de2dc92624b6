//! How units end: committed empty, dropped, rolled back, too late.

use crate::check::{absent, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::refused;
use std::time::Duration;
use user_engine_domain::User;
use user_engine_ports::{Deadline, Effect, Precondition, Scope, StoreErrorKind, UnitOptions};

pub(super) async fn deadline_read(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let late = UnitOptions::read(Scope::Tenantless).deadline(Deadline::after(Duration::ZERO));
    let read = ctx
        .store()
        .begin(late)
        .get::<User>(&ctx.user_id("ada"))
        .await;
    let error = refused!(read, StoreErrorKind::DeadlineExceeded)?;
    same(
        &error.effect(),
        &Effect::NotApplied,
        "the effect of a late read",
    )
}

pub(super) async fn drop_leaves_nothing(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let operation = ctx.operation("dropped");
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let mut tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user("ada"),
        Precondition::Any,
    )?;
    tx.get::<User>(&ctx.user_id("bob")).await?;
    drop(tx);
    ctx.holds_still(&before, "a dropped unit").await
}

pub(super) async fn rollback_leaves_nothing(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let operation = ctx.operation("given-up");
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user("ada"),
        Precondition::Any,
    )?;
    tx.rollback().await;
    let found = ctx
        .get::<User>(Scope::Platform, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "a record of a unit that was rolled back")?;
    ctx.holds_still(&before, "a rollback").await
}
