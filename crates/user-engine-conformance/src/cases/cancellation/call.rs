//! Calls of the store whose futures are dropped or late.

use super::POLLS_MAX;
use super::unit::{is_applied, narrow, next_is_unharmed};
use crate::check::{absent, conflict, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::poll::DropAfter;
use crate::{ensure, refused};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{Timestamp, User};
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{
    AuditQuery, ConflictReason, Deadline, Effect, NotReady, OperationOutcome, OutboxQuery,
    Precondition, Scope, StoreErrorKind, UnitOptions, UserEngineStore,
};

pub(super) async fn denial_every_poll(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (narrow(&ctx).await?, Scope::Tenantless);
    for polls in 0..POLLS_MAX {
        let operation = ctx.operation(&format!("polls-{polls}"));
        let denial = ctx.denial(&operation, &scope);
        let recording = store.record_denial(&scope, denial.clone(), ctx.deadline());
        let ended = DropAfter::polls(recording, polls).await;
        let query = AuditQuery {
            operation_id: Some(operation.id.clone()),
            ..AuditQuery::new(Scope::Platform)
        };
        let recorded = store
            .audit_records(&query, ctx.deadline())
            .await?
            .entries
            .len();
        ensure!(recorded <= 1, "one denial was recorded more than once");
        ensure!(
            ended.is_none() || recorded == 1,
            "a recorded denial is not there"
        );

        store.record_denial(&scope, denial, ctx.deadline()).await?;
        let recorded = store
            .audit_records(&query, ctx.deadline())
            .await?
            .entries
            .len();
        same_count(
            recorded,
            1_u64,
            "audit records of a denial that was recorded again",
        )?;
        if let Some(ended) = ended {
            return Ok(ended?);
        }
    }
    Err(Failure::broken("recording a denial does not end"))
}

pub(super) async fn outcome_every_poll(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (narrow(&ctx).await?, Scope::Tenantless);
    for polls in 0..POLLS_MAX {
        let name = format!("polls-{polls}");
        let operation = ctx.operation(&name);
        let asking = store.outcome(&scope, &operation.id, ctx.deadline());
        let ended = DropAfter::polls(asking, polls).await;
        let user = ctx.user(&name);
        let tx = ctx.mutation(&store, &scope, &operation, user, Precondition::Absent)?;
        let committed = tx.commit().await;
        if ended.is_some() {
            conflict(committed, ConflictReason::OperationFenced, None)?;
        } else {
            // Dropped, the question may have been asked or not.
            let is_applied = is_applied(&ctx, &store, &operation.id).await?;
            match committed {
                Ok(_) => ensure!(is_applied, "an applied operation is not found applied"),
                Err(error) => {
                    conflict::<()>(Err(error), ConflictReason::OperationFenced, None)?;
                    ensure!(!is_applied, "a fenced operation is found applied");
                }
            }
        }
        if let Some(ended) = ended {
            return same(&ended?, &OperationOutcome::NotApplied, "the outcome");
        }
    }
    Err(Failure::broken("asking for an outcome does not end"))
}

/// Drops a call of the store after every number of polls until it ends.
async fn drop_at_every_poll<T, F>(
    ctx: &Context,
    store: &Arc<dyn UserEngineStore>,
    mut call: impl FnMut(Arc<dyn UserEngineStore>, Deadline) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = T>,
{
    for polls in 0..POLLS_MAX {
        let ended = DropAfter::polls(call(store.clone(), ctx.deadline()), polls).await;
        if let Some(ended) = ended {
            return Ok(ended);
        }
        next_is_unharmed(ctx, store).await?;
    }
    Err(Failure::broken("a call does not end"))
}

pub(super) async fn report_every_poll(ctx: Context) -> Result<(), Failure> {
    let store = narrow(&ctx).await?;
    next_is_unharmed(&ctx, &store).await?;
    let counts = drop_at_every_poll(&ctx, &store, |store, deadline| async move {
        store.record_counts(&Scope::Platform, deadline).await
    });
    let counts = counts.await??;
    let audits = drop_at_every_poll(&ctx, &store, |store, deadline| async move {
        store
            .audit_records(&AuditQuery::new(Scope::Platform), deadline)
            .await
    });
    let audits = audits.await??.entries.len();
    ensure!(
        audits >= 1 && counts.len() > 1,
        "what was asked for is not answered"
    );
    let events = drop_at_every_poll(&ctx, &store, |store, deadline| async move {
        store
            .outbox_events(&OutboxQuery::new(Scope::Platform), deadline)
            .await
    });
    ensure!(events.await??.entries.len() >= audits, "events are missing");
    let readiness = drop_at_every_poll(&ctx, &store, |store, deadline| async move {
        store.readiness(deadline).await
    });
    ensure!(readiness.await?.is_ready(), "not ready after dropped calls");
    let purge = drop_at_every_poll(&ctx, &store, |store, deadline| async move {
        store.purge_operations(Timestamp::MIN, deadline).await
    });
    same_count(purge.await??, 0_u64, "operations older than any instant")
}

pub(super) async fn migrate_every_poll(ctx: Context) -> Result<(), Failure> {
    let migrator = ctx.migrator();
    for polls in 0..POLLS_MAX {
        let ended = DropAfter::polls(migrator.migrate(ctx.deadline()), polls).await;
        let reasons = ctx.store().readiness(ctx.deadline()).await.reasons;
        // How a factory marks the store as its own comes behind the steps and is not theirs.
        let is_torn = |reason: &NotReady| {
            matches!(
                reason,
                NotReady::Unreadable | NotReady::ChecksumMismatch { .. } | NotReady::Ahead { .. }
            )
        };
        let torn = reasons.iter().find(|reason| is_torn(reason));
        ensure!(
            torn.is_none(),
            "a dropped migration left a step half done: {torn:?}"
        );
        let plan = migrator.plan(ctx.deadline()).await?;
        same_count(
            plan.to,
            LATEST_SCHEMA_VERSION,
            "the version that is planned",
        )?;
        if let Some(ended) = ended {
            ended?;
            ensure!(reasons.is_empty(), "not ready after a whole migration");
            let again = migrator.migrate(ctx.deadline()).await?;
            same_count(again.steps.len(), 0_u64, "steps of a second migration")?;
            return next_is_unharmed(&ctx, &ctx.store()).await;
        }
    }
    Err(Failure::broken("a migration does not end"))
}

pub(super) async fn deadline_passed(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let (store, scope) = (narrow(&ctx).await?, Scope::Tenantless);
    let late = Deadline::after(Duration::ZERO);
    let mut reader = store.begin(UnitOptions::read(scope.clone()).deadline(late));
    refused!(
        reader.get::<User>(&ctx.user_id("ada")).await,
        StoreErrorKind::DeadlineExceeded
    )?;
    let operation = ctx.operation("late");
    let mut tx = store.begin(UnitOptions::write(scope.clone(), operation.clone()).deadline(late));
    tx.save(ctx.user("bob"))?;
    let error = refused!(tx.commit().await, StoreErrorKind::DeadlineExceeded)?;
    ensure!(
        error.effect() == Effect::NotApplied,
        "nothing was sent, but its effect is unknown"
    );
    let denial = ctx.denial(&operation, &scope);
    let result = store.record_denial(&scope, denial.clone(), late).await;
    refused!(result, StoreErrorKind::DeadlineExceeded)?;
    let result = store.outcome(&scope, &operation.id, late).await;
    refused!(result, StoreErrorKind::DeadlineExceeded)?;
    let result = store.record_counts(&scope, late).await;
    refused!(result, StoreErrorKind::DeadlineExceeded)?;
    let result = store
        .audit_records(&AuditQuery::new(Scope::Platform), late)
        .await;
    refused!(result, StoreErrorKind::DeadlineExceeded)?;
    let result = store
        .outbox_events(&OutboxQuery::new(Scope::Platform), late)
        .await;
    refused!(result, StoreErrorKind::DeadlineExceeded)?;

    let found = ctx
        .get_from::<User>(&store, scope.clone(), &ctx.user_id("bob"))
        .await?;
    absent(found.as_ref(), "what a late commit saved")?;
    same_count(
        ctx.count(Scope::Platform, "audit_records").await?,
        0_u64,
        "audit records",
    )?;
    let committed = ctx
        .commit(scope.clone(), "late", [ctx.user("bob").into()])
        .await?;
    ensure!(!committed.is_repeated, "a late commit counts as applied");
    store.record_denial(&scope, denial, ctx.deadline()).await?;
    Ok(())
}
