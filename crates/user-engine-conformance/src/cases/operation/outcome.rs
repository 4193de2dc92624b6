//! Operations that are asked about.

use super::repeat::{created, holds_creation_once};
use crate::check::{absent, conflict, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use std::time::Duration;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, Deadline, OperationOutcome, Precondition, Scope};

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
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let hold = ctx.hold_record(&id_of::<User>(&ctx.user_id("ada"))).await?;
    let operation = ctx.operation("waiting");
    let changed = ctx.user_version("ada", 1);
    let tx = ctx.mutation(&store, &scope, &operation, changed, Precondition::Any)?;
    // A commit that gave up waiting has not applied; run the race again, it meets soon.
    let commit = tokio::spawn(tx.commit());
    let mut found = OperationOutcome::NotApplied;
    for _ in 0..20 {
        if commit.is_finished() {
            break;
        }
        // Asked too early this would fence the id: ask for another id until the holder is there.
        let probe = ctx.operation(&ctx.fresh_id("probe"));
        store.outcome(&scope, &probe.id, ctx.deadline()).await?;
    }
    if !commit.is_finished() {
        // Asks for less time than the commit waits, which would otherwise give up first.
        let deadline = Deadline::after(Duration::from_secs(1));
        found = store.outcome(&scope, &operation.id, deadline).await?;
    }
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
            )
        }
        (Ok(_), OperationOutcome::NotApplied) => Err(Failure::broken(
            "called not applied while it was running, and then it applied",
        )),
        (Ok(_), OperationOutcome::Applied(_)) => Err(Failure::broken(
            "called applied while it was waiting for a lock",
        )),
        (Err(_), _) => Err(Failure::inconclusive(
            "the commit did not wait for the lock",
        )),
    }
}
