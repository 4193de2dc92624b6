//! Lists: pages of one kind in the order of their keys.

mod column;
mod page;
mod walk;

use crate::case::{Case, run};
use crate::check::{same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::{Record, RecordKey, RecordKind, TenantAccount};
use user_engine_ports::{ListBy, ListQuery, Scope};

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "list.after.deleted-key",
        "A walk goes on behind a key whose record is gone.",
        Level::L0,
        run!(walk::after_deleted_key),
    )
    .kills(&["list-goes-on-behind-existing-keys-only"]),
    Case::new(
        "list.by.columns",
        "A list by a column gives the records of its kind that have it, and no others.",
        Level::L0,
        run!(column::columns),
    )
    .kills(&["list-by-user-forgets-claims"]),
    Case::new(
        "list.by.moves",
        "A record whose column changes leaves the list that it was in and joins the new one.",
        Level::L0,
        run!(column::moves),
    )
    .kills(&["list-index-not-updated"]),
    Case::new(
        "list.by.scope-type",
        "A list by scope asks for the scope's type as well as for its id.",
        Level::L0,
        run!(column::scope_type),
    )
    .kills(&["list-by-scope-ignores-type"]),
    Case::new(
        "list.empty.page",
        "A list of nothing is an empty page with nothing behind it.",
        Level::L0,
        run!(page::empty),
    )
    .kills(&["empty-list-refused"]),
    Case::new(
        "list.order.key-bytes",
        "A list walks every record of its filter once, in the order of the keys' bytes.",
        Level::L0,
        run!(order_key_bytes),
    )
    .kills(&["list-page-repeats-last-row", "list-ordered-without-case"]),
    Case::new(
        "list.page.largest",
        "A walk by the largest page gives every one of more than a thousand records.",
        Level::L0,
        run!(page::largest),
    )
    .kills(&["page-capped-silently"]),
    Case::new(
        "list.page.one-snapshot",
        "A page is one snapshot, whatever commits while it is read.",
        Level::L2,
        run!(page::one_snapshot),
    )
    .kills(&["page-read-row-by-row"]),
    Case::new(
        "list.page.sizes",
        "A walk gives the same rows whatever the size of its pages, and no page is larger.",
        Level::L0,
        run!(page::sizes),
    )
    .kills(&["full-page-loses-its-last-row", "page-larger-than-asked"]),
    Case::new(
        "list.walk.interleaved",
        "What is there throughout a walk is given once while other records come and go.",
        Level::L0,
        run!(walk::interleaved),
    )
    .kills(&["list-pages-by-offset"]),
    Case::new(
        "list.walk.own-deletes",
        "A walk in a unit that deleted rows of a page goes on to the end.",
        Level::L0,
        run!(walk::own_deletes),
    )
    .kills(&["short-page-ends-a-walk"]),
    Case::new(
        "list.walk.racing",
        "What is there throughout a walk is given once while racing units insert and delete.",
        Level::L2,
        run!(walk::racing),
    )
    .kills(&["list-pages-by-offset"]),
];

async fn order_key_bytes(ctx: Context) -> Result<(), Failure> {
    let scope = ctx.tenant_scope("acme");
    let names = ["b", "a", "B", "a-b", "ab"];
    let accounts: Vec<_> = names
        .iter()
        .map(|name| ctx.tenant_account("acme", name))
        .collect();
    let mut expected: Vec<_> = accounts.iter().map(Record::record_key).collect();
    expected.sort();
    ctx.commit(scope, "fill", accounts.into_iter().map(Into::into))
        .await?;

    let mut tx = ctx.reader(Scope::Platform);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let by = ListBy::Tenant(ctx.tenant("acme"));
        let page = tx.list::<TenantAccount>(by, after, 2).await?;
        ensure!(
            page.records.len() <= 2,
            "a page holds more rows than were asked for"
        );
        found.extend(page.records.iter().map(|row| row.record.record_key()));
        ensure!(
            found.len() <= expected.len(),
            "the walk gives more rows than there are"
        );
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    same_count(found.len(), expected.len(), "rows of the walk")?;
    same(&found, &expected, "the order of the walk")
}

/// Accounts of the tenant `acme`, committed in one unit; their keys in the order of the names.
async fn fill(ctx: &Context, operation: &str, names: &[String]) -> Result<Vec<RecordKey>, Failure> {
    let accounts: Vec<_> = names
        .iter()
        .map(|name| ctx.tenant_account("acme", name))
        .collect();
    let keys = accounts.iter().map(Record::record_key).collect();
    let accounts = accounts.into_iter().map(Into::into);
    ctx.commit(ctx.tenant_scope("acme"), operation, accounts)
        .await?;
    Ok(keys)
}

/// The accounts of the tenant `acme`.
fn of_tenant(ctx: &Context) -> ListQuery {
    ListQuery::new(
        RecordKind::TenantAccount,
        ListBy::Tenant(ctx.tenant("acme")),
    )
}
