//! Lists: pages of one kind in the order of their keys.

use crate::case::{Case, run};
use crate::check::{same, same_count};
use crate::context::Context;
use crate::ensure;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::{Record, TenantAccount};
use user_engine_ports::{ListBy, Scope};

pub(crate) const CASES: &[Case] = &[Case::new(
    "list.order.key-bytes",
    "A list walks every record of its filter once, in the order of the keys' bytes.",
    Level::L0,
    run!(order_key_bytes),
)
.kills(&["list-page-repeats-last-row"])];

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
