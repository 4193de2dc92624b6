//! Rows: invitations.

use super::*;

pub(super) async fn invite_family_member(
    matrix: &mut Matrix<'_>,
    ada: &RequestContext,
    bob: &RequestContext,
) {
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
    refused!(matrix, desk, invite_family_member.user_id: invite("cat") => taken);
    for seconds in [0, -1] {
        let past = InviteFamilyMember {
            expires_at: Some(matrix.seconds(seconds)),
            ..invite("guest")
        };
        let ahead = rule("expires_at", "must not have passed");
        refused!(matrix, desk, invite_family_member.expires_at: past => ahead);
    }
    let owner = InviteFamilyMember {
        role: MembershipKind::new("owner").unwrap(),
        ..invite("guest")
    };
    let role = denied(ReasonCode::RoleMissing);
    refused!(matrix, dad, invite_family_member.role: owner => role);
    let missing = denied(ReasonCode::MembershipMissing);
    refused!(matrix, bob, invite_family_member.caller: invite("guest") => missing);
    works!(matrix, desk, invite_family_member: invite("guest"));
    let waits = exists(RecordKind::FamilyInvitation);
    refused!(matrix, desk, invite_family_member.user_id: invite("guest") => waits.clone());
    let request = family("bob", vec![FamilyMember::Invited(invite("guest"))]);
    refused!(matrix, desk, onboard_family_dataspace.members: request => waits);
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

pub(super) async fn invitations(matrix: &mut Matrix<'_>) {
    let desk = matrix.desk();
    let service = matrix.world.service.clone();
    let elsewhere = matrix.elsewhere();
    service
        .invite_family_member(&elsewhere, invite("abroad"))
        .await
        .unwrap();
    let missing = not_found(RecordKind::FamilyInvitation);
    let (unknown, foreign) = (resend("unknown"), resend("abroad"));
    unseen!(matrix, desk, resend_family_invitation.invitation_id:
        unknown, foreign => missing.clone());
    let (unknown, foreign) = (revoke("unknown"), revoke("abroad"));
    unseen!(matrix, desk, revoke_family_invitation.invitation_id: unknown, foreign => missing);
    let bob = matrix
        .world
        .sign_in("canary-acme", "canary-bob", &[])
        .unwrap();
    let nobodys = denied(ReasonCode::MembershipMissing);
    let (unknown, own) = (resend("unknown"), resend("late"));
    unseen!(matrix, bob, resend_family_invitation.caller: unknown, own => nobodys.clone());
    let (unknown, own) = (revoke("unknown"), revoke("late"));
    unseen!(matrix, bob, revoke_family_invitation.caller: unknown, own => nobodys);
    works!(matrix, desk, resend_family_invitation: resend("late"));
    let soon = InviteFamilyMember {
        expires_at: Some(matrix.seconds(1)),
        ..invite("bob")
    };
    service.invite_family_member(&desk, soon).await.unwrap();
    matrix.wait(1);
    let passed = rule("expires_at", "must not have passed");
    refused!(matrix, desk, resend_family_invitation.invitation_id: resend("bob") => passed);
    works!(matrix, desk, revoke_family_invitation: revoke("late"));
    let pending = rule("status", "must be pending");
    let (again, over) = (resend("late"), revoke("late"));
    refused!(matrix, desk, resend_family_invitation.invitation_id: again => pending.clone());
    refused!(matrix, desk, revoke_family_invitation.invitation_id: over => pending);
}

pub(super) async fn accept_family_invitation(matrix: &mut Matrix<'_>) {
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
        unseen!(matrix, guest, accept_family_invitation.invitation_id: unknown, foreign => hidden);
    }
    let (late, bob) = (sign_in(matrix, "late"), sign_in(matrix, "bob"));
    let revoked = denied(ReasonCode::Revoked);
    refused!(matrix, late, accept_family_invitation.invitation_id: accept("late") => revoked);
    let expired = denied(ReasonCode::Expired);
    refused!(matrix, bob, accept_family_invitation.invitation_id: accept("bob") => expired);
    let away = sign_in(matrix, "away");
    service
        .invite_family_member(&matrix.desk(), invite("away"))
        .await
        .unwrap();
    let inactive = denied(ReasonCode::TenantAccountInactive);
    refused!(matrix, away, accept_family_invitation.invitation_id: accept("away") => inactive);
    works!(matrix, guest, accept_family_invitation: accept("guest"));
    let over = denied(ReasonCode::StateForbids);
    refused!(matrix, guest, accept_family_invitation.invitation_id: accept("guest") => over);
}
