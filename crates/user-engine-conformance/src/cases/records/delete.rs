//! Deletions.

use crate::check::{absent, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::{RecordKind, User};
use user_engine_ports::{ListBy, ListQuery, Precondition, Scope};

pub(super) async fn absent_key(ctx: Context) -> Result<(), Failure> {
    let kept = ctx.commit_user("ada").await?;
    let id = id_of::<User>(&ctx.user_id("bob"));
    let committed = ctx
        .delete(Scope::Tenantless, "delete", &id, Precondition::Any)
        .await?;
    same_count(committed.revisions.len(), 0_u64, "saved records")?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    same(&found, &Some(kept), "the record beside")
}

pub(super) async fn removes(ctx: Context) -> Result<(), Failure> {
    let gone = ctx.commit_user("ada").await?;
    let kept = ctx.commit_user("bob").await?;
    let id = id_of::<User>(&gone.record.user_id);
    ctx.delete(
        Scope::Tenantless,
        "delete",
        &id,
        Precondition::Revision(gone.revision),
    )
    .await?;
    let found = ctx.row(Scope::Tenantless, &id).await?;
    absent(found.as_ref(), "a deleted record by its key")?;
    let by_kind = ListQuery::new(RecordKind::User, ListBy::Kind);
    let by_user = ListQuery::new(RecordKind::User, ListBy::User(gone.record.user_id.clone()));
    let rows = ctx.walk(Scope::Platform, by_user).await?;
    absent(rows.first(), "a deleted record by its user")?;
    let left = ctx.keys(Scope::Platform, by_kind).await?;
    let kept = id_of::<User>(&kept.record.user_id).key;
    same(&left, &vec![kept], "the records that are left")
}
