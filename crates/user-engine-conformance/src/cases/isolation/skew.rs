//! Decisions that rest on what a unit read and does not write.

use super::race::{number_of, together};
use crate::check::{conflict, present};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::User;
use user_engine_ports::{ConflictReason, Precondition, Scope, StoreError, StoreErrorKind, Tx};

/// A unit that may set `own` because it read that `other` is not set.
async fn decide(
    ctx: &Context,
    operation: &str,
    own: &str,
    other: &str,
) -> Result<Option<Tx>, StoreError> {
    let mut tx = ctx.begin(Scope::Tenantless, operation);
    let (own_key, other_key) = (ctx.user_id(own), ctx.user_id(other));
    let read = tx.get_many::<User>(&[&own_key, &other_key]).await?;
    let [Some(own_read), Some(other_read)] = &read[..] else {
        return Ok(None);
    };
    if number_of(&own_read.record) > 0 || number_of(&other_read.record) > 0 {
        return Ok(None);
    }
    tx.save_if(
        ctx.user_version(own, 1),
        Precondition::Revision(own_read.revision),
    )?;
    tx.expect::<User>(&other_key, other_read.revision)?;
    Ok(Some(tx))
}

pub(super) async fn write_skew(ctx: Context) -> Result<(), Failure> {
    for name in ["a", "b"] {
        ctx.commit_user(name).await?;
    }
    let one = present(decide(&ctx, "one", "a", "b").await?, "the first decision")?;
    let two = present(decide(&ctx, "two", "b", "a").await?, "the second decision")?;
    one.commit().await?;
    let id = id_of::<User>(&ctx.user_id("a"));
    conflict(two.commit().await, ConflictReason::Precondition, Some(&id))?;
    Ok(())
}

pub(super) async fn write_skew_race(ctx: Context) -> Result<(), Failure> {
    for round in 0..12 {
        let (one, two) = (format!("a-{round}"), format!("b-{round}"));
        for name in [&one, &two] {
            ctx.commit_user(name).await?;
        }
        let client = |ctx: Context, own: String, other: String| async move {
            let Some(tx) = decide(&ctx, &format!("set-{own}"), &own, &other).await? else {
                return Ok(());
            };
            tokio::task::yield_now().await;
            match tx.commit().await {
                Ok(_) => Ok(()),
                Err(error) => match error.kind() {
                    StoreErrorKind::Conflict(_) | StoreErrorKind::Contention => Ok(()),
                    _ => Err(error.into()),
                },
            }
        };
        let clients = [
            client(ctx.clone(), one.clone(), two.clone()),
            client(ctx.clone(), two.clone(), one.clone()),
        ];
        together(clients).await?;
        let (one, two) = (ctx.user_id(&one), ctx.user_id(&two));
        let found = ctx
            .reader(Scope::Tenantless)
            .get_many::<User>(&[&one, &two])
            .await?;
        let set = found
            .iter()
            .flatten()
            .filter(|read| number_of(&read.record) > 0)
            .count();
        ensure!(
            set <= 1,
            "both were set, each on the word that the other was not"
        );
    }
    Ok(())
}
