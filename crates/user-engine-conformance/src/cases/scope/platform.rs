//! The platform's scope, and counts by scope.

use crate::check::{absent, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use user_engine_domain::reference::reference_records;
use user_engine_domain::{DomainRecord, RecordId};
use user_engine_ports::{ListBy, ListQuery, Precondition, Scope};

pub(super) async fn everything(ctx: Context) -> Result<(), Failure> {
    let records = reference_records();
    ctx.commit(Scope::Platform, "fill", records.clone()).await?;
    let mut ids: Vec<RecordId> = Vec::new();
    for record in &records {
        let id = record.id();
        let found = ctx.record(Scope::Platform, &id).await?;
        same(&found.record, record, "a record by its key")?;
        let query = ListQuery::new(id.kind, ListBy::Kind);
        let keys = ctx.keys(Scope::Platform, query).await?;
        same(&keys, &vec![id.key.clone()], "the records of a kind")?;
        ids.push(id);
    }
    let mut unit = ctx.begin(Scope::Platform, "delete").into_unit();
    for id in &ids {
        unit.delete(id.clone(), Precondition::Any)?;
    }
    unit.commit().await?;
    for row in ctx.rows(Scope::Platform, &ids).await? {
        absent(row.as_ref(), "a record that the platform deleted")?;
    }
    Ok(())
}

pub(super) async fn count_own(ctx: Context) -> Result<(), Failure> {
    let (acme, other) = (ctx.tenant_scope("acme"), ctx.tenant_scope("other"));
    let units: [(&str, &Scope, Vec<DomainRecord>); 4] = [
        (
            "acme-1",
            &acme,
            vec![ctx.tenant_account("acme", "ada").into()],
        ),
        (
            "acme-2",
            &acme,
            vec![ctx.tenant_account("acme", "bob").into()],
        ),
        (
            "other",
            &other,
            vec![ctx.tenant_account("other", "ada").into()],
        ),
        ("none", &Scope::Tenantless, vec![ctx.user("ada").into()]),
    ];
    for (name, scope, records) in units {
        let operation = ctx.operation(name);
        for record in records {
            ctx.mutation(&ctx.store(), scope, &operation, record, Precondition::Any)?
                .commit()
                .await?;
        }
    }
    let expected: [(Scope, [u64; 4]); 5] = [
        (acme, [2, 0, 2, 2]),
        (other, [1, 0, 1, 1]),
        (ctx.tenant_scope("empty"), [0, 0, 0, 0]),
        (Scope::Tenantless, [0, 1, 0, 0]),
        (Scope::Platform, [3, 1, 4, 4]),
    ];
    let names = ["tenant_account", "user", "audit_records", "outbox_events"];
    for (scope, counts) in expected {
        for (name, count) in names.into_iter().zip(counts) {
            let found = ctx.count(scope.clone(), name).await?;
            same_count(found, count, name)?;
        }
    }
    for (scope, count) in [("acme", 2_u64), ("other", 1), ("empty", 0)] {
        let found = ctx.count(ctx.tenant_scope(scope), "operations").await?;
        same_count(found, count, "operations of a tenant")?;
    }
    Ok(())
}
