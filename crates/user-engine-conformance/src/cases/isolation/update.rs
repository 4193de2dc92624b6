//! Racing updates and operations.

use super::race::{bump_until_applied, number_of, together};
use crate::cases::operation::repeated;
use crate::check::{conflict, present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, OperationOutcome, Precondition, Scope, StoreErrorKind};

const CLIENTS: usize = 4;
const ROUNDS: usize = 15;

pub(super) async fn not_lost(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let key = ctx.user_id("ada");
    let mut one = ctx.begin(Scope::Tenantless, "one");
    let mut two = ctx.begin(Scope::Tenantless, "two");
    for (tx, version) in [(&mut one, 1), (&mut two, 2)] {
        let read = present(tx.get::<User>(&key).await?, "the user")?;
        tx.save_if(
            ctx.user_version("ada", version),
            Precondition::Revision(read.revision),
        )?;
    }
    two.commit().await?;
    conflict(
        one.commit().await,
        ConflictReason::Precondition,
        Some(&id_of::<User>(&key)),
    )?;
    Ok(())
}

pub(super) async fn race(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let client = |ctx: Context| async move {
        let store = ctx.store();
        for _ in 0..ROUNDS {
            bump_until_applied(&ctx, &store, "ada").await?;
        }
        Ok(())
    };
    together((0..CLIENTS).map(|_| client(ctx.clone()))).await?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    let counted = number_of(&present(found, "the counter")?.record);
    same_count(counted, CLIENTS * ROUNDS, "increments")
}

pub(super) async fn no_deadlock(ctx: Context) -> Result<(), Failure> {
    let client = |ctx: Context, number: usize| async move {
        for round in 0..ROUNDS {
            let mut tx = ctx.begin(Scope::Tenantless, &format!("{number}-{round}"));
            let mut names = ["a", "b", "c", "d"];
            if number.is_multiple_of(2) {
                names.reverse();
            }
            for name in names {
                tx.save(ctx.user_version(name, 1))?;
            }
            tx.commit().await?;
        }
        Ok(())
    };
    together((0..CLIENTS).map(|number| client(ctx.clone(), number))).await?;
    Ok(())
}

pub(super) async fn operation_race(ctx: Context) -> Result<(), Failure> {
    for round in 0..ROUNDS {
        let name = format!("round-{round}");
        let client = |ctx: Context, name: String| async move {
            let (store, scope) = (ctx.store(), Scope::Tenantless);
            let operation = ctx.operation(&name);
            let user = ctx.user(&name);
            let tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
            match tx.commit().await {
                Ok(committed) if !committed.is_repeated => {
                    Ok((true, present(committed.receipt, "the receipt")?))
                }
                ended => Ok((false, repeated(ended)?)),
            }
        };
        let answers = together((0..CLIENTS).map(|_| client(ctx.clone(), name.clone()))).await?;
        let applied = answers.iter().filter(|(is_first, _)| *is_first).count();
        same_count(
            applied,
            1_u64,
            "commits that say that they applied the operation",
        )?;
        let is_same = answers.iter().all(|(_, receipt)| *receipt == answers[0].1);
        ensure!(is_same, "commits of one operation got different receipts");
    }
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        ROUNDS,
        "events",
    )?;
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        ROUNDS,
        "operations",
    )
}

pub(super) async fn fence_race(ctx: Context) -> Result<(), Failure> {
    for round in 0..ROUNDS {
        let name = format!("round-{round}");
        let (store, scope) = (ctx.store(), Scope::Tenantless);
        let operation = ctx.operation(&name);
        let user = ctx.user(&name);
        let tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
        let asks = {
            let (ctx, id) = (ctx.clone(), operation.id.clone());
            // Every other round the question gets a head start.
            let is_late = round % 2 == 0;
            tokio::spawn(async move {
                if is_late {
                    tokio::task::yield_now().await;
                }
                ctx.store()
                    .outcome(&Scope::Tenantless, &id, ctx.deadline())
                    .await
            })
        };
        if round % 2 == 1 {
            tokio::task::yield_now().await;
        }
        let ended = tx.commit().await;
        let asked = asks
            .await
            .map_err(|_| Failure::broken("asking panicked"))??;
        let after = store.outcome(&scope, &operation.id, ctx.deadline()).await?;
        match &ended {
            Ok(_) => {
                ensure!(
                    asked != OperationOutcome::NotApplied,
                    "called not applied, and then it applied"
                );
                let is_applied = matches!(after, OperationOutcome::Applied(_));
                ensure!(is_applied, "an applied operation is not found applied");
            }
            Err(error) => {
                let is_fenced = matches!(error.kind(), StoreErrorKind::Conflict(conflict)
                    if conflict.reason == ConflictReason::OperationFenced);
                ensure!(is_fenced, "the race ended in another error: {error}");
                same(
                    &after,
                    &OperationOutcome::NotApplied,
                    "the outcome of what was fenced",
                )?;
            }
        }
        let found = ctx.get::<User>(scope, &ctx.user_id(&name)).await?;
        ensure!(
            found.is_some() == ended.is_ok(),
            "the record does not fit the answer"
        );
    }
    Ok(())
}
