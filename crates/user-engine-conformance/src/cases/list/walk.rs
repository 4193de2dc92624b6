//! Walks while records come and go.

use super::{fill, of_tenant};
use crate::check::{same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::{id_of, page, row_keys, walk_in};
use futures_util::future::try_join;
use user_engine_domain::{Record, RecordId, RecordKey, TenantAccount};
use user_engine_ports::{Precondition, Scope};

fn account_id(ctx: &Context, name: &str) -> RecordId {
    id_of::<TenantAccount>(&(ctx.tenant("acme"), ctx.user_id(name)))
}

/// Saves one account and deletes another in one unit.
async fn swap(ctx: &Context, operation: &str, comes: &str, goes: &str) -> Result<(), Failure> {
    let mut unit = ctx.begin(ctx.tenant_scope("acme"), operation).into_unit();
    unit.save(ctx.tenant_account("acme", comes).into(), Precondition::Any)?;
    unit.delete(account_id(ctx, goes), Precondition::Any)?;
    unit.commit().await?;
    Ok(())
}

pub(super) async fn after_deleted_key(ctx: Context) -> Result<(), Failure> {
    let names = ["a", "b", "c", "d"].map(str::to_owned);
    let expected = fill(&ctx, "fill", &names).await?;
    let mut tx = ctx.reader(Scope::Platform);
    let query = of_tenant(&ctx).limit(2);
    let first = page(&mut tx, &query).await?;
    let id = account_id(&ctx, "b");
    ctx.delete(ctx.tenant_scope("acme"), "delete", &id, Precondition::Any)
        .await?;
    let rest = page(&mut tx, &query.after(first.next)).await?;
    same(
        &row_keys(&rest.rows),
        &expected[2..].to_vec(),
        "the page behind a deleted key",
    )
}

/// Checks the keys of a walk: in rising order, and every stable one among them.
fn check(walked: &[RecordKey], stable: &[RecordKey]) -> Result<(), Failure> {
    ensure!(
        walked.is_sorted_by(|one, next| one < next),
        "a walk gives a row twice or out of order"
    );
    let missed = stable.iter().filter(|key| !walked.contains(key)).count();
    same_count(missed, 0_u64, "rows that a walk missed")
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{prefix}{number:02}"))
        .collect()
}

pub(super) async fn interleaved(ctx: Context) -> Result<(), Failure> {
    // What comes and goes lies before, between and behind what stays.
    let stable = fill(&ctx, "stable", &names("m", 10)).await?;
    let early = names("a", 4);
    fill(&ctx, "early", &early).await?;
    let mut tx = ctx.reader(Scope::Platform);
    let mut query = of_tenant(&ctx).limit(3);
    let mut walked = Vec::new();
    let late = names("z", 20);
    for (step, comes) in late.iter().enumerate() {
        let page = page(&mut tx, &query).await?;
        walked.extend(row_keys(&page.rows));
        let Some(next) = page.next else {
            return check(&walked, &stable);
        };
        query = query.after(Some(next));
        let operation = format!("swap-{step}");
        match early.get(step) {
            Some(goes) => swap(&ctx, &operation, comes, goes).await?,
            None => swap(&ctx, &operation, &early[step % 4], &late[0]).await?,
        }
    }
    Err(Failure::broken("a walk does not come to its end"))
}

pub(super) async fn racing(ctx: Context) -> Result<(), Failure> {
    let stable = fill(&ctx, "stable", &names("m", 6)).await?;
    let passing = names("a", 5);
    fill(&ctx, "passing", &passing).await?;
    let walker = async {
        for _ in 0..12 {
            let mut tx = ctx.reader(Scope::Platform);
            let mut query = of_tenant(&ctx).limit(2);
            let mut walked = Vec::new();
            loop {
                let page = page(&mut tx, &query).await?;
                walked.extend(row_keys(&page.rows));
                tokio::task::yield_now().await;
                match page.next {
                    Some(next) => query = query.after(Some(next)),
                    None => break,
                }
            }
            check(&walked, &stable)?;
        }
        Ok::<_, Failure>(())
    };
    let churner = async {
        for round in 0..60 {
            let (comes, goes) = (&passing[round % 5], &passing[(round + 2) % 5]);
            swap(&ctx, &format!("churn-{round}"), comes, goes).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    try_join(walker, churner).await?;
    Ok(())
}

pub(super) async fn own_deletes(ctx: Context) -> Result<(), Failure> {
    let names = names("u", 9);
    fill(&ctx, "fill", &names).await?;
    let mut unit = ctx.begin(ctx.tenant_scope("acme"), "delete").into_unit();
    for name in &names[1..5] {
        unit.delete(account_id(&ctx, name), Precondition::Any)?;
    }
    let mut tx = user_engine_ports::Tx::new(unit);
    let rows = walk_in(&mut tx, of_tenant(&ctx).limit(3)).await?;
    let left = names.iter().enumerate();
    let left = left.filter(|(at, _)| !(1..5).contains(at));
    let expected: Vec<_> = left
        .map(|(_, name)| ctx.tenant_account("acme", name).record_key())
        .collect();
    same(&row_keys(&rows), &expected, "what the unit's walk gives")?;
    tx.rollback().await;
    Ok(())
}
