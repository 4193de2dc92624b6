//! Records read together.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::id_of;
use futures_util::future::try_join;
use user_engine_domain::{DomainRecord, RecordKind, User};
use user_engine_ports::{ListBy, ListQuery, Read, ReadAnswer, Row, Scope};

pub(super) async fn in_order(ctx: Context) -> Result<(), Failure> {
    let saved = ["a", "b", "c"].map(|name| ctx.user(name).into());
    ctx.commit(Scope::Tenantless, "fill", saved).await?;
    let asked = ["c", "missing", "a", "c", "b"].map(|name| ctx.user_id(name));
    let keys: Vec<_> = asked.iter().collect();
    let found = ctx
        .reader(Scope::Tenantless)
        .get_many::<User>(&keys)
        .await?;
    let found: Vec<_> = found
        .into_iter()
        .map(|row| row.map(|row| row.record.user_id))
        .collect();
    same_count(found.len(), asked.len(), "answers")?;
    let missing = ctx.user_id("missing");
    let expected = asked.map(|id| Some(id).filter(|id| *id != missing));
    same(&found, &expected.to_vec(), "the answers in order")
}

/// How many commits the reads are raced with.
const ROUNDS: i64 = 40;

/// Two records are always written together; no flight may see two of their versions.
pub(super) async fn one_snapshot(ctx: Context) -> Result<(), Failure> {
    let versions = |version| ["left", "right"].map(|name| ctx.user_version(name, version).into());
    ctx.commit(Scope::Tenantless, "create", versions(0)).await?;
    let writer = async {
        for version in 1..=ROUNDS {
            let operation = format!("write-{version}");
            ctx.commit(Scope::Tenantless, &operation, versions(version))
                .await?;
            tokio::task::yield_now().await;
        }
        Ok::<_, Failure>(())
    };
    let get = |name| Read::Get(id_of::<User>(&ctx.user_id(name)));
    let list = Read::List(ListQuery::new(RecordKind::User, ListBy::Kind));
    let reads = [get("left"), list, get("right")];
    let reader = async {
        for _ in 0..ROUNDS {
            let answers = ctx.reader(Scope::Platform).read(&reads).await?;
            let mut seen = answers.iter().flat_map(versions_of).collect::<Vec<_>>();
            same_count(seen.len(), 4_u64, "records of the flight")?;
            seen.dedup();
            ensure!(seen.len() == 1, "one flight saw two commits");
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    try_join(reader, writer).await?;
    Ok(())
}

fn versions_of(answer: &ReadAnswer) -> Vec<i64> {
    let version = |row: &Row| match row {
        Ok(row) => match &row.record {
            DomainRecord::User(user) => Some(user.updated_at.as_micros()),
            _ => None,
        },
        Err(_) => None,
    };
    match answer {
        ReadAnswer::Get(row) => row.iter().filter_map(version).collect(),
        ReadAnswer::List(page) => page.rows.iter().filter_map(version).collect(),
    }
}
