//! Rows: families and invitations.

mod invitation;
mod onboard;

use super::argument::{Argument, arguments};
use super::user::create;
use super::{Matrix, broken, denied, exists, id, not_found, refused, rule, unseen, works};
use user_engine_domain::{
    AccountStatus, FamilyInvitation, InvitationId, List, MembershipKind, ReasonCode, RecordKind,
    Rule, Timestamp, UserId,
};
use user_engine_service::{
    AcceptFamilyInvitation, CreateUser, EnterFamily, FamilyMember, FamilyPerson,
    InviteFamilyMember, OnboardFamilyDataspace, RequestContext, ResendFamilyInvitation,
    RevokeFamilyInvitation,
};

arguments! {
    EnterFamily { user_id: UserId, kind: MembershipKind, is_new: bool }
    InviteFamilyMember {
        user_id: UserId,
        role: MembershipKind,
        expires_at: Option<Timestamp>,
    }
    ResendFamilyInvitation { invitation_id: InvitationId }
    RevokeFamilyInvitation { invitation_id: InvitationId }
    AcceptFamilyInvitation { invitation_id: InvitationId }
    OnboardFamilyDataspace { founder: FamilyPerson, members: List<FamilyMember> }
}

impl Argument for FamilyPerson {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        fn _each(it: &FamilyPerson) {
            match it {
                FamilyPerson::Known(_) | FamilyPerson::New(_) => {}
            }
        }
        into.push(name);
        UserId::spell("user_id", into);
        CreateUser::spell(name, into);
    }
}

impl Argument for FamilyMember {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        fn _each(it: &FamilyMember) {
            match it {
                FamilyMember::Enters { person: _, kind: _ } | FamilyMember::Invited(_) => {}
            }
        }
        FamilyPerson::spell(name, into);
        MembershipKind::spell("kind", into);
        InviteFamilyMember::spell(name, into);
    }
}

pub(super) async fn rows(matrix: &mut Matrix<'_>) {
    for name in ["ada", "bob", "cat"] {
        matrix.person(name).await;
    }
    for name in ["eve", "guest", "late"] {
        matrix.foreigner(name).await;
    }
    onboard::onboard_family_dataspace(matrix).await;
    onboard::enter_family(matrix).await;
    let ada = matrix
        .world
        .sign_in("canary-acme", "canary-ada", &[])
        .unwrap();
    let bob = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &[])
        .unwrap();
    invitation::invite_family_member(matrix, &ada, &bob).await;
    invitation::invitations(matrix).await;
    invitation::accept_family_invitation(matrix).await;
}

fn known(name: &str) -> FamilyMember {
    FamilyMember::Enters {
        person: FamilyPerson::Known(id(name)),
        kind: id("adult"),
    }
}

fn new(create: CreateUser) -> FamilyMember {
    FamilyMember::Enters {
        person: FamilyPerson::New(create),
        kind: id("child"),
    }
}

fn invite(name: &str) -> InviteFamilyMember {
    InviteFamilyMember {
        user_id: id(name),
        role: id("guest"),
        expires_at: None,
    }
}

fn family(founder: &str, members: Vec<FamilyMember>) -> OnboardFamilyDataspace {
    OnboardFamilyDataspace {
        founder: FamilyPerson::Known(id(founder)),
        members: List::new(members).unwrap(),
    }
}
