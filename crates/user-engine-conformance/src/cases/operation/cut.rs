//! Operations whose connection is lost around the commit.

use super::repeat::{holds_creation_once, repeated};
use crate::check::{absent, conflict, present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::power::CutPoint;
use user_engine_domain::User;
use user_engine_ports::{
    Committed, ConflictReason, Effect, OperationOutcome, Precondition, Retryability, Scope,
    StoreError,
};

/// The creation of a user, with the connection lost at a point of its commit.
async fn cut_at(ctx: &Context, point: CutPoint) -> Result<Result<Committed, StoreError>, Failure> {
    ctx.cut_next_commit(point).await?;
    create(ctx).await
}

async fn create(ctx: &Context) -> Result<Result<Committed, StoreError>, Failure> {
    let operation = ctx.operation("create");
    let user = ctx.user("ada");
    let scope = Scope::Tenantless;
    let tx = ctx.mutation(&ctx.store(), &scope, &operation, user, Precondition::Absent)?;
    Ok(tx.commit().await)
}

async fn outcome(ctx: &Context) -> Result<OperationOutcome, StoreError> {
    let operation = ctx.operation("create");
    ctx.store()
        .outcome(&Scope::Tenantless, &operation.id, ctx.deadline())
        .await
}

fn unknown(result: Result<Committed, StoreError>) -> Result<(), Failure> {
    match result {
        Ok(_) => Err(Failure::broken("a commit without answer counts as applied")),
        Err(error) => {
            ensure!(
                error.effect() == Effect::Unknown,
                "the outcome is not called unknown"
            );
            let asks = error.retryability() == Retryability::AskOutcome;
            ensure!(asks, "an unknown outcome may be repeated without asking");
            Ok(())
        }
    }
}

async fn holds_nothing(ctx: &Context) -> Result<(), Failure> {
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "a record of a commit that was not applied")?;
    for name in ["audit_records", "outbox_events"] {
        same_count(ctx.count(Scope::Platform, name).await?, 0_u64, name)?;
    }
    Ok(())
}

pub(super) async fn before_send(ctx: Context) -> Result<(), Failure> {
    match cut_at(&ctx, CutPoint::BeforeSend).await? {
        Ok(_) => {
            return Err(Failure::broken(
                "a commit that was not sent counts as applied",
            ));
        }
        Err(error) => {
            let is_known = error.effect() == Effect::NotApplied;
            ensure!(is_known, "what was not sent is not called not applied");
        }
    }
    holds_nothing(&ctx).await?;
    let committed = create(&ctx).await??;
    ensure!(
        !committed.is_repeated,
        "what was not sent counts as applied before"
    );
    holds_creation_once(&ctx).await
}

pub(super) async fn before_arrival(ctx: Context) -> Result<(), Failure> {
    unknown(cut_at(&ctx, CutPoint::BeforeArrival).await?)?;
    same(
        &outcome(&ctx).await?,
        &OperationOutcome::NotApplied,
        "the outcome",
    )?;
    conflict(create(&ctx).await?, ConflictReason::OperationFenced, None)?;
    holds_nothing(&ctx).await
}

pub(super) async fn before_answer(ctx: Context) -> Result<(), Failure> {
    unknown(cut_at(&ctx, CutPoint::BeforeAnswer).await?)?;
    let is_applied = matches!(outcome(&ctx).await?, OperationOutcome::Applied(_));
    ensure!(is_applied, "an applied commit is found not to be");
    holds_creation_once(&ctx).await
}

pub(super) async fn after_answer(ctx: Context) -> Result<(), Failure> {
    let committed = cut_at(&ctx, CutPoint::AfterAnswer).await??;
    let receipt = present(committed.receipt, "the receipt")?;
    same(
        &outcome(&ctx).await?,
        &OperationOutcome::Applied(receipt),
        "the outcome",
    )?;
    holds_creation_once(&ctx).await
}

pub(super) async fn repeat_applies_once(ctx: Context) -> Result<(), Failure> {
    unknown(cut_at(&ctx, CutPoint::BeforeAnswer).await?)?;
    let receipt = repeated(create(&ctx).await?)?;
    same(
        &outcome(&ctx).await?,
        &OperationOutcome::Applied(receipt),
        "the outcome",
    )?;
    holds_creation_once(&ctx).await
}
