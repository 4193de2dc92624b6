//! Commits that are applied whole, or not at all.

use crate::check::{conflict, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use crate::power::CutPoint;
use crate::{ensure, refused};
use std::time::Duration;
use user_engine_domain::{RecordId, User};
use user_engine_ports::{
    ConflictReason, Deadline, Effect, OperationOutcome, Precondition, Scope, StoreErrorKind,
    UnitOptions,
};

pub(super) async fn answer_stored(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (ctx.tenant_scope("acme"), ctx.operation("create"));
    let account = ctx.tenant_account("acme", "ada");
    let id: RecordId = user_engine_domain::DomainRecord::from(account.clone()).id();
    let audit = ctx.audit(&operation, &scope, Some(&id));
    let event = ctx.event(&operation, &scope, &id);
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    tx.save_if(account.clone(), Precondition::Absent)?;
    tx.append_audit(audit.clone())?;
    tx.enqueue(event.clone())?;
    let committed = tx.commit().await?;
    ensure!(
        !committed.is_repeated,
        "a first commit calls itself repeated"
    );

    let key = (ctx.tenant("acme"), ctx.user_id("ada"));
    let found = ctx
        .get::<user_engine_domain::TenantAccount>(scope.clone(), &key)
        .await?;
    same(
        &present(found, "the record")?.record,
        &account,
        "the record",
    )?;
    same(
        &ctx.audit_records(scope.clone()).await?,
        &vec![audit],
        "the audit log",
    )?;
    same(
        &ctx.outbox_events(scope.clone()).await?,
        &vec![event],
        "the outbox",
    )?;
    let asked = ctx
        .store()
        .outcome(&scope, &operation.id, ctx.deadline())
        .await?;
    let receipt = present(committed.receipt, "the receipt")?;
    same(
        &asked,
        &OperationOutcome::Applied(receipt),
        "the operation's outcome",
    )
}

pub(super) async fn conflict_leaves_nothing(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("taken").await?;
    let before = ctx.totals().await?;
    let (store, scope, operation) = (ctx.store(), Scope::Tenantless, ctx.operation("refused"));
    let (first, last) = (ctx.user("a-first"), ctx.user("z-last"));
    let mut tx = ctx.mutation(&store, &scope, &operation, first, Precondition::Absent)?;
    tx.save_if(ctx.user_version("taken", 1), Precondition::Absent)?;
    tx.save_if(last, Precondition::Any)?;
    let id = id_of::<User>(&ctx.user_id("taken"));
    let error = conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    same(
        &error.effect(),
        &Effect::NotApplied,
        "the effect of a refused commit",
    )?;
    ctx.holds_still(&before, "a refused commit").await?;
    let taken = present(
        ctx.get::<User>(scope, &ctx.user_id("taken")).await?,
        "the record",
    )?;
    same(
        &taken.record,
        &ctx.user("taken"),
        "the record that conflicted",
    )
}

pub(super) async fn panic_leaves_nothing(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let (store, scope, operation) = (ctx.store(), Scope::Tenantless, ctx.operation("panics"));
    let mut tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user("ada"),
        Precondition::Any,
    )?;
    tx.get::<User>(&ctx.user_id("bob")).await?;
    let ended = tokio::spawn(async move {
        let _tx = tx;
        tokio::task::yield_now().await;
        // Unwinds like a panic, and leaves the panic hook in peace.
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    ensure!(ended.await.is_err(), "the task did not panic");
    ctx.holds_still(&before, "a panic").await
}

pub(super) async fn deadline_passed(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let before = ctx.totals().await?;
    let late = UnitOptions::write(Scope::Tenantless, ctx.operation("late"))
        .deadline(Deadline::after(Duration::ZERO));
    let mut tx = ctx.store().begin(late);
    tx.save(ctx.user_version("ada", 1))?;
    let error = refused!(tx.commit().await, StoreErrorKind::DeadlineExceeded)?;
    same(
        &error.effect(),
        &Effect::NotApplied,
        "the effect of a late commit",
    )?;
    ctx.holds_still(&before, "a late commit").await?;
    let found = present(
        ctx.get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
            .await?,
        "it",
    )?;
    same(
        &found.record,
        &ctx.user("ada"),
        "the record after a late commit",
    )
}

pub(super) async fn cut_whole_or_nothing(ctx: Context) -> Result<(), Failure> {
    for (number, point) in CutPoint::ALL.iter().enumerate() {
        let name = format!("cut-{number}");
        cut_once(&ctx, *point, &name)
            .await
            .map_err(|failure| failure.within(&name))?;
    }
    Ok(())
}

/// Commits a mutation whose connection is lost, and counts what is there.
async fn cut_once(ctx: &Context, point: CutPoint, name: &str) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let (store, scope, operation) = (ctx.store(), Scope::Tenantless, ctx.operation(name));
    ctx.cut_next_commit(point).await?;
    let tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user(name),
        Precondition::Absent,
    )?;
    let answer = tx.commit().await;
    let is_known = match &answer {
        Ok(_) => true,
        Err(error) => error.effect() == Effect::NotApplied,
    };
    let may_know = matches!(point, CutPoint::BeforeSend | CutPoint::AfterAnswer);
    ensure!(
        is_known == may_know,
        "the answer says what it can't know, or not what it does"
    );

    let outcome = store.outcome(&scope, &operation.id, ctx.deadline()).await?;
    let is_applied = matches!(outcome, OperationOutcome::Applied(_));
    let must_be = matches!(point, CutPoint::BeforeAnswer | CutPoint::AfterAnswer);
    ensure!(
        is_applied == must_be,
        "the operation's outcome is not what happened"
    );
    ensure!(
        !is_known || answer.is_ok() == is_applied,
        "the answer is not what happened"
    );

    let after = ctx.totals().await?;
    for (kind, count) in &before {
        let adds = match *kind {
            // Asking fences the id, so that the operation is there in either case.
            "operations" => 1,
            "user" | "audit_records" | "outbox_events" => u64::from(is_applied),
            _ => 0,
        };
        let found = after.get(kind).copied().unwrap_or_default();
        same_count(found, count + adds, &format!("{kind} after the cut"))?;
    }
    Ok(())
}
