//! What a store that can't serve says of itself.

use crate::check::{absent, same};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::power::Tamper;
use user_engine_migrations::LATEST_SCHEMA_VERSION;
use user_engine_ports::{NotReady, Readiness};

/// Asks twice, expects one answer, and a reason that the function accepts.
async fn says(
    ctx: &Context,
    what: &str,
    reason: fn(&NotReady) -> bool,
) -> Result<Readiness, Failure> {
    let first = ctx.store().readiness(ctx.deadline()).await;
    ensure!(
        !first.is_ready(),
        "a store that is {what} calls itself ready"
    );
    let is_said = first.reasons.iter().any(reason);
    ensure!(
        is_said,
        "a store that is {what} gives other reasons: {:?}",
        first.reasons
    );
    let second = ctx.store().readiness(ctx.deadline()).await;
    same(&second, &first, "the second answer")?;
    Ok(first)
}

pub(super) async fn empty(ctx: Context) -> Result<(), Failure> {
    let readiness = says(&ctx, "empty", |it| *it == NotReady::NotMigrated).await?;
    absent(
        readiness.schema_version.as_ref(),
        "the version of an empty store",
    )
}

pub(super) async fn changed(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::AppliedChecksum).await?;
    let is_changed = |it: &NotReady| {
        matches!(it, NotReady::ChecksumMismatch { version }
            if (1..=LATEST_SCHEMA_VERSION).contains(version))
    };
    says(&ctx, "changed", is_changed).await?;
    Ok(())
}

pub(super) async fn newer_incompatible(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::NewerIncompatible).await?;
    let is_ahead = |it: &NotReady| {
        let (found, known) = (LATEST_SCHEMA_VERSION + 1, LATEST_SCHEMA_VERSION);
        *it == NotReady::Ahead { found, known }
    };
    says(&ctx, "ahead", is_ahead).await?;
    Ok(())
}

pub(super) async fn unreadable(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::UnreadableVersions).await?;
    let readiness = says(&ctx, "unreadable", |it| *it == NotReady::Unreadable).await?;
    absent(
        readiness.schema_version.as_ref(),
        "a version that can't be read",
    )?;
    let is_empty = readiness.reasons.contains(&NotReady::NotMigrated);
    ensure!(
        !is_empty,
        "a store that can't be read is taken for an empty one"
    );
    Ok(())
}

pub(super) async fn disposable(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::MarkDisposable).await?;
    says(&ctx, "disposable", |it| *it == NotReady::Disposable).await?;
    Ok(())
}

pub(super) async fn index(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::DropIndex).await?;
    says(&ctx, "without an index", |it| {
        matches!(it, NotReady::SchemaDiffers { .. })
    })
    .await?;
    Ok(())
}

pub(super) async fn function(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::ReplaceFunction).await?;
    let differs = |it: &NotReady| matches!(it, NotReady::SchemaDiffers { .. });
    says(&ctx, "of another function", differs).await?;
    Ok(())
}

pub(super) async fn durability(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::LowerDurability).await?;
    let is_lowered = |it: &NotReady| matches!(it, NotReady::DurabilityLowered { .. });
    says(&ctx, "less durable", is_lowered).await?;
    Ok(())
}

pub(super) async fn shadow(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::ForeignShadow).await?;
    says(&ctx, "shadowed", |it| {
        matches!(it, NotReady::Shadowed { .. })
    })
    .await?;
    Ok(())
}

pub(super) async fn read_only(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::ReadOnlyServer).await?;
    says(&ctx, "read-only", |it| *it == NotReady::ReadOnlyServer).await?;
    Ok(())
}

pub(super) async fn privilege(ctx: Context) -> Result<(), Failure> {
    ctx.tamper(Tamper::RevokePrivilege).await?;
    let is_missing = |it: &NotReady| matches!(it, NotReady::MissingPrivilege { .. });
    says(&ctx, "without a right", is_missing).await?;
    Ok(())
}
