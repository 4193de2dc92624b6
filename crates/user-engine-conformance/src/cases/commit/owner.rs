//! Owners: a save never moves a record to another tenant or user.

use crate::check::{conflict, present, same};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use user_engine_domain::{
    DomainRecord, ExternalIdentity, RegistrationId, RegistrationSession, RegistrationStatus,
};
use user_engine_ports::{ConflictReason, Precondition, Scope};

/// A registration of nobody yet, in a tenant or none.
fn registration(ctx: &Context, tenant: Option<&str>) -> RegistrationSession {
    RegistrationSession {
        registration_id: valid(RegistrationId::new(ctx.id_of("registration"))),
        tenant: tenant.map(|tenant| ctx.tenant(tenant)),
        status: RegistrationStatus::Started,
        user_id: None,
        correlation_id: ctx.correlation(&ctx.operation("register")),
        expires_at: None,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    }
}

pub(super) async fn user(ctx: Context) -> Result<(), Failure> {
    let (scope, key) = (Scope::Tenantless, ctx.identity_key("sub"));
    ctx.commit(scope.clone(), "link", [ctx.identity("sub", "ada").into()])
        .await?;
    let linked = ctx.get::<ExternalIdentity>(scope.clone(), &key).await?;
    let linked = present(linked, "the linked identity")?;
    let id = id_of::<ExternalIdentity>(&key);
    let revision = Precondition::Revision(linked.revision);
    // The reason follows from the precondition alone, so that it tells nothing of a hidden row.
    for (name, precondition, reason) in [
        ("any", Precondition::Any, ConflictReason::Owner),
        ("revision", revision, ConflictReason::Precondition),
    ] {
        let mut tx = ctx.begin(scope.clone(), name);
        tx.save_if(ctx.identity("sub", "bob"), precondition)?;
        conflict(tx.commit().await, reason, Some(&id))?;
    }
    let found = ctx.get::<ExternalIdentity>(scope, &key).await?;
    same(
        &found,
        &Some(linked),
        "the identity after another user's link",
    )
}

pub(super) async fn tenant(ctx: Context) -> Result<(), Failure> {
    let began = registration(&ctx, Some("acme"));
    ctx.commit(Scope::Platform, "begin", [began.clone().into()])
        .await?;
    let id = DomainRecord::from(began.clone()).id();
    for (name, tenant) in [("moved", Some("globex")), ("freed", None)] {
        let mut tx = ctx.begin(Scope::Platform, name);
        tx.save(registration(&ctx, tenant))?;
        conflict(tx.commit().await, ConflictReason::Owner, Some(&id))?;
    }
    let key = began.registration_id.clone();
    let found = ctx
        .get::<RegistrationSession>(Scope::Platform, &key)
        .await?;
    let found = present(found, "the registration")?;
    same(
        &found.record,
        &began,
        "the registration after a refused move",
    )
}

pub(super) async fn first_user(ctx: Context) -> Result<(), Failure> {
    let (scope, began) = (Scope::Tenantless, registration(&ctx, None));
    ctx.commit(scope.clone(), "begin", [began.clone().into()])
        .await?;
    let user_id = Some(ctx.user_id("ada"));
    let resolved = RegistrationSession {
        user_id,
        updated_at: ctx.at(1),
        ..began
    };
    ctx.commit(scope.clone(), "resolve", [resolved.clone().into()])
        .await?;
    let key = resolved.registration_id.clone();
    let found = ctx.get::<RegistrationSession>(scope, &key).await?;
    let found = present(found, "the registration")?;
    same(
        &found.record,
        &resolved,
        "the registration that was resolved",
    )
}
