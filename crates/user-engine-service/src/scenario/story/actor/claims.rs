//! Stories about claims: those that prove nothing, have ended, or are for one tenant or none.

use super::super::ensure;
use super::rename;
use super::witness::{denied, unlinked, with_claims};
use crate::port::{Claims, ClaimsError, IssuerTenants, Role};
use crate::scenario::{Failed, World, claims_of};
use crate::tenant::{DiagnoseTenant, ResolveTenantContext, SetTenantAccountStatus};
use crate::user::{EraseUser, ExportUser, LinkIdentity, WhoAmI};
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorKind, Issuer, ReasonCode, RecordKind, TenantId, Timestamp, UserId,
};

pub(super) async fn unproven(world: World) -> Result<(), Failed> {
    let ada = world.person("acme", "ada").await?;
    let service = &world.service;
    let before = service.me(&ada, WhoAmI).await?;
    for (credential, error, reason) in [
        ("forged", ClaimsError::Invalid, ReasonCode::Unauthenticated),
        (
            "strange",
            ClaimsError::Untrusted,
            ReasonCode::IssuerUntrusted,
        ),
        (
            "unclear",
            ClaimsError::Unavailable,
            ReasonCode::PolicyUnavailable,
        ),
    ] {
        world.claims.set(credential, Err(error));
        let caller = world.by(credential)?.in_tenant(TenantId::new("acme")?);
        let nobody = (reason, None, "unauthenticated");
        denied(&world, service.me(&caller, WhoAmI), nobody).await?;
        denied(&world, service.update_user(&caller, rename("ada")?), nobody).await?;
    }
    let system = with_claims(&world, "engine", claims_of(ActorKind::System, "engine")?)?;
    let nobody = (ReasonCode::Unauthenticated, None, "unauthenticated");
    denied(
        &world,
        service.resolve_tenant_context(&system, ResolveTenantContext),
        nobody,
    )
    .await?;
    let posing = Claims {
        on_behalf_of: Some(UserId::new("ada")?),
        ..claims_of(ActorKind::Service, "poser")?
    };
    let poser = with_claims(&world, "poser", posing)?;
    let invalid = (ReasonCode::InvalidRequest, None, "unauthenticated");
    denied(&world, service.me(&poser, WhoAmI), invalid).await?;
    let after = service.me(&ada, WhoAmI).await?;
    ensure!(after == before, "ada is as before");
    Ok(())
}

pub(super) async fn expired(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    let claims = Claims {
        user_id: Some(UserId::new("ada")?),
        tenant: Some(TenantId::new("acme")?),
        expires_at: Some(Timestamp::parse_rfc3339("2026-01-01T00:00:10Z")?),
        ..claims_of(ActorKind::Human, "ada")?
    };
    let ada = with_claims(&world, "ada for ten seconds", claims)?;
    world.clock.advance(Duration::from_micros(9_999_999));
    world.service.me(&ada, WhoAmI).await?;
    world.clock.advance(Duration::from_micros(1));
    let nobody = (ReasonCode::Unauthenticated, None, "unauthenticated");
    denied(&world, world.service.me(&ada, WhoAmI), nobody).await?;
    Ok(())
}

pub(super) async fn tenantless(world: World) -> Result<(), Failed> {
    world.person("acme", "ada").await?;
    let service = &world.service;
    let claims = Claims {
        user_id: Some(UserId::new("ada")?),
        roles: [Role::TenantAdmin].into(),
        ..claims_of(ActorKind::Human, "ada")?
    };
    let ada = with_claims(&world, "ada of no tenant", claims)?;
    let me = service.me(&ada, WhoAmI).await?;
    ensure!(me.tenant_account.is_none(), "no tenant is shown");
    let context = service
        .resolve_tenant_context(&ada, ResolveTenantContext)
        .await?;
    ensure!(
        context.tenant.is_none() && context.status.is_none(),
        "none is resolved"
    );
    let unresolved = (ReasonCode::TenantUnresolved, None, "ada");
    denied(
        &world,
        service.tenant_diagnostics(&ada, DiagnoseTenant),
        unresolved,
    )
    .await?;
    let named = ada.in_tenant(TenantId::new("acme")?);
    let foreign = (ReasonCode::CrossTenant, None, "ada");
    denied(&world, service.me(&named, WhoAmI), foreign).await?;
    denied(
        &world,
        service.tenant_diagnostics(&named, DiagnoseTenant),
        foreign,
    )
    .await?;
    Ok(())
}

pub(super) async fn confined(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "ada").await?;
    world.person("beta", "bob").await?;
    // Ada is of both tenants, and signs in to the first one by the tenant's own issuer too.
    let operator = world.by("operator")?.in_tenant(TenantId::new("beta")?);
    let join = SetTenantAccountStatus {
        user_id: UserId::new("ada")?,
        status: AccountStatus::Active,
    };
    service.set_tenant_account_status(&operator, join).await?;
    let own = Claims {
        issuer: Issuer::new("https://acme.example")?,
        tenant: Some(TenantId::new("acme")?),
        issuer_tenants: IssuerTenants::Only([TenantId::new("acme")?].into()),
        ..claims_of(ActorKind::Human, "ada-at-acme")?
    };
    let link = LinkIdentity {
        user_id: UserId::new("ada")?,
        issuer: own.issuer.clone(),
        subject: own.subject.clone(),
    };
    service
        .link_identity(&world.sign_in("acme", "ada", &[])?, link)
        .await?;
    let ada = with_claims(&world, "ada by acme", own.clone())?;
    let me = service.me(&ada, WhoAmI).await?;
    ensure!(me.user.user_id.as_str() == "ada", "the link names the user");
    ensure!(me.identity_count == 2, "by the second of two identities");

    let who = |claims: &Claims| match &claims.user_id {
        Some(user_id) => user_id.as_str().to_owned(),
        None => unlinked(claims.issuer.as_str(), claims.subject.as_str()),
    };
    let named = Claims {
        user_id: Some(UserId::new("ada")?),
        ..own.clone()
    };
    for claims in [own.clone(), named.clone()] {
        for tenant in [Some("beta"), None] {
            let elsewhere = Claims {
                tenant: tenant.map(TenantId::new).transpose()?,
                roles: [Role::PlatformOperator].into(),
                ..claims.clone()
            };
            let actor = who(&elsewhere);
            let caller = with_claims(&world, "ada by acme, elsewhere", elsewhere)?;
            let foreign = (ReasonCode::IssuerForeignToTenant, None, actor.as_str());
            denied(&world, service.me(&caller, WhoAmI), foreign).await?;
        }
    }
    // Nor does it reach what is not of that tenant.
    let named = with_claims(&world, "ada by acme, named", named)?;
    let user_id = UserId::new("ada")?;
    let erase = EraseUser {
        user_id: user_id.clone(),
    };
    let nowhere = (ReasonCode::IssuerForeignToTenant, None, "ada");
    denied(&world, service.erase_user(&named, erase), nowhere).await?;
    let here = (ReasonCode::IssuerForeignToTenant, Some("acme"), "ada");
    denied(
        &world,
        service.export_user(&named, ExportUser { user_id }),
        here,
    )
    .await?;

    // An identity that is linked to bob is not ada's, whatever its issuer says.
    let posing = Claims {
        user_id: Some(UserId::new("ada")?),
        tenant: Some(TenantId::new("acme")?),
        ..claims_of(ActorKind::Human, "bob")?
    };
    let poser = with_claims(&world, "bob as ada", posing)?;
    let elsewhere = (ReasonCode::IdentityLinkedElsewhere, Some("acme"), "ada");
    let record = denied(&world, service.me(&poser, WhoAmI), elsewhere).await?;
    let target = record.target.map(|target| target.kind());
    let identity = RecordKind::ExternalIdentity;
    ensure!(
        target == Some(identity),
        "the identity is named as what was denied"
    );
    Ok(())
}
