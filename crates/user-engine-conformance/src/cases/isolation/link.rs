//! Racing links of one identity.

use super::race::together;
use crate::check::{present, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use user_engine_domain::ExternalIdentity;
use user_engine_ports::{ConflictReason, Precondition, Scope, StoreErrorKind};

const CLIENTS: usize = 4;
const ROUNDS: usize = 12;

pub(super) async fn race(ctx: Context) -> Result<(), Failure> {
    links(ctx, Precondition::Absent).await
}

pub(super) async fn any_race(ctx: Context) -> Result<(), Failure> {
    links(ctx, Precondition::Any).await
}

/// Users that race for one identity, round by round.
async fn links(ctx: Context, precondition: Precondition) -> Result<(), Failure> {
    for round in 0..ROUNDS {
        let subject = format!("subject-{round}");
        let client = |ctx: Context, subject: String, number: usize| async move {
            let user = format!("user-{number}");
            let mut tx = ctx.begin(Scope::Tenantless, &format!("{subject}-{user}"));
            tx.save_if(ctx.identity(&subject, &user), precondition)?;
            match tx.commit().await {
                Ok(_) => Ok(Some(ctx.user_id(&user))),
                Err(error) => match error.kind() {
                    StoreErrorKind::Conflict(conflict) => {
                        let expected = match precondition {
                            Precondition::Any => ConflictReason::Owner,
                            _ => ConflictReason::Precondition,
                        };
                        ensure!(
                            conflict.reason == expected,
                            "the loser's conflict is about {:?}",
                            conflict.reason
                        );
                        Ok(None)
                    }
                    _ => Err(error.into()),
                },
            }
        };
        let clients = (0..CLIENTS).map(|number| client(ctx.clone(), subject.clone(), number));
        let winners: Vec<_> = together(clients).await?.into_iter().flatten().collect();
        same_count(winners.len(), 1_u64, "winners of a race for one identity")?;
        let key = ctx.identity_key(&subject);
        let found = ctx.get::<ExternalIdentity>(Scope::Tenantless, &key).await?;
        let found = present(found, "the identity")?;
        ensure!(
            found.record.user_id == winners[0],
            "the identity belongs to a loser"
        );
    }
    Ok(())
}
