//! Every kind, and kinds kept apart.

use crate::check::{absent, present, same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::id_of;
use user_engine_domain::reference::{minimal_records, reference_records};
use user_engine_domain::{Account, AccountStatus, DomainRecord, RecordId, User};
use user_engine_ports::{Precondition, Scope};

pub(super) async fn round_trip(ctx: Context) -> Result<(), Failure> {
    for (form, records) in [
        ("full", reference_records()),
        ("minimal", minimal_records()),
    ] {
        let ids: Vec<RecordId> = records.iter().map(DomainRecord::id).collect();
        ctx.commit(Scope::Platform, form, records.clone()).await?;
        let rows = ctx.rows(Scope::Platform, &ids).await?;
        same_count(rows.len(), ids.len(), "answers")?;
        for (record, row) in records.iter().zip(rows) {
            let what = format!("a {form} {}", record.kind());
            let row = present(row, &what)?;
            let found = row.map_err(|_| Failure::broken(format!("{what} does not decode")))?;
            same(&found.record, record, &what)?;
        }
        let mut unit = ctx
            .begin(Scope::Platform, &format!("delete-{form}"))
            .into_unit();
        for id in &ids {
            unit.delete(id.clone(), Precondition::Any)?;
        }
        unit.commit().await?;
        for (record, row) in records.iter().zip(ctx.rows(Scope::Platform, &ids).await?) {
            absent(row.as_ref(), &format!("a deleted {}", record.kind()))?;
        }
    }
    Ok(())
}

pub(super) async fn same_key(ctx: Context) -> Result<(), Failure> {
    let user = ctx.user("ada");
    let account = Account {
        user_id: user.user_id.clone(),
        status: AccountStatus::Active,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    let id = id_of::<Account>(&user.user_id);
    same(&id.key, &id_of::<User>(&user.user_id).key, "the two keys")?;
    let both: [DomainRecord; 2] = [account.into(), user.clone().into()];
    ctx.commit(Scope::Tenantless, "create", both).await?;
    ctx.delete(Scope::Tenantless, "delete", &id, Precondition::Any)
        .await?;
    let found = ctx.row(Scope::Tenantless, &id).await?;
    absent(found.as_ref(), "the deleted account")?;
    let found = ctx.get::<User>(Scope::Tenantless, &user.user_id).await?;
    let found = present(found, "the user under the same key")?;
    same(&found.record, &user, "the user under the same key")
}
