//! Stories about who may call: every kind of actor and of claims.

mod claims;
pub(super) mod witness;

use super::{Story, ensure, story};
use crate::port::{Claims, Decision, Role};
use crate::scenario::{Failed, ISSUER, World, claims_of};
use crate::tenant::DiagnoseTenant;
use crate::user::{Edit, ExportUser, SetAccountStatus, UpdateUser, WhoAmI};
use user_engine_domain::{
    AccountStatus, ActorId, ActorKind, ReasonCode, Sensitive, TenantId, Text, UserId,
};
use witness::{audited, denied, unlinked, with_claims};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("every-kind-of-actor-does-what-is-its-own", everybody),
    story!("a-delegated-agent-has-the-users-own-rights", delegated),
    story!(
        "break-glass-needs-a-yes-and-is-audited-as-such",
        break_glass
    ),
    story!(
        "claims-that-prove-nothing-are-denied-in-writing",
        claims::unproven
    ),
    story!(
        "claims-that-expire-are-denied-from-then-on",
        claims::expired
    ),
    story!("tenantless-claims-are-for-no-tenant", claims::tenantless),
    story!(
        "an-issuer-of-one-tenant-signs-in-nowhere-else",
        claims::confined
    ),
    story!(
        "a-suspended-account-is-denied-whoever-calls-for-it",
        suspended
    ),
];

/// Asks for another name of a user.
pub(super) fn rename(user_id: &str) -> Result<UpdateUser, Failed> {
    Ok(UpdateUser {
        user_id: UserId::new(user_id)?,
        display_name: Edit::Set(Sensitive::new(Text::new("canary of another name")?)),
        primary_email: Edit::Keep,
    })
}

pub(super) fn status_of(user_id: &str, status: AccountStatus) -> Result<SetAccountStatus, Failed> {
    let user_id = UserId::new(user_id)?;
    Ok(SetAccountStatus { user_id, status })
}

async fn everybody(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let ada = world.person("acme", "ada").await?;
    world.person("acme", "root").await?;
    let admin = world.sign_in("acme", "root", &[Role::TenantAdmin])?;
    let me = service.me(&ada, WhoAmI).await?;
    ensure!(me.user.user_id.as_str() == "ada", "a person is themselves");
    ensure!(me.identity_count == 1, "by one identity");
    for (caller, by, kind) in [
        (&ada, "ada", ActorKind::Human),
        (&admin, "root", ActorKind::Human),
        (&world.desk("acme")?, "desk of acme", ActorKind::Service),
        (&world.by("operator")?, "operator", ActorKind::Service),
    ] {
        let done = service.update_user(caller, rename("ada")?).await?;
        let record = audited(&world, &done.correlation_id).await?;
        ensure!(record.actor.id.as_str() == by, "{by} is named");
        ensure!(
            record.actor.kind == kind && !record.actor.break_glass,
            "{by} is what it is"
        );
        ensure!(
            record.actor.on_behalf_of.is_none(),
            "{by} acts for nobody else"
        );
    }
    for caller in [&ada, &admin, &world.desk("acme")?] {
        let call = service.set_account_status(caller, status_of("ada", AccountStatus::Suspended)?);
        let ended = call.await;
        ensure!(
            ended.is_err_and(|error| error.is_denied()),
            "accounts are the operator's"
        );
    }
    let suspend = status_of("ada", AccountStatus::Suspended)?;
    service
        .set_account_status(&world.by("operator")?, suspend)
        .await?;
    Ok(())
}

async fn delegated(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    world.person("acme", "bob").await?;
    let service = &world.service;
    let agent = Claims {
        tenant: Some(TenantId::new("acme")?),
        ..claims_of(ActorKind::Agent, "helper")?
    };
    let for_ada = Claims {
        on_behalf_of: Some(UserId::new("ada")?),
        ..agent.clone()
    };
    let helper = with_claims(&world, "helper of ada", for_ada.clone())?;
    let me = service.me(&helper, WhoAmI).await?;
    ensure!(
        me.user.user_id.as_str() == "ada",
        "the agent is shown whom it acts for"
    );
    let done = service.update_user(&helper, rename("ada")?).await?;
    let record = audited(&world, &done.correlation_id).await?;
    let for_whom = record.actor.on_behalf_of.as_ref().map(ActorId::as_str);
    ensure!(
        record.actor.kind == ActorKind::Agent,
        "it is an agent's work"
    );
    ensure!(
        record.actor.id.as_str() == "helper" && for_whom == Some("ada"),
        "both are named"
    );

    let role_missing = (ReasonCode::RoleMissing, Some("acme"), "helper");
    let call = service.update_user(&helper, rename("bob")?);
    let record = denied(&world, call, role_missing).await?;
    let for_whom = record.actor.on_behalf_of.as_ref().map(ActorId::as_str);
    ensure!(for_whom == Some("ada"), "a denial names both too");

    let alone = with_claims(&world, "helper", agent)?;
    denied(
        &world,
        service.update_user(&alone, rename("ada")?),
        role_missing,
    )
    .await?;
    let nobody = (ReasonCode::Unauthenticated, Some("acme"), "helper");
    denied(&world, service.me(&alone, WhoAmI), nobody).await?;

    let for_none = Claims {
        on_behalf_of: Some(UserId::new("no-such-user")?),
        ..for_ada
    };
    let stray = with_claims(&world, "helper of nobody", for_none)?;
    let inactive = (ReasonCode::AccountInactive, Some("acme"), "helper");
    denied(&world, service.me(&stray, WhoAmI), inactive).await?;
    Ok(())
}

async fn break_glass(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    let service = &world.service;
    let claims = Claims {
        break_glass: true,
        ..claims_of(ActorKind::Human, "on-call")?
    };
    let on_call = with_claims(&world, "on call", claims)?;
    let suspend = || status_of("ada", AccountStatus::Suspended);
    let who = unlinked(ISSUER, "on-call");
    for (decision, reason) in [
        (Decision::Unavailable, ReasonCode::PolicyUnavailable),
        (
            Decision::Deny(ReasonCode::PolicyDenied),
            ReasonCode::PolicyDenied,
        ),
    ] {
        world.authorizer.set("*", decision);
        let call = service.set_account_status(&on_call, suspend()?);
        let record = denied(&world, call, (reason, None, &who)).await?;
        ensure!(
            record.actor.break_glass,
            "a denial of emergency rights says so"
        );
        let reading = ExportUser {
            user_id: UserId::new("ada")?,
        };
        denied(
            &world,
            service.export_user(&on_call, reading),
            (reason, None, &who),
        )
        .await?;
    }
    world.authorizer.set("*", Decision::Allow);
    let done = service.set_account_status(&on_call, suspend()?).await?;
    let record = audited(&world, &done.correlation_id).await?;
    ensure!(
        record.actor.break_glass,
        "what was done by emergency rights says so"
    );
    ensure!(record.actor.id.as_str() == who, "and by whom");
    let elsewhere = on_call.in_tenant(TenantId::new("acme")?);
    service
        .tenant_diagnostics(&elsewhere, DiagnoseTenant)
        .await?;
    Ok(())
}

async fn suspended(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "root").await?;
    world.person("acme", "ada").await?;
    let operator = world.by("operator")?;
    let suspend = status_of("root", AccountStatus::Suspended)?;
    service.set_account_status(&operator, suspend).await?;
    let admin = world.sign_in("acme", "root", &[Role::TenantAdmin])?;
    let unnamed = Claims {
        tenant: Some(TenantId::new("acme")?),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Human, "root")?
    };
    let unnamed = with_claims(&world, "root, unnamed", unnamed)?;
    let agent = Claims {
        on_behalf_of: Some(UserId::new("root")?),
        tenant: Some(TenantId::new("acme")?),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Agent, "helper")?
    };
    let agent = with_claims(&world, "helper of root", agent)?;
    for (caller, actor) in [(&admin, "root"), (&unnamed, "root"), (&agent, "helper")] {
        let inactive = (ReasonCode::AccountInactive, Some("acme"), actor);
        denied(
            &world,
            service.tenant_diagnostics(caller, DiagnoseTenant),
            inactive,
        )
        .await?;
        denied(
            &world,
            service.update_user(caller, rename("ada")?),
            inactive,
        )
        .await?;
    }
    // A role without a user is nobody's.
    let nobody = Claims {
        tenant: Some(TenantId::new("acme")?),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Human, "stranger")?
    };
    let stranger = with_claims(&world, "stranger", nobody)?;
    let who = unlinked(ISSUER, "stranger");
    let unknown = (ReasonCode::Unauthenticated, Some("acme"), who.as_str());
    denied(
        &world,
        service.tenant_diagnostics(&stranger, DiagnoseTenant),
        unknown,
    )
    .await?;
    let back = status_of("root", AccountStatus::Active)?;
    service.set_account_status(&operator, back).await?;
    service.tenant_diagnostics(&unnamed, DiagnoseTenant).await?;
    Ok(())
}
