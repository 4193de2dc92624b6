//! Nested parts that are kept, and how deep they go.

use crate::check::{absent, limit, present, same};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use std::collections::BTreeMap;
use user_engine_domain::User;
use user_engine_ports::{Limit, NESTING_MAX, ReceiptBody, Scope, StoreError, Tx};

/// A receipt of one entry.
pub(super) fn receipt(id: &str) -> ReceiptBody {
    valid(ReceiptBody::new(BTreeMap::from([(
        "id".to_owned(),
        id.to_owned(),
    )])))
}

pub(super) async fn commit_keeps(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("outer"));
    let (user, id) = (ctx.user("ada"), id_of::<User>(&ctx.user_id("ada")));
    let audit = ctx.audit(&operation, &scope, Some(&id));
    let event = ctx.event(&operation, &scope, &id);
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    let mut nested = tx.nested()?;
    nested.save(user.clone())?;
    nested.append_audit(audit.clone())?;
    nested.enqueue(event.clone())?;
    nested.set_receipt(receipt("kept"))?;
    nested.commit();
    let committed = tx.commit().await?;

    let body = committed.receipt.map(|receipt| receipt.body);
    same(
        &body,
        &Some(receipt("kept")),
        "the receipt of a nested part",
    )?;
    let found = ctx.get::<User>(scope, &user.user_id).await?;
    same(
        &present(found, "a nested part's record")?.record,
        &user,
        "a nested part's record",
    )?;
    same(
        &ctx.audit_records(Scope::Platform).await?,
        &vec![audit],
        "the audit log",
    )?;
    same(
        &ctx.outbox_events(Scope::Platform).await?,
        &vec![event],
        "the outbox",
    )
}

pub(super) async fn commit_sends_nothing(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let mut tx = ctx.begin(Scope::Tenantless, "outer");
    let mut nested = tx.nested()?;
    nested.save(ctx.user("ada"))?;
    nested.commit();
    ctx.holds_still(&before, "a nested commit").await?;
    tx.rollback().await;
    let found = ctx
        .get::<User>(Scope::Platform, &ctx.user_id("ada"))
        .await?;
    absent(
        found.as_ref(),
        "a nested part of a unit that was rolled back",
    )?;
    ctx.holds_still(&before, "the rollback around a nested commit")
        .await
}

/// Opens so many parts inside each other, each with a save of its own, and commits them all.
fn nest(ctx: &Context, tx: &mut Tx, levels: usize) -> Result<(), StoreError> {
    if levels == 0 {
        return Ok(());
    }
    let mut nested = tx.nested()?;
    nested.save(ctx.user(&format!("level-{levels}")))?;
    nest(ctx, &mut nested, levels - 1)?;
    nested.commit();
    Ok(())
}

pub(super) async fn depth_limit(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.begin(Scope::Tenantless, "deep");
    nest(&ctx, &mut tx, NESTING_MAX)?;
    let refused = nest(&ctx, &mut tx, NESTING_MAX + 1);
    limit(refused, Limit::Nesting)?;
    tx.nested()?.commit();
    let committed = tx.commit().await?;
    ensure!(
        committed.revisions.len() == NESTING_MAX,
        "{} levels were stored, but must be {NESTING_MAX}",
        committed.revisions.len()
    );
    Ok(())
}

pub(super) async fn read_overlay(ctx: Context) -> Result<(), Failure> {
    let key = ctx.user_id("ada");
    let (outer, inner) = (ctx.user_version("ada", 1), ctx.user_version("ada", 2));
    let mut tx = ctx.begin(Scope::Tenantless, "outer");
    tx.save(outer.clone())?;
    {
        let mut nested = tx.nested()?;
        let found = nested.get::<User>(&key).await?.map(|found| found.record);
        same(
            &found,
            &Some(outer.clone()),
            "the parent's save inside the nested part",
        )?;
        nested.save(inner.clone())?;
        let found = nested.get::<User>(&key).await?.map(|found| found.record);
        same(&found, &Some(inner), "the nested part's own save")?;
    }
    let found = tx.get::<User>(&key).await?.map(|found| found.record);
    same(
        &found,
        &Some(outer),
        "the parent's save after the nested part",
    )?;
    tx.rollback().await;
    Ok(())
}
