//! Units whose futures are dropped.

use super::POLLS_MAX;
use crate::check::{absent, present, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::poll::DropAfter;
use crate::power::Power;
use std::sync::Arc;
use user_engine_domain::{OperationId, User};
use user_engine_ports::{
    AuditQuery, OperationOutcome, OutboxQuery, Precondition, Scope, UnitOptions, UserEngineStore,
};

/// The narrowest store there is: over a pool of one where the factory has it.
pub(super) async fn narrow(ctx: &Context) -> Result<Arc<dyn UserEngineStore>, Failure> {
    if ctx.declared().contains(&Power::PoolOfOne) {
        ctx.pool_of_one().await
    } else {
        Ok(ctx.store())
    }
}

/// Asks until the answer is final.
pub(super) async fn is_applied(
    ctx: &Context,
    store: &Arc<dyn UserEngineStore>,
    id: &OperationId,
) -> Result<bool, Failure> {
    for _ in 0..20 {
        match store
            .outcome(&Scope::Tenantless, id, ctx.deadline())
            .await?
        {
            OperationOutcome::Applied(_) => return Ok(true),
            OperationOutcome::NotApplied => return Ok(false),
            OperationOutcome::StillRunning => {}
        }
    }
    Err(Failure::broken(
        "a dropped commit is still running after it was asked for twenty times",
    ))
}

/// The next borrower can write and read.
pub(super) async fn next_is_unharmed(
    ctx: &Context,
    store: &Arc<dyn UserEngineStore>,
) -> Result<(), Failure> {
    let name = ctx.fresh_id("next");
    let operation = ctx.operation(&name);
    let scope = Scope::Tenantless;
    let user = ctx.user(&name);
    ctx.mutation(store, &scope, &operation, user, Precondition::Absent)?
        .commit()
        .await?;
    let found = ctx
        .get_from::<User>(store, scope, &ctx.user_id(&name))
        .await?;
    present(found, "what the next borrower saved")?;
    Ok(())
}

pub(super) async fn commit_unpolled(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("dropped");
    let user = ctx.user("ada");
    let scope = Scope::Tenantless;
    let tx = ctx.mutation(&ctx.store(), &scope, &operation, user, Precondition::Absent)?;
    let ended = DropAfter::polls(tx.commit(), 0).await;
    absent(
        ended.as_ref(),
        "the answer of a commit that was never polled",
    )?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    absent(found.as_ref(), "a record of a commit that was never polled")?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )
}

pub(super) async fn commit_every_poll(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (narrow(&ctx).await?, Scope::Tenantless);
    for polls in 0..POLLS_MAX {
        let name = format!("polls-{polls}");
        let operation = ctx.operation(&name);
        let user = ctx.user(&name);
        let tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
        let ended = DropAfter::polls(tx.commit(), polls).await;
        let applied = is_applied(&ctx, &store, &operation.id).await?;
        if let Some(ended) = &ended {
            ensure!(
                ended.is_ok() == applied,
                "the answer of a commit and its outcome differ"
            );
        }
        ensure!(
            polls > 0 || !applied,
            "a commit that was never polled was applied"
        );

        let found = ctx
            .get_from::<User>(&store, scope.clone(), &ctx.user_id(&name))
            .await?;
        ensure!(
            found.is_some() == applied,
            "the record does not fit the outcome"
        );
        let query = AuditQuery {
            operation_id: Some(operation.id.clone()),
            ..AuditQuery::new(Scope::Platform)
        };
        let audits = store
            .audit_records(&query, ctx.deadline())
            .await?
            .entries
            .len();
        same_count(
            audits,
            u64::from(applied),
            "audit records of a dropped commit",
        )?;
        let query = OutboxQuery::new(Scope::Platform);
        let events = store.outbox_events(&query, ctx.deadline()).await?.entries;
        let own = events
            .iter()
            .flatten()
            .filter(|event| event.operation_id == operation.id);
        same_count(
            own.count(),
            u64::from(applied),
            "events of a dropped commit",
        )?;
        next_is_unharmed(&ctx, &store).await?;
        if let Some(ended) = ended {
            ended?;
            return Ok(());
        }
    }
    Err(Failure::broken("a commit does not end"))
}

pub(super) async fn read_every_poll(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let (store, scope) = (narrow(&ctx).await?, Scope::Tenantless);
    for polls in 0..POLLS_MAX {
        let name = format!("polls-{polls}");
        let operation = ctx.operation(&name);
        let user = ctx.user(&name);
        let mut tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
        let key = ctx.user_id("ada");
        let ended = DropAfter::polls(tx.get::<User>(&key), polls).await;
        // The unit goes on as if the read had never been asked for.
        present(
            tx.get::<User>(&key).await?,
            "a record read after a dropped read",
        )?;
        tx.commit().await?;
        let found = ctx
            .get_from::<User>(&store, scope.clone(), &ctx.user_id(&name))
            .await?;
        present(found, "what the unit saved before its read was dropped")?;
        if let Some(ended) = ended {
            present(ended?, "the record that was read")?;
            return Ok(());
        }
    }
    Err(Failure::broken("a read does not end"))
}

pub(super) async fn panic_leaves_nothing(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let store = narrow(&ctx).await?;
    let panics = {
        let (ctx, store) = (ctx.clone(), store.clone());
        tokio::spawn(async move {
            let scope = Scope::Tenantless;
            let operation = ctx.operation("panics");
            let user = ctx.user("bob");
            let mut tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
            tx.get::<User>(&ctx.user_id("ada")).await?;
            // Unwinds as a panic does, without its words on the terminal.
            std::panic::resume_unwind(Box::new("on purpose"));
            #[expect(unreachable_code, reason = "gives the block its type")]
            Ok::<(), Failure>(())
        })
    };
    match panics.await {
        Err(error) if error.is_panic() => {}
        Err(_) => return Err(Failure::harness("the task was cancelled")),
        Ok(ended) => ended?,
    }
    let found = ctx
        .get_from::<User>(&store, Scope::Tenantless, &ctx.user_id("bob"))
        .await?;
    absent(found.as_ref(), "what a unit saved before its task panicked")?;
    same_count(
        ctx.count(Scope::Platform, "outbox_events").await?,
        0_u64,
        "events",
    )?;
    next_is_unharmed(&ctx, &store).await
}

pub(super) async fn units_hold_nothing(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let (store, scope) = (narrow(&ctx).await?, Scope::Tenantless);
    let mut open = Vec::new();
    for number in 0..5 {
        let operation = ctx.operation(&format!("open-{number}"));
        let mut tx = store.begin(ctx.write(scope.clone(), &operation));
        present(
            tx.get::<User>(&ctx.user_id("ada")).await?,
            "a user read by an open unit",
        )?;
        tx.save(ctx.user(&format!("open-{number}")))?;
        open.push(tx);
    }
    let denial = ctx.denial(&ctx.operation("denied"), &scope);
    store.record_denial(&scope, denial, ctx.deadline()).await?;
    let mut reader = store.begin(UnitOptions::read(scope.clone()).deadline(ctx.deadline()));
    present(
        reader.get::<User>(&ctx.user_id("ada")).await?,
        "a user read beside open units",
    )?;
    next_is_unharmed(&ctx, &store).await?;
    ensure!(
        store.readiness(ctx.deadline()).await.is_ready(),
        "not ready beside open units"
    );
    for tx in open {
        tx.commit().await?;
    }
    same_count(ctx.count(Scope::Platform, "user").await?, 7_u64, "users")
}
