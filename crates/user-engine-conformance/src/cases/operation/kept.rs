//! What is kept of operations, and for how long.

use super::repeat::{created, repeated};
use crate::check::{absent, conflict, present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::valid;
use std::collections::BTreeMap;
use user_engine_domain::{OperationId, User};
use user_engine_ports::{
    ConflictReason, OperationOutcome, Precondition, RECEIPT_MAX_BYTES, Receipt, ReceiptBody, Scope,
};

pub(super) async fn denied_not_remembered(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let operation = ctx.operation("create");
    let denial = ctx.denial(&operation, &scope);
    store.record_denial(&scope, denial, ctx.deadline()).await?;
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        0_u64,
        "operations",
    )?;
    let user = ctx.user("ada");
    let tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
    let committed = tx.commit().await?;
    ensure!(!committed.is_repeated, "a denied call counts as applied");
    Ok(())
}

pub(super) async fn empty_not_remembered(ctx: Context) -> Result<(), Failure> {
    let committed = ctx.begin(Scope::Tenantless, "create").commit().await?;
    ensure!(
        committed.receipt.is_none(),
        "a unit that wrote nothing has a receipt"
    );
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        0_u64,
        "operations",
    )?;
    created(&ctx).await?;
    Ok(())
}

pub(super) async fn failed_not_remembered(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(scope.clone(), "second-try");
    tx.save_if(ctx.user("ada"), Precondition::Absent)?;
    conflict(tx.commit().await, ConflictReason::Precondition, None)?;
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        1_u64,
        "operations",
    )?;
    let committed = ctx
        .commit(scope, "second-try", [ctx.user("bob").into()])
        .await?;
    ensure!(!committed.is_repeated, "a failed commit counts as applied");
    Ok(())
}

pub(super) async fn receipt_bytes(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let awkward = BTreeMap::from([
        (" spaced ".to_owned(), "  trailing ".to_owned()),
        ("e\u{301}".to_owned(), "\u{e9}".to_owned()),
        ("empty".to_owned(), String::new()),
        ("four".to_owned(), "\u{1f511}\u{200b}\"\\%_".to_owned()),
    ]);
    let full = BTreeMap::from([("a".to_owned(), "x".repeat(RECEIPT_MAX_BYTES - 1))]);
    for (name, entries) in [("awkward", awkward), ("full", full)] {
        let body = valid(ReceiptBody::new(entries));
        let operation = ctx.operation(name);
        let mut tx = ctx.begin(scope.clone(), name);
        tx.save(ctx.user(name))?;
        tx.set_receipt(body.clone())?;
        let receipt = present(tx.commit().await?.receipt, "the receipt")?;
        same(&receipt.body, &body, "the receipt's body")?;
        let found = ctx
            .store()
            .outcome(&scope, &operation.id, ctx.deadline())
            .await?;
        same(&found, &OperationOutcome::Applied(receipt), "the outcome")?;
    }
    Ok(())
}

pub(super) async fn receipt_only(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let body = BTreeMap::from([("nothing".to_owned(), "changed".to_owned())]);
    let body = valid(ReceiptBody::new(body));
    let mut tx = ctx.begin(scope.clone(), "decided");
    tx.set_receipt(body.clone())?;
    let receipt = present(
        tx.commit().await?.receipt,
        "the receipt of a unit that only sets it",
    )?;
    same(&receipt.body, &body, "the receipt's body")?;
    let mut tx = ctx.begin(scope, "decided");
    tx.save(ctx.user("ada"))?;
    same(
        &repeated(tx.commit().await)?,
        &receipt,
        "the receipt of the repeat",
    )?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "what the repeat would have written")
}

pub(super) async fn reopen_remembered(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let (operation, receipt) = created(&ctx).await?;
    let fenced = ctx.operation("fenced");
    ctx.store()
        .outcome(&scope, &fenced.id, ctx.deadline())
        .await?;
    let reopened = ctx.reopen().await?;
    let found = reopened
        .outcome(&scope, &operation.id, ctx.deadline())
        .await?;
    same(
        &found,
        &OperationOutcome::Applied(receipt),
        "the outcome after opening again",
    )?;
    let user = ctx.user("bob");
    let tx = ctx.mutation(&reopened, &scope, &fenced, user, Precondition::Absent)?;
    conflict(tx.commit().await, ConflictReason::OperationFenced, None)?;
    Ok(())
}

pub(super) async fn purge_forgets_older(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let (old, first) = created(&ctx).await?;
    let (young, second) = applied_after(&ctx, &first).await?;
    let forgotten = store
        .purge_operations(second.applied_at, ctx.deadline())
        .await?;
    ensure!(forgotten >= 1, "nothing was forgotten");
    let found = store.outcome(&scope, &young, ctx.deadline()).await?;
    same(
        &found,
        &OperationOutcome::Applied(second),
        "the outcome of what is not older",
    )?;

    // A forgotten id is free again.
    let changed = ctx.user_version("ada", 1);
    let tx = ctx.mutation(&store, &scope, &old, changed, Precondition::Any)?;
    let committed = tx.commit().await?;
    ensure!(
        !committed.is_repeated,
        "a forgotten operation is still remembered"
    );
    Ok(())
}

/// An operation that the store's clock puts behind a receipt.
async fn applied_after(
    ctx: &Context,
    earlier: &Receipt,
) -> Result<(OperationId, Receipt), Failure> {
    for _ in 0..1_000 {
        let name = ctx.fresh_id("later");
        let committed = ctx
            .commit(Scope::Tenantless, &name, [ctx.user(&name).into()])
            .await?;
        let receipt = present(committed.receipt, "the receipt of a commit")?;
        ensure!(
            receipt.applied_at >= earlier.applied_at,
            "the store's clock stepped back"
        );
        if receipt.applied_at > earlier.applied_at {
            return Ok((receipt.operation_id.clone(), receipt));
        }
    }
    Err(Failure::inconclusive("the store's clock stands still"))
}

pub(super) async fn purge_at_most_a_thousand(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    for _ in 0..1_003 {
        let id = valid(OperationId::new(ctx.fresh_id("fence")));
        store.outcome(&scope, &id, ctx.deadline()).await?;
    }
    let end = user_engine_domain::Timestamp::MAX;
    let first = store.purge_operations(end, ctx.deadline()).await?;
    same_count(first, 1_000_u64, "operations forgotten by the first call")?;
    let second = store.purge_operations(end, ctx.deadline()).await?;
    same_count(second, 3_u64, "operations forgotten by the second call")?;
    let third = store.purge_operations(end, ctx.deadline()).await?;
    same_count(third, 0_u64, "operations forgotten by the third call")
}
