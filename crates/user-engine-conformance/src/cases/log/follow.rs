//! Readers that follow a log while others commit.

use crate::cases::isolation::race::{bump_until_applied, number_in, together};
use crate::check::{same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use user_engine_domain::{EventId, OutboxEvent, RecordId};
use user_engine_ports::{AuditQuery, OutboxQuery, Scope, UserEngineStore};

const CLIENTS: usize = 4;
const ROUNDS: usize = 12;

/// Counts the clients that are still at work.
#[derive(Clone)]
struct AtWork(Arc<AtomicUsize>);

impl AtWork {
    fn is_over(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

/// Clients that each change two shared users and one of their own, round by round.
fn clients(ctx: &Context) -> (AtWork, tokio::task::JoinHandle<Result<Vec<()>, Failure>>) {
    let at_work = AtWork(Arc::new(AtomicUsize::new(CLIENTS)));
    let client = |number: usize| {
        let (ctx, at_work) = (ctx.clone(), at_work.clone());
        async move {
            let store = ctx.store();
            let own = format!("own-{number}");
            let mut ended = Ok(());
            for round in 0..ROUNDS {
                let name = ["shared-a", "shared-b", own.as_str()][(number + round) % 3];
                if let Err(failure) = bump_until_applied(&ctx, &store, name).await {
                    ended = Err(failure);
                    break;
                }
            }
            at_work.0.fetch_sub(1, Ordering::Release);
            ended
        }
    };
    let clients: Vec<_> = (0..CLIENTS).map(client).collect();
    (at_work, tokio::spawn(together(clients)))
}

pub(super) async fn outbox(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    let (at_work, clients) = clients(&ctx);
    let (mut followed, mut seen) = (Vec::new(), BTreeSet::new());
    let mut query = OutboxQuery {
        limit: 5,
        ..OutboxQuery::new(Scope::Platform)
    };
    loop {
        let was_over = at_work.is_over();
        let page = store.outbox_events(&query, ctx.deadline()).await?;
        let is_empty = page.entries.is_empty();
        for event in page.entries.into_iter().flatten() {
            ensure!(
                seen.insert(event.event_id.clone()),
                "the follower saw an event twice"
            );
            followed.push(event);
        }
        query.after = Some(page.next);
        if was_over && is_empty && !page.has_more {
            break;
        }
        tokio::task::yield_now().await;
    }
    clients
        .await
        .map_err(|_| Failure::broken("a client panicked"))??;
    let all = ctx.outbox_events(Scope::Platform).await?;
    same_count(all.len(), CLIENTS * ROUNDS, "events in the outbox")?;
    same_count(followed.len(), all.len(), "events that the follower saw")?;
    same(
        &by_aggregate(followed),
        &by_aggregate(all),
        "the follower's order of each aggregate beside that of a second walk",
    )
}

/// The events of each aggregate in the order they were read. Events of different aggregates have
/// no order between them: one that was committed late comes late to a follower and early to who
/// begins afterwards.
fn by_aggregate(events: Vec<OutboxEvent>) -> BTreeMap<RecordId, Vec<EventId>> {
    let mut orders: BTreeMap<RecordId, Vec<EventId>> = BTreeMap::new();
    for event in events {
        orders
            .entry(event.aggregate)
            .or_default()
            .push(event.event_id);
    }
    orders
}

pub(super) async fn audit(ctx: Context) -> Result<(), Failure> {
    let store = ctx.store();
    let (at_work, clients) = clients(&ctx);
    let mut seen = BTreeSet::new();
    let mut query = AuditQuery {
        limit: 5,
        ..AuditQuery::new(Scope::Platform)
    };
    loop {
        let was_over = at_work.is_over();
        let page = store.audit_records(&query, ctx.deadline()).await?;
        let is_empty = page.entries.is_empty();
        for record in page.entries.into_iter().flatten() {
            ensure!(
                seen.insert(record.audit_id),
                "the follower saw an audit record twice"
            );
        }
        query.after = Some(page.next);
        if was_over && is_empty && !page.has_more {
            break;
        }
        tokio::task::yield_now().await;
    }
    clients
        .await
        .map_err(|_| Failure::broken("a client panicked"))??;
    let stored = ctx.count(Scope::Platform, "audit_records").await?;
    same_count(stored, CLIENTS * ROUNDS, "audit records")?;
    same_count(seen.len(), stored, "audit records that the follower saw")
}

pub(super) async fn aggregate_order(ctx: Context) -> Result<(), Failure> {
    let client = |ctx: Context, store: Arc<dyn UserEngineStore>| async move {
        for _ in 0..ROUNDS {
            bump_until_applied(&ctx, &store, "shared").await?;
        }
        Ok(())
    };
    together((0..CLIENTS).map(|_| client(ctx.clone(), ctx.store()))).await?;
    let mut last = BTreeMap::new();
    for event in ctx.outbox_events(Scope::Platform).await? {
        let number = number_in(&event).unwrap_or_default();
        let before = last.insert(event.aggregate, number).unwrap_or_default();
        ensure!(
            number == before + 1,
            "event {number} of an aggregate follows event {before}"
        );
    }
    same_count(last.len(), 1_u64, "aggregates")
}
