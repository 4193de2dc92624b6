//! Races for invitations.

use super::{Race, Racer, race, racer};
use crate::error::ServiceError;
use crate::family::{
    AcceptFamilyInvitation, FamilyMember, FamilyPerson, InviteFamilyMember, OnboardFamilyDataspace,
    RevokeFamilyInvitation,
};
use crate::scenario::{Failed, World};
use crate::user::CreateUser;
use user_engine_domain::{AccountStatus, FamilyInvitation, List, MembershipKind, TenantId, UserId};

/// This area's races.
pub(super) const RACES: &[Race] = &[
    race!("one pending invitation", created, |_| false),
    race!(
        "one invitation to take up",
        accepted,
        ServiceError::is_denied
    ),
    race!(
        "an invitation, by its user or its tenant",
        ended,
        |late| late.is_denied()
            || late
                .invalid()
                .is_some_and(|refused| refused.field() == "status")
    ),
    race!(
        "one membership of a family",
        entered,
        ServiceError::is_denied
    ),
];

fn invite(user_id: &UserId) -> Result<InviteFamilyMember, Failed> {
    Ok(InviteFamilyMember {
        user_id: user_id.clone(),
        role: MembershipKind::new("guest")?,
        expires_at: None,
    })
}

/// Four admins invite one user.
async fn created(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let id = format!("gil-{round}");
    world.person("acme", &id).await?;
    let (desk, invite) = (world.desk("home")?, invite(&UserId::new(id)?)?);
    let racer = || racer!(world, invite_family_member, desk, invite.clone());
    Ok((0..4).map(|_| racer()).collect())
}

/// One user takes one invitation up on four devices.
async fn accepted(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let id = format!("hal-{round}");
    world.person("acme", &id).await?;
    let (desk, user_id) = (world.desk("home")?, UserId::new(&*id)?);
    let invite = invite(&user_id)?;
    world.service.invite_family_member(&desk, invite).await?;
    let guest = world.sign_in("home", &id, &[])?;
    let accept = AcceptFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&user_id),
    };
    let racer = || racer!(world, accept_family_invitation, guest, accept.clone());
    Ok((0..4).map(|_| racer()).collect())
}

/// One user takes an invitation up on two devices while two admins withdraw it.
async fn ended(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let id = format!("ivo-{round}");
    world.person("acme", &id).await?;
    let (desk, user_id) = (world.desk("home")?, UserId::new(&*id)?);
    let invite = invite(&user_id)?;
    world.service.invite_family_member(&desk, invite).await?;
    let guest = world.sign_in("home", &id, &[])?;
    let invitation_id = FamilyInvitation::pending_id(&user_id);
    let accept = AcceptFamilyInvitation {
        invitation_id: invitation_id.clone(),
    };
    let revoke = RevokeFamilyInvitation { invitation_id };
    let mut racers = Vec::new();
    for _ in 0..2 {
        racers.push(racer!(
            world,
            accept_family_invitation,
            guest,
            accept.clone()
        ));
        racers.push(racer!(
            world,
            revoke_family_invitation,
            desk,
            revoke.clone()
        ));
    }
    Ok(racers)
}

/// The invited user accepts, while two families that an operator brings in count on them, as
/// something else each: no two of these memberships have a key in common. Whoever brings them in ends
/// the invitation.
async fn entered(world: World, round: u64) -> Result<Vec<Racer>, Failed> {
    let user_id = UserId::new(format!("hal-{round}"))?;
    world.person("acme", user_id.as_str()).await?;
    let desk = world.desk("home")?;
    let invite = invite(&user_id)?;
    world.service.invite_family_member(&desk, invite).await?;
    let context = world.sign_in("home", user_id.as_str(), &[])?;
    let accept = AcceptFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&user_id),
    };
    let mut racers = vec![racer!(world, accept_family_invitation, context, accept)];
    let operator = world.by("operator")?.in_tenant(TenantId::new("home")?);
    for kind in ["adult", "child"] {
        let onboard = OnboardFamilyDataspace {
            founder: FamilyPerson::New(CreateUser {
                user_id: None,
                display_name: None,
                primary_email: None,
                status: AccountStatus::Active,
            }),
            members: List::from([FamilyMember::Enters {
                person: FamilyPerson::Known(user_id.clone()),
                kind: MembershipKind::new(kind)?,
            }]),
        };
        racers.push(racer!(world, onboard_family_dataspace, operator, onboard));
    }
    Ok(racers)
}
