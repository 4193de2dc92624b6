//! Stories: families and invitations into them.

use super::{Story, ensure, story};
use crate::context::RequestContext;
use crate::error::{ConflictCause, ServiceError, ServiceErrorKind};
use crate::family::authority::family_of;
use crate::family::{
    AcceptFamilyInvitation, FamilyMember, FamilyPerson, InviteFamilyMember, OnboardFamilyDataspace,
    ResendFamilyInvitation, RevokeFamilyInvitation,
};
use crate::operability::{AuditRecords, OutboxEvents};
use crate::port::Role;
use crate::scenario::world::ISSUER;
use crate::scenario::{CANARY, Failed, World};
use crate::tenant::RemoveMembership;
use crate::user::{CreateUser, LinkIdentity, SetAccountStatus};
use std::collections::BTreeMap;
use std::time::Duration;
use user_engine_domain::{
    Account, AccountStatus, AuditOutcome, AuditRecord, FamilyInvitation, InvitationId, Issuer,
    List, Membership, MembershipKind, ReasonCode, RecordKind, Sensitive, Subject, TenantAccount,
    TenantId, Text, Timestamp, User, UserId,
};
use user_engine_ports::{Scope, UnitOptions, UserEngineStore};

/// This area's stories.
pub(super) const STORIES: &[Story] = &[
    story!("a-family-comes-into-its-tenant-in-one-commit", onboarded),
    story!("one-refusal-undoes-a-whole-family", undone),
    story!(
        "a-tenant-admin-invites-and-the-invited-user-comes-in",
        invited
    ),
    story!("an-invitation-that-ended-makes-room-for-the-next", ended),
    story!("who-left-a-family-comes-back-by-no-older-invitation", left),
];

fn kind(kind: &str) -> Result<MembershipKind, Failed> {
    Ok(MembershipKind::new(kind)?)
}

fn newcomer(user_id: &str) -> Result<FamilyPerson, Failed> {
    Ok(FamilyPerson::New(CreateUser {
        user_id: Some(UserId::new(user_id)?),
        display_name: Some(Sensitive::new(Text::new(format!("{CANARY} {user_id}"))?)),
        primary_email: None,
        status: AccountStatus::Active,
    }))
}

fn known(user_id: &str) -> Result<FamilyPerson, Failed> {
    Ok(FamilyPerson::Known(UserId::new(user_id)?))
}

fn invite(user_id: &str, role: &str) -> Result<InviteFamilyMember, Failed> {
    Ok(InviteFamilyMember {
        user_id: UserId::new(user_id)?,
        role: kind(role)?,
        expires_at: None,
    })
}

fn accept(user_id: &str) -> Result<AcceptFamilyInvitation, Failed> {
    Ok(AcceptFamilyInvitation {
        invitation_id: pending(user_id)?,
    })
}

fn pending(user_id: &str) -> Result<InvitationId, Failed> {
    Ok(FamilyInvitation::pending_id(&UserId::new(user_id)?))
}

/// A family of five: ada founds it, a child and a caretaker are new, dora is asked, and bob, who is
/// there, comes last, when the others are on their way.
fn family() -> Result<OnboardFamilyDataspace, Failed> {
    let members = vec![
        FamilyMember::Enters {
            person: newcomer("kim")?,
            kind: kind("child")?,
        },
        FamilyMember::Enters {
            person: newcomer("care")?,
            kind: kind("delegated-caretaker")?,
        },
        FamilyMember::Invited(invite("dora", "guest")?),
        FamilyMember::Enters {
            person: known("bob")?,
            kind: kind("adult")?,
        },
    ];
    Ok(OnboardFamilyDataspace {
        founder: newcomer("ada")?,
        members: List::new(members)?,
    })
}

/// What a call was refused as.
fn cause<T>(ended: Result<T, ServiceError>) -> Option<ConflictCause> {
    ended.err().and_then(|error| error.conflict())
}

/// The tenant's audit records of one call.
async fn audited(
    world: &World,
    desk: &RequestContext,
    error: &ServiceError,
) -> Result<Vec<AuditRecord>, Failed> {
    let request = AuditRecords {
        correlation_id: error.correlation_id().cloned(),
        ..AuditRecords::default()
    };
    let page = world.service.audit_records(desk, request).await?;
    Ok(page.entries.into_iter().flatten().collect())
}

/// Requires that a call was denied, and audited so for one reason.
async fn ensure_denied<T>(
    world: &World,
    desk: &RequestContext,
    ended: Result<T, ServiceError>,
    reason: ReasonCode,
) -> Result<(), Failed> {
    let Some(error) = ended.err() else {
        return Err(Failed::Untrue(format!("not denied: {reason}")));
    };
    let is_audited = *error.kind() == ServiceErrorKind::AuthorizationDenied { is_audited: true };
    ensure!(is_audited, "not denied for {reason}: {error}");
    let records = audited(world, desk, &error).await?;
    let told: Vec<_> = records
        .iter()
        .map(|one| (one.outcome, one.reason))
        .collect();
    ensure!(
        told == [(AuditOutcome::Denied, Some(reason))],
        "audited as {told:?}"
    );
    Ok(())
}

async fn onboarded(world: World) -> Result<(), Failed> {
    let desk = world.desk("home")?;
    world.person("home", "bob").await?;
    world.person("acme", "dora").await?;
    let before = world.store.trips();
    let done = world.service.onboard_family_dataspace(&desk, family()?);
    let done = done.await?;
    let trips = world.store.trips() - before;
    ensure!(trips == 2, "one flight and one commit, not {trips} trips");
    let (members, invitations) = (done.response.member_count, done.response.invitation_count);
    ensure!((members, invitations) == (4, 1), "{members}, {invitations}");

    let request = AuditRecords {
        correlation_id: Some(done.correlation_id.clone()),
        ..AuditRecords::default()
    };
    let page = world.service.audit_records(&desk, request).await?;
    let records: Vec<AuditRecord> = page.entries.into_iter().flatten().collect();
    let mut counts = BTreeMap::new();
    for record in &records {
        *counts.entry(record.operation.as_str()).or_insert(0) += 1;
        ensure!(
            record.operation_id == done.operation_id,
            "an audit record under another operation id"
        );
    }
    let expected = [
        ("create_user", 3),
        ("enter_family", 4),
        ("invite_family_member", 1),
        ("onboard_family_dataspace", 1),
    ];
    ensure!(counts == expected.into(), "audited as {counts:?}");
    let events = world.service.outbox_events(&desk, OutboxEvents::default());
    let events = events.await?.entries.into_iter().flatten();
    let events = events.filter(|event| event.operation_id == done.operation_id);
    let told = events.filter(|event| event.correlation_id == done.correlation_id);
    let told = told.count();
    // Three users with tenant accounts, four memberships, an invitation, the family.
    ensure!(told == 12, "{told} events");

    for user_id in ["ada", "kim"] {
        let link = LinkIdentity {
            user_id: UserId::new(user_id)?,
            issuer: Issuer::new(ISSUER)?,
            subject: Subject::new(user_id)?,
        };
        world.service.link_identity(&desk, link).await?;
    }
    let ada = world.sign_in("home", "ada", &[])?;
    world
        .service
        .invite_family_member(&ada, invite("eve", "owner")?)
        .await?;
    let kim = world.sign_in("home", "kim", &[])?;
    let by_kim = world
        .service
        .invite_family_member(&kim, invite("fay", "guest")?);
    let by_kim = by_kim.await;
    ensure_denied(&world, &desk, by_kim, ReasonCode::MembershipMissing).await?;
    let dora = world.sign_in("home", "dora", &[])?;
    world
        .service
        .accept_family_invitation(&dora, accept("dora")?)
        .await?;
    Ok(())
}

async fn undone(world: World) -> Result<(), Failed> {
    let desk = world.desk("home")?;
    world.person("home", "bob").await?;
    let suspend = SetAccountStatus {
        user_id: UserId::new("bob")?,
        status: AccountStatus::Suspended,
    };
    let operator = world.by("operator")?;
    world.service.set_account_status(&operator, suspend).await?;
    let events = world.service.outbox_events(&desk, OutboxEvents::default());
    let before = events.await?.entries.len();

    let refused = world.service.onboard_family_dataspace(&desk, family()?);
    let refused = refused.await;
    ensure_denied(&world, &desk, refused, ReasonCode::AccountInactive).await?;

    let events = world.service.outbox_events(&desk, OutboxEvents::default());
    let after = events.await?.entries.len();
    ensure!(before == after, "{} events too many", after - before);
    let home = TenantId::new("home")?;
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    for user_id in ["ada", "kim", "care"] {
        let user_id = UserId::new(user_id)?;
        let user = tx.get::<User>(&user_id).await?;
        let account = tx.get::<Account>(&user_id).await?;
        let key = (home.clone(), user_id);
        let tenant_account = tx.get::<TenantAccount>(&key).await?;
        ensure!(
            user.is_none() && account.is_none() && tenant_account.is_none(),
            "somebody was left behind"
        );
    }
    let key = (home, pending("dora")?);
    let invitation = tx.get::<FamilyInvitation>(&key).await?;
    ensure!(invitation.is_none(), "an invitation was left behind");
    Ok(())
}

async fn invited(world: World) -> Result<(), Failed> {
    let desk = world.desk("home")?;
    world.person("home", "root").await?;
    world.person("acme", "bob").await?;
    world.person("acme", "carl").await?;
    let admin = world.sign_in("home", "root", &[Role::TenantAdmin])?;
    let service = &world.service;
    let invited = service.invite_family_member(&admin, invite("bob", "adult")?);
    let invited = invited.await?.response;
    let again = service.invite_family_member(&admin, invite("bob", "child")?);
    let again = cause(again.await);
    let exists = Some(ConflictCause::Exists(RecordKind::FamilyInvitation));
    ensure!(again == exists, "two wait for bob: {again:?}");
    let once_more = ResendFamilyInvitation {
        invitation_id: invited.invitation_id.clone(),
    };
    let resent = service.resend_family_invitation(&admin, once_more).await?;
    ensure!(resent.response.sent_count == 2, "sent twice");

    // Somebody else's and nobody's invitation look the same.
    let carl = world.sign_in("home", "carl", &[])?;
    for user_id in ["bob", "nobody"] {
        let other = service.accept_family_invitation(&carl, accept(user_id)?);
        ensure_denied(&world, &desk, other.await, ReasonCode::NotFound).await?;
    }

    // Before bob comes in, the tenant has no account of his to act under.
    let bob = world.sign_in("home", "bob", &[])?;
    let early = service.invite_family_member(&bob, invite("carl", "guest")?);
    ensure_denied(
        &world,
        &desk,
        early.await,
        ReasonCode::TenantAccountInactive,
    )
    .await?;
    service
        .accept_family_invitation(&bob, accept("bob")?)
        .await?;
    let twice = service.accept_family_invitation(&bob, accept("bob")?).await;
    ensure_denied(&world, &desk, twice, ReasonCode::StateForbids).await?;
    let member = cause(
        service
            .invite_family_member(&admin, invite("bob", "child")?)
            .await,
    );
    let exists = Some(ConflictCause::Exists(RecordKind::Membership));
    ensure!(member == exists, "a member is invited: {member:?}");

    // An adult speaks for the family, but makes no owner.
    let owner = service.invite_family_member(&bob, invite("carl", "owner")?);
    ensure_denied(&world, &desk, owner.await, ReasonCode::RoleMissing).await?;
    service
        .invite_family_member(&bob, invite("carl", "guest")?)
        .await?;
    Ok(())
}

async fn ended(world: World) -> Result<(), Failed> {
    let desk = world.desk("home")?;
    world.person("acme", "bob").await?;
    let bob = world.sign_in("home", "bob", &[])?;
    let service = &world.service;
    let revoke = |user_id| -> Result<RevokeFamilyInvitation, Failed> {
        Ok(RevokeFamilyInvitation {
            invitation_id: pending(user_id)?,
        })
    };
    service
        .invite_family_member(&desk, invite("bob", "adult")?)
        .await?;
    service
        .revoke_family_invitation(&desk, revoke("bob")?)
        .await?;
    let late = service.accept_family_invitation(&bob, accept("bob")?).await;
    ensure_denied(&world, &desk, late, ReasonCode::Revoked).await?;

    let expiring = InviteFamilyMember {
        expires_at: Some(Timestamp::parse_rfc3339("2026-01-01T01:00:00Z")?),
        ..invite("bob", "adult")?
    };
    service.invite_family_member(&desk, expiring).await?;
    world.clock.advance(Duration::from_hours(1));
    let late = service.accept_family_invitation(&bob, accept("bob")?).await;
    ensure_denied(&world, &desk, late, ReasonCode::Expired).await?;
    let once_more = ResendFamilyInvitation {
        invitation_id: pending("bob")?,
    };
    let resent = service.resend_family_invitation(&desk, once_more).await;
    let field = resent.as_ref().err().and_then(ServiceError::invalid);
    ensure!(
        field.is_some_and(|refused| refused.field() == "expires_at"),
        "sent past its end: {resent:?}"
    );

    service
        .invite_family_member(&desk, invite("bob", "guest")?)
        .await?;
    service
        .accept_family_invitation(&bob, accept("bob")?)
        .await?;
    Ok(())
}

async fn left(world: World) -> Result<(), Failed> {
    let desk = world.desk("home")?;
    let bob = world.person("home", "bob").await?;
    let service = &world.service;
    service
        .invite_family_member(&desk, invite("bob", "owner")?)
        .await?;
    let guest = FamilyMember::Enters {
        person: known("bob")?,
        kind: kind("guest")?,
    };
    let onboard = OnboardFamilyDataspace {
        founder: newcomer("ada")?,
        members: List::from([guest]),
    };
    service.onboard_family_dataspace(&desk, onboard).await?;
    let family = family_of(&TenantId::new("home")?);
    let family = family.map_err(|_| Failed::Untrue("a tenant has no family".to_owned()))?;
    let membership_id = Membership::derive_id(&UserId::new("bob")?, &family, &kind("guest")?);
    service
        .remove_membership(&desk, RemoveMembership { membership_id })
        .await?;
    let back = service.accept_family_invitation(&bob, accept("bob")?).await;
    ensure_denied(&world, &desk, back, ReasonCode::Revoked).await?;
    service
        .invite_family_member(&desk, invite("bob", "child")?)
        .await?;
    service
        .accept_family_invitation(&bob, accept("bob")?)
        .await?;
    Ok(())
}
