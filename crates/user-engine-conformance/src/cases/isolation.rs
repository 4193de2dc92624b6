//! Isolation: racing units conflict cleanly and lose nothing.

use crate::case::{Case, run};
use crate::check::{conflict, present};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, Precondition, Scope};

pub(crate) mod race;

pub(crate) const CASES: &[Case] = &[Case::new(
    "isolation.update.not-lost",
    "Of two units that read one record and save it, the second to commit conflicts.",
    Level::L2,
    run!(update_not_lost),
)
.kills(&["revision-precondition-ignored"])];

async fn update_not_lost(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let key = ctx.user_id("ada");
    let mut one = ctx.begin(Scope::Tenantless, "one");
    let mut two = ctx.begin(Scope::Tenantless, "two");
    for (tx, version) in [(&mut one, 1), (&mut two, 2)] {
        let read = present(tx.get::<User>(&key).await?, "the user")?;
        tx.save_if(
            ctx.user_version("ada", version),
            Precondition::Revision(read.revision),
        )?;
    }
    two.commit().await?;
    conflict(
        one.commit().await,
        ConflictReason::Precondition,
        Some(&id_of::<User>(&key)),
    )?;
    Ok(())
}
