//! Nested parts that are dropped.

use super::keep::receipt;
use crate::check::{absent, conflict, limit, present, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, Limit, Precondition, Scope, UNIT_MAX_ENTRIES};

pub(super) async fn drop_undoes(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("stored").await?;
    let mut tx = ctx.begin(Scope::Tenantless, "outer");
    tx.save(ctx.user("kept"))?;
    {
        let mut nested = tx.nested()?;
        nested.save(ctx.user("dropped"))?;
        nested.delete::<User>(&ctx.user_id("stored"))?;
    }
    tx.commit().await?;
    for name in ["kept", "stored"] {
        let kept = ctx
            .get::<User>(Scope::Tenantless, &ctx.user_id(name))
            .await?;
        present(kept, "what a dropped nested part must not touch")?;
    }
    let dropped = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("dropped"))
        .await?;
    absent(dropped.as_ref(), "what was saved in a dropped nested part")
}

pub(super) async fn drop_restores(ctx: Context) -> Result<(), Failure> {
    let outer = ctx.user_version("bob", 1);
    let mut tx = ctx.begin(Scope::Tenantless, "restores");
    tx.save_if(outer.clone(), Precondition::Absent)?;
    {
        let mut nested = tx.nested()?;
        nested.save(ctx.user_version("bob", 2))?;
        nested.save(ctx.user_version("bob", 3))?;
    }
    tx.commit().await?;
    let found = ctx.get::<User>(Scope::Tenantless, &outer.user_id).await?;
    let found = present(found, "what the parent saved")?;
    same(&found.record, &outer, "what the parent saved")?;

    let mut tx = ctx.begin(Scope::Tenantless, "guards");
    tx.save_if(outer.clone(), Precondition::Absent)?;
    {
        let mut nested = tx.nested()?;
        nested.save(ctx.user_version("bob", 4))?;
    }
    let id = id_of::<User>(&outer.user_id);
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    Ok(())
}

pub(super) async fn drop_truncates_audit(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("outer"));
    let kept = ctx.audit(&operation, &scope, None);
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    tx.append_audit(kept.clone())?;
    tx.nested()?
        .append_audit(ctx.audit(&operation, &scope, None))?;
    tx.commit().await?;
    same(
        &ctx.audit_records(Scope::Platform).await?,
        &vec![kept],
        "the audit log",
    )
}

pub(super) async fn drop_truncates_events(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("outer"));
    let id = id_of::<User>(&ctx.user_id("ada"));
    let kept = ctx.event(&operation, &scope, &id);
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    tx.save(ctx.user("ada"))?;
    tx.enqueue(kept.clone())?;
    tx.nested()?.enqueue(ctx.event(&operation, &scope, &id))?;
    tx.commit().await?;
    same(
        &ctx.outbox_events(Scope::Platform).await?,
        &vec![kept],
        "the outbox",
    )
}

pub(super) async fn drop_truncates_receipt(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.begin(Scope::Tenantless, "outer");
    tx.save(ctx.user("ada"))?;
    tx.set_receipt(receipt("outer"))?;
    tx.nested()?.set_receipt(receipt("dropped"))?;
    let committed = tx.commit().await?;
    let body = present(committed.receipt, "the receipt of a commit")?.body;
    same(&body, &receipt("outer"), "the receipt that the parent set")
}

pub(super) async fn drop_undoes_inner_commit(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.begin(Scope::Tenantless, "outer");
    tx.save(ctx.user("kept"))?;
    {
        let mut outer = tx.nested()?;
        let mut inner = outer.nested()?;
        inner.save(ctx.user("inner"))?;
        inner.save(ctx.user_version("kept", 1))?;
        inner.commit();
    }
    tx.commit().await?;
    let inner = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("inner"))
        .await?;
    absent(inner.as_ref(), "an inner commit of a dropped nested part")?;
    let kept = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("kept"))
        .await?;
    let kept = present(kept, "what was saved outside")?;
    same(&kept.record, &ctx.user("kept"), "what was saved outside")
}

pub(super) async fn drop_gives_back_limits(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("full"));
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    for _ in 0..2 {
        let mut nested = tx.nested()?;
        for _ in 0..UNIT_MAX_ENTRIES {
            nested.append_audit(ctx.audit(&operation, &scope, None))?;
        }
        let over = nested.append_audit(ctx.audit(&operation, &scope, None));
        limit(over, Limit::UnitEntries)?;
    }
    tx.append_audit(ctx.audit(&operation, &scope, None))?;
    tx.rollback().await;
    Ok(())
}
