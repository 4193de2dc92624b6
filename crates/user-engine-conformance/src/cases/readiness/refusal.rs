//! Stores that are not ready take no write.

use crate::check::same;
use crate::context::Context;
use crate::failure::Failure;
use crate::power::{Power, Tamper};
use crate::refused;
use user_engine_ports::{Effect, Precondition, Scope, StoreErrorKind, Tx};

const SCOPE: Scope = Scope::Tenantless;

/// Expects a commit to be refused because the store is not ready.
async fn commit_refused(tx: Tx) -> Result<(), Failure> {
    let error = refused!(tx.commit().await, StoreErrorKind::NotReady(_))?;
    same(
        &error.effect(),
        &Effect::NotApplied,
        "the effect of a refused commit",
    )
}

/// A whole mutation under an operation of this name.
fn mutation(ctx: &Context, name: &str) -> Result<Tx, Failure> {
    let (store, operation) = (ctx.store(), ctx.operation(name));
    Ok(ctx.mutation(
        &store,
        &SCOPE,
        &operation,
        ctx.user(name),
        Precondition::Any,
    )?)
}

/// Expects commits and denials to be refused from now on; one unit was begun before.
async fn takes_no_write(ctx: &Context, begun_before: Tx) -> Result<(), Failure> {
    commit_refused(begun_before).await?;
    commit_refused(mutation(ctx, "after")?).await?;
    let denial = ctx.denial(&ctx.operation("denied"), &SCOPE);
    let recorded = ctx
        .store()
        .record_denial(&SCOPE, denial, ctx.deadline())
        .await;
    refused!(recorded, StoreErrorKind::NotReady(_))?;
    Ok(())
}

/// Changes the store behind its back and expects that nothing is written after that.
async fn tampered(ctx: &Context, tamper: Tamper) -> Result<(), Failure> {
    ctx.commit_user("stored").await?;
    let begun_before = mutation(ctx, "before")?;
    let can_dump = ctx.declared().contains(&Power::Dump);
    let before = if can_dump {
        Some(ctx.dump().await?)
    } else {
        None
    };
    ctx.tamper(tamper).await?;
    takes_no_write(ctx, begun_before).await?;
    if let Some(before) = before {
        same(
            &ctx.dump().await?,
            &before,
            "what is stored after refused writes",
        )?;
    }
    Ok(())
}

pub(super) async fn changed(ctx: Context) -> Result<(), Failure> {
    tampered(&ctx, Tamper::AppliedChecksum).await
}

pub(super) async fn newer(ctx: Context) -> Result<(), Failure> {
    tampered(&ctx, Tamper::NewerIncompatible).await
}

pub(super) async fn unreadable(ctx: Context) -> Result<(), Failure> {
    tampered(&ctx, Tamper::UnreadableVersions).await
}

pub(super) async fn disposable(ctx: Context) -> Result<(), Failure> {
    tampered(&ctx, Tamper::MarkDisposable).await
}

pub(super) async fn empty(ctx: Context) -> Result<(), Failure> {
    let begun_before = mutation(&ctx, "before")?;
    takes_no_write(&ctx, begun_before).await
}
