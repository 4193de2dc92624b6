//! Limits: the same on every store, and refused before anything is sent.

use crate::case::{Case, run};
use crate::check::limit;
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::User;
use user_engine_ports::{Limit, ListBy, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "limit.page.size",
    "A page of no row or of more than a thousand is refused.",
    Level::L0,
    run!(page_size),
)
.kills(&["page-limit-not-checked"])];

async fn page_size(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.reader(Scope::Platform);
    for size in [0, 1_001] {
        limit(tx.list::<User>(ListBy::Kind, None, size).await, Limit::Page)?;
    }
    tx.list::<User>(ListBy::Kind, None, 1_000).await?;
    Ok(())
}
