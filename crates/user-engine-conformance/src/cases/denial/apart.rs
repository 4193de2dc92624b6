//! Denials beside units of work.

use crate::check::{conflict, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use futures_util::future::join_all;
use user_engine_domain::{AuditRecord, User};
use user_engine_ports::{
    ConflictReason, Operation, Precondition, Scope, StoreErrorKind, Tx, UserEngineStore,
};

const SCOPE: Scope = Scope::Tenantless;

/// An open mutation that has read, and a denial of its operation recorded beside it.
async fn beside(
    ctx: &Context,
    store: &std::sync::Arc<dyn UserEngineStore>,
    operation: &Operation,
    precondition: Precondition,
) -> Result<(Tx, AuditRecord), Failure> {
    let mut tx = ctx.mutation(store, &SCOPE, operation, ctx.user("ada"), precondition)?;
    tx.get::<User>(&ctx.user_id("bob")).await?;
    let denial = ctx.denial(operation, &SCOPE);
    store
        .record_denial(&SCOPE, denial.clone(), ctx.deadline())
        .await?;
    Ok((tx, denial))
}

/// Expects the audit log to hold this denial alone and the outbox nothing.
async fn stands_alone(ctx: &Context, denial: AuditRecord) -> Result<(), Failure> {
    same(
        &ctx.audit_records(Scope::Platform).await?,
        &vec![denial],
        "the audit log",
    )?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )
}

pub(super) async fn rollback_survives(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("refused");
    let (tx, denial) = beside(&ctx, &ctx.store(), &operation, Precondition::Absent).await?;
    tx.rollback().await;
    stands_alone(&ctx, denial).await
}

pub(super) async fn drop_survives(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("refused");
    let (tx, denial) = beside(&ctx, &ctx.store(), &operation, Precondition::Absent).await?;
    drop(tx);
    stands_alone(&ctx, denial).await
}

pub(super) async fn failure_survives(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let operation = ctx.operation("refused");
    let (tx, denial) = beside(&ctx, &ctx.store(), &operation, Precondition::Absent).await?;
    conflict(tx.commit().await, ConflictReason::Precondition, None)?;
    stands_alone(&ctx, denial).await
}

pub(super) async fn commit_survives(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("mixed");
    let (tx, denial) = beside(&ctx, &ctx.store(), &operation, Precondition::Absent).await?;
    tx.commit().await?;
    let found = ctx.audit_records(Scope::Platform).await?;
    same_count(found.len(), 2_u64, "audit records")?;
    ensure!(
        found.contains(&denial),
        "the denial is gone after the commit"
    );
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        1_u64,
        "events",
    )?;
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        1_u64,
        "operations",
    )
}

pub(super) async fn open_unit_at_once(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("refused");
    let (tx, denial) = beside(&ctx, &ctx.store(), &operation, Precondition::Absent).await?;
    stands_alone(&ctx, denial).await?;
    tx.rollback().await;
    Ok(())
}

pub(super) async fn pool_one_connection(ctx: Context) -> Result<(), Failure> {
    let store = ctx.pool_of_one().await?;
    let operation = ctx.operation("mixed");
    let (tx, _) = beside(&ctx, &store, &operation, Precondition::Absent).await?;
    let denial = ctx.denial(&operation, &SCOPE);
    let record = store.record_denial(&SCOPE, denial, ctx.deadline());
    let (committed, recorded) = futures_util::future::join(tx.commit(), record).await;
    committed?;
    recorded?;
    let audit_records = ctx.count(Scope::Platform, "audit_records").await?;
    same_count(audit_records, 3_u64, "audit records")
}

/// How many denials come at once.
const FLOOD: usize = 200;

pub(super) async fn flood_counted(ctx: Context) -> Result<(), Failure> {
    let handles = [ctx.store(), ctx.second_handle().await?];
    let operation = ctx.operation("refused");
    let deadline = ctx.deadline();
    let denials = (0..FLOOD).map(|number| {
        let (handle, denial) = (handles[number % 2].clone(), ctx.denial(&operation, &SCOPE));
        async move { handle.record_denial(&SCOPE, denial, deadline).await }
    });
    let mut recorded = 0_u64;
    for answer in join_all(denials).await {
        match answer {
            Ok(()) => recorded += 1,
            Err(error) => {
                let is_said = matches!(
                    error.kind(),
                    StoreErrorKind::Overloaded
                        | StoreErrorKind::DeadlineExceeded
                        | StoreErrorKind::Unavailable
                );
                ensure!(is_said, "a denial was refused for another reason: {error}");
            }
        }
    }
    ensure!(recorded > 0, "not one of {FLOOD} denials was recorded");
    let found = ctx.count(Scope::Platform, "audit_records").await?;
    same_count(found, recorded, "denials that were answered as recorded")
}
