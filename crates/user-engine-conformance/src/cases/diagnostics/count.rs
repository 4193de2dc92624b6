//! Counts.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use user_engine_domain::User;
use user_engine_migrations::COUNT_KEYS;
use user_engine_ports::{Precondition, Scope};

pub(super) async fn every_name(ctx: Context) -> Result<(), Failure> {
    for scope in [Scope::Platform, Scope::Tenantless, ctx.tenant_scope("acme")] {
        let counts = ctx.store().record_counts(&scope, ctx.deadline()).await?;
        let names: Vec<&str> = counts.keys().copied().collect();
        same(&names, &COUNT_KEYS.to_vec(), "the names of the counts")?;
    }
    Ok(())
}

pub(super) async fn follow(ctx: Context) -> Result<(), Failure> {
    let count = async |expected: u64, what: &str| {
        let found = ctx.count(Scope::Platform, "user").await?;
        same_count(found, expected, &format!("users after {what}"))
    };
    count(0, "nothing").await?;
    ctx.commit_user("ada").await?;
    ctx.commit_user("bob").await?;
    count(2, "two creations").await?;
    ctx.commit(
        Scope::Tenantless,
        "replace",
        [ctx.user_version("ada", 1).into()],
    )
    .await?;
    count(2, "a replacement").await?;
    let mut tx = ctx.begin(Scope::Tenantless, "delete");
    tx.delete::<User>(&ctx.user_id("ada"))?;
    tx.delete::<User>(&ctx.user_id("nobody"))?;
    tx.commit().await?;
    count(1, "a deletion").await
}

pub(super) async fn scope(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    ctx.commit_user("ada").await?;
    ctx.commit_user("bob").await?;
    for (tenant, user) in [("acme", "ada"), ("acme", "bob"), ("globex", "ada")] {
        let (scope, operation) = (ctx.tenant_scope(tenant), format!("{user}-joins-{tenant}"));
        let (account, operation) = (ctx.tenant_account(tenant, user), ctx.operation(&operation));
        ctx.mutation(&store, &scope, &operation, account, Precondition::Absent)?
            .commit()
            .await?;
    }
    let expected = [
        (ctx.tenant_scope("acme"), [0, 2, 2, 2, 2]),
        (ctx.tenant_scope("globex"), [0, 1, 1, 1, 1]),
        (ctx.tenant_scope("initech"), [0; 5]),
        (Scope::Tenantless, [2, 0, 0, 0, 2]),
        (Scope::Platform, [2, 3, 3, 3, 5]),
    ];
    let names = [
        "user",
        "tenant_account",
        "audit_records",
        "outbox_events",
        "operations",
    ];
    for (number, (scope, expected)) in expected.into_iter().enumerate() {
        let counts = ctx.store().record_counts(&scope, ctx.deadline()).await?;
        for (name, expected) in names.into_iter().zip(expected) {
            let found = counts.get(name).copied().unwrap_or_default();
            same_count(found, expected, &format!("{name} of scope {number}"))?;
        }
        let others = counts.iter().filter(|(name, _)| !names.contains(name));
        same_count(
            others.map(|(_, count)| count).sum::<u64>(),
            0_u64,
            "everything else",
        )?;
    }
    Ok(())
}
