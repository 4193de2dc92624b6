//! Denials: durable apart from every unit of work.

use crate::case::{Case, run};
use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_ports::{Precondition, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "denial.rollback.survives",
    "A denial recorded beside an open unit survives that unit's rollback and emits no event.",
    Level::L1,
    run!(rollback_survives),
)
.kills(&["denial-not-recorded"])];

async fn rollback_survives(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let operation = ctx.operation("refused");
    let tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user("ada"),
        Precondition::Absent,
    )?;
    let denial = ctx.denial(&operation, &scope);
    store
        .record_denial(&scope, denial.clone(), ctx.deadline())
        .await?;
    tx.rollback().await;
    same(
        &ctx.audit_records(Scope::Platform).await?,
        &vec![denial],
        "the audit log",
    )?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )
}
