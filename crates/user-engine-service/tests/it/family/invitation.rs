//! Inviting, sending again, withdrawing and accepting.

use super::{
    accept, denied, enters, exists, field, home, invite, pending, refused, resend, revoke, seconds,
    user,
};
use crate::place::worlds;
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorKind, InvitationStatus, List, Membership, ReasonCode, RecordKind,
    TenantAccount, TenantId,
};
use user_engine_ports::{Scope, UnitOptions, UserEngineStore};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    Claims, FamilyPerson, InviteFamilyMember, IssuerTenants, OnboardFamilyDataspace,
    RequestContext, Role, ServiceErrorKind,
};

/// A family of ada, who founded it, and kim, a child, with the tenant's desk.
async fn settled(world: &World) -> (RequestContext, RequestContext, RequestContext) {
    let desk = world.desk("home").unwrap();
    let ada = world.person("home", "ada").await.unwrap();
    let kim = world.person("home", "kim").await.unwrap();
    let onboard = OnboardFamilyDataspace {
        founder: FamilyPerson::Known(user("ada")),
        members: List::from([enters(FamilyPerson::Known(user("kim")), "child")]),
    };
    world
        .service
        .onboard_family_dataspace(&desk, onboard)
        .await
        .unwrap();
    (desk, ada, kim)
}

#[tokio::test]
async fn inviting_and_accepting_cost_two_round_trips_each() {
    for (name, world) in worlds().await {
        let (_, ada, _) = settled(&world).await;
        world.person("acme", "bob").await.unwrap();
        let bob = world.sign_in("home", "bob", &[]).unwrap();
        let before = world.store.trips();
        let invited = world
            .service
            .invite_family_member(&ada, invite("bob", "adult"));
        let invited = invited.await.unwrap().response;
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!(invited.invitation_id, pending("bob"), "{name}");
        assert_eq!(invited.status, InvitationStatus::Pending, "{name}");
        let before = world.store.trips();
        let accepted = world.service.accept_family_invitation(&bob, accept("bob"));
        let accepted = accepted.await.unwrap().response;
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let mut tx = world.store.begin(UnitOptions::read(Scope::Tenant(home())));
        let key = (home(), accepted.membership_id);
        let membership = tx.get::<Membership>(&key).await.unwrap().unwrap().record;
        assert_eq!(membership.user_id, user("bob"), "{name}");
        assert_eq!(membership.kind.as_str(), "adult", "{name}");
        let account = tx
            .get::<TenantAccount>(&(home(), user("bob")))
            .await
            .unwrap();
        assert_eq!(
            account.unwrap().record.status,
            AccountStatus::Active,
            "{name}"
        );
    }
}

#[tokio::test]
async fn who_does_not_speak_for_a_family_is_denied_whatever_is_named() {
    for (name, world) in worlds().await {
        let (desk, ada, kim) = settled(&world).await;
        let stranger = world.person("home", "sam").await.unwrap();
        world
            .service
            .invite_family_member(&ada, invite("bob", "adult"))
            .await
            .unwrap();
        let service = &world.service;
        for context in [&kim, &stranger] {
            for user_id in ["bob", "nobody", "ada"] {
                let missing = ReasonCode::MembershipMissing;
                let call = service.invite_family_member(context, invite(user_id, "guest"));
                assert_eq!(denied(&world, call).await, missing, "{name}");
                let call = service.resend_family_invitation(context, resend(user_id));
                assert_eq!(denied(&world, call).await, missing, "{name}");
                let call = service.revoke_family_invitation(context, revoke(user_id));
                assert_eq!(denied(&world, call).await, missing, "{name}");
            }
        }
        // An owner of the one family says nothing in another tenant's.
        let elsewhere = world.sign_in("acme", "ada", &[]).unwrap();
        let call = service.invite_family_member(&elsewhere, invite("bob", "guest"));
        let inactive = ReasonCode::TenantAccountInactive;
        assert_eq!(denied(&world, call).await, inactive, "{name}");
        let acme = world.desk("acme").unwrap();
        let error = refused(
            &world,
            service.revoke_family_invitation(&acme, revoke("bob")),
        )
        .await;
        let not_found = ServiceErrorKind::NotFound(RecordKind::FamilyInvitation);
        assert_eq!(*error.kind(), not_found, "{name}");
        service
            .revoke_family_invitation(&desk, revoke("bob"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_wrong_invitation_names_its_field_and_writes_nothing() {
    for (name, world) in worlds().await {
        let (desk, ada, _) = settled(&world).await;
        let service = &world.service;
        let past = InviteFamilyMember {
            expires_at: Some(seconds(&world, -1)),
            ..invite("bob", "adult")
        };
        let error = refused(&world, service.invite_family_member(&ada, past)).await;
        assert_eq!(field(&error), "expires_at", "{name}");
        let member = service.invite_family_member(&desk, invite("kim", "adult"));
        let error = refused(&world, member).await;
        assert_eq!(exists(&error), RecordKind::Membership, "{name}");

        let not_found = ServiceErrorKind::NotFound(RecordKind::FamilyInvitation);
        let error = refused(
            &world,
            service.resend_family_invitation(&ada, resend("bob")),
        )
        .await;
        assert_eq!(*error.kind(), not_found, "{name}");
        let error = refused(
            &world,
            service.revoke_family_invitation(&ada, revoke("bob")),
        )
        .await;
        assert_eq!(*error.kind(), not_found, "{name}");

        let soon = InviteFamilyMember {
            expires_at: Some(seconds(&world, 60)),
            ..invite("bob", "adult")
        };
        service
            .invite_family_member(&ada, soon.clone())
            .await
            .unwrap();
        let error = refused(&world, service.invite_family_member(&desk, soon)).await;
        assert_eq!(exists(&error), RecordKind::FamilyInvitation, "{name}");
        world.clock.advance(Duration::from_mins(1));
        let error = refused(
            &world,
            service.resend_family_invitation(&ada, resend("bob")),
        )
        .await;
        assert_eq!(field(&error), "expires_at", "{name}");
        service
            .revoke_family_invitation(&ada, revoke("bob"))
            .await
            .unwrap();
        let error = refused(
            &world,
            service.resend_family_invitation(&ada, resend("bob")),
        )
        .await;
        assert_eq!(field(&error), "status", "{name}");
        let error = refused(
            &world,
            service.revoke_family_invitation(&ada, revoke("bob")),
        )
        .await;
        assert_eq!(field(&error), "status", "{name}");
        // What ended makes room, and counts anew.
        let again = service
            .invite_family_member(&ada, invite("bob", "guest"))
            .await;
        assert_eq!(again.unwrap().response.expires_at, None, "{name}");
        let resent = service.resend_family_invitation(&ada, resend("bob")).await;
        assert_eq!(resent.unwrap().response.sent_count, 2, "{name}");
    }
}

#[tokio::test]
async fn nobody_accepts_in_somebody_elses_place() {
    for (name, world) in worlds().await {
        let (desk, ada, _) = settled(&world).await;
        world.person("acme", "bob").await.unwrap();
        world
            .service
            .invite_family_member(&ada, invite("bob", "adult"))
            .await
            .unwrap();
        let bound = Claims {
            tenant: Some(home()),
            user_id: Some(user("bob")),
            issuer_tenants: IssuerTenants::Only([TenantId::new("acme").unwrap()].into()),
            ..claims_of(ActorKind::Human, "bob").unwrap()
        };
        world.claims.set("bob of acme alone", Ok(bound));
        let nowhere = Claims {
            user_id: Some(user("bob")),
            ..claims_of(ActorKind::Human, "bob").unwrap()
        };
        world.claims.set("bob nowhere", Ok(nowhere));
        let pretending = Claims {
            tenant: Some(home()),
            user_id: Some(user("bob")),
            ..claims_of(ActorKind::Human, "ada").unwrap()
        };
        world.claims.set("ada as bob", Ok(pretending));
        let admin = world.sign_in("home", "ada", &[Role::TenantAdmin]).unwrap();
        for (context, reason) in [
            (desk, ReasonCode::Unauthenticated),
            (ada, ReasonCode::NotFound),
            (admin, ReasonCode::NotFound),
            (
                world.by("bob of acme alone").unwrap(),
                ReasonCode::IssuerForeignToTenant,
            ),
            (
                world.by("bob nowhere").unwrap(),
                ReasonCode::TenantUnresolved,
            ),
            (
                world.by("ada as bob").unwrap(),
                ReasonCode::IdentityLinkedElsewhere,
            ),
        ] {
            let call = world
                .service
                .accept_family_invitation(&context, accept("bob"));
            assert_eq!(denied(&world, call).await, reason, "{name}");
        }
        let bob = world.sign_in("home", "bob", &[]).unwrap();
        world
            .service
            .accept_family_invitation(&bob, accept("bob"))
            .await
            .unwrap();
    }
}
