//! Stories: users and their accounts.

use super::actor::witness::{counts, denied, unlinked, with_claims};
use super::registration::{expected, vouch};
use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::error::{ConflictCause, ServiceErrorKind};
use crate::port::{Claims, IssuerTenants, Role};
use crate::registration::{RejectRegistration, StartRegistration};
use crate::scenario::{Failed, ISSUER, World, claims_of};
use crate::tenant::AddMembership;
use crate::user::{
    CreateUser, Edit, EraseUser, ExportUser, LinkIdentity, UnlinkIdentity, UpdateUser, WhoAmI,
};
use user_engine_domain::{
    AccountStatus, ActorKind, DomainRecord, FactorType, Issuer, MembershipKind, MembershipScope,
    MembershipScopeType, OperationId, ReasonCode, RecordKind, ScopeId, Sensitive, Subject,
    TenantId, Text, UserId,
};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!(
        "a-subject-that-is-linked-can-not-be-linked-again",
        linked_once
    ),
    story!(
        "a-standalone-user-serves-themselves-without-a-tenant",
        standalone
    ),
    story!(
        "a-tenant-gives-a-user-the-first-identity-only",
        first_identity
    ),
    story!(
        "the-last-identity-is-the-operators-to-unlink",
        last_identity
    ),
    story!(
        "a-service-of-no-tenant-acts-on-no-user-unless-it-operates-the-platform",
        service_of_none
    ),
    story!("an-erased-user-is-gone-and-the-id-stays-taken", erased),
    story!("an-export-holds-what-its-reader-may-see", exported),
];

fn link(user_id: &str, issuer: &str, subject: &str) -> Result<LinkIdentity, Failed> {
    Ok(LinkIdentity {
        user_id: UserId::new(user_id)?,
        issuer: Issuer::new(issuer)?,
        subject: Subject::new(subject)?,
    })
}

fn unlink(user_id: &str, issuer: &str, subject: &str) -> Result<UnlinkIdentity, Failed> {
    Ok(UnlinkIdentity {
        user_id: UserId::new(user_id)?,
        issuer: Issuer::new(issuer)?,
        subject: Subject::new(subject)?,
    })
}

fn erase(user_id: &str) -> Result<EraseUser, Failed> {
    let user_id = UserId::new(user_id)?;
    Ok(EraseUser { user_id })
}

fn export(user_id: &str) -> Result<ExportUser, Failed> {
    let user_id = UserId::new(user_id)?;
    Ok(ExportUser { user_id })
}

/// A person of no tenant who signs in by the subject of the same name, known to the issuer or not.
fn alone(world: &World, user_id: &str, is_named: bool) -> Result<RequestContext, Failed> {
    let claims = Claims {
        user_id: is_named.then(|| UserId::new(user_id)).transpose()?,
        ..claims_of(ActorKind::Human, user_id)?
    };
    with_claims(world, &format!("{user_id} alone, {is_named}"), claims)
}

async fn linked_once(world: World) -> Result<(), Failed> {
    let ada = world.person("acme", "ada").await?;
    let bob = world.person("acme", "bob").await?;
    let elsewhere = "https://other.example";
    let add = link("ada", elsewhere, "ada-elsewhere")?;
    world.service.link_identity(&ada, add.clone()).await?;
    // Who may link none hears of none: not whether it is somebody's.
    let desk = world.desk("acme")?;
    let role_missing = (ReasonCode::RoleMissing, Some("acme"), "desk of acme");
    for subject in ["ada-elsewhere", "nobody-elsewhere"] {
        let theirs = link("bob", elsewhere, subject)?;
        let linked = world.service.link_identity(&desk, theirs);
        denied(&world, linked, role_missing).await?;
    }
    let taken = link("bob", elsewhere, "ada-elsewhere")?;
    let again = world.service.link_identity(&bob, taken).await;
    let cause = again.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::LinkedElsewhere),
        "bob takes what is ada's: {cause:?}"
    );
    let twice = world.service.link_identity(&ada, add).await;
    let cause = twice.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Exists(RecordKind::ExternalIdentity)),
        "ada has it already: {cause:?}"
    );
    Ok(())
}

async fn standalone(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let operator = world.by("operator")?;
    let create = CreateUser {
        user_id: Some(UserId::new("ada")?),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    };
    service.create_user(&operator, create).await?;
    let first = link("ada", ISSUER, "ada")?;
    service.link_identity(&operator, first).await?;
    for is_named in [true, false] {
        let ada = alone(&world, "ada", is_named)?;
        let update = UpdateUser {
            user_id: UserId::new("ada")?,
            display_name: Edit::Set(Sensitive::new(Text::new("canary of a standalone user")?)),
            primary_email: Edit::Clear,
        };
        service.update_user(&ada, update).await?;
        let me = service.me(&ada, WhoAmI).await?;
        ensure!(me.user.display_name.is_some(), "the name is as it was set");
        ensure!(
            me.account.status == AccountStatus::Active,
            "the account is active"
        );
        ensure!(me.tenant_account.is_none(), "there is no tenant");
        let second = format!("second-{is_named}");
        service
            .link_identity(&ada, link("ada", ISSUER, &second)?)
            .await?;
        service
            .unlink_identity(&ada, unlink("ada", ISSUER, &second)?)
            .await?;
        let whole = service.export_user(&ada, export("ada")?).await?;
        ensure!(
            whole.tenant.is_none() && whole.records.len() == 3,
            "three records are kept"
        );
    }
    let ada = alone(&world, "ada", true)?;
    let role_missing = (ReasonCode::RoleMissing, None, "ada");
    denied(
        &world,
        service.export_user(&ada, export("bob")?),
        role_missing,
    )
    .await?;
    denied(
        &world,
        service.erase_user(&ada, erase("bob")?),
        role_missing,
    )
    .await?;
    service.erase_user(&ada, erase("ada")?).await?;
    let nobody = (ReasonCode::Unauthenticated, None, "ada");
    denied(&world, service.me(&ada, WhoAmI), nobody).await?;
    Ok(())
}

async fn first_identity(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "ada").await?;
    let desk = world.desk("acme")?;
    let role_missing = (ReasonCode::RoleMissing, Some("acme"), "desk of acme");
    let mine = link("ada", ISSUER, "somebody-of-acme")?;
    denied(&world, service.link_identity(&desk, mine), role_missing).await?;
    let confined = Claims {
        issuer: Issuer::new("https://acme.example")?,
        tenant: Some(TenantId::new("acme")?),
        issuer_tenants: IssuerTenants::Only([TenantId::new("acme")?].into()),
        ..claims_of(ActorKind::Service, "acme-desk")?
    };
    let own = with_claims(&world, "desk by acme's own issuer", confined)?;
    let here = link("ada", "https://acme.example", "ada-at-acme")?;
    service.link_identity(&own, here).await?;
    let foreign = (ReasonCode::IssuerForeignToTenant, Some("acme"), "acme-desk");
    let vouched = link("ada", ISSUER, "ada-everywhere")?;
    denied(&world, service.link_identity(&own, vouched), foreign).await?;
    let theirs = unlink("ada", ISSUER, "ada")?;
    denied(&world, service.unlink_identity(&own, theirs), foreign).await?;
    // Nor does the tenant, by whatever issuer, take away the one that signs in elsewhere too.
    let theirs = unlink("ada", ISSUER, "ada")?;
    denied(&world, service.unlink_identity(&desk, theirs), role_missing).await?;
    let ours = unlink("ada", "https://acme.example", "ada-at-acme")?;
    service.unlink_identity(&own, ours).await?;
    Ok(())
}

async fn last_identity(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let ada = world.person("acme", "ada").await?;
    world.person("acme", "bob").await?;
    let before = counts(&world).await?;
    let last = service
        .unlink_identity(&ada, unlink("ada", ISSUER, "ada")?)
        .await;
    let field = last.as_ref().err().and_then(|error| error.invalid());
    ensure!(
        field.is_some_and(|it| it.field() == "subject"),
        "it is the last one: {last:?}"
    );
    let foreign = service
        .unlink_identity(&ada, unlink("ada", ISSUER, "bob")?)
        .await;
    let unknown = service
        .unlink_identity(&ada, unlink("ada", ISSUER, "nobody")?)
        .await;
    let kind =
        |ended: Result<_, crate::error::ServiceError>| ended.err().map(|it| it.kind().clone());
    let missing = ServiceErrorKind::NotFound(RecordKind::ExternalIdentity);
    ensure!(
        kind(foreign) == Some(missing.clone()) && kind(unknown) == Some(missing),
        "bob's identity and none are told alike"
    );
    ensure!(counts(&world).await? == before, "nothing was written");
    let plain = Claims {
        tenant: Some(TenantId::new("acme")?),
        ..claims_of(ActorKind::Service, "mailer")?
    };
    let plain = with_claims(&world, "a service of acme", plain)?;
    world.person("acme", "head").await?;
    let admin = world.sign_in("acme", "head", &[Role::TenantAdmin])?;
    let desk = world.desk("acme")?;
    let role_missing = (ReasonCode::RoleMissing, Some("acme"));
    for (caller, named) in [
        (&plain, "mailer"),
        (&desk, "desk of acme"),
        (&admin, "head"),
    ] {
        // Whoever took the last one away could give a first one, and sign in everywhere by it.
        let (reason, tenant) = role_missing;
        let last = service.unlink_identity(caller, unlink("ada", ISSUER, "ada")?);
        denied(&world, last, (reason, tenant, named)).await?;
        let theirs = link("ada", ISSUER, "somebody-of-acme")?;
        let linked = service.link_identity(caller, theirs);
        denied(&world, linked, (reason, tenant, named)).await?;
    }
    service.me(&ada, WhoAmI).await?;
    let operator = world.by("operator")?;
    service
        .unlink_identity(&operator, unlink("ada", ISSUER, "ada")?)
        .await?;
    let nobody = (ReasonCode::Unauthenticated, Some("acme"), "ada");
    denied(&world, service.me(&ada, WhoAmI), nobody).await?;
    service
        .link_identity(&operator, link("ada", ISSUER, "ada")?)
        .await?;
    service.me(&ada, WhoAmI).await?;
    Ok(())
}

async fn service_of_none(world: World) -> Result<(), Failed> {
    let service = &world.service;
    world.person("acme", "ada").await?;
    let update = || -> Result<_, Failed> {
        Ok(UpdateUser {
            user_id: UserId::new("ada")?,
            display_name: Edit::Clear,
            primary_email: Edit::Keep,
        })
    };
    let create = CreateUser {
        user_id: None,
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    };
    let claims = claims_of(ActorKind::Service, "verifier")?;
    let verifier = with_claims(&world, "a service of no tenant", claims.clone())?;
    let missing = (ReasonCode::RoleMissing, None, "verifier");
    denied(&world, service.update_user(&verifier, update()?), missing).await?;
    let theirs = link("ada", ISSUER, "somebody")?;
    denied(&world, service.link_identity(&verifier, theirs), missing).await?;
    let last = unlink("ada", ISSUER, "ada")?;
    denied(&world, service.unlink_identity(&verifier, last), missing).await?;
    let created = service.create_user(&verifier, create.clone());
    denied(&world, created, missing).await?;
    // Registrations of no tenant are nobody's yet: it verifies and ends them.
    let start = StartRegistration {
        bound_to: Some(expected("somebody")?),
        expires_at: None,
    };
    let started = service.start_registration(&verifier, start).await?;
    let registration_id = &started.response.registration_id;
    let factor = vouch(registration_id, FactorType::Email, "canary@mail.example")?;
    service
        .attach_registration_factor(&verifier, factor)
        .await?;
    let reject = RejectRegistration {
        registration_id: registration_id.clone(),
    };
    service.reject_registration(&verifier, reject).await?;
    let operates = Claims {
        roles: [Role::PlatformOperator].into(),
        ..claims
    };
    let operates = with_claims(&world, "a service of the platform", operates)?;
    service.update_user(&operates, update()?).await?;
    service.create_user(&operates, create).await?;
    Ok(())
}

async fn erased(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let ada = world.person("acme", "ada").await?;
    world.person("beta", "bob").await?;
    let operator = world.by("operator")?;
    let member = AddMembership {
        user_id: UserId::new("ada")?,
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new("red")?,
        },
        kind: MembershipKind::new("guest")?,
    };
    for tenant in ["acme", "beta"] {
        let here = operator.clone().in_tenant(TenantId::new(tenant)?);
        service.add_membership(&here, member.clone()).await?;
    }
    let once = operator
        .clone()
        .with_operation(OperationId::new("erase-ada")?);
    let done = service.erase_user(&once, erase("ada")?).await?;
    ensure!(
        done.response.record_count == 6,
        "six records go: {:?}",
        done.response
    );
    let again = service.erase_user(&once, erase("ada")?).await?;
    ensure!(
        again.is_repeated && again.response == done.response,
        "repeating tells the same"
    );
    let gone = service.erase_user(&operator, erase("ada")?).await;
    let missing = ServiceErrorKind::NotFound(RecordKind::User);
    ensure!(
        gone.is_err_and(|error| *error.kind() == missing),
        "nobody is erased twice"
    );
    let nobody = (ReasonCode::Unauthenticated, Some("acme"), "ada");
    denied(&world, service.me(&ada, WhoAmI), nobody).await?;

    let create = |user_id: &str| -> Result<CreateUser, Failed> {
        Ok(CreateUser {
            user_id: Some(UserId::new(user_id)?),
            display_name: None,
            primary_email: None,
            status: AccountStatus::Active,
        })
    };
    let desk = world.desk("acme")?;
    let taken = service.create_user(&desk, create("ada")?).await;
    let cause = taken.err().and_then(|error| error.conflict());
    ensure!(
        cause == Some(ConflictCause::Exists(RecordKind::User)),
        "the id stays taken"
    );
    // The same subject comes again, and is somebody new.
    service.create_user(&desk, create("ada-again")?).await?;
    service
        .link_identity(&desk, link("ada-again", ISSUER, "ada")?)
        .await?;
    let unnamed = alone(&world, "ada", false)?;
    let me = service.me(&unnamed, WhoAmI).await?;
    ensure!(
        me.user.user_id.as_str() == "ada-again",
        "the link is a new one"
    );
    let elsewhere = (ReasonCode::IdentityLinkedElsewhere, Some("acme"), "ada");
    denied(&world, service.me(&ada, WhoAmI), elsewhere).await?;
    Ok(())
}

async fn exported(world: World) -> Result<(), Failed> {
    let service = &world.service;
    let ada = world.person("acme", "ada").await?;
    world.person("acme", "root").await?;
    world.person("beta", "bob").await?;
    let admin = world.sign_in("acme", "root", &[Role::TenantAdmin])?;
    for caller in [&ada, &world.by("operator")?] {
        let whole = service.export_user(caller, export("ada")?).await?;
        let kinds: Vec<_> = whole.records.iter().map(DomainRecord::kind).collect();
        ensure!(
            kinds
                == [
                    RecordKind::Account,
                    RecordKind::ExternalIdentity,
                    RecordKind::TenantAccount,
                    RecordKind::User
                ],
            "everything is in order: {kinds:?}"
        );
        ensure!(whole.tenant.is_none(), "it is everything");
        ensure!(
            !format!("{whole:?}").contains("canary"),
            "and shows nothing by itself"
        );
    }
    let part = service.export_user(&admin, export("ada")?).await?;
    ensure!(
        part.tenant == Some(TenantId::new("acme")?),
        "an admin is told of one tenant"
    );
    let kinds: Vec<_> = part.records.iter().map(DomainRecord::kind).collect();
    ensure!(
        kinds == [RecordKind::TenantAccount],
        "and given its records alone: {kinds:?}"
    );
    let before = counts(&world).await?;
    for hidden in ["bob", "no-such-user"] {
        let ended = service.export_user(&admin, export(hidden)?).await;
        let missing = ServiceErrorKind::NotFound(RecordKind::User);
        ensure!(
            ended.is_err_and(|error| *error.kind() == missing),
            "others are told alike"
        );
    }
    ensure!(counts(&world).await? == before, "nothing was written");
    let role_missing = (ReasonCode::RoleMissing, Some("acme"), "ada");
    denied(
        &world,
        service.export_user(&ada, export("root")?),
        role_missing,
    )
    .await?;
    let stranger = with_claims(&world, "stranger", claims_of(ActorKind::Human, "stranger")?)?;
    let who = unlinked(ISSUER, "stranger");
    let unknown = (ReasonCode::RoleMissing, None, who.as_str());
    denied(
        &world,
        service.export_user(&stranger, export("ada")?),
        unknown,
    )
    .await?;
    Ok(())
}
