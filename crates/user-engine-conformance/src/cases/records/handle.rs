//! Records through other handles on the same data.

use crate::check::{absent, present, same};
use crate::context::Context;
use crate::failure::Failure;
use user_engine_domain::User;
use user_engine_ports::Scope;

pub(super) async fn reads_latest(ctx: Context) -> Result<(), Failure> {
    let other = ctx.second_handle().await?;
    let key = ctx.user_id("ada");
    let found = ctx
        .get_from::<User>(&other, Scope::Tenantless, &key)
        .await?;
    absent(found.as_ref(), "a record before its commit")?;
    for version in 0..3 {
        let user = ctx.user_version("ada", version);
        let operation = format!("write-{version}");
        ctx.commit(Scope::Tenantless, &operation, [user.clone().into()])
            .await?;
        let found = ctx
            .get_from::<User>(&other, Scope::Tenantless, &key)
            .await?;
        let found = present(found, "the record through the other handle")?;
        same(&found.record, &user, "the record through the other handle")?;
    }
    Ok(())
}

pub(super) async fn reopened(ctx: Context) -> Result<(), Failure> {
    let user = ctx.user("ada");
    ctx.commit(Scope::Tenantless, "create", [user.clone().into()])
        .await?;
    let store = ctx.reopen().await?;
    let found = ctx
        .get_from::<User>(&store, Scope::Tenantless, &user.user_id)
        .await?;
    let found = present(found, "a committed record after reopening")?;
    same(&found.record, &user, "the record after reopening")
}
