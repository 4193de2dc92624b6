//! Records whose key does not begin with their tenant.

use crate::check::same;
use crate::context::Context;
use crate::failure::Failure;
use crate::refused;
use user_engine_domain::reference::registration_session;
use user_engine_domain::{DomainRecord, RegistrationSession, RegistrationStatus, TenantId};
use user_engine_ports::{Precondition, Scope, StoreErrorKind};

/// A registration without user, begun for a tenant or for none.
fn registration(ctx: &Context, tenant: Option<TenantId>) -> DomainRecord {
    RegistrationSession {
        tenant,
        user_id: None,
        status: RegistrationStatus::Started,
        created_at: ctx.now(),
        updated_at: ctx.now(),
        expires_at: None,
        ..registration_session()
    }
    .into()
}

pub(super) async fn hidden_registration(ctx: Context) -> Result<(), Failure> {
    let own = registration(&ctx, Some(ctx.tenant("acme")));
    let id = own.id();
    ctx.commit(ctx.tenant_scope("acme"), "start", [own]).await?;
    let before = ctx.record(Scope::Platform, &id).await?;
    let intruders = [
        (
            "other",
            ctx.tenant_scope("other"),
            Some(ctx.tenant("other")),
        ),
        ("none", ctx.tenant_scope("other"), None),
        ("tenantless", Scope::Tenantless, None),
    ];
    for (name, scope, tenant) in intruders {
        for (precondition, kind) in [
            (Precondition::Any, "any"),
            (Precondition::Absent, "absent"),
            (Precondition::Revision(before.revision), "revision"),
        ] {
            let mut tx = ctx.begin(scope.clone(), &format!("{name}-{kind}"));
            tx.save_if(registration(&ctx, tenant.clone()), precondition)?;
            refused!(tx.commit().await, StoreErrorKind::Conflict(_))?;
            let after = ctx.record(Scope::Platform, &id).await?;
            same(&after, &before, "the hidden registration")?;
        }
    }
    Ok(())
}

pub(super) async fn tenant_kept(ctx: Context) -> Result<(), Failure> {
    let tenants = [None, Some(ctx.tenant("acme")), Some(ctx.tenant("other"))];
    for (step, first) in tenants.iter().enumerate() {
        let record = registration(&ctx, first.clone());
        let id = record.id();
        ctx.commit(Scope::Platform, &format!("start-{step}"), [record])
            .await?;
        let before = ctx.record(Scope::Platform, &id).await?;
        for (to, second) in tenants.iter().enumerate() {
            if second == first {
                continue;
            }
            for (precondition, kind) in [
                (Precondition::Any, "any"),
                (Precondition::Revision(before.revision), "revision"),
            ] {
                let operation = format!("move-{step}-{to}-{kind}");
                let mut tx = ctx.begin(Scope::Platform, &operation);
                tx.save_if(registration(&ctx, second.clone()), precondition)?;
                refused!(tx.commit().await, StoreErrorKind::Conflict(_))?;
            }
        }
        let after = ctx.record(Scope::Platform, &id).await?;
        same(&after, &before, "the registration")?;
        ctx.delete(
            Scope::Platform,
            &format!("delete-{step}"),
            &id,
            Precondition::Any,
        )
        .await?;
    }
    Ok(())
}
