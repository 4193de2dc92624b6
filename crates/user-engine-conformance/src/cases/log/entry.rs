//! Single entries of the logs.

use crate::check::{conflict, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use crate::refused;
use user_engine_domain::{
    ActorId, ActorKind, EventType, JsonValue, OperationName, OutboxEvent, TenantAccount, User,
};
use user_engine_ports::{ConflictReason, Precondition, Scope, StoreErrorKind};

pub(super) async fn bytes(ctx: Context) -> Result<(), Failure> {
    let scope = ctx.tenant_scope("acme");
    let operation = ctx.operation("full");
    let account = ctx.tenant_account("acme", "ada");
    let id = id_of::<TenantAccount>(&(ctx.tenant("acme"), ctx.user_id("ada")));
    let mut audit = ctx.audit(&operation, &scope, Some(&id));
    audit.actor.kind = ActorKind::Agent;
    audit.actor.on_behalf_of = Some(valid(ActorId::new("e\u{301} \u{1f511}")));
    audit.actor.break_glass = true;
    audit.operation = valid(OperationName::new("set_tenant_account_status"));
    audit.recorded_at = ctx.at(-1).saturating_add_micros(1);
    let plain = ctx.audit(&operation, &scope, None);
    let payload = r#"{"a":[1,-2,0.5,true,null,"\u00e9\u0301"],"b":{"n":18446744073709551615}}"#;
    let event = OutboxEvent {
        event_type: valid(EventType::new("tenant.account.status_set")),
        event_version: 7,
        payload: valid(JsonValue::parse(payload)),
        occurred_at: user_engine_domain::Timestamp::MAX,
        ..ctx.event(&operation, &scope, &id)
    };
    let mut tx = ctx.begin(scope.clone(), "full");
    tx.save(account)?;
    tx.append_audit(audit.clone())?;
    tx.append_audit(plain.clone())?;
    tx.enqueue(event.clone())?;
    tx.commit().await?;
    same(
        &ctx.audit_records(scope.clone()).await?,
        &vec![audit, plain],
        "the audit records",
    )?;
    same(&ctx.outbox_events(scope).await?, &vec![event], "the event")
}

/// Nothing but one whole mutation is stored.
async fn holds_one_mutation(ctx: &Context) -> Result<(), Failure> {
    for name in ["user", "audit_records", "outbox_events", "operations"] {
        same_count(ctx.count(Scope::Platform, name).await?, 1_u64, name)?;
    }
    Ok(())
}

pub(super) async fn duplicate_audit_id(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation("first");
    let user = ctx.user("ada");
    let tx = ctx.mutation(&ctx.store(), &scope, &operation, user, Precondition::Absent)?;
    tx.commit().await?;
    let taken = ctx.audit_records(Scope::Platform).await?.remove(0).audit_id;

    let second = ctx.operation("second");
    let user = ctx.user("bob");
    let mut tx = ctx.mutation(&ctx.store(), &scope, &second, user, Precondition::Absent)?;
    let mut audit = ctx.audit(&second, &scope, None);
    audit.audit_id = taken;
    tx.append_audit(audit)?;
    conflict(tx.commit().await, ConflictReason::DuplicateId, None)?;
    holds_one_mutation(&ctx).await
}

pub(super) async fn duplicate_event_id(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation("first");
    let user = ctx.user("ada");
    let tx = ctx.mutation(&ctx.store(), &scope, &operation, user, Precondition::Absent)?;
    tx.commit().await?;
    let taken = ctx.outbox_events(Scope::Platform).await?.remove(0).event_id;

    let second = ctx.operation("second");
    let user = ctx.user("bob");
    let mut tx = ctx.mutation(&ctx.store(), &scope, &second, user, Precondition::Absent)?;
    let mut event = ctx.event(&second, &scope, &id_of::<User>(&ctx.user_id("bob")));
    event.event_id = taken;
    tx.enqueue(event)?;
    conflict(tx.commit().await, ConflictReason::DuplicateId, None)?;
    holds_one_mutation(&ctx).await
}

pub(super) async fn foreign_operation(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let other = ctx.operation("other");
    let id = id_of::<User>(&ctx.user_id("ada"));
    let mut tx = ctx.begin(scope.clone(), "own");
    tx.save(ctx.user("ada"))?;
    refused!(
        tx.append_audit(ctx.audit(&other, &scope, None)),
        StoreErrorKind::Invalid(_)
    )?;
    refused!(
        tx.enqueue(ctx.event(&other, &scope, &id)),
        StoreErrorKind::Invalid(_)
    )?;
    // Denials have a lane of their own.
    let denial = ctx.denial(&ctx.operation("own"), &scope);
    refused!(tx.append_audit(denial), StoreErrorKind::Invalid(_))?;
    tx.commit().await?;
    same_count(
        ctx.count(Scope::Platform, "audit_records").await?,
        0_u64,
        "audit records",
    )?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )
}

pub(super) async fn aggregate_written(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let stored = ctx.commit_user("ada").await?;
    let stray = ctx.operation("stray");
    let id = id_of::<User>(&ctx.user_id("ada"));
    let mut tx = ctx.begin(scope.clone(), "stray");
    tx.save(ctx.user("bob"))?;
    // An expectation is no write.
    tx.expect::<User>(&ctx.user_id("ada"), stored.revision)?;
    tx.enqueue(ctx.event(&stray, &scope, &id))?;
    refused!(tx.commit().await, StoreErrorKind::Invalid(_))?;
    same_count(ctx.count(Scope::Platform, "user").await?, 1_u64, "users")?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )?;
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        1_u64,
        "operations",
    )
}

pub(super) async fn aggregate_deleted(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    ctx.commit_user("ada").await?;
    let operation = ctx.operation("erase");
    let event = ctx.event(&operation, &scope, &id_of::<User>(&ctx.user_id("ada")));
    let mut blind = ctx.begin(scope.clone(), "erase");
    blind.delete::<User>(&ctx.user_id("ada"))?;
    blind.enqueue(event.clone())?;
    refused!(blind.commit().await, StoreErrorKind::Invalid(_))?;
    let mut tx = ctx.begin(scope, "erase");
    present(tx.get::<User>(&ctx.user_id("ada")).await?, "the user")?;
    tx.delete::<User>(&ctx.user_id("ada"))?;
    tx.enqueue(event.clone())?;
    tx.commit().await?;
    same(
        &ctx.outbox_events(Scope::Platform).await?,
        &vec![event],
        "the event of a deletion",
    )
}
