//! Cancellation: futures dropped at any await leave no part behind.

use crate::case::{Case, run};
use crate::check::{absent, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use crate::poll::DropAfter;
use user_engine_domain::User;
use user_engine_ports::{Precondition, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "cancellation.commit.unpolled",
    "A commit that is dropped before it is polled has sent nothing.",
    Level::L2,
    run!(commit_unpolled),
)
.kills(&["commit-applied-on-drop"])];

async fn commit_unpolled(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("dropped");
    let tx = ctx.mutation(
        &ctx.store(),
        &Scope::Tenantless,
        &operation,
        ctx.user("ada"),
        Precondition::Absent,
    )?;
    let ended = DropAfter::polls(tx.commit(), 0).await;
    absent(
        ended.as_ref(),
        "the answer of a commit that was never polled",
    )?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "a record of a commit that was never polled")?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )
}
