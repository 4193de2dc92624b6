//! The tenant matrix: every kind and every operation against the records of another tenant.
//!
//! Each operation is made twice, before the records are there and after; a scope that does not
//! show them must answer the same.

use crate::check::{present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::valid;
use crate::refused;
use std::collections::BTreeMap;
use user_engine_domain::reference::{minimal_record, reference_record};
use user_engine_domain::{DomainRecord, RecordId, RecordKind, TenantId, User, UserId};
use user_engine_ports::{
    ListBy, ListQuery, Precondition, Read, ReadAnswer, Revision, Row, Scope, StoreError,
    StoreErrorKind, Tx, Versioned,
};

/// A record of each kind that can belong to a tenant, full and minimal where the keys differ.
fn tenant_records() -> Result<Vec<DomainRecord>, Failure> {
    let mut records: BTreeMap<RecordId, DomainRecord> = BTreeMap::new();
    for kind in RecordKind::ALL {
        let of_tenant = [reference_record(*kind), minimal_record(*kind)]
            .into_iter()
            .filter(|record| record.columns().tenant.is_some());
        let before = records.len();
        for record in of_tenant {
            records.entry(record.id()).or_insert(record);
        }
        if kind.is_tenant_kind() && records.len() == before {
            return Err(Failure::harness(format!("no record of {kind}")));
        }
    }
    Ok(records.into_values().collect())
}

/// The scopes to which those records are foreign.
fn foreign_scopes() -> [Scope; 2] {
    [
        Scope::Tenant(valid(TenantId::new("elsewhere"))),
        Scope::Tenantless,
    ]
}

/// Every way to ask for a record.
fn reads_of(record: &DomainRecord) -> Vec<Read> {
    let columns = record.columns();
    let mut filters = vec![ListBy::Kind];
    filters.extend(columns.tenant.cloned().map(ListBy::Tenant));
    filters.extend(columns.user_id.cloned().map(ListBy::User));
    filters.extend(
        columns
            .application_id
            .map(|id| ListBy::Application(id.into_owned())),
    );
    if let (Some(scope_type), Some(scope_id)) = (columns.scope_type, columns.scope_id) {
        filters.push(ListBy::Scope {
            scope_type: scope_type.to_owned(),
            scope_id: scope_id.into_owned(),
        });
    }
    let lists = filters
        .into_iter()
        .map(|by| Read::List(ListQuery::new(record.kind(), by)));
    std::iter::once(Read::Get(record.id()))
        .chain(lists)
        .collect()
}

/// Commits the records as the platform and reads their revisions.
async fn plant(
    ctx: &Context,
    records: &[DomainRecord],
) -> Result<Vec<Versioned<DomainRecord>>, Failure> {
    ctx.commit(Scope::Platform, "plant", records.to_vec())
        .await?;
    planted(ctx, records).await
}

async fn planted(
    ctx: &Context,
    records: &[DomainRecord],
) -> Result<Vec<Versioned<DomainRecord>>, Failure> {
    let ids: Vec<_> = records.iter().map(DomainRecord::id).collect();
    let rows = ctx.rows(Scope::Platform, &ids).await?;
    let row = |row: Option<Row>| {
        present(row, "a planted record")?
            .map_err(|_| Failure::broken("a planted record does not decode"))
    };
    rows.into_iter().map(row).collect()
}

pub(super) async fn read(ctx: Context) -> Result<(), Failure> {
    let records = tenant_records()?;
    let reads: Vec<_> = records.iter().flat_map(reads_of).collect();
    let ask = async || {
        let mut answers: Vec<Vec<ReadAnswer>> = Vec::new();
        for scope in foreign_scopes() {
            answers.push(ctx.reader(scope).read(&reads).await?);
        }
        Ok::<_, Failure>(answers)
    };
    let before = ask().await?;
    plant(&ctx, &records).await?;
    let after = ask().await?;
    for (scope, (before, after)) in foreign_scopes().iter().zip(before.iter().zip(&after)) {
        same_count(after.len(), before.len(), "answers")?;
        for (read, (before, after)) in reads.iter().zip(before.iter().zip(after)) {
            let what = match read {
                Read::Get(id) => format!("get of {} in {}", id.kind, name(scope)),
                Read::List(query) => format!("list of {} in {}", query.kind, name(scope)),
            };
            same(after, before, &what)?;
        }
    }
    Ok(())
}

fn name(scope: &Scope) -> &'static str {
    match scope {
        Scope::Tenant(_) => "another tenant",
        Scope::Tenantless => "the tenantless scope",
        Scope::Platform => "the platform",
    }
}

pub(super) async fn save(ctx: Context) -> Result<(), Failure> {
    let records = tenant_records()?;
    let rows = plant(&ctx, &records).await?;
    let sent = ctx.sent()?;
    for scope in foreign_scopes() {
        let mut tx = ctx.begin(scope, "intrude");
        for row in &rows {
            for precondition in [
                Precondition::Any,
                Precondition::Absent,
                Precondition::Revision(row.revision),
            ] {
                let saved = tx.save_if(row.record.clone(), precondition);
                let error = refused!(saved, StoreErrorKind::OutOfScope)?;
                let kind = Some(row.record.kind());
                same(&error.record_kind(), &kind, "the kind that the error names")?;
            }
        }
        tx.rollback().await;
    }
    same(&ctx.sent()?, &sent, "what was sent by refused saves")?;
    same(&planted(&ctx, &records).await?, &rows, "the records")
}

/// Commits one call on a record in a foreign scope, beside a save that must share its fate.
async fn commit_one(
    ctx: &Context,
    scope: &Scope,
    id: &RecordId,
    call: &str,
    revision: Revision,
) -> Result<(), StoreError> {
    let operation = ctx.operation(&ctx.fresh_id(call));
    let mut unit = ctx
        .store()
        .begin(ctx.write(scope.clone(), &operation))
        .into_unit();
    match call {
        "delete" => unit.delete(id.clone(), Precondition::Any)?,
        "delete-revision" => unit.delete(id.clone(), Precondition::Revision(revision))?,
        _ => unit.expect(id.clone(), revision)?,
    }
    let beside = User {
        user_id: valid(UserId::new(ctx.fresh_id("beside"))),
        ..ctx.user("beside")
    };
    unit.save(beside.into(), Precondition::Absent)?;
    unit.commit().await.map(|_| ())
}

/// Makes the calls before and after the records are there and compares the answers.
async fn compare(ctx: &Context, calls: &[&str]) -> Result<(), Failure> {
    let records = tenant_records()?;
    // A revision that exists, of a record that every scope may see.
    let seen = ctx.commit_user("seen").await?.revision;
    let mut before = BTreeMap::new();
    for scope in foreign_scopes() {
        for record in &records {
            for call in calls {
                let answer = commit_one(ctx, &scope, &record.id(), call, seen).await;
                before.insert((scope.clone(), record.id(), *call), answer);
            }
        }
    }
    let rows = plant(ctx, &records).await?;
    for scope in foreign_scopes() {
        for row in &rows {
            let id = row.record.id();
            for call in calls {
                let after = commit_one(ctx, &scope, &id, call, row.revision).await;
                let what = format!("{call} of {} in {}", id.kind, name(&scope));
                let place = (scope.clone(), id.clone(), *call);
                same(&Some(&after), &before.get(&place), &what)?;
            }
        }
    }
    same(&planted(ctx, &records).await?, &rows, "the records")
}

pub(super) async fn delete(ctx: Context) -> Result<(), Failure> {
    compare(&ctx, &["delete", "delete-revision"]).await
}

pub(super) async fn expect(ctx: Context) -> Result<(), Failure> {
    compare(&ctx, &["expect"]).await
}

/// A unit that has read a record as absent and deletes it, beside a save that shares its fate.
async fn deletes_unseen(ctx: &Context, scope: &Scope, id: &RecordId) -> Result<Tx, Failure> {
    let operation = ctx.operation(&ctx.fresh_id("delete-unseen"));
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    let answers = tx.read(&[Read::Get(id.clone())]).await?;
    let what = format!("the {} before it is created", id.kind);
    same(&answers, &vec![ReadAnswer::Get(None)], &what)?;
    let mut unit = tx.into_unit();
    unit.delete(id.clone(), Precondition::Any)?;
    let beside = User {
        user_id: valid(UserId::new(ctx.fresh_id("beside"))),
        ..ctx.user("beside")
    };
    unit.save(beside.into(), Precondition::Absent)?;
    Ok(Tx::new(unit))
}

pub(super) async fn unseen(ctx: Context) -> Result<(), Failure> {
    for record in tenant_records()? {
        let id = record.id();
        let mut units = Vec::new();
        for scope in foreign_scopes() {
            units.push((name(&scope), deletes_unseen(&ctx, &scope, &id).await?));
        }
        let tenant = present(record.columns().tenant.cloned(), "the record's tenant")?;
        let operation = ctx.fresh_id("create");
        ctx.commit(Scope::Tenant(tenant), &operation, [record])
            .await?;
        let created = ctx.record(Scope::Platform, &id).await?;
        for (scope, unit) in units {
            let answer = unit.commit().await.map(|_| ());
            let what = format!("deletion of {} in {scope}", id.kind);
            same(&answer, &Ok(()), &what)?;
            let after = ctx.record(Scope::Platform, &id).await?;
            same(&after, &created, "the record created meanwhile")?;
        }
    }
    Ok(())
}
