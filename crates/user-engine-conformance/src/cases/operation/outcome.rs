//! Operations that are asked about.

use super::repeat::{created, holds_creation_once};
use crate::check::{absent, conflict, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use std::time::Duration;
use user_engine_domain::User;
use user_engine_ports::{
    ConflictReason, Deadline, OperationOutcome, Precondition, Scope, StoreErrorKind,
};

pub(super) async fn applied(ctx: Context) -> Result<(), Failure> {
    let (operation, receipt) = created(&ctx).await?;
    for _ in 0..2 {
        let found = ctx
            .store()
            .outcome(&Scope::Tenantless, &operation.id, ctx.deadline())
            .await?;
        same(
            &found,
            &OperationOutcome::Applied(receipt.clone()),
            "the outcome",
        )?;
    }
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        1_u64,
        "operations",
    )?;
    holds_creation_once(&ctx).await
}

pub(super) async fn fences(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let operation = ctx.operation("create");
    let user = ctx.user("ada");
    let tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
    for _ in 0..2 {
        let found = store.outcome(&scope, &operation.id, ctx.deadline()).await?;
        same(
            &found,
            &OperationOutcome::NotApplied,
            "the outcome before the commit",
        )?;
    }
    conflict(tx.commit().await, ConflictReason::OperationFenced, None)?;
    let found = ctx.get::<User>(scope.clone(), &ctx.user_id("ada")).await?;
    absent(found.as_ref(), "a record of a fenced operation")?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )?;
    let found = store.outcome(&scope, &operation.id, ctx.deadline()).await?;
    same(
        &found,
        &OperationOutcome::NotApplied,
        "the outcome after the commit",
    )
}

pub(super) async fn second_handle(ctx: Context) -> Result<(), Failure> {
    let second = ctx.second_handle().await?;
    let scope = Scope::Tenantless;
    let (operation, receipt) = created(&ctx).await?;
    let found = second
        .outcome(&scope, &operation.id, ctx.deadline())
        .await?;
    same(
        &found,
        &OperationOutcome::Applied(receipt),
        "the outcome by the second handle",
    )?;

    let fenced = ctx.operation("fenced");
    let user = ctx.user("bob");
    let tx = ctx.mutation(&ctx.store(), &scope, &fenced, user, Precondition::Absent)?;
    let found = second.outcome(&scope, &fenced.id, ctx.deadline()).await?;
    same(
        &found,
        &OperationOutcome::NotApplied,
        "the outcome by the second handle",
    )?;
    conflict(tx.commit().await, ConflictReason::OperationFenced, None)?;
    Ok(())
}

pub(super) async fn still_running(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    // Asked before the commit arrived, the question fences it: then it comes later the next time.
    for patience in [10, 30, 100, 300, 1_000] {
        if meets_the_holder(&ctx, patience).await? {
            return Ok(());
        }
    }
    Err(Failure::inconclusive(
        "the commit never came to wait for the lock",
    ))
}

/// Asks for a commit that waits for a lock, after a number of other questions; whether the
/// question met it.
async fn meets_the_holder(ctx: &Context, patience: usize) -> Result<bool, Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let hold = ctx.hold_record(&id_of::<User>(&ctx.user_id("ada"))).await?;
    let operation = ctx.operation(&format!("waiting-{patience}"));
    let changed = ctx.user_version("ada", 1);
    let tx = ctx.mutation(&store, &scope, &operation, changed, Precondition::Any)?;
    let commit = tokio::spawn(tx.commit());
    for _ in 0..patience {
        let other = ctx.operation(&ctx.fresh_id("other"));
        store.outcome(&scope, &other.id, ctx.deadline()).await?;
    }
    // Asks for less time than the commit waits, which would otherwise give up first.
    let deadline = Deadline::after(Duration::from_secs(1));
    let found = store.outcome(&scope, &operation.id, deadline).await?;
    ctx.release(hold).await?;
    let ended = commit
        .await
        .map_err(|_| Failure::broken("the waiting commit panicked"))?;
    match (ended, found) {
        (Ok(_), OperationOutcome::StillRunning) => {
            let after = store.outcome(&scope, &operation.id, ctx.deadline()).await?;
            let is_applied = matches!(after, OperationOutcome::Applied(_));
            same(
                &is_applied,
                &true,
                "the outcome once the commit was through",
            )?;
            Ok(true)
        }
        (Ok(_), OperationOutcome::NotApplied) => Err(Failure::broken(
            "called not applied while it was running, and then it applied",
        )),
        (Ok(_), OperationOutcome::Applied(_)) => Err(Failure::broken(
            "called applied while it was waiting for a lock",
        )),
        // It gave up waiting before it was asked for.
        (Err(error), _) if *error.kind() == StoreErrorKind::Contention => Ok(false),
        (Err(error), OperationOutcome::NotApplied) => {
            conflict::<()>(Err(error), ConflictReason::OperationFenced, None)?;
            Ok(false)
        }
        (Err(error), _) => Err(error.into()),
    }
}
