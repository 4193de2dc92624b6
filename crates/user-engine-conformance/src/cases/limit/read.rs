//! Limits of what is read at once.

use crate::check::{limit, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::User;
use user_engine_ports::{Limit, ListBy, Read, ReadAnswer, Scope};

/// Sizes that no page may have.
const REFUSED: [usize; 3] = [0, 1_001, usize::MAX];

pub(super) async fn page_size(ctx: Context) -> Result<(), Failure> {
    let mut tx = ctx.reader(Scope::Platform);
    let sent = ctx.sent()?;
    for size in REFUSED {
        limit(tx.list::<User>(ListBy::Kind, None, size).await, Limit::Page)?;
    }
    same(&ctx.sent()?, &sent, "what was sent by refused pages")?;
    for size in [1, 1_000] {
        tx.list::<User>(ListBy::Kind, None, size).await?;
    }
    Ok(())
}

pub(super) async fn reads_of_a_flight(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let get = |number: usize| {
        let name = if number == 999 {
            "ada".to_owned()
        } else {
            format!("nobody-{number}")
        };
        Read::Get(id_of::<User>(&ctx.user_id(&name)))
    };
    let mut reads: Vec<_> = (0..1_000).map(get).collect();
    let mut tx = ctx.reader(Scope::Tenantless);
    let answers = tx.read(&reads).await?;
    same_count(answers.len(), reads.len(), "answers")?;
    let id = id_of::<User>(&ctx.user_id("ada"));
    let found = ctx.record(Scope::Tenantless, &id).await?;
    let found = ReadAnswer::Get(Some(Ok(found)));
    same(&answers.last(), &Some(&found), "the last answer")?;
    reads.push(get(1_000));
    let sent = ctx.sent()?;
    limit(tx.read(&reads).await, Limit::Reads)?;
    same(&ctx.sent()?, &sent, "what was sent by refused reads")
}
