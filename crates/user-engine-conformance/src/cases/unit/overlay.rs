//! What a unit reads: its own writes over what was committed before it asked.

use crate::check::{absent, present, same};
use crate::context::Context;
use crate::failure::Failure;
use user_engine_domain::{Record, RecordKey, TenantAccount, User};
use user_engine_ports::{ListBy, Revision, Scope};

pub(super) async fn read_own_writes(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    ctx.commit_user("bob").await?;
    let changed = ctx.user_version("ada", 1);
    let mut tx = ctx.begin(Scope::Tenantless, "overlay");
    tx.save(changed.clone())?;
    tx.delete::<User>(&ctx.user_id("bob"))?;
    let keys = [ctx.user_id("ada"), ctx.user_id("bob"), ctx.user_id("eve")];
    let [ada, bob, eve] = [&keys[0], &keys[1], &keys[2]];
    let mut found = tx.get_many::<User>(&[ada, bob, eve]).await?.into_iter();
    let ada = present(found.next().flatten(), "the unit's own save")?;
    same(&ada.record, &changed, "the unit's own save")?;
    same(
        &ada.revision,
        &Revision::UNCOMMITTED,
        "the revision of the unit's own save",
    )?;
    absent(found.next().flatten().as_ref(), "what the unit deleted")?;
    absent(found.next().flatten().as_ref(), "what nobody saved")
}

pub(super) async fn list_own_writes(ctx: Context) -> Result<(), Failure> {
    let scope = ctx.tenant_scope("acme");
    let account = |user: &str| ctx.tenant_account("acme", user);
    let stored = ["b", "d", "f"].map(|user| account(user).into());
    ctx.commit(scope.clone(), "stored", stored).await?;

    let mut tx = ctx.begin(scope, "overlay");
    for user in ["a", "c", "e"] {
        tx.save(account(user))?;
    }
    tx.delete::<TenantAccount>(&(ctx.tenant("acme"), ctx.user_id("d")))?;
    let expected: Vec<_> = ["a", "b", "c", "e", "f"]
        .map(|user| account(user).record_key())
        .into();
    for limit in [1, 2, 4, 5, 1_000] {
        let found = walk(&mut tx, limit).await?;
        same(&found, &expected, &format!("a list in pages of {limit}"))?;
    }
    Ok(())
}

async fn walk(tx: &mut user_engine_ports::Tx, limit: usize) -> Result<Vec<RecordKey>, Failure> {
    let (mut keys, mut after) = (Vec::new(), None);
    loop {
        let page = tx
            .list::<TenantAccount>(ListBy::Kind, after.clone(), limit)
            .await?;
        keys.extend(page.records.iter().map(|row| row.record.record_key()));
        match page.next {
            Some(next) if after.as_ref().is_none_or(|after| *after < next) => after = Some(next),
            Some(_) => return Err(Failure::broken("a list does not move on")),
            None => return Ok(keys),
        }
    }
}
