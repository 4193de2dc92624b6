//! The logs: audit records and events in an order that is consistent with commits.

use crate::case::{Case, run};
use crate::check::same;
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_ports::{Precondition, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "log.outbox.commit-order",
    "Events are read in the order of their commits, whatever their ids.",
    Level::L1,
    run!(outbox_commit_order),
)
.kills(&["outbox-ordered-by-id"])];

async fn outbox_commit_order(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let mut units = Vec::new();
    for name in ["a", "b", "c"] {
        let operation = ctx.operation(name);
        let tx = ctx.mutation(
            &store,
            &scope,
            &operation,
            ctx.user(name),
            Precondition::Absent,
        )?;
        units.push((operation.id, tx));
    }
    let mut expected = Vec::new();
    while let Some((id, tx)) = units.pop() {
        tx.commit().await?;
        expected.push(id);
    }
    let events = ctx.outbox_events(Scope::Platform).await?;
    let found: Vec<_> = events.into_iter().map(|event| event.operation_id).collect();
    same(&found, &expected, "the operations of the events in order")
}
