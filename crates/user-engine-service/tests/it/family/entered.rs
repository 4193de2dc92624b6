//! Coming into a family ends the invitation that waits.

use super::{accept, denied, enters, exists, family, held, home, invite, new, pending, user};
use crate::access_profile::{last_events, seed, stored};
use crate::place::worlds;
use user_engine_domain::{
    DomainRecord, FamilyInvitation, InvitationStatus, Membership, MembershipKind, MembershipScope,
    MembershipScopeType, ReasonCode, RecordKind, ScopeId, Timestamp,
};
use user_engine_service::scenario::World;
use user_engine_service::{
    FamilyPerson, OnboardFamilyDataspace, RemoveMembership, ResolveTenantContext,
};

/// A family into which bob comes as a guest, known or new.
fn with_bob(bob: FamilyPerson) -> OnboardFamilyDataspace {
    OnboardFamilyDataspace {
        founder: FamilyPerson::New(new(None)),
        ..family("nobody", vec![enters(bob, "guest")])
    }
}

fn leave(user_id: &str, kind: &str) -> RemoveMembership {
    let scope = MembershipScope {
        scope_type: MembershipScopeType::Family,
        scope_id: ScopeId::new("home").unwrap(),
    };
    let kind = MembershipKind::new(kind).unwrap();
    RemoveMembership {
        membership_id: Membership::derive_id(&user(user_id), &scope, &kind),
    }
}

async fn status(world: &World, user_id: &str) -> InvitationStatus {
    let key = (home(), pending(user_id));
    stored::<FamilyInvitation>(world, &key)
        .await
        .unwrap()
        .status
}

#[tokio::test]
async fn who_was_removed_has_no_older_invitation_to_come_back_by() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let bob = world.person("home", "bob").await.unwrap();
        let service = &world.service;
        let owner = invite("bob", "owner");
        service.invite_family_member(&desk, owner).await.unwrap();
        let onboard = with_bob(FamilyPerson::Known(user("bob")));
        let done = service.onboard_family_dataspace(&desk, onboard).await;
        done.unwrap();
        let told = last_events(&world, 3).await;
        let expected = [
            "membership.added",
            "family_invitation.revoked",
            "family.onboarded",
        ];
        assert_eq!(told, expected, "{name}");
        assert_eq!(status(&world, "bob").await, InvitationStatus::Revoked);
        service
            .remove_membership(&desk, leave("bob", "guest"))
            .await
            .unwrap();
        let back = service.accept_family_invitation(&bob, accept("bob"));
        assert_eq!(denied(&world, back).await, ReasonCode::Revoked, "{name}");
        // A new one is the family's own will.
        let child = invite("bob", "child");
        service.invite_family_member(&desk, child).await.unwrap();
        let back = service.accept_family_invitation(&bob, accept("bob")).await;
        back.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_of_who_was_created_in_the_family_ends_too() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let service = &world.service;
        let owner = invite("bob", "owner");
        service.invite_family_member(&desk, owner).await.unwrap();
        let onboard = with_bob(FamilyPerson::New(new(Some("bob"))));
        let done = service.onboard_family_dataspace(&desk, onboard).await;
        done.unwrap();
        let ended = status(&world, "bob").await;
        assert_eq!(ended, InvitationStatus::Revoked, "{name}");
    }
}

#[tokio::test]
async fn who_comes_in_while_being_invited_has_no_invitation_left() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let service = &world.service;
        for (user_id, is_known) in [("bob", true), ("kim", false)] {
            if is_known {
                world.person("home", user_id).await.unwrap();
            }
            // The family was faster: the invitation, decided on before, comes too late.
            let mut inviting = service.begin(desk.clone()).unwrap();
            inviting.run(invite(user_id, "owner")).await.unwrap();
            let mut onboarding = service.begin(desk.clone()).unwrap();
            let entering = with_bob_as(user_id, is_known);
            onboarding.run(entering).await.unwrap();
            onboarding.commit().await.unwrap();
            assert!(inviting.commit().await.unwrap_err().conflict().is_some());
            let key = (home(), pending(user_id));
            let none = stored::<FamilyInvitation>(&world, &key).await;
            assert_eq!(none, None, "{name}");
        }
        for (user_id, is_known) in [("cat", true), ("lee", false)] {
            if is_known {
                world.person("home", user_id).await.unwrap();
            }
            // The invitation was faster: who comes in does so anew, and ends it.
            let mut onboarding = service.begin(desk.clone()).unwrap();
            let entering = with_bob_as(user_id, is_known);
            onboarding.run(entering.clone()).await.unwrap();
            let owner = invite(user_id, "owner");
            service.invite_family_member(&desk, owner).await.unwrap();
            assert!(onboarding.commit().await.unwrap_err().conflict().is_some());
            let done = service.onboard_family_dataspace(&desk, entering).await;
            done.unwrap();
            let ended = status(&world, user_id).await;
            assert_eq!(ended, InvitationStatus::Revoked, "{name}");
        }
    }
}

fn with_bob_as(user_id: &str, is_known: bool) -> OnboardFamilyDataspace {
    with_bob(if is_known {
        FamilyPerson::Known(user(user_id))
    } else {
        FamilyPerson::New(new(Some(user_id)))
    })
}

/// A membership of bob's among many.
fn member(scope_type: MembershipScopeType, scope_id: &str) -> DomainRecord {
    let scope = MembershipScope {
        scope_type,
        scope_id: ScopeId::new(scope_id).unwrap(),
    };
    let kind = MembershipKind::new("guest").unwrap();
    DomainRecord::from(Membership {
        tenant: home(),
        membership_id: Membership::derive_id(&user("bob"), &scope, &kind),
        user_id: user("bob"),
        scope,
        kind,
        created_at: Timestamp::from_micros(0).unwrap(),
    })
}

#[tokio::test]
async fn who_has_more_than_a_page_of_memberships_is_invited_and_comes_in_once() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let bob = world.person("home", "bob").await.unwrap();
        let service = &world.service;
        for half in ["a", "b"] {
            let teams =
                (0..501).map(|team| member(MembershipScopeType::Asset, &format!("{half}-{team}")));
            seed(&world, teams.collect()).await;
        }
        let adult = invite("bob", "adult");
        service.invite_family_member(&desk, adult).await.unwrap();
        let came = service.accept_family_invitation(&bob, accept("bob")).await;
        came.unwrap();
        let context = service.resolve_tenant_context(&bob, ResolveTenantContext);
        assert_eq!(context.await.unwrap().memberships.len(), 1_003, "{name}");
        // `family` is behind every `asset` in the order of keys.
        let before = held(&world).await;
        let again = service.invite_family_member(&desk, invite("bob", "child"));
        let again = again.await.unwrap_err();
        assert_eq!(exists(&again), RecordKind::Membership, "{name}");
        let onboard = with_bob(FamilyPerson::Known(user("bob")));
        let again = service.onboard_family_dataspace(&desk, onboard).await;
        assert_eq!(exists(&again.unwrap_err()), RecordKind::Membership);
        assert_eq!(held(&world).await, before, "{name}");
    }
}
