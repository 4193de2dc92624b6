//! Scopes: what a tenant, the tenantless and the platform see and write.

mod log;
mod matrix;
mod owner;
mod platform;
mod tenantless;

use crate::case::{Case, run};
use crate::check::{absent, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::{Record, RecordKind, TenantAccount};
use user_engine_ports::{ListBy, ListQuery};

pub(crate) const CASES: &[Case] = &[
    Case::new(
        "scope.count.own",
        "Counts of a scope count its own records, audit records, events and operations alone.",
        Level::L1,
        run!(platform::count_own),
    )
    .kills(&["counts-of-every-tenant"]),
    Case::new(
        "scope.get.foreign-tenant",
        "In a tenant's scope a record of another tenant reads as if it did not exist.",
        Level::L1,
        run!(get_foreign_tenant),
    )
    .kills(&["scope-ignored-by-get"]),
    Case::new(
        "scope.list.every-page",
        "No page of a list shows another tenant's records, the second as little as the first.",
        Level::L1,
        run!(list_every_page),
    )
    .kills(&["tenant-leak-on-second-page"]),
    Case::new(
        "scope.log.denial-refused",
        "A denial that names another tenant than its scope is refused and not recorded.",
        Level::L1,
        run!(log::denial_refused),
    )
    .kills(&["foreign-denial-recorded"]),
    Case::new(
        "scope.log.foreign-tenant",
        "Audit records and events of another tenant are invisible.",
        Level::L1,
        run!(log::foreign_tenant),
    )
    .kills(&["events-of-other-tenants-shown"]),
    Case::new(
        "scope.log.refused",
        "An audit record or event that names another tenant than the unit's is refused locally.",
        Level::L1,
        run!(log::refused),
    )
    .kills(&["foreign-log-entry-swallowed"]),
    Case::new(
        "scope.log.without-tenant",
        "Audit records and events without tenant are shown to the platform alone.",
        Level::L1,
        run!(log::without_tenant),
    )
    .kills(&["audit-without-tenant-shown"]),
    Case::new(
        "scope.matrix.delete",
        "Deleting another tenant's record, of any kind, answers as for none and leaves it.",
        Level::L1,
        run!(matrix::delete),
    )
    .kills(&["scope-ignored-by-delete"]),
    Case::new(
        "scope.matrix.expect",
        "Expecting the true revision of another tenant's record answers as for none.",
        Level::L1,
        run!(matrix::expect),
    )
    .kills(&["expect-reaches-foreign-rows"]),
    Case::new(
        "scope.matrix.read",
        "Reads and lists by every column answer for another tenant's records as for none.",
        Level::L1,
        run!(matrix::read),
    )
    .kills(&["scope-ignored-by-get", "scope-ignored-by-list"]),
    Case::new(
        "scope.matrix.save",
        "A save that names another tenant is refused before anything is sent, of any kind.",
        Level::L1,
        run!(matrix::save),
    )
    .kills(&["foreign-save-swallowed"]),
    Case::new(
        "scope.matrix.unseen",
        "Deleting what read as absent commits, whatever another tenant has created there since.",
        Level::L1,
        run!(matrix::unseen),
    )
    .kills(&["absence-judged-by-hidden-rows"]),
    Case::new(
        "scope.owner.hidden-registration",
        "A registration that a scope does not show is neither overwritten nor taken over there.",
        Level::L1,
        run!(owner::hidden_registration),
    )
    .kills(&["hidden-registration-overwritten"]),
    Case::new(
        "scope.owner.tenant-kept",
        "No save moves a record to another tenant, not even one of the platform.",
        Level::L1,
        run!(owner::tenant_kept),
    )
    .kills(&["save-moves-tenant"]),
    Case::new(
        "scope.platform.everything",
        "The platform reads, lists, saves and deletes the records of every tenant and of none.",
        Level::L1,
        run!(platform::everything),
    )
    .kills(&["platform-sees-no-tenants"]),
    Case::new(
        "scope.tenantless.catalogs",
        "Applications, bindings and catalogs are listed by kind and application in every scope.",
        Level::L1,
        run!(tenantless::catalogs),
    )
    .kills(&["catalogs-hidden-from-tenants"]),
    Case::new(
        "scope.tenantless.no-tenants",
        "The tenantless scope lists a user's tenantless records and none of any tenant.",
        Level::L1,
        run!(tenantless::no_tenants),
    )
    .kills(&["tenantless-scope-lists-tenants"]),
    Case::new(
        "scope.tenantless.not-listed",
        "Outside the platform, tenantless records of persons are not listed by kind or tenant.",
        Level::L1,
        run!(tenantless::not_listed),
    )
    .kills(&["tenantless-listed-by-kind"]),
    Case::new(
        "scope.tenantless.reached",
        "In any scope tenantless records are reached by key, by user and by registration.",
        Level::L1,
        run!(tenantless::reached),
    )
    .kills(&["tenantless-hidden-from-tenants"]),
];

async fn get_foreign_tenant(ctx: Context) -> Result<(), Failure> {
    let account = ctx.tenant_account("other", "ada");
    ctx.commit(ctx.tenant_scope("other"), "create", [account.into()])
        .await?;
    let key = (ctx.tenant("other"), ctx.user_id("ada"));
    let found = ctx
        .get::<TenantAccount>(ctx.tenant_scope("acme"), &key)
        .await?;
    absent(found.as_ref(), "another tenant's account")
}

/// One user has accounts in many tenants; each tenant sees its own, whatever it lists by.
async fn list_every_page(ctx: Context) -> Result<(), Failure> {
    let tenants = ["a", "acme", "b", "c", "z"];
    for tenant in tenants {
        let accounts = ["ada", "bob"].map(|user| ctx.tenant_account(tenant, user).into());
        ctx.commit(ctx.tenant_scope(tenant), tenant, accounts)
            .await?;
    }
    let key = |user| ctx.tenant_account("acme", user).record_key();
    let (kind, user) = (RecordKind::TenantAccount, ListBy::User(ctx.user_id("ada")));
    for (by, expected) in [
        (user, vec![key("ada")]),
        (ListBy::Kind, vec![key("ada"), key("bob")]),
        (
            ListBy::Tenant(ctx.tenant("acme")),
            vec![key("ada"), key("bob")],
        ),
        (ListBy::Tenant(ctx.tenant("b")), Vec::new()),
    ] {
        for limit in [1, 2, 1_000] {
            // A page may be cut at a hidden row, but behind any key only own rows may follow.
            let query = ListQuery::new(kind, by.clone()).limit(limit);
            let found = ctx.keys(ctx.tenant_scope("acme"), query.clone()).await?;
            same(&found, &expected, "what a tenant's walk gives")?;
            let behind = query.after(expected.first().cloned());
            let found = ctx.keys(ctx.tenant_scope("acme"), behind).await?;
            let rest: Vec<_> = expected.iter().skip(1).cloned().collect();
            same(&found, &rest, "what a tenant's walk gives behind a key")?;
        }
    }
    Ok(())
}
