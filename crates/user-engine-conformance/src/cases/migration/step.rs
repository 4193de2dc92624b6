//! Migrations that run: what they do, say and leave.

use crate::check::{present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use futures_util::future::join;
use std::sync::atomic::{AtomicBool, Ordering};
use user_engine_domain::User;
use user_engine_migrations::{LATEST_SCHEMA_VERSION, MANIFEST};
use user_engine_ports::{MigrationStep, NotReady, Scope};

pub(super) async fn empty_to_latest(ctx: Context) -> Result<(), Failure> {
    let report = ctx.migrator().migrate(ctx.deadline()).await?;
    same_count(report.to, LATEST_SCHEMA_VERSION, "the version after")?;
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    ensure!(readiness.is_ready(), "a migrated store is not ready");
    same(
        &readiness.schema_version,
        &Some(LATEST_SCHEMA_VERSION),
        "the version reported",
    )?;
    ctx.commit_user("ada").await?;
    Ok(())
}

pub(super) async fn report_manifest_order(ctx: Context) -> Result<(), Failure> {
    let report = ctx.migrator().migrate(ctx.deadline()).await?;
    same_count(report.from, 0_u32, "the version before")?;
    same_count(report.to, LATEST_SCHEMA_VERSION, "the version after")?;
    let step = |step: &user_engine_migrations::Migration| MigrationStep {
        version: step.version,
        name: step.name.to_owned(),
    };
    let expected: Vec<_> = MANIFEST.iter().map(step).collect();
    same(&report.steps, &expected, "the steps of the report")
}

pub(super) async fn plan_changes_nothing(ctx: Context) -> Result<(), Failure> {
    let before = ctx.store().readiness(ctx.deadline()).await;
    let first = ctx.migrator().plan(ctx.deadline()).await?;
    let second = ctx.migrator().plan(ctx.deadline()).await?;
    same(&second, &first, "the second plan")?;
    let after = ctx.store().readiness(ctx.deadline()).await;
    same(&after, &before, "the store's readiness after planning")?;
    ensure!(
        after.reasons.contains(&NotReady::NotMigrated),
        "planning migrated the store"
    );
    Ok(())
}

pub(super) async fn plan_equals_report(ctx: Context) -> Result<(), Failure> {
    let planned = ctx.migrator().plan(ctx.deadline()).await?;
    same_count(planned.steps.len(), MANIFEST.len(), "steps of the plan")?;
    let done = ctx.migrator().migrate(ctx.deadline()).await?;
    same(&done, &planned, "the report")
}

pub(super) async fn repeat_no_steps(ctx: Context) -> Result<(), Failure> {
    ctx.migrator().migrate(ctx.deadline()).await?;
    let ready = ctx.store().readiness(ctx.deadline()).await;
    for _ in 0..2 {
        let report = ctx.migrator().migrate(ctx.deadline()).await?;
        same_count(report.steps.len(), 0_u64, "steps of a repeated migration")?;
        same_count(report.from, LATEST_SCHEMA_VERSION, "the version before")?;
        same_count(report.to, LATEST_SCHEMA_VERSION, "the version after")?;
    }
    let after = ctx.store().readiness(ctx.deadline()).await;
    same(
        &after,
        &ready,
        "the store's readiness after a repeated migration",
    )
}

pub(super) async fn repeat_keeps_records(ctx: Context) -> Result<(), Failure> {
    let stored = ctx.commit_user("ada").await?;
    let before = ctx.totals().await?;
    ctx.migrator().migrate(ctx.deadline()).await?;
    ctx.holds_still(&before, "a repeated migration").await?;
    let found = ctx
        .get::<User>(Scope::Tenantless, &stored.record.user_id)
        .await?;
    let found = present(found, "a record stored before the migration")?;
    same(&found, &stored, "a record stored before the migration")
}

pub(super) async fn race_runners(ctx: Context) -> Result<(), Failure> {
    let mut runners = Vec::new();
    for _ in 0..4 {
        let (migrator, deadline) = (ctx.migrator(), ctx.deadline());
        runners.push(tokio::spawn(
            async move { migrator.migrate(deadline).await },
        ));
    }
    let mut steps = 0;
    for runner in runners {
        let report = runner
            .await
            .map_err(|_| Failure::broken("a runner panicked"))?;
        let report = report.map_err(|error| Failure::from(error).within("a runner of four"))?;
        same_count(report.to, LATEST_SCHEMA_VERSION, "the version after")?;
        steps += report.steps.len();
    }
    same_count(steps, MANIFEST.len(), "steps that all runners applied")?;
    let readiness = ctx.store().readiness(ctx.deadline()).await;
    ensure!(
        readiness.is_ready(),
        "the store is not ready after a race of runners"
    );
    Ok(())
}

pub(super) async fn race_version_behind_steps(ctx: Context) -> Result<(), Failure> {
    let (migrator, done) = (ctx.migrator(), AtomicBool::new(false));
    let run = async {
        let report = migrator.migrate(ctx.deadline()).await;
        done.store(true, Ordering::SeqCst);
        report
    };
    let watch = async {
        for number in 0.. {
            let was_done = done.load(Ordering::SeqCst);
            if ctx.store().readiness(ctx.deadline()).await.is_ready() {
                let name = format!("write-{number}");
                let written = ctx
                    .commit(Scope::Tenantless, &name, [ctx.user(&name).into()])
                    .await;
                written.map_err(|error| Failure::from(error).within("a store called ready"))?;
                return Ok(());
            }
            ensure!(!was_done, "the store is not ready after its migration");
            tokio::task::yield_now().await;
        }
        Ok::<_, Failure>(())
    };
    let (report, watched) = join(run, watch).await;
    watched?;
    report?;
    Ok(())
}
