//! Revisions: opaque marks that never come back.

use crate::check::{conflict, present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::id_of;
use std::collections::HashSet;
use user_engine_domain::{DomainRecord, User};
use user_engine_ports::{ConflictReason, Precondition, Revision, Scope};

pub(super) async fn fresh(ctx: Context) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    let mut last = i64::MIN;
    for (step, (name, version)) in [("ada", 0), ("ada", 1), ("ada", 0), ("ada", 0), ("bob", 0)]
        .into_iter()
        .enumerate()
    {
        let user = ctx.user_version(name, version);
        let id = user.user_id.clone();
        ctx.commit(Scope::Tenantless, &format!("save-{step}"), [user.into()])
            .await?;
        let found = ctx.get::<User>(Scope::Tenantless, &id).await?;
        let revision = present(found, "a saved record")?.revision;
        ensure!(
            revision != Revision::UNCOMMITTED,
            "a committed record shows the revision of an uncommitted one"
        );
        ensure!(
            seen.insert(revision),
            "save {step} gave a revision that an earlier save had given"
        );
        ensure!(
            revision.as_i64() > last,
            "save {step} gave a revision below that of an earlier one"
        );
        last = revision.as_i64();
    }
    Ok(())
}

pub(super) async fn not_reused(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let id = id_of::<User>(&first.record.user_id);
    ctx.delete(Scope::Tenantless, "delete", &id, Precondition::Any)
        .await?;
    let again = first.record.clone();
    ctx.commit(Scope::Tenantless, "again", [again.into()])
        .await?;
    let again = ctx.record(Scope::Tenantless, &id).await?;
    ensure!(
        again.revision != first.revision,
        "a re-created record has the revision of the deleted one"
    );
    let mut tx = ctx.begin(Scope::Tenantless, "late");
    tx.save_if(
        ctx.user_version("ada", 1),
        Precondition::Revision(first.revision),
    )?;
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    let found = ctx.record(Scope::Tenantless, &id).await?;
    same(&found, &again, "the re-created record")
}

pub(super) async fn told_by_commit(ctx: Context) -> Result<(), Failure> {
    let users = ["c", "a", "b"].map(|name| ctx.user(name));
    let mut ids: Vec<_> = users
        .iter()
        .map(|user| id_of::<User>(&user.user_id))
        .collect();
    let committed = ctx
        .commit(Scope::Tenantless, "fill", users.map(DomainRecord::from))
        .await?;
    ids.sort();
    let told: Vec<_> = committed
        .revisions
        .iter()
        .map(|(id, _)| id.clone())
        .collect();
    same_count(told.len(), ids.len(), "revisions told")?;
    same(&told, &ids, "the records whose revisions are told")?;
    for (id, revision) in committed.revisions {
        let found = ctx.record(Scope::Tenantless, &id).await?;
        ensure!(
            found.revision == revision,
            "a read shows another revision than the commit told"
        );
    }
    Ok(())
}
