//! The order of the logs.

use crate::check::same;
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::User;
use user_engine_ports::{Precondition, Scope};

pub(super) async fn outbox_commit_order(ctx: Context) -> Result<(), Failure> {
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

pub(super) async fn audit_commit_order(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let (first, denied, last) = (
        ctx.operation("first"),
        ctx.operation("denied"),
        ctx.operation("last"),
    );
    // Ids are made in one order and used in another.
    let denial = ctx.denial(&denied, &scope);
    let tx_last = ctx.mutation(&store, &scope, &last, ctx.user("a"), Precondition::Absent)?;
    let tx_first = ctx.mutation(&store, &scope, &first, ctx.user("b"), Precondition::Absent)?;
    tx_first.commit().await?;
    store.record_denial(&scope, denial, ctx.deadline()).await?;
    tx_last.commit().await?;
    let records = ctx.audit_records(Scope::Platform).await?;
    let found: Vec<_> = records
        .into_iter()
        .map(|record| record.operation_id)
        .collect();
    same(
        &found,
        &vec![first.id, denied.id, last.id],
        "the operations of the audit log in order",
    )
}

pub(super) async fn unit_order(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation("many");
    let id = id_of::<User>(&ctx.user_id("ada"));
    let mut audits: Vec<_> = (0..5)
        .map(|_| ctx.audit(&operation, &scope, Some(&id)))
        .collect();
    let mut events: Vec<_> = (0..5).map(|_| ctx.event(&operation, &scope, &id)).collect();
    audits.reverse();
    events.reverse();
    let mut tx = ctx.begin(scope, "many");
    tx.save(ctx.user("ada"))?;
    for (audit, event) in audits.iter().zip(&events) {
        tx.enqueue(event.clone())?;
        tx.append_audit(audit.clone())?;
    }
    tx.commit().await?;
    same(
        &ctx.audit_records(Scope::Platform).await?,
        &audits,
        "the audit log",
    )?;
    same(
        &ctx.outbox_events(Scope::Platform).await?,
        &events,
        "the outbox",
    )
}
