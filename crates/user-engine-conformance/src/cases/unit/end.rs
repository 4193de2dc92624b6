//! How units end: committed empty, dropped, rolled back, too late.

use crate::check::{absent, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use crate::{ensure, refused};
use std::time::Duration;
use user_engine_domain::User;
use user_engine_ports::{
    Deadline, Effect, Precondition, ReceiptBody, Scope, StoreErrorKind, UnitOptions,
};

pub(super) async fn commit_empty(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let before = ctx.totals().await?;
    let mut tx = ctx.begin(Scope::Tenantless, "nothing");
    tx.get::<User>(&ctx.user_id("ada")).await?;
    let nothing = tx.commit().await?;
    absent(nothing.receipt.as_ref(), "the receipt of an empty unit")?;
    ensure!(!nothing.is_repeated, "an empty unit calls itself repeated");
    ctx.holds_still(&before, "an empty commit").await?;
    let nothing = ctx.reader(Scope::Tenantless).commit().await?;
    absent(nothing.receipt.as_ref(), "the receipt of a read-only unit")
}

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

pub(super) async fn read_only_refuses_writes(ctx: Context) -> Result<(), Failure> {
    let stored = ctx.commit_user("ada").await?;
    let before = ctx.totals().await?;
    let (key, operation) = (&stored.record.user_id, ctx.operation("read-only"));
    let (id, scope) = (id_of::<User>(key), Scope::Tenantless);
    let mut tx = ctx.reader(scope.clone());
    tx.get::<User>(key).await?;
    refused!(tx.save(ctx.user("bob")), StoreErrorKind::ReadOnly)?;
    refused!(tx.delete::<User>(key), StoreErrorKind::ReadOnly)?;
    refused!(
        tx.expect::<User>(key, stored.revision),
        StoreErrorKind::ReadOnly
    )?;
    let audit = ctx.audit(&operation, &scope, Some(&id));
    refused!(tx.append_audit(audit), StoreErrorKind::ReadOnly)?;
    let event = ctx.event(&operation, &scope, &id);
    refused!(tx.enqueue(event), StoreErrorKind::ReadOnly)?;
    refused!(
        tx.set_receipt(ReceiptBody::default()),
        StoreErrorKind::ReadOnly
    )?;
    tx.commit().await?;
    ctx.holds_still(&before, "a read-only unit").await
}
