//! What a reader of the logs is shown.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use user_engine_domain::{ActorId, AuditId, AuditTarget, TenantAccount, User};
use user_engine_ports::{AuditQuery, Precondition, Scope, StoreError};

async fn found(ctx: &Context, query: &AuditQuery) -> Result<Vec<AuditId>, StoreError> {
    let page = ctx.store().audit_records(query, ctx.deadline()).await?;
    Ok(page
        .entries
        .into_iter()
        .flatten()
        .map(|record| record.audit_id)
        .collect())
}

pub(super) async fn audit_filters(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let mut records = Vec::new();
    for (name, actor) in [("ada", "one"), ("bob", "two"), ("eve", "one")] {
        let operation = ctx.operation(name);
        let id = id_of::<User>(&ctx.user_id(name));
        let mut record = ctx.audit(&operation, &scope, Some(&id));
        record.actor.id = valid(ActorId::new(ctx.id_of(actor)));
        let mut tx = ctx.begin(scope.clone(), name);
        tx.save(ctx.user(name))?;
        tx.append_audit(record.clone())?;
        tx.commit().await?;
        records.push(record);
    }
    let ids = |indexes: &[usize]| -> Vec<AuditId> {
        indexes
            .iter()
            .map(|index| records[*index].audit_id.clone())
            .collect()
    };
    let all = AuditQuery::new(Scope::Platform);
    let by_correlation = AuditQuery {
        correlation_id: Some(records[1].correlation_id.clone()),
        ..all.clone()
    };
    let by_operation = AuditQuery {
        operation_id: Some(records[2].operation_id.clone()),
        ..all.clone()
    };
    let target = AuditTarget::of(&id_of::<User>(&ctx.user_id("ada")));
    let by_target = AuditQuery {
        target: Some(target.clone()),
        ..all.clone()
    };
    let one = Some(records[0].actor.id.clone());
    let by_actor = AuditQuery {
        actor_id: one.clone(),
        ..all.clone()
    };
    let by_two = AuditQuery {
        target: Some(target.clone()),
        ..by_actor.clone()
    };
    let by_disjoint = AuditQuery {
        target: Some(target),
        ..by_correlation.clone()
    };
    for (what, query, expected) in [
        ("everything", all, ids(&[0, 1, 2])),
        ("by correlation", by_correlation, ids(&[1])),
        ("by operation", by_operation, ids(&[2])),
        ("by target", by_target, ids(&[0])),
        ("by actor", by_actor, ids(&[0, 2])),
        ("by actor and target", by_two, ids(&[0])),
        ("by what no record has together", by_disjoint, ids(&[])),
    ] {
        same(&found(&ctx, &query).await?, &expected, what)?;
    }
    Ok(())
}

pub(super) async fn audit_time_range(ctx: Context) -> Result<(), Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation("timed");
    let mut tx = ctx.begin(scope.clone(), "timed");
    let mut ids = Vec::new();
    for second in 0..4 {
        let mut record = ctx.audit(&operation, &scope, None);
        record.recorded_at = ctx.at(second);
        ids.push(record.audit_id.clone());
        tx.append_audit(record)?;
    }
    tx.commit().await?;
    let all = AuditQuery::new(Scope::Platform);
    for (what, from, until, expected) in [
        ("from", Some(1), None, 1..4),
        ("until", None, Some(2), 0..2),
        ("from and until", Some(1), Some(3), 1..3),
        ("an empty range", Some(2), Some(2), 0..0),
    ] {
        let (from, until) = (from.map(|s| ctx.at(s)), until.map(|s| ctx.at(s)));
        let query = AuditQuery {
            from,
            until,
            ..all.clone()
        };
        same(&found(&ctx, &query).await?, &ids[expected].to_vec(), what)?;
    }
    // One microsecond more leaves the first out.
    let from = Some(ctx.at(1).saturating_add_micros(1));
    let query = AuditQuery { from, ..all };
    same(
        &found(&ctx, &query).await?,
        &ids[2..].to_vec(),
        "from a microsecond later",
    )
}

pub(super) async fn scope_own_tenant(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    for tenant in ["acme", "other"] {
        let scope = ctx.tenant_scope(tenant);
        let account = ctx.tenant_account(tenant, "ada");
        let operation = ctx.operation(tenant);
        let tx = ctx.mutation(&store, &scope, &operation, account, Precondition::Absent)?;
        tx.commit().await?;
    }
    let operation = ctx.operation("tenantless");
    let user = ctx.user("ada");
    let scope = Scope::Tenantless;
    ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?
        .commit()
        .await?;

    for (scope, expected) in [
        (ctx.tenant_scope("acme"), vec!["acme"]),
        (ctx.tenant_scope("nobody"), vec![]),
        (Scope::Tenantless, vec![]),
        (Scope::Platform, vec!["acme", "other", "tenantless"]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|name| ctx.operation(name).id)
            .collect();
        let records = ctx.audit_records(scope.clone()).await?;
        let shown: Vec<_> = records
            .into_iter()
            .map(|record| record.operation_id)
            .collect();
        same(&shown, &expected, "the audit records that a scope shows")?;
        let events = ctx.outbox_events(scope).await?;
        let shown: Vec<_> = events.into_iter().map(|event| event.operation_id).collect();
        same(&shown, &expected, "the events that a scope shows")?;
    }
    let key = (ctx.tenant("other"), ctx.user_id("ada"));
    let target = AuditTarget::of(&id_of::<TenantAccount>(&key));
    let asked = AuditQuery {
        target: Some(target),
        ..AuditQuery::new(ctx.tenant_scope("acme"))
    };
    same_count(
        found(&ctx, &asked).await?.len(),
        0_u64,
        "records about a foreign target",
    )
}
