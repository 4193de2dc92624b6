//! What a unit buffers: one write a key, sent by nobody but the commit.

use crate::check::{absent, conflict, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, Precondition, Scope};

pub(super) async fn unseen(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let operation = ctx.operation("buffered");
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user("ada"),
        Precondition::Absent,
    )?;
    let found = ctx
        .get::<User>(Scope::Platform, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "what an open unit buffered")?;
    ctx.holds_still(&before, "buffering").await?;
    tx.commit().await?;
    let found = ctx.get::<User>(scope, &ctx.user_id("ada")).await?;
    present(found, "what the unit committed")?;
    Ok(())
}

pub(super) async fn contradiction(ctx: Context) -> Result<(), Failure> {
    let id = id_of::<User>(&ctx.user_id("ada"));
    let first = ctx.user_version("ada", 1);
    let mut tx = ctx.begin(Scope::Tenantless, "contradict");
    tx.save(first.clone())?;
    let second = tx.save_if(ctx.user_version("ada", 2), Precondition::Absent);
    conflict(second, ConflictReason::Precondition, Some(&id))?;
    tx.commit().await?;
    let found = ctx.get::<User>(Scope::Tenantless, &first.user_id).await?;
    let found = present(found, "the record that was saved first")?;
    same(&found.record, &first, "the record behind a refused save")
}

pub(super) async fn delete_and_save(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let again = ctx.user_version("ada", 1);
    let mut tx = ctx.begin(Scope::Tenantless, "both");
    tx.save(ctx.user("bob"))?;
    tx.delete::<User>(&ctx.user_id("bob"))?;
    tx.delete::<User>(&again.user_id)?;
    tx.save(again.clone())?;
    tx.commit().await?;
    let bob = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("bob"))
        .await?;
    absent(bob.as_ref(), "a record that was saved and then deleted")?;
    let ada = ctx.get::<User>(Scope::Tenantless, &again.user_id).await?;
    let ada = present(ada, "a record that was deleted and then saved")?;
    same(
        &ada.record,
        &again,
        "a record that was deleted and then saved",
    )
}

pub(super) async fn first_precondition(ctx: Context) -> Result<(), Failure> {
    let stored = ctx.commit_user("ada").await?;
    let id = id_of::<User>(&stored.record.user_id);
    let mut tx = ctx.begin(Scope::Tenantless, "again");
    tx.save_if(ctx.user_version("ada", 1), Precondition::Absent)?;
    tx.save(ctx.user_version("ada", 2))?;
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &stored.record.user_id)
        .await?;
    same(&found, &Some(stored), "the record after a refused commit")
}

pub(super) async fn last_save(ctx: Context) -> Result<(), Failure> {
    let last = ctx.user_version("ada", 2);
    let mut tx = ctx.begin(Scope::Tenantless, "twice");
    tx.save(ctx.user_version("ada", 1))?;
    tx.save(last.clone())?;
    let committed = tx.commit().await?;
    same_count(committed.revisions.len(), 1_u64, "revisions of one record")?;
    let found = ctx.get::<User>(Scope::Tenantless, &last.user_id).await?;
    let found = present(found, "the record that was saved twice")?;
    same(&found.record, &last, "the record that was saved twice")?;
    same(&committed.revisions[0].1, &found.revision, "its revision")
}
