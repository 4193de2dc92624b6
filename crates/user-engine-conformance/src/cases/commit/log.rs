//! What a unit may append: allowed audit records and events of its own tenant.

use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use crate::refused;
use user_engine_domain::User;
use user_engine_ports::{Scope, StoreErrorKind};

pub(super) async fn allowed_only(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("denied"));
    let before = ctx.totals().await?;
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    let denial = ctx.denial(&operation, &scope);
    let refused = tx.append_audit(denial);
    refused!(refused, StoreErrorKind::Invalid(rule) if rule.field() == "outcome")?;
    tx.commit().await?;
    ctx.holds_still(&before, "a refused denial").await
}

pub(super) async fn own_tenant(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let own = ctx.tenant_scope("acme");
    let id = id_of::<User>(&ctx.user_id("ada"));
    let foreign = ctx.tenant_scope("globex");
    let cases = [
        (own.clone(), foreign.clone()),
        (own, Scope::Tenantless),
        (Scope::Tenantless, foreign),
    ];
    for (number, (scope, named)) in cases.into_iter().enumerate() {
        let operation = ctx.operation(&format!("log-{number}"));
        let mut tx = ctx.store().begin(ctx.write(scope, &operation));
        let audit = ctx.audit(&operation, &named, Some(&id));
        refused!(tx.append_audit(audit), StoreErrorKind::OutOfScope)?;
        let event = ctx.event(&operation, &named, &id);
        refused!(tx.enqueue(event), StoreErrorKind::OutOfScope)?;
        tx.commit().await?;
    }
    ctx.holds_still(&before, "refused entries").await
}
