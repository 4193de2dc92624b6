//! Records: saved, read back, replaced and deleted by key.

use crate::case::{Case, run};
use crate::check::{absent, present, same};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::Scope;

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "records.get.absent",
        "Reading a key that was never saved answers that there is none.",
        Level::L0,
        run!(get_absent),
    )
    .kills(&["absent-reads-as-another-record"]),
    Case::new(
        "records.save.replaces",
        "A save under a key that is taken replaces the record and gives it a new revision.",
        Level::L0,
        run!(save_replaces),
    )
    .kills(&["save-keeps-first-version"]),
];

async fn get_absent(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("bob"))
        .await?;
    absent(found.as_ref(), "a user that was never saved")
}

async fn save_replaces(ctx: Context) -> Result<(), Failure> {
    let first = ctx.commit_user("ada").await?;
    let changed = ctx.user_version("ada", 1);
    ctx.commit(Scope::Tenantless, "change", [changed.clone().into()])
        .await?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    let found = present(found, "the replaced user")?;
    same(&found.record, &changed, "the record after the second save")?;
    ensure!(
        found.revision != first.revision,
        "the replaced record kept its revision"
    );
    Ok(())
}
