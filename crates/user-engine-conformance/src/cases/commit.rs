//! Commits: everything or nothing, under preconditions that name what conflicts.

use crate::case::{Case, run};
use crate::check::{conflict, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, Precondition, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "commit.precondition.absent",
    "A save that requires absence conflicts where the record is, names it and changes nothing.",
    Level::L1,
    run!(precondition_absent),
)
.kills(&["absent-precondition-ignored"])];

async fn precondition_absent(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(Scope::Tenantless, "again");
    tx.save_if(ctx.user_version("ada", 1), Precondition::Absent)?;
    let id = id_of::<User>(&ctx.user_id("ada"));
    conflict(tx.commit().await, ConflictReason::Precondition, Some(&id))?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    same(&found, &Some(first), "the record after a refused save")
}
