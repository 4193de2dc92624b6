//! Rows: families and invitations.

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
        let _each = |it: &Self| match it {
            Self::Known(_) | Self::New(_) => {}
        };
        into.push(name);
        UserId::spell("user_id", into);
        CreateUser::spell(name, into);
    }
}

impl Argument for FamilyMember {
    fn spell(name: &'static str, into: &mut Vec<&'static str>) {
        let _each = |it: &Self| match it {
            Self::Enters { person: _, kind: _ } | Self::Invited(_) => {}
        };
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
    onboard_family_dataspace(matrix).await;
    enter_family(matrix).await;
    let ada = matrix
        .world
        .sign_in("canary-acme", "canary-ada", &[])
        .unwrap();
    let bob = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &[])
        .unwrap();
    invite_family_member(matrix, &ada, &bob).await;
    invitations(matrix).await;
    accept_family_invitation(matrix).await;
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

async fn onboard_family_dataspace(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let missing = not_found(RecordKind::User);
    let [unknown, foreign] = ["unknown", "eve"].map(|name| family(name, vec![]));
    unseen!(
        matrix,
        onboard_family_dataspace.founder,
        desk,
        unknown,
        foreign,
        missing.clone()
    );
    let [unknown, foreign] = ["unknown", "eve"].map(|name| family("ada", vec![known(name)]));
    unseen!(
        matrix,
        onboard_family_dataspace.user_id,
        desk,
        unknown,
        foreign,
        missing
    );
    let many = (0..101).map(|number| known(&number.to_string())).collect();
    let many = family("ada", many);
    let too_many = broken("members", Rule::TooMany { max_entries: 100 });
    refused!(
        matrix,
        onboard_family_dataspace.members,
        desk,
        many,
        too_many
    );
    for members in [
        vec![known("ada")],
        vec![known("bob"), known("bob")],
        vec![known("bob"), FamilyMember::Invited(invite("bob"))],
        vec![known("bob"), new(create("bob"))],
    ] {
        let once = rule("members", "must name each user once");
        let request = family("ada", members);
        refused!(
            matrix,
            onboard_family_dataspace.members,
            desk,
            request,
            once
        );
    }
    for status in [
        AccountStatus::Invited,
        AccountStatus::Suspended,
        AccountStatus::Deactivated,
    ] {
        let idle = CreateUser {
            status,
            ..create("kid")
        };
        let active = rule("status", "must be active in a family");
        let request = family("ada", vec![new(idle)]);
        refused!(
            matrix,
            onboard_family_dataspace.status,
            desk,
            request,
            active
        );
    }
    let buried = CreateUser {
        user_id: Some(UserId::new("erased:canary").unwrap()),
        ..create("kid")
    };
    let tombstone = rule("user_id", "must not begin like a tombstone");
    let request = family("ada", vec![new(buried)]);
    refused!(
        matrix,
        onboard_family_dataspace.user_id,
        desk,
        request,
        tombstone
    );
    for taken in ["cat", "eve"] {
        let request = family("ada", vec![new(create(taken))]);
        let taken = exists(RecordKind::User);
        refused!(
            matrix,
            onboard_family_dataspace.user_id,
            desk,
            request,
            taken
        );
    }
    let past = InviteFamilyMember {
        expires_at: Some(matrix.seconds(0)),
        ..invite("guest")
    };
    let request = family("ada", vec![known("bob"), FamilyMember::Invited(past)]);
    let ahead = rule("expires_at", "must not have passed");
    refused!(
        matrix,
        onboard_family_dataspace.expires_at,
        desk,
        request,
        ahead
    );
    let any = "any text that the type admits";
    let texts = ["display_name", "primary_email", "kind", "role"];
    matrix.free("onboard_family_dataspace", any, &texts);
    let right = family("ada", vec![known("cat"), new(create("kid"))]);
    works!(matrix, onboard_family_dataspace, desk, right.clone());
    let taken = exists(RecordKind::Membership);
    refused!(
        matrix,
        onboard_family_dataspace.founder,
        desk,
        right,
        taken.clone()
    );
    let request = family("bob", vec![known("cat")]);
    refused!(
        matrix,
        onboard_family_dataspace.members,
        desk,
        request,
        taken.clone()
    );
    let request = family("bob", vec![FamilyMember::Invited(invite("cat"))]);
    refused!(
        matrix,
        onboard_family_dataspace.members,
        desk,
        request,
        taken
    );
    for (name, reason) in [
        ("idle", ReasonCode::AccountInactive),
        ("away", ReasonCode::TenantAccountInactive),
    ] {
        let inactive = denied(reason);
        let request = family("bob", vec![known(name)]);
        refused!(
            matrix,
            onboard_family_dataspace.user_id,
            desk,
            request,
            inactive.clone()
        );
        let request = family(name, vec![]);
        refused!(
            matrix,
            onboard_family_dataspace.founder,
            desk,
            request,
            inactive
        );
    }
}

/// Nobody enters but through another operation, whoever is named.
async fn enter_family(matrix: &mut Matrix<'_>) {
    let (desk, operator) = (matrix.desk(), matrix.operator_here());
    let enter = |name: &str, kind: &str, is_new| EnterFamily {
        user_id: id(name),
        kind: id(kind),
        is_new,
    };
    let role = denied(ReasonCode::RoleMissing);
    for by in [&desk, &operator] {
        let (unknown, known) = (
            enter("unknown", "child", false),
            enter("bob", "child", false),
        );
        unseen!(
            matrix,
            enter_family.user_id,
            by,
            unknown,
            known,
            role.clone()
        );
        let (one, other) = (enter("bob", "owner", false), enter("bob", "guest", false));
        unseen!(matrix, enter_family.kind, by, one, other, role.clone());
        let new = enter("new", "child", true);
        refused!(matrix, enter_family.is_new, by, new, role.clone());
    }
}

async fn invite_family_member(matrix: &mut Matrix<'_>, ada: &RequestContext, bob: &RequestContext) {
    let desk = matrix.desk();
    let service = matrix.world.service.clone();
    let kinds = [("owner", "mum"), ("adult", "dad")];
    for (kind, name) in kinds {
        matrix.person(name).await;
        let member = FamilyMember::Enters {
            person: FamilyPerson::Known(id(name)),
            kind: MembershipKind::new(kind).unwrap(),
        };
        let request = OnboardFamilyDataspace {
            founder: FamilyPerson::New(create(&format!("founder beside {name}"))),
            members: List::from([member]),
        };
        service
            .onboard_family_dataspace(&desk, request)
            .await
            .unwrap();
    }
    let dad = matrix
        .world
        .sign_in("canary-acme", "canary-dad", &[])
        .unwrap();
    let taken = exists(RecordKind::Membership);
    refused!(
        matrix,
        invite_family_member.user_id,
        desk,
        invite("cat"),
        taken
    );
    for seconds in [0, -1] {
        let past = InviteFamilyMember {
            expires_at: Some(matrix.seconds(seconds)),
            ..invite("guest")
        };
        let ahead = rule("expires_at", "must not have passed");
        refused!(matrix, invite_family_member.expires_at, desk, past, ahead);
    }
    let owner = InviteFamilyMember {
        role: MembershipKind::new("owner").unwrap(),
        ..invite("guest")
    };
    let role = denied(ReasonCode::RoleMissing);
    refused!(matrix, invite_family_member.role, dad, owner, role);
    let missing = denied(ReasonCode::MembershipMissing);
    refused!(
        matrix,
        invite_family_member.caller,
        bob,
        invite("guest"),
        missing
    );
    works!(matrix, invite_family_member, desk, invite("guest"));
    let waits = exists(RecordKind::FamilyInvitation);
    refused!(
        matrix,
        invite_family_member.user_id,
        desk,
        invite("guest"),
        waits.clone()
    );
    let request = family("bob", vec![FamilyMember::Invited(invite("guest"))]);
    refused!(
        matrix,
        onboard_family_dataspace.members,
        desk,
        request,
        waits
    );
    // The founder is an owner, and may.
    service
        .invite_family_member(ada, invite("late"))
        .await
        .unwrap();
}

fn resend(name: &str) -> ResendFamilyInvitation {
    ResendFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&id(name)),
    }
}

fn revoke(name: &str) -> RevokeFamilyInvitation {
    RevokeFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&id(name)),
    }
}

async fn invitations(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let service = matrix.world.service.clone();
    let elsewhere = matrix.elsewhere();
    service
        .invite_family_member(&elsewhere, invite("abroad"))
        .await
        .unwrap();
    let missing = not_found(RecordKind::FamilyInvitation);
    let (unknown, foreign) = (resend("unknown"), resend("abroad"));
    unseen!(
        matrix,
        resend_family_invitation.invitation_id,
        desk,
        unknown,
        foreign,
        missing.clone()
    );
    let (unknown, foreign) = (revoke("unknown"), revoke("abroad"));
    unseen!(
        matrix,
        revoke_family_invitation.invitation_id,
        desk,
        unknown,
        foreign,
        missing
    );
    let bob = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &[])
        .unwrap();
    let nobodys = denied(ReasonCode::MembershipMissing);
    let (unknown, own) = (resend("unknown"), resend("late"));
    unseen!(
        matrix,
        resend_family_invitation.caller,
        bob,
        unknown,
        own,
        nobodys.clone()
    );
    let (unknown, own) = (revoke("unknown"), revoke("late"));
    unseen!(
        matrix,
        revoke_family_invitation.caller,
        bob,
        unknown,
        own,
        nobodys
    );
    works!(matrix, resend_family_invitation, desk, resend("late"));
    let soon = InviteFamilyMember {
        expires_at: Some(matrix.seconds(1)),
        ..invite("bob")
    };
    service.invite_family_member(&desk, soon).await.unwrap();
    matrix.wait(1);
    let passed = rule("expires_at", "must not have passed");
    refused!(
        matrix,
        resend_family_invitation.invitation_id,
        desk,
        resend("bob"),
        passed
    );
    works!(matrix, revoke_family_invitation, desk, revoke("late"));
    let pending = rule("status", "must be pending");
    let (again, over) = (resend("late"), revoke("late"));
    refused!(
        matrix,
        resend_family_invitation.invitation_id,
        desk,
        again,
        pending.clone()
    );
    refused!(
        matrix,
        revoke_family_invitation.invitation_id,
        desk,
        over,
        pending
    );
}

async fn accept_family_invitation(matrix: &mut Matrix<'_>) {
    let accept = |name: &str| AcceptFamilyInvitation {
        invitation_id: FamilyInvitation::pending_id(&id(name)),
    };
    let sign_in = |matrix: &Matrix<'_>, name: &str| {
        let user_id = format!("canary-{name}");
        matrix.world.sign_in("canary-acme", &user_id, &[]).unwrap()
    };
    let service = matrix.world.service.clone();
    let guest = sign_in(matrix, "guest");
    for foreign in ["late", "abroad"] {
        let hidden = denied(ReasonCode::NotFound);
        let (unknown, foreign) = (accept("unknown"), accept(foreign));
        unseen!(
            matrix,
            accept_family_invitation.invitation_id,
            guest,
            unknown,
            foreign,
            hidden
        );
    }
    let (late, bob) = (sign_in(matrix, "late"), sign_in(matrix, "bob"));
    let revoked = denied(ReasonCode::Revoked);
    refused!(
        matrix,
        accept_family_invitation.invitation_id,
        late,
        accept("late"),
        revoked
    );
    let expired = denied(ReasonCode::Expired);
    refused!(
        matrix,
        accept_family_invitation.invitation_id,
        bob,
        accept("bob"),
        expired
    );
    let away = sign_in(matrix, "away");
    service
        .invite_family_member(&matrix.desk(), invite("away"))
        .await
        .unwrap();
    let inactive = denied(ReasonCode::TenantAccountInactive);
    refused!(
        matrix,
        accept_family_invitation.invitation_id,
        away,
        accept("away"),
        inactive
    );
    works!(matrix, accept_family_invitation, guest, accept("guest"));
    let over = denied(ReasonCode::StateForbids);
    refused!(
        matrix,
        accept_family_invitation.invitation_id,
        guest,
        accept("guest"),
        over
    );
}
