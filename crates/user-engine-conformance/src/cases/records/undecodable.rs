//! Rows that can't be decoded: planted past the codec.

use crate::check::{present, same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::factory::RawRow;
use crate::failure::Failure;
use crate::fixture::valid;
use user_engine_domain::{DomainRecord, RecordId, RecordKey, RecordKind, Sensitive, Text, User};
use user_engine_ports::{ListBy, ListQuery, Scope, Undecodable};
use user_engine_records::store_record_for;

/// A value that no error may show.
const CANARY: &str = "canary-display-name";

/// The stored form of a named user, as text.
fn raw_user(ctx: &Context, name: &str) -> RawRow {
    let user = User {
        display_name: Some(Sensitive::new(valid(Text::new(CANARY)))),
        ..ctx.user(name)
    };
    let stored = store_record_for(&DomainRecord::from(user));
    let text = |column: Option<Box<str>>| column.map(String::from);
    RawRow {
        record_type: stored.record_type.into_owned(),
        record_key: stored.record_key.as_str().to_owned(),
        tenant: text(stored.tenant),
        user_id: text(stored.user_id),
        application_id: text(stored.application_id),
        scope_type: stored.scope_type.map(std::borrow::Cow::into_owned),
        scope_id: text(stored.scope_id),
        payload: stored.payload,
    }
}

/// A row of each way of being undecodable.
fn bad_rows(ctx: &Context) -> Vec<(&'static str, RawRow)> {
    let unknown_field = {
        let row = raw_user(ctx, "unknown-field");
        let payload = row
            .payload
            .replacen(r#""record":{"#, r#""record":{"unheard_of":1,"#, 1);
        RawRow { payload, ..row }
    };
    let newer = {
        let row = raw_user(ctx, "newer-payload");
        let payload = row.payload.replacen(r#"{"v":1"#, r#"{"v":9999"#, 1);
        RawRow { payload, ..row }
    };
    let broken_value = {
        let row = raw_user(ctx, "broken-value");
        let payload = row.payload.replacen(&format!("{CANARY:?}"), "true", 1);
        RawRow { payload, ..row }
    };
    let other_key = RawRow {
        record_key: "other-key".to_owned(),
        ..raw_user(ctx, "other-key")
    };
    let other_column = RawRow {
        user_id: Some("someone-else".to_owned()),
        ..raw_user(ctx, "other-column")
    };
    vec![
        ("an unknown field", unknown_field),
        ("a newer payload", newer),
        ("a value of another type", broken_value),
        ("a key that is not its record's", other_key),
        ("a column that is not its record's", other_column),
    ]
}

fn check(found: &Undecodable, row: &RawRow, what: &str) -> Result<(), Failure> {
    same(&found.kind, &Some(RecordKind::User), "the kind of the row")?;
    let key = RecordKey::from_stored(row.record_key.as_str());
    same(&found.key, &key, "the key of the row")?;
    ensure!(
        !found.path.is_empty() && !found.reason.is_empty(),
        "{what}: no place or no reason is named"
    );
    let shown = format!("{found} {found:?}");
    ensure!(
        !shown.contains(CANARY) && !shown.contains(&row.record_key),
        "{what}: the error shows a stored value"
    );
    Ok(())
}

pub(super) async fn get(ctx: Context) -> Result<(), Failure> {
    for (what, row) in bad_rows(&ctx) {
        ctx.plant_raw_row(row.clone()).await?;
        let key = RecordKey::from_stored(row.record_key.as_str());
        let id = RecordId::new(RecordKind::User, key);
        let found = present(ctx.row(Scope::Platform, &id).await?, what)?;
        match found {
            Ok(_) => return Err(Failure::broken(format!("{what}: decoded all the same"))),
            Err(undecodable) => check(&undecodable, &row, what)?,
        }
    }
    Ok(())
}

pub(super) async fn list(ctx: Context) -> Result<(), Failure> {
    let names = ["a", "b", "c", "d"];
    let good = ["a", "c", "d"].map(|name| ctx.user(name).into());
    ctx.commit(Scope::Tenantless, "fill", good).await?;
    let row = raw_user(&ctx, "b");
    let payload = row.payload.replacen(r#"{"v":1"#, r#"{"v":9999"#, 1);
    let row = RawRow { payload, ..row };
    ctx.plant_raw_row(row.clone()).await?;
    // Page by page, so that the bad row ends one page and begins another.
    for limit in [1, 2, 3, 10] {
        let query = ListQuery::new(RecordKind::User, ListBy::Kind).limit(limit);
        let rows = ctx.walk(Scope::Platform, query).await?;
        same_count(rows.len(), names.len(), "rows of the walk")?;
        for (name, found) in names.iter().zip(&rows) {
            match found {
                Err(undecodable) => check(undecodable, &row, "the bad row")?,
                Ok(found) => same(
                    &found.record,
                    &ctx.user(name).into(),
                    "a row beside the bad one",
                )?,
            }
        }
        ensure!(
            rows.iter().filter(|row| row.is_err()).count() == 1,
            "the bad row is not told as one"
        );
    }
    Ok(())
}
