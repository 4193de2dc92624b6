//! Awkward values: keys, numbers and instants at the edges of what a store can hold.

use crate::case::{Case, run};
use crate::check::{present, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::valid;
use crate::level::Level;
use user_engine_domain::{User, UserId};
use user_engine_ports::Scope;

pub(crate) const CASES: &[Case] = &[Case::new(
    "awkward.key.case",
    "Keys that differ only by case are different keys.",
    Level::L0,
    run!(key_case),
)
.kills(&["keys-fold-case"])];

async fn key_case(ctx: Context) -> Result<(), Failure> {
    let names = ["Ada", "ada", "ADA"];
    let users = names.map(|name| ctx.user_version(name, 1));
    ctx.commit(Scope::Tenantless, "create", users.clone().map(Into::into))
        .await?;
    for user in users {
        let id: UserId = valid(UserId::new(user.user_id.as_str()));
        let found = ctx.get::<User>(Scope::Tenantless, &id).await?;
        same(
            &present(found, "a user under its own spelling")?.record,
            &user,
            "the user",
        )?;
    }
    Ok(())
}
