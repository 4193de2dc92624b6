//! Single pages, and walks by pages of every size.

use super::{fill, of_tenant};
use crate::check::{absent, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::{id_of, page};
use futures_util::future::try_join;
use user_engine_domain::{Record, RecordKey, RecordKind, TenantAccount};
use user_engine_ports::{ListBy, ListQuery, Precondition, Scope};

pub(super) async fn empty(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.reader(Scope::Platform);
    let queries = [
        ListQuery::new(RecordKind::User, ListBy::Kind),
        ListQuery::new(RecordKind::User, ListBy::User(ctx.user_id("nobody"))),
        of_tenant(&ctx).limit(1),
        of_tenant(&ctx).after(Some(RecordKey::from_parts([Some("behind")]))),
    ];
    for query in queries {
        let page = page(&mut tx, &query).await?;
        same_count(page.rows.len(), 0_u64, "rows of an empty page")?;
        absent(page.next.as_ref(), "a place behind the end")?;
    }
    Ok(())
}

pub(super) async fn largest(ctx: Context) -> Result<(), Failure> {
    let names: Vec<String> = (0..1_001).map(|number| format!("u{number:04}")).collect();
    let (most, rest) = names.split_at(1_000);
    let mut expected = fill(&ctx, "most", most).await?;
    expected.extend(fill(&ctx, "rest", rest).await?);
    expected.sort();
    let found = ctx
        .keys(Scope::Platform, of_tenant(&ctx).limit(1_000))
        .await?;
    same_count(found.len(), expected.len(), "rows of the walk")?;
    same(&found, &expected, "the keys of the walk")
}

pub(super) async fn sizes(ctx: Context) -> Result<(), Failure> {
    let names = ["a", "b", "c", "d", "e", "f", "g"].map(str::to_owned);
    let mut expected = fill(&ctx, "fill", &names).await?;
    expected.sort();
    for limit in [1, 2, 3, 6, 7, 8, 1_000] {
        let found = ctx
            .keys(Scope::Platform, of_tenant(&ctx).limit(limit))
            .await?;
        let what = format!("rows by pages of {limit}");
        same_count(found.len(), expected.len(), &what)?;
        same(&found, &expected, &what)?;
    }
    Ok(())
}

/// How many commits the pages are raced with.
const ROUNDS: usize = 40;

/// One of two records is always there, never both; no page may see both or neither.
pub(super) async fn one_snapshot(ctx: Context) -> Result<(), Failure> {
    let names = ["a-left", "m-fixed", "z-right"].map(str::to_owned);
    fill(&ctx, "fill", &names[..2]).await?;
    let scope = ctx.tenant_scope("acme");
    let writer = async {
        for round in 0..ROUNDS {
            let (comes, goes) = if round % 2 == 0 { (2, 0) } else { (0, 2) };
            let mut unit = ctx
                .begin(scope.clone(), &format!("swap-{round}"))
                .into_unit();
            let key = (ctx.tenant("acme"), ctx.user_id(&names[goes]));
            let comes = ctx.tenant_account("acme", &names[comes]);
            unit.save(comes.into(), Precondition::Absent)?;
            unit.delete(id_of::<TenantAccount>(&key), Precondition::Any)?;
            unit.commit().await?;
            tokio::task::yield_now().await;
        }
        Ok::<_, Failure>(())
    };
    let fixed = ctx.tenant_account("acme", &names[1]).record_key();
    let reader = async {
        for _ in 0..ROUNDS {
            let keys = ctx.keys(Scope::Platform, of_tenant(&ctx)).await?;
            ensure!(keys.contains(&fixed), "a page lost a record that stays");
            ensure!(
                keys.len() == 2,
                "a page saw {} of the two records that take turns",
                keys.len() - 1
            );
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    try_join(reader, writer).await?;
    Ok(())
}
