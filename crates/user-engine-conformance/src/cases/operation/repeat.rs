//! Operations that are repeated or reused.

use crate::check::{conflict, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use crate::{ensure, refused};
use std::collections::BTreeMap;
use user_engine_domain::{TenantAccount, User};
use user_engine_ports::{
    Committed, ConflictReason, Operation, OperationOutcome, Precondition, Receipt, ReceiptBody,
    RequestDigest, Revision, Scope, StoreError, StoreErrorKind,
};

/// The receipt of a repeat, which may come by a commit or inside an error.
pub(crate) fn repeated(result: Result<Committed, StoreError>) -> Result<Receipt, Failure> {
    match result {
        Ok(committed) => {
            ensure!(
                committed.is_repeated,
                "a repeat does not say that it is one"
            );
            ensure!(committed.revisions.is_empty(), "a repeat reports revisions");
            present(committed.receipt, "the receipt of a repeat")
        }
        Err(error) => match error.receipt() {
            Some(receipt) => Ok(receipt.clone()),
            None => Err(error.into()),
        },
    }
}

/// A user whose creation was applied under the operation `create`, and its receipt.
pub(super) async fn created(ctx: &Context) -> Result<(Operation, Receipt), Failure> {
    let operation = ctx.operation("create");
    let scope = Scope::Tenantless;
    let store = ctx.store();
    let mut tx = ctx.mutation(
        &store,
        &scope,
        &operation,
        ctx.user("ada"),
        Precondition::Absent,
    )?;
    let id = ctx.user_id("ada").as_str().to_owned();
    tx.set_receipt(valid(ReceiptBody::new(BTreeMap::from([(
        "user_id".to_owned(),
        id,
    )]))))?;
    let committed = tx.commit().await?;
    ensure!(
        !committed.is_repeated,
        "a first commit says that it is a repeat"
    );
    let receipt = present(committed.receipt, "the receipt of a commit")?;
    Ok((operation, receipt))
}

/// The store holds what `created` wrote, once, and nothing else.
pub(super) async fn holds_creation_once(ctx: &Context) -> Result<(), Failure> {
    let found = ctx
        .get::<User>(Scope::Tenantless, &ctx.user_id("ada"))
        .await?;
    let found = present(found, "the user that the operation created")?;
    same(
        &found.record,
        &ctx.user("ada"),
        "the record that the operation wrote",
    )?;
    for name in ["user", "audit_records", "outbox_events"] {
        same_count(ctx.count(Scope::Platform, name).await?, 1_u64, name)?;
    }
    Ok(())
}

pub(super) async fn first_receipt(ctx: Context) -> Result<(), Failure> {
    let (operation, receipt) = created(&ctx).await?;
    let changed = ctx.user_version("ada", 1);
    let scope = Scope::Tenantless;
    let tx = ctx.mutation(&ctx.store(), &scope, &operation, changed, Precondition::Any)?;
    same(
        &repeated(tx.commit().await)?,
        &receipt,
        "the receipt of the repeat",
    )?;
    holds_creation_once(&ctx).await
}

pub(super) async fn after_read(ctx: Context) -> Result<(), Failure> {
    let (operation, receipt) = created(&ctx).await?;
    let mut tx = ctx.store().begin(ctx.write(Scope::Tenantless, &operation));
    let found = match tx.get::<User>(&ctx.user_id("ada")).await {
        Ok(_) => {
            tx.save(ctx.user_version("ada", 1))?;
            repeated(tx.commit().await)?
        }
        Err(error) => repeated(Err(error))?,
    };
    same(&found, &receipt, "the receipt of the repeat")?;
    holds_creation_once(&ctx).await
}

pub(super) async fn after_state_moved(ctx: Context) -> Result<(), Failure> {
    let (operation, receipt) = created(&ctx).await?;
    let mut tx = ctx.begin(Scope::Tenantless, "remove");
    tx.delete::<User>(&ctx.user_id("ada"))?;
    tx.commit().await?;
    ctx.commit(Scope::Tenantless, "bring-back", [ctx.user("ada").into()])
        .await?;

    // Its precondition, that there is no such user, does not hold any more.
    let user = ctx.user("ada");
    let scope = Scope::Tenantless;
    let tx = ctx.mutation(&ctx.store(), &scope, &operation, user, Precondition::Absent)?;
    same(
        &repeated(tx.commit().await)?,
        &receipt,
        "the receipt of the repeat",
    )?;
    holds_creation_once(&ctx).await
}

pub(super) async fn other_request(ctx: Context) -> Result<(), Failure> {
    let (operation, _) = created(&ctx).await?;
    let other = Operation::new(operation.id, RequestDigest::of("another request"));
    let changed = ctx.user_version("ada", 1);
    let scope = Scope::Tenantless;
    let tx = ctx.mutation(&ctx.store(), &scope, &other, changed, Precondition::Any)?;
    conflict(tx.commit().await, ConflictReason::OperationReused, None)?;
    holds_creation_once(&ctx).await
}

pub(super) async fn scope_apart(ctx: Context) -> Result<(), Failure> {
    let operation = ctx.operation("same");
    for tenant in ["acme", "other"] {
        let scope = ctx.tenant_scope(tenant);
        let account = ctx.tenant_account(tenant, "ada");
        let tx = ctx.mutation(
            &ctx.store(),
            &scope,
            &operation,
            account,
            Precondition::Absent,
        )?;
        let committed = tx.commit().await?;
        ensure!(
            !committed.is_repeated,
            "an operation of one tenant is known in another"
        );
        let key = (ctx.tenant(tenant), ctx.user_id("ada"));
        present(
            ctx.get::<TenantAccount>(scope, &key).await?,
            "the account in its tenant",
        )?;
    }
    for scope in [Scope::Tenantless, Scope::Platform] {
        let found = ctx
            .store()
            .outcome(&scope, &operation.id, ctx.deadline())
            .await?;
        same(
            &found,
            &OperationOutcome::NotApplied,
            "the outcome in a third scope",
        )?;
    }
    Ok(())
}

pub(super) async fn read_only(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let key = ctx.user_id("ada");
    let operation = ctx.operation("none");
    let scope = Scope::Tenantless;
    let mut tx = ctx.reader(scope.clone());
    refused!(tx.save(ctx.user("bob")), StoreErrorKind::ReadOnly)?;
    refused!(tx.delete::<User>(&key), StoreErrorKind::ReadOnly)?;
    refused!(
        tx.expect::<User>(&key, Revision::from_stored(1)),
        StoreErrorKind::ReadOnly
    )?;
    refused!(
        tx.append_audit(ctx.audit(&operation, &scope, None)),
        StoreErrorKind::ReadOnly
    )?;
    let event = ctx.event(&operation, &scope, &id_of::<User>(&key));
    refused!(tx.enqueue(event), StoreErrorKind::ReadOnly)?;
    refused!(
        tx.set_receipt(ReceiptBody::default()),
        StoreErrorKind::ReadOnly
    )?;
    present(
        tx.get::<User>(&key).await?,
        "a user read by a read-only unit",
    )?;
    let committed = tx.commit().await?;
    ensure!(
        committed.receipt.is_none(),
        "a read-only unit has a receipt"
    );
    same_count(
        ctx.count(Scope::Platform, "operations").await?,
        1_u64,
        "operations",
    )
}
