//! Nested parts: kept in their parent or undone, bounded in depth.

use crate::case::{Case, run};
use crate::check::{absent, present};
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::Scope;

pub(crate) const CASES: &[Case] = &[Case::new(
    "nested.drop.undoes",
    "Dropping a nested part undoes what was buffered through it and nothing else.",
    Level::L1,
    run!(drop_undoes),
)
.kills(&["nested-drop-keeps"])];

async fn drop_undoes(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.begin(Scope::Tenantless, "outer");
    tx.save(ctx.user("kept"))?;
    {
        let mut nested = tx.nested()?;
        nested.save(ctx.user("dropped"))?;
    }
    tx.commit().await?;
    let kept = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("kept"))
        .await?;
    present(kept, "what was saved outside the nested part")?;
    let dropped = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("dropped"))
        .await?;
    absent(dropped.as_ref(), "what was saved in a dropped nested part")
}
