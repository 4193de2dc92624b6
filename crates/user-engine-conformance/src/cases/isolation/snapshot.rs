//! What readers see of writers.

use super::race::number_of;
use crate::check::{absent, present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use user_engine_domain::{Record, TenantAccount, User};
use user_engine_ports::{ListBy, ListQuery, Read, ReadAnswer, Scope};

pub(super) async fn no_dirty_read(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(Scope::Tenantless, "open");
    tx.save(ctx.user_version("ada", 1))?;
    tx.save(ctx.user("bob"))?;
    // Its own reads send a flight, which must not carry the writes along.
    present(
        tx.get::<User>(&ctx.user_id("bob")).await?,
        "the unit's own write",
    )?;
    absent(
        tx.get::<User>(&ctx.user_id("eve")).await?.as_ref(),
        "what nobody saved",
    )?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    let found = present(found, "the user")?;
    same(
        &found.record,
        &ctx.user("ada"),
        "a record that an open unit changed",
    )?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("bob"))
        .await?;
    absent(found.as_ref(), "a record that an open unit created")?;
    same_count(ctx.count(Scope::Platform, "user").await?, 1_u64, "users")?;
    tx.commit().await?;
    same_count(ctx.count(Scope::Platform, "user").await?, 2_u64, "users")
}

/// What a writer and those who look at its work know of each other.
#[derive(Default)]
struct Beside {
    is_over: AtomicBool,
    commits: AtomicU64,
}

/// The fewest looks, and the fewest commits that have to happen beside them.
const LOOKS: u64 = 60;
const COMMITS: u64 = 60;
/// The fewest walks, and the fewest arrivals and departures that have to happen beside them.
const WALKS: u64 = 15;
const GUESTS: u64 = 400;

/// A writer that changes two accounts of one tenant together, over and over, until told to stop.
fn writer(ctx: &Context, beside: &Arc<Beside>) -> tokio::task::JoinHandle<Result<(), Failure>> {
    let (ctx, beside) = (ctx.clone(), beside.clone());
    tokio::spawn(async move {
        for version in 1..100_000 {
            if beside.is_over.load(Ordering::Acquire) {
                break;
            }
            let mut tx = ctx.begin(ctx.tenant_scope("acme"), &format!("both-{version}"));
            for user in ["a", "b"] {
                let mut account = ctx.tenant_account("acme", user);
                account.updated_at = ctx.at(version);
                tx.save(account)?;
            }
            tx.commit().await?;
            beside.commits.fetch_add(1, Ordering::AcqRel);
            tokio::task::yield_now().await;
        }
        Ok(())
    })
}

/// Runs a writer beside a number of looks, each of which gives the two accounts' instants.
async fn looks<F, T>(ctx: &Context, mut look: F) -> Result<(), Failure>
where
    F: FnMut(Context) -> T,
    T: Future<Output = Result<Vec<TenantAccount>, Failure>>,
{
    let both = ["a", "b"].map(|user| ctx.tenant_account("acme", user).into());
    ctx.commit(ctx.tenant_scope("acme"), "create", both).await?;
    let beside = Arc::new(Beside::default());
    let writer = writer(ctx, &beside);
    let (mut ended, mut looks) = (Ok(()), 0);
    // However fast looks are, the writer has to be at work beside them.
    while looks < LOOKS || beside.commits.load(Ordering::Acquire) < COMMITS {
        if writer.is_finished() {
            break;
        }
        looks += 1;
        ended = look(ctx.clone()).await.and_then(|seen| {
            same_count(seen.len(), 2_u64, "accounts seen")?;
            ensure!(
                seen[0].updated_at == seen[1].updated_at,
                "one look shows a part of a commit"
            );
            Ok(())
        });
        if ended.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    beside.is_over.store(true, Ordering::Release);
    writer
        .await
        .map_err(|_| Failure::broken("the writer panicked"))??;
    ended
}

pub(super) async fn reads_of_one_snapshot(ctx: Context) -> Result<(), Failure> {
    looks(&ctx, |ctx| async move {
        let (a, b) = (ctx.user_id("a"), ctx.user_id("b"));
        let (a, b) = ((ctx.tenant("acme"), a), (ctx.tenant("acme"), b));
        let mut tx = ctx.reader(ctx.tenant_scope("acme"));
        let read = tx.get_many::<TenantAccount>(&[&a, &b]).await?;
        Ok(read.into_iter().flatten().map(|read| read.record).collect())
    })
    .await?;
    // A record and a page asked for together are one snapshot too.
    let by = ListBy::Tenant(ctx.tenant("acme"));
    let key = TenantAccount::key_of(&(ctx.tenant("acme"), ctx.user_id("a")));
    let get = Read::Get(user_engine_domain::RecordId::new(TenantAccount::KIND, key));
    let list = Read::List(ListQuery::new(TenantAccount::KIND, by));
    let mut tx = ctx.reader(ctx.tenant_scope("acme"));
    match &tx.read(&[get, list]).await?[..] {
        [ReadAnswer::Get(Some(Ok(one))), ReadAnswer::List(page)] => {
            let first = page.rows.first().and_then(|row| row.as_ref().ok());
            same(&first, &Some(one), "the record by key and in the page")
        }
        _ => Err(Failure::broken("reads are not answered in their order")),
    }
}

pub(super) async fn page_of_one_snapshot(ctx: Context) -> Result<(), Failure> {
    looks(&ctx, |ctx| async move {
        let mut tx = ctx.reader(ctx.tenant_scope("acme"));
        let by = ListBy::Tenant(ctx.tenant("acme"));
        let page = tx.list::<TenantAccount>(by, None, 10).await?;
        Ok(page.records.into_iter().map(|read| read.record).collect())
    })
    .await
}

pub(super) async fn complete_walk(ctx: Context) -> Result<(), Failure> {
    let scope = ctx.tenant_scope("acme");
    let steady: Vec<_> = (0..20)
        .map(|n| ctx.tenant_account("acme", &format!("s{n:02}")))
        .collect();
    let mut expected: Vec<_> = steady.iter().map(Record::record_key).collect();
    expected.sort();
    ctx.commit(scope.clone(), "fill", steady.into_iter().map(Into::into))
        .await?;

    let beside = Arc::new(Beside::default());
    let coming_and_going = {
        let (ctx, beside) = (ctx.clone(), beside.clone());
        tokio::spawn(async move {
            for round in 0..100_000 {
                if beside.is_over.load(Ordering::Acquire) {
                    break;
                }
                let user = format!("s{:02}-guest", round / 2 % 20);
                let mut tx = ctx.begin(ctx.tenant_scope("acme"), &format!("guest-{round}"));
                if round % 2 == 0 {
                    tx.save(ctx.tenant_account("acme", &user))?;
                } else {
                    tx.delete::<TenantAccount>(&(ctx.tenant("acme"), ctx.user_id(&user)))?;
                }
                tx.commit().await?;
                beside.commits.fetch_add(1, Ordering::AcqRel);
                tokio::task::yield_now().await;
            }
            Ok::<_, Failure>(())
        })
    };
    let (mut walked, mut walks) = (Ok(()), 0);
    while walks < WALKS || beside.commits.load(Ordering::Acquire) < GUESTS {
        if coming_and_going.is_finished() {
            break;
        }
        walks += 1;
        walked = walk_once(&ctx, &expected).await;
        if walked.is_err() {
            break;
        }
    }
    beside.is_over.store(true, Ordering::Release);
    coming_and_going
        .await
        .map_err(|_| Failure::broken("the writer panicked"))??;
    walked
}

async fn walk_once(ctx: &Context, steady: &[user_engine_domain::RecordKey]) -> Result<(), Failure> {
    let mut tx = ctx.reader(ctx.tenant_scope("acme"));
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let by = ListBy::Tenant(ctx.tenant("acme"));
        let page = tx.list::<TenantAccount>(by, after, 3).await?;
        found.extend(page.records.iter().map(|read| read.record.record_key()));
        ensure!(
            found.is_sorted_by(|a, b| a < b),
            "the walk is out of order or repeats a key"
        );
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
        tokio::task::yield_now().await;
    }
    found.retain(|key| steady.contains(key));
    same(
        &found,
        &steady.to_vec(),
        "what was there throughout the walk",
    )
}

pub(super) async fn second_handle(ctx: Context) -> Result<(), Failure> {
    let second = ctx.second_handle().await?;
    ctx.commit_user("ada").await?;
    let key = ctx.user_id("ada");
    for version in 1..4 {
        ctx.get_from::<User>(&second, Scope::Tenantless, &key)
            .await?;
        let operation = format!("change-{version}");
        let changed = ctx.user_version("ada", version);
        ctx.commit(Scope::Tenantless, &operation, [changed.into()])
            .await?;
        let found = ctx
            .get_from::<User>(&second, Scope::Tenantless, &key)
            .await?;
        let found = number_of(&present(found, "the user by the second handle")?.record);
        same_count(found, version, "the version by the second handle")?;
    }
    Ok(())
}
