//! Scopes: what a tenant, the tenantless and the platform see and write.

use crate::case::{Case, run};
use crate::check::absent;
use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use user_engine_domain::TenantAccount;

pub(crate) const CASES: &[Case] = &[Case::new(
    "scope.get.foreign-tenant",
    "In a tenant's scope a record of another tenant reads as if it did not exist.",
    Level::L1,
    run!(get_foreign_tenant),
)
.kills(&["scope-ignored-by-get"])];

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
