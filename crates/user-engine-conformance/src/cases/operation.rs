//! Operations: repeated, reused, asked about and forgotten.

use crate::case::{Case, run};
use crate::check::{present, same};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::{Precondition, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "operation.repeat.first-receipt",
    "Repeating an applied operation answers its first receipt and writes nothing.",
    Level::L1,
    run!(repeat_first_receipt),
)
.kills(&["repeat-writes-again"])];

async fn repeat_first_receipt(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let operation = ctx.operation("create");
    let user = ctx.user("ada");
    let tx = ctx.mutation(&store, &scope, &operation, user.clone(), Precondition::Any)?;
    let first = present(tx.commit().await?.receipt, "the receipt of a commit")?;

    let changed = ctx.user_version("ada", 1);
    let tx = ctx.mutation(&store, &scope, &operation, changed, Precondition::Any)?;
    match tx.commit().await {
        Ok(repeated) => {
            ensure!(
                repeated.is_repeated,
                "the second commit does not say that it is a repeat"
            );
            same(&repeated.receipt, &Some(first), "the receipt of the repeat")?;
        }
        Err(error) => same(
            &error.receipt().cloned(),
            &Some(first),
            "the receipt inside",
        )?,
    }
    let found = present(ctx.get::<User>(scope, &user.user_id).await?, "the user")?;
    same(&found.record, &user, "the record after the repeat")
}
