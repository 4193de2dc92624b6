//! How many round trips units take.

use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::{TenantAccount, User};
use user_engine_ports::{ListBy, ListQuery, Precondition, Read, Scope, StoreError, UnitOptions};

pub(super) async fn begin_sends_nothing(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    let operation = ctx.operation("begun");
    ctx.takes(0, "units that are dropped", async {
        drop(store.begin(UnitOptions::read(scope.clone())));
        let mut tx = ctx.mutation(
            &store,
            &scope,
            &operation,
            ctx.user("ada"),
            Precondition::Absent,
        )?;
        tx.nested()?.commit();
        drop(tx);
        let tx = ctx.mutation(
            &store,
            &scope,
            &operation,
            ctx.user("ada"),
            Precondition::Absent,
        )?;
        tx.rollback().await;
        Ok::<_, StoreError>(())
    })
    .await
}

pub(super) async fn get(ctx: Context) -> Result<(), Failure> {
    let key = ctx.user_id("ada");
    for what in ["a cold read", "a warm read"] {
        ctx.takes(1, what, ctx.get::<User>(Scope::Tenantless, &key))
            .await?;
    }
    ctx.commit_user("ada").await?;
    let get = ctx.get::<User>(Scope::Tenantless, &key);
    ctx.takes(1, "a read that finds its record", get).await?;
    Ok(())
}

pub(super) async fn list_page(ctx: Context) -> Result<(), Failure> {
    let scope = ctx.tenant_scope("acme");
    let accounts = ["a", "b", "c"].map(|user| ctx.tenant_account("acme", user).into());
    ctx.commit(scope.clone(), "accounts", accounts).await?;
    let mut tx = ctx.reader(scope);
    let first = tx.list::<TenantAccount>(ListBy::Kind, None, 2);
    let first = ctx.takes(1, "a first page", first).await?;
    let second = tx.list::<TenantAccount>(ListBy::Kind, first.next, 2);
    ctx.takes(1, "a second page", second).await?;
    Ok(())
}

pub(super) async fn mutation(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    for name in ["cold", "warm"] {
        let operation = ctx.operation(name);
        let (user, absent) = (ctx.user(name), Precondition::Absent);
        ctx.takes(1, &format!("a {name} mutation"), async {
            ctx.mutation(&store, &scope, &operation, user, absent)?
                .commit()
                .await
        })
        .await?;
    }
    Ok(())
}

pub(super) async fn read_then_write(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), Scope::Tenantless);
    ctx.commit_user("ada").await?;
    let operation = ctx.operation("change");
    ctx.takes(2, "a mutation that reads first", async {
        let mut tx = store.begin(ctx.write(scope.clone(), &operation));
        let found = tx.get::<User>(&ctx.user_id("ada")).await?;
        let revision = found.map_or(Precondition::Absent, |it| {
            Precondition::Revision(it.revision)
        });
        let id = id_of::<User>(&ctx.user_id("ada"));
        tx.save_if(ctx.user_version("ada", 1), revision)?;
        tx.append_audit(ctx.audit(&operation, &scope, Some(&id)))?;
        tx.enqueue(ctx.event(&operation, &scope, &id))?;
        tx.commit().await
    })
    .await?;
    Ok(())
}

pub(super) async fn reads_together(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let keys = ["ada", "bob", "eve"].map(|name| ctx.user_id(name));
    let mut reads: Vec<_> = keys
        .iter()
        .map(|key| Read::Get(id_of::<User>(key)))
        .collect();
    let by_user = ListBy::User(ctx.user_id("ada"));
    reads.push(Read::List(ListQuery::new(
        user_engine_domain::RecordKind::Account,
        by_user,
    )));
    let mut tx = ctx.reader(Scope::Tenantless);
    ctx.takes(1, "four reads asked for together", tx.read(&reads))
        .await?;
    let keys = keys.each_ref();
    let many = tx.get_many::<User>(&keys);
    ctx.takes(1, "three records asked for together", many)
        .await?;
    Ok(())
}
