//! The logs, scope by scope.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::refused;
use std::collections::BTreeSet;
use user_engine_domain::{DomainRecord, TenantId};
use user_engine_ports::{Precondition, Scope, StoreErrorKind};

/// One mutation in each scope, with its audit record and event, and one denial.
async fn fill(ctx: &Context, scopes: &[(&str, Scope)]) -> Result<(), Failure> {
    for (name, scope) in scopes {
        let operation = ctx.operation(name);
        let record: DomainRecord = match scope {
            Scope::Tenant(_) => ctx.tenant_account(name, "ada").into(),
            Scope::Tenantless | Scope::Platform => ctx.user(name).into(),
        };
        ctx.mutation(&ctx.store(), scope, &operation, record, Precondition::Any)?
            .commit()
            .await?;
        let denial = ctx.denial(&operation, scope);
        ctx.store()
            .record_denial(scope, denial, ctx.deadline())
            .await?;
    }
    Ok(())
}

type Tenants = BTreeSet<Option<TenantId>>;

/// The tenants of the audit records and of the events that a scope shows, and how many of each.
async fn shown(ctx: &Context, scope: &Scope) -> Result<[(Tenants, usize); 2], Failure> {
    let audits = ctx.audit_records(scope.clone()).await?;
    let events = ctx.outbox_events(scope.clone()).await?;
    Ok([
        (
            audits.iter().map(|audit| audit.tenant.clone()).collect(),
            audits.len(),
        ),
        (
            events.iter().map(|event| event.tenant.clone()).collect(),
            events.len(),
        ),
    ])
}

pub(super) async fn foreign_tenant(ctx: Context) -> Result<(), Failure> {
    let scopes = ["acme", "other"].map(|name| (name, ctx.tenant_scope(name)));
    fill(&ctx, &scopes).await?;
    for (name, scope) in &scopes {
        let own: Tenants = [Some(ctx.tenant(name))].into();
        let [(audits, audit_count), (events, event_count)] = shown(&ctx, scope).await?;
        same_count(audit_count, 2_u64, "audit records of a tenant")?;
        same(&audits, &own, "the tenants of its audit records")?;
        same_count(event_count, 1_u64, "events of a tenant")?;
        same(&events, &own, "the tenants of its events")?;
    }
    Ok(())
}

pub(super) async fn without_tenant(ctx: Context) -> Result<(), Failure> {
    let acme = ctx.tenant_scope("acme");
    let scopes = [
        ("acme", acme.clone()),
        ("nobody", Scope::Tenantless),
        ("operator", Scope::Platform),
    ];
    fill(&ctx, &scopes).await?;
    let tenant = Some(ctx.tenant("acme"));
    let expected: [(Scope, Tenants, [u64; 2]); 3] = [
        (acme, [tenant.clone()].into(), [2, 1]),
        (Scope::Tenantless, [].into(), [0, 0]),
        (Scope::Platform, [None, tenant].into(), [6, 3]),
    ];
    for (scope, tenants, [audit_count, event_count]) in expected {
        let [(audits, found_audits), (events, found_events)] = shown(&ctx, &scope).await?;
        same_count(found_audits, audit_count, "audit records shown")?;
        same_count(found_events, event_count, "events shown")?;
        same(&audits, &tenants, "the tenants of audit records")?;
        same(&events, &tenants, "the tenants of events")?;
    }
    Ok(())
}

pub(super) async fn refused(ctx: Context) -> Result<(), Failure> {
    let (acme, other) = (ctx.tenant_scope("acme"), ctx.tenant_scope("other"));
    let operation = ctx.operation("intrude");
    for (scope, foreign) in [
        (&acme, &other),
        (&acme, &Scope::Tenantless),
        (&Scope::Tenantless, &other),
    ] {
        let sent = ctx.sent()?;
        let record: DomainRecord = ctx.user("ada").into();
        let id = record.id();
        let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
        tx.save(record)?;
        let audit = ctx.audit(&operation, foreign, Some(&id));
        refused!(tx.append_audit(audit), StoreErrorKind::OutOfScope)?;
        let event = ctx.event(&operation, foreign, &id);
        refused!(tx.enqueue(event), StoreErrorKind::OutOfScope)?;
        tx.rollback().await;
        same(&ctx.sent()?, &sent, "what was sent by a refused unit")?;
    }
    let mut tx = ctx.store().begin(ctx.write(Scope::Platform, &operation));
    let account: DomainRecord = ctx.tenant_account("other", "ada").into();
    let id = account.id();
    tx.save(account)?;
    tx.append_audit(ctx.audit(&operation, &other, Some(&id)))?;
    tx.enqueue(ctx.event(&operation, &other, &id))?;
    tx.commit().await?;
    let [(_, audits), (_, events)] = shown(&ctx, &other).await?;
    same_count(audits, 1_u64, "audit records that the platform wrote")?;
    same_count(events, 1_u64, "events that the platform wrote")
}

pub(super) async fn denial_refused(ctx: Context) -> Result<(), Failure> {
    let (acme, other) = (ctx.tenant_scope("acme"), ctx.tenant_scope("other"));
    let operation = ctx.operation("intrude");
    for (scope, foreign) in [
        (&acme, &other),
        (&acme, &Scope::Tenantless),
        (&Scope::Tenantless, &other),
    ] {
        let denial = ctx.denial(&operation, foreign);
        let recorded = ctx
            .store()
            .record_denial(scope, denial, ctx.deadline())
            .await;
        refused!(recorded, StoreErrorKind::OutOfScope)?;
    }
    let found = ctx.audit_records(Scope::Platform).await?;
    same_count(found.len(), 0_u64, "audit records of refused denials")
}
