//! Units of work: buffered, overlaid on their own reads, given up without a trace.

use crate::case::{Case, run};
use crate::check::{absent, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::{Precondition, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "unit.rollback.leaves-nothing",
    "A unit that is rolled back leaves no record, audit record, event or operation.",
    Level::L1,
    run!(rollback_leaves_nothing),
)
.kills(&["rollback-keeps-outbox"])];

async fn rollback_leaves_nothing(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("given-up");
    let user = ctx.user("ada");
    let id = id_of::<User>(&user.user_id);
    let tx = ctx.mutation(
        &ctx.store(),
        &Scope::Tenantless,
        &operation,
        user,
        Precondition::Any,
    )?;
    tx.rollback().await;

    let found = ctx
        .reader(Scope::Platform)
        .get::<User>(&ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "a record of a unit that was rolled back")?;
    for name in [
        id.kind.as_str(),
        "audit_records",
        "outbox_events",
        "operations",
    ] {
        same_count(ctx.count(Scope::Platform, name).await?, 0_u64, name)?;
    }
    Ok(())
}
