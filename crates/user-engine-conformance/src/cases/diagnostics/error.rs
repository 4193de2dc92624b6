//! Errors as data.

use crate::check::{conflict, present, same};
use crate::context::Context;
use crate::failure::Failure;
use std::time::Duration;
use user_engine_domain::{RecordKind, TenantAccount, User};
use user_engine_ports::{
    AuditQuery, ConflictReason, Deadline, Effect, ListBy, Operation, OutboxQuery, Precondition,
    RequestDigest, Retryability, Revision, Scope, StoreError, UnitOptions, Verb,
};

pub(super) async fn effect(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(Scope::Tenantless, "again");
    tx.save_if(ctx.user("ada"), Precondition::Absent)?;
    let error = conflict(tx.commit().await, ConflictReason::Precondition, None)?;
    same(
        &error.effect(),
        &Effect::NotApplied,
        "the effect of a conflict",
    )?;
    same(
        &error.retryability(),
        &Retryability::Never,
        "what repeating a conflict can do",
    )
}

pub(super) async fn record_kind(ctx: Context) -> Result<(), Failure> {
    let names = |error: &StoreError, kind: RecordKind, what: &str| {
        let found = present(error.record_kind(), &format!("the record kind of {what}"))?;
        same(&found, &kind, &format!("the record kind of {what}"))
    };
    ctx.commit_user("ada").await?;
    let mut tx = ctx.begin(Scope::Tenantless, "again");
    tx.save_if(ctx.user("ada"), Precondition::Absent)?;
    let error = conflict(tx.commit().await, ConflictReason::Precondition, None)?;
    names(&error, RecordKind::User, "a conflict")?;

    let mut tx = ctx.begin(ctx.tenant_scope("acme"), "foreign");
    let error = refusal(
        tx.save(ctx.tenant_account("globex", "ada")),
        "a foreign save",
    )?;
    names(&error, RecordKind::TenantAccount, "a save out of scope")?;

    let broken = User {
        updated_at: ctx.at(-1),
        ..ctx.user("bob")
    };
    let error = refusal(tx.save(broken), "a record that breaks a rule")?;
    names(&error, RecordKind::User, "an invalid record")
}

fn refusal<T>(result: Result<T, StoreError>, what: &str) -> Result<StoreError, Failure> {
    match result {
        Ok(_) => Err(Failure::broken(format!(
            "{what}: accepted, but must be refused"
        ))),
        Err(error) => Ok(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an error is done with here")]
fn names(error: StoreError, verb: Verb) -> Result<(), Failure> {
    same(
        &error.verb(),
        &verb,
        &format!("the verb of what was refused as {verb}"),
    )
}

/// What a unit reads under an operation that is known is refused under the verb of the read.
pub(super) async fn verb_of_reads(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await?;
    let key = ctx.user_id("ada");
    let applied = ctx.operation("create-ada");
    let reused = Operation::new(applied.id.clone(), RequestDigest::of("another request"));
    let fenced = ctx.operation("asked");
    let store = ctx.store();
    let asked = store.outcome(&Scope::Tenantless, &fenced.id, ctx.deadline());
    asked.await?;
    for operation in [&applied, &reused, &fenced] {
        let begin = || store.begin(ctx.write(Scope::Tenantless, operation));
        let got = begin().get::<User>(&key).await;
        names(refusal(got, "a read")?, Verb::Get)?;
        let listed = begin().list::<User>(ListBy::Kind, None, 10).await;
        names(refusal(listed, "a page")?, Verb::List)?;
        let mut tx = begin();
        tx.save(ctx.user_version("ada", 1))?;
        if operation != &applied {
            names(refusal(tx.commit().await, "a commit")?, Verb::Commit)?;
        }
    }
    let options = UnitOptions::read(Scope::Tenantless);
    let mut late = store.begin(options.deadline(Deadline::after(Duration::ZERO)));
    let listed = late.list::<User>(ListBy::Kind, None, 10).await;
    names(refusal(listed, "a late page")?, Verb::List)
}

pub(super) async fn verb(ctx: Context) -> Result<(), Failure> {
    let (store, scope) = (ctx.store(), ctx.tenant_scope("acme"));
    let key = ctx.user_id("ada");
    let now = Deadline::after(Duration::ZERO);
    let operation = ctx.operation("refused");
    let foreign = ctx.tenant_scope("globex");

    let mut tx = store.begin(ctx.write(scope.clone(), &operation));
    names(
        refusal(tx.save(ctx.tenant_account("globex", "ada")), "a save")?,
        Verb::Save,
    )?;
    let deleted = tx.delete_if::<User>(&key, Precondition::Absent);
    names(refusal(deleted, "a deletion")?, Verb::Delete)?;
    let expected = tx.expect::<User>(&key, Revision::UNCOMMITTED);
    names(refusal(expected, "an expectation")?, Verb::Expect)?;
    let appended = tx.append_audit(ctx.audit(&operation, &foreign, None));
    names(refusal(appended, "an audit record")?, Verb::AppendAudit)?;
    let aggregate = crate::fixture::id_of::<User>(&key);
    let enqueued = tx.enqueue(ctx.event(&operation, &foreign, &aggregate));
    names(refusal(enqueued, "an event")?, Verb::Enqueue)?;
    let page = tx.list::<TenantAccount>(ListBy::Kind, None, 0).await;
    names(refusal(page, "a page")?, Verb::List)?;
    let mut late = store.begin(UnitOptions::read(scope.clone()).deadline(now));
    names(
        refusal(late.get::<User>(&key).await, "a late read")?,
        Verb::Get,
    )?;
    let mut late = store.begin(ctx.write(Scope::Tenantless, &operation).deadline(now));
    late.save(ctx.user("ada"))?;
    names(refusal(late.commit().await, "a late commit")?, Verb::Commit)?;

    let denied = store.record_denial(&scope, ctx.denial(&operation, &foreign), ctx.deadline());
    names(refusal(denied.await, "a denial")?, Verb::RecordDenial)?;
    let counted = store.record_counts(&scope, now).await;
    names(refusal(counted, "a late count")?, Verb::RecordCounts)?;
    let asked = store.outcome(&scope, &operation.id, now).await;
    names(refusal(asked, "a late question")?, Verb::Outcome)?;
    let audit = AuditQuery {
        limit: 0,
        ..AuditQuery::new(scope.clone())
    };
    let read = store.audit_records(&audit, ctx.deadline()).await;
    names(
        refusal(read, "a page of audit records")?,
        Verb::AuditRecords,
    )?;
    let outbox = OutboxQuery {
        limit: 0,
        ..OutboxQuery::new(scope)
    };
    let read = store.outbox_events(&outbox, ctx.deadline()).await;
    names(refusal(read, "a page of events")?, Verb::OutboxEvents)?;
    let purged = store.purge_operations(ctx.now(), now).await;
    names(refusal(purged, "a late purge")?, Verb::PurgeOperations)
}
