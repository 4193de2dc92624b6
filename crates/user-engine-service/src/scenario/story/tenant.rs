//! Stories: tenants, who is in them and who is not.

use super::actor::rename;
use super::actor::witness::{counts, denied, with_claims};
use super::{Story, ensure, story};
use crate::error::{ConflictCause, ServiceErrorKind};
use crate::port::{Claims, Role};
use crate::scenario::{Failed, World, claims_of};
use crate::tenant::{
    AddMembership, DiagnoseTenant, RemoveMembership, ResolveTenantContext, SetTenantAccountStatus,
};
use crate::user::{LinkIdentity, UnlinkIdentity, WhoAmI};
use user_engine_domain::{
    AccountStatus, ActorKind, FieldError, Issuer, MembershipKind, MembershipScope,
    MembershipScopeType, ReasonCode, RecordKind, ScopeId, Subject, TenantId, UserId,
};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("a-tenant-admin-looks-after-the-tenants-users", admin),
    story!("a-plain-user-is-denied-what-is-the-admins", plain_user),
    story!("nobody-acts-across-tenants-but-the-platform", across),
    story!(
        "a-suspended-tenant-account-is-denied-and-learns-why",
        suspended
    ),
];

fn set(user_id: &str, status: AccountStatus) -> Result<SetTenantAccountStatus, Failed> {
    let user_id = UserId::new(user_id)?;
    Ok(SetTenantAccountStatus { user_id, status })
}

fn member(user_id: &str, team: &str) -> Result<AddMembership, Failed> {
    Ok(AddMembership {
        user_id: UserId::new(user_id)?,
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new(team)?,
        },
        kind: MembershipKind::new("guest")?,
    })
}

async fn admin(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "root").await?;
    let ada = world.person("acme", "ada").await?;
    let admin = world.sign_in("acme", "root", &[Role::TenantAdmin])?;
    let added = service
        .add_membership(&admin, member("ada", "red")?)
        .await?
        .response;
    let doubled = service.add_membership(&admin, member("ada", "red")?).await;
    let cause = doubled.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Exists(RecordKind::Membership)),
        "nobody is a member twice: {cause:?}"
    );
    let context = service
        .resolve_tenant_context(&ada, ResolveTenantContext)
        .await?;
    ensure!(
        context.status == Some(AccountStatus::Active),
        "ada's account is active"
    );
    ensure!(
        context.memberships.len() == 1 && context.roles.is_empty(),
        "and a member's"
    );
    let context = service
        .resolve_tenant_context(&admin, ResolveTenantContext)
        .await?;
    ensure!(
        context.roles == [Role::TenantAdmin].into(),
        "the admin is one"
    );
    service.update_user(&admin, rename("ada")?).await?;
    let diagnosis = service.tenant_diagnostics(&admin, DiagnoseTenant).await?;
    ensure!(
        diagnosis.accounts == [(AccountStatus::Active, 2)].into(),
        "two accounts count"
    );
    ensure!(
        diagnosis.memberships == [(MembershipScopeType::Team, 1)].into(),
        "one membership counts"
    );
    let remove = RemoveMembership {
        membership_id: added.membership_id,
    };
    service.remove_membership(&admin, remove.clone()).await?;
    let gone = service.remove_membership(&admin, remove).await;
    let missing = ServiceErrorKind::NotFound(RecordKind::Membership);
    ensure!(
        gone.is_err_and(|error| *error.kind() == missing),
        "it is gone"
    );
    let own = service.set_tenant_account_status(&admin, set("root", AccountStatus::Suspended)?);
    let field = own
        .await
        .err()
        .and_then(|error| error.invalid().map(FieldError::field));
    ensure!(field == Some("user_id"), "nobody locks themselves out");
    Ok(())
}

async fn plain_user(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let ada = world.person("acme", "ada").await?;
    world.person("acme", "bob").await?;
    let lacking = (ReasonCode::RoleMissing, Some("acme"), "ada");
    let suspend = set("bob", AccountStatus::Suspended)?;
    denied(
        &world,
        service.set_tenant_account_status(&ada, suspend),
        lacking,
    )
    .await?;
    denied(
        &world,
        service.add_membership(&ada, member("ada", "red")?),
        lacking,
    )
    .await?;
    denied(&world, service.update_user(&ada, rename("bob")?), lacking).await?;
    // What does not exist is denied alike.
    denied(
        &world,
        service.update_user(&ada, rename("no-such-user")?),
        lacking,
    )
    .await?;
    denied(
        &world,
        service.tenant_diagnostics(&ada, DiagnoseTenant),
        lacking,
    )
    .await?;
    let link = LinkIdentity {
        user_id: UserId::new("bob")?,
        issuer: Issuer::new("https://other.example")?,
        subject: Subject::new("ada-elsewhere")?,
    };
    denied(&world, service.link_identity(&ada, link), lacking).await?;
    Ok(())
}

async fn across(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "root").await?;
    world.person("beta", "bob").await?;
    let admin = world.sign_in("acme", "root", &[Role::TenantAdmin])?;
    let beta = TenantId::new("beta")?;
    let reaching = admin.clone().in_tenant(beta.clone());
    let foreign = (ReasonCode::CrossTenant, None, "root");
    denied(
        &world,
        service.tenant_diagnostics(&reaching, DiagnoseTenant),
        foreign,
    )
    .await?;
    denied(&world, service.me(&reaching, WhoAmI), foreign).await?;
    let desk = world.desk("acme")?.in_tenant(beta.clone());
    let foreign = (ReasonCode::CrossTenant, None, "desk of acme");
    denied(&world, service.update_user(&desk, rename("bob")?), foreign).await?;

    // In its own tenant, a user of another one is as absent as one who doesn't exist.
    let before = counts(&world).await?;
    for hidden in ["bob", "no-such-user"] {
        let unlink = UnlinkIdentity {
            user_id: UserId::new(hidden)?,
            issuer: Issuer::new(crate::scenario::ISSUER)?,
            subject: Subject::new(hidden)?,
        };
        let link = LinkIdentity {
            user_id: UserId::new(hidden)?,
            issuer: Issuer::new("https://other.example")?,
            subject: Subject::new("root-elsewhere")?,
        };
        let activate = set(hidden, AccountStatus::Active)?;
        let ended = [
            service.update_user(&admin, rename(hidden)?).await.err(),
            service.unlink_identity(&admin, unlink).await.err(),
            service.link_identity(&admin, link).await.err(),
            service
                .add_membership(&admin, member(hidden, "red")?)
                .await
                .err(),
            service
                .set_tenant_account_status(&admin, activate)
                .await
                .err(),
        ];
        for (index, error) in ended.into_iter().enumerate() {
            let missing = ServiceErrorKind::NotFound(RecordKind::User);
            let kind = error.map(|error| error.kind().clone());
            ensure!(kind == Some(missing), "{index} is not found: {kind:?}");
        }
    }
    ensure!(counts(&world).await? == before, "nothing was written");

    // The platform may, by saying where.
    let operator = world.by("operator")?;
    let acme = operator.clone().in_tenant(TenantId::new("acme")?);
    service
        .set_tenant_account_status(&acme, set("bob", AccountStatus::Active)?)
        .await?;
    service.add_membership(&acme, member("bob", "red")?).await?;
    service.update_user(&admin, rename("bob")?).await?;
    let nowhere = (ReasonCode::TenantUnresolved, None, "operator");
    denied(
        &world,
        service.tenant_diagnostics(&operator, DiagnoseTenant),
        nowhere,
    )
    .await?;
    let there = service
        .tenant_diagnostics(&operator.in_tenant(beta), DiagnoseTenant)
        .await?;
    ensure!(
        there.accounts == [(AccountStatus::Active, 1)].into(),
        "each tenant's own count"
    );
    ensure!(there.memberships.is_empty(), "and no other's");
    Ok(())
}

async fn suspended(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let ada = world.person("acme", "ada").await?;
    let desk = world.desk("acme")?;
    service
        .set_tenant_account_status(&desk, set("ada", AccountStatus::Suspended)?)
        .await?;
    let inactive = (ReasonCode::TenantAccountInactive, Some("acme"), "ada");
    let record = denied(&world, service.me(&ada, WhoAmI), inactive).await?;
    let target = record.target.map(|target| target.kind());
    ensure!(
        target == Some(RecordKind::TenantAccount),
        "the tenant account is named"
    );
    denied(&world, service.update_user(&ada, rename("ada")?), inactive).await?;
    let context = service
        .resolve_tenant_context(&ada, ResolveTenantContext)
        .await?;
    ensure!(
        context.status == Some(AccountStatus::Suspended),
        "ada learns why"
    );
    let claims = Claims {
        user_id: Some(UserId::new("ada")?),
        ..claims_of(ActorKind::Human, "ada")?
    };
    let outside = with_claims(&world, "ada outside", claims)?;
    service.me(&outside, WhoAmI).await?;
    service
        .set_tenant_account_status(&desk, set("ada", AccountStatus::Active)?)
        .await?;
    service.me(&ada, WhoAmI).await?;
    Ok(())
}
