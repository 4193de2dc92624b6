//! What a denial must be, and what it costs.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::power::Tamper;
use crate::refused;
use std::time::Duration;
use user_engine_domain::AuditRecord;
use user_engine_ports::{Deadline, Effect, Scope, StoreErrorKind};

pub(super) async fn deadline_passed(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("late"));
    let before = ctx.totals().await?;
    let denial = ctx.denial(&operation, &scope);
    let late = Deadline::after(Duration::ZERO);
    let recorded = ctx.store().record_denial(&scope, denial, late).await;
    let error = refused!(recorded, StoreErrorKind::DeadlineExceeded)?;
    same(
        &error.effect(),
        &Effect::NotApplied,
        "the effect of a late denial",
    )?;
    ctx.holds_still(&before, "a late denial").await
}

pub(super) async fn event_none(ctx: Context) -> Result<(), Failure> {
    let mut expected = ctx.totals().await?;
    let (scope, operation) = (ctx.tenant_scope("acme"), ctx.operation("refused"));
    let denial = ctx.denial(&operation, &scope);
    ctx.store()
        .record_denial(&scope, denial.clone(), ctx.deadline())
        .await?;
    *expected.entry("audit_records").or_default() += 1;
    ctx.holds_still(&expected, "a denial").await?;
    same(
        &ctx.audit_records(scope).await?,
        &vec![denial],
        "the tenant's audit log",
    )
}

pub(super) async fn outcome_allowed(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("allowed"));
    let before = ctx.totals().await?;
    let allowed = ctx.audit(&operation, &scope, None);
    let recorded = ctx
        .store()
        .record_denial(&scope, allowed, ctx.deadline())
        .await;
    refused!(recorded, StoreErrorKind::Invalid(rule) if rule.field() == "outcome")?;
    ctx.holds_still(&before, "a refused denial").await
}

pub(super) async fn refusal_said(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::MarkDisposable).await?;
    let (scope, operation) = (Scope::Tenantless, ctx.operation("refused"));
    let denial = ctx.denial(&operation, &scope);
    let recorded = ctx
        .store()
        .record_denial(&scope, denial, ctx.deadline())
        .await;
    refused!(recorded, StoreErrorKind::NotReady(_))?;
    Ok(())
}

pub(super) async fn repeat_same_id(ctx: Context) -> Result<(), Failure> {
    let (scope, operation) = (Scope::Tenantless, ctx.operation("refused"));
    let denial = ctx.denial(&operation, &scope);
    let later = AuditRecord {
        recorded_at: ctx.at(1),
        ..denial.clone()
    };
    for repeated in [denial.clone(), denial.clone(), later] {
        ctx.store()
            .record_denial(&scope, repeated, ctx.deadline())
            .await?;
    }
    same(
        &ctx.audit_records(Scope::Platform).await?,
        &vec![denial],
        "the audit log",
    )
}

pub(super) async fn scope_foreign_tenant(ctx: Context) -> Result<(), Failure> {
    let before = ctx.totals().await?;
    let (own, foreign) = (ctx.tenant_scope("acme"), ctx.tenant_scope("globex"));
    let operation = ctx.operation("refused");
    let pairs = [
        (&own, &foreign),
        (&own, &Scope::Tenantless),
        (&Scope::Tenantless, &own),
    ];
    for (scope, named) in pairs {
        let denial = ctx.denial(&operation, named);
        let recorded = ctx
            .store()
            .record_denial(scope, denial, ctx.deadline())
            .await;
        refused!(recorded, StoreErrorKind::OutOfScope)?;
    }
    ctx.holds_still(&before, "refused denials").await
}

pub(super) async fn trips_one(ctx: Context) -> Result<(), Failure> {
    let (store, scope, operation) = (ctx.store(), Scope::Tenantless, ctx.operation("refused"));
    for what in ["a cold denial", "a warm denial"] {
        let denial = ctx.denial(&operation, &scope);
        ctx.takes(1, what, store.record_denial(&scope, denial, ctx.deadline()))
            .await?;
    }
    let found = ctx.count(Scope::Platform, "audit_records").await?;
    same_count(found, 2_u64, "denials")
}
