//! Preconditions and expectations: what must hold of a record when its unit commits.

use crate::check::{absent, conflict, present, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::{RecordId, User};
use user_engine_ports::{ConflictReason, Precondition, Scope, Versioned};

const SCOPE: Scope = Scope::Tenantless;

async fn stored(ctx: &Context, name: &str) -> Result<Option<Versioned<User>>, Failure> {
    Ok(ctx.get::<User>(SCOPE, &ctx.user_id(name)).await?)
}

fn id(ctx: &Context, name: &str) -> RecordId {
    id_of::<User>(&ctx.user_id(name))
}

pub(super) async fn absent_where_present(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(SCOPE, "again");
    tx.save_if(ctx.user_version("ada", 1), Precondition::Absent)?;
    let id = id(&ctx, "ada");
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    same(
        &stored(&ctx, "ada").await?,
        &Some(first),
        "the record after a refused save",
    )
}

pub(super) async fn any(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("there").await?;
    ctx.commit_user("gone").await?;
    let mut tx = ctx.begin(SCOPE, "any");
    tx.save(ctx.user_version("there", 1))?;
    tx.save(ctx.user("new"))?;
    tx.delete::<User>(&ctx.user_id("gone"))?;
    tx.delete::<User>(&ctx.user_id("never"))?;
    tx.commit().await?;
    let there = present(stored(&ctx, "there").await?, "a record that was replaced")?;
    same(
        &there.record,
        &ctx.user_version("there", 1),
        "a record that was replaced",
    )?;
    present(stored(&ctx, "new").await?, "a record that was created")?;
    absent(
        stored(&ctx, "gone").await?.as_ref(),
        "a record that was deleted",
    )
}

pub(super) async fn revision(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let at_first = Precondition::Revision(first.revision);
    let second = ctx.user_version("ada", 1);
    let mut tx = ctx.begin(SCOPE, "second");
    tx.save_if(second.clone(), at_first)?;
    tx.commit().await?;

    let mut tx = ctx.begin(SCOPE, "stale");
    tx.save_if(ctx.user_version("ada", 2), at_first)?;
    let id = id(&ctx, "ada");
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    let found = present(stored(&ctx, "ada").await?, "the record")?;
    same(&found.record, &second, "the record after a stale save")
}

pub(super) async fn revision_of_absent(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(SCOPE, "delete");
    tx.delete_if::<User>(
        &first.record.user_id,
        Precondition::Revision(first.revision),
    )?;
    tx.commit().await?;

    let mut tx = ctx.begin(SCOPE, "stale");
    tx.save_if(
        ctx.user_version("ada", 1),
        Precondition::Revision(first.revision),
    )?;
    let id = id(&ctx, "ada");
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    absent(
        stored(&ctx, "ada").await?.as_ref(),
        "a deleted record after a stale save",
    )
}

pub(super) async fn deletion(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let changed = ctx.user_version("ada", 1);
    ctx.commit(SCOPE, "change", [changed.clone().into()])
        .await?;
    let mut tx = ctx.begin(SCOPE, "stale");
    tx.delete_if::<User>(&changed.user_id, Precondition::Revision(first.revision))?;
    let id = id(&ctx, "ada");
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    let found = present(
        stored(&ctx, "ada").await?,
        "the record after a stale deletion",
    )?;
    same(&found.record, &changed, "the record after a stale deletion")
}

pub(super) async fn first_in_key_order(ctx: Context) -> Result<(), Failure> {
    let mut firsts = Vec::new();
    for name in ["a", "b", "c", "d"] {
        firsts.push(ctx.commit_user(name).await?);
    }
    let changes = ["b", "c", "d"].map(|name| ctx.user_version(name, 1).into());
    ctx.commit(SCOPE, "change", changes).await?;

    let stale = |at: usize| Precondition::Revision(firsts[at].revision);
    let key = |name: &str| ctx.user_id(name);
    for (round, first) in ["b", "c"].into_iter().enumerate() {
        let mut tx = ctx.begin(SCOPE, &format!("round-{round}"));
        tx.save_if(ctx.user_version("d", 2), stale(3))?;
        match first {
            "b" => {
                tx.delete_if::<User>(&key("c"), stale(2))?;
                tx.expect::<User>(&key("b"), firsts[1].revision)?;
            }
            _ => tx.delete_if::<User>(&key("c"), stale(2))?,
        }
        tx.save_if(ctx.user_version("a", 2), stale(0))?;
        let id = id(&ctx, first);
        conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    }
    Ok(())
}

pub(super) async fn expect_changed(ctx: Context) -> Result<(), Failure> {
    let read = ctx.commit_user("guard").await?;
    ctx.commit(SCOPE, "change", [ctx.user_version("guard", 1).into()])
        .await?;
    let before = ctx.totals().await?;
    let mut tx = ctx.begin(SCOPE, "decide");
    tx.expect::<User>(&read.record.user_id, read.revision)?;
    tx.save(ctx.user("decided"))?;
    let id = id(&ctx, "guard");
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    ctx.holds_still(&before, "a refused decision").await
}

pub(super) async fn expect_deleted(ctx: Context) -> Result<(), Failure> {
    let read = ctx.commit_user("guard").await?;
    let mut tx = ctx.begin(SCOPE, "delete");
    tx.delete::<User>(&read.record.user_id)?;
    tx.commit().await?;
    let mut tx = ctx.begin(SCOPE, "decide");
    tx.expect::<User>(&read.record.user_id, read.revision)?;
    tx.save(ctx.user("decided"))?;
    let id = id(&ctx, "guard");
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    absent(
        stored(&ctx, "decided").await?.as_ref(),
        "what a refused decision wrote",
    )
}

pub(super) async fn expect_writes_nothing(ctx: Context) -> Result<(), Failure> {
    let guard = ctx.commit_user("guard").await?;
    for round in 0..2 {
        let mut tx = ctx.begin(SCOPE, &format!("decide-{round}"));
        tx.expect::<User>(&guard.record.user_id, guard.revision)?;
        tx.save(ctx.user_version("decided", round))?;
        tx.commit().await?;
    }
    same(
        &stored(&ctx, "guard").await?,
        &Some(guard),
        "the record that was only expected",
    )
}
