//! Families and invitations into them: who may, what is refused, and that nothing is left behind.

use crate::place::worlds;
use std::collections::BTreeMap;
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorKind, AuditOutcome, FamilyInvitation, InvitationId, InvitationStatus, List,
    Membership, MembershipKind, OperationId, ReasonCode, RecordKind, Rule, TenantAccount, TenantId,
    Timestamp, UserId,
};
use user_engine_ports::{
    AuditQuery, Clock, Deadline, OutboxQuery, Scope, UnitOptions, UserEngineStore,
};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    AcceptFamilyInvitation, Claims, ConflictCause, CreateUser, FAMILY_MEMBERS_MAX, FamilyMember,
    FamilyPerson, InviteFamilyMember, IssuerTenants, OnboardFamilyDataspace, RequestContext,
    ResendFamilyInvitation, RevokeFamilyInvitation, Role, ServiceError, ServiceErrorKind,
    SetAccountStatus, SetTenantAccountStatus,
};

fn user(user_id: &str) -> UserId {
    UserId::new(user_id).unwrap()
}

fn home() -> TenantId {
    TenantId::new("home").unwrap()
}

fn new(user_id: Option<&str>) -> CreateUser {
    CreateUser {
        user_id: user_id.map(user),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    }
}

fn enters(person: FamilyPerson, kind: &str) -> FamilyMember {
    FamilyMember::Enters {
        person,
        kind: MembershipKind::new(kind).unwrap(),
    }
}

fn knows(user_id: &str) -> FamilyMember {
    enters(FamilyPerson::Known(user(user_id)), "adult")
}

fn family(founder: &str, members: Vec<FamilyMember>) -> OnboardFamilyDataspace {
    OnboardFamilyDataspace {
        founder: FamilyPerson::New(new(Some(founder))),
        members: List::new(members).unwrap(),
    }
}

fn invite(user_id: &str, role: &str) -> InviteFamilyMember {
    InviteFamilyMember {
        user_id: user(user_id),
        role: MembershipKind::new(role).unwrap(),
        expires_at: None,
    }
}

fn pending(user_id: &str) -> InvitationId {
    FamilyInvitation::pending_id(&user(user_id))
}

fn accept(user_id: &str) -> AcceptFamilyInvitation {
    AcceptFamilyInvitation {
        invitation_id: pending(user_id),
    }
}

fn resend(user_id: &str) -> ResendFamilyInvitation {
    ResendFamilyInvitation {
        invitation_id: pending(user_id),
    }
}

fn revoke(user_id: &str) -> RevokeFamilyInvitation {
    RevokeFamilyInvitation {
        invitation_id: pending(user_id),
    }
}

fn seconds(world: &World, seconds: i64) -> Option<Timestamp> {
    let micros = world.clock.now().as_micros() + seconds * 1_000_000;
    Some(Timestamp::from_micros(micros).unwrap())
}

/// How much the store holds, without the audit records.
async fn held(world: &World) -> BTreeMap<&'static str, u64> {
    let counts = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    let mut counts = counts.await.unwrap();
    counts.remove("audit_records");
    counts
}

/// The one refusal of a call that left nothing behind.
async fn refused<T: std::fmt::Debug>(
    world: &World,
    call: impl Future<Output = Result<T, ServiceError>>,
) -> ServiceError {
    let before = held(world).await;
    let error = call.await.unwrap_err();
    assert_eq!(held(world).await, before, "{error:?}");
    error
}

/// The reason under which a denied call was audited, once, with nothing else written.
async fn denied<T: std::fmt::Debug>(
    world: &World,
    call: impl Future<Output = Result<T, ServiceError>>,
) -> ReasonCode {
    let error = refused(world, call).await;
    let kind = ServiceErrorKind::AuthorizationDenied { is_audited: true };
    assert_eq!(*error.kind(), kind);
    let query = AuditQuery {
        correlation_id: error.correlation_id().cloned(),
        ..AuditQuery::new(Scope::Platform)
    };
    let page = world.store.audit_records(&query, Deadline::default()).await;
    let entries = page.unwrap().entries;
    assert_eq!(entries.len(), 1);
    let record = entries.into_iter().next().unwrap().unwrap();
    assert_eq!(record.outcome, AuditOutcome::Denied);
    record.reason.unwrap()
}

fn field(error: &ServiceError) -> &'static str {
    error.invalid().unwrap().field()
}

fn exists(kind: RecordKind) -> Option<ConflictCause> {
    Some(ConflictCause::Exists(kind))
}

#[tokio::test]
async fn a_family_of_a_hundred_and_one_is_onboarded_in_two_round_trips_and_no_larger_one() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let members =
            |count: usize| (0..count).map(|_| enters(FamilyPerson::New(new(None)), "child"));
        let whole = family("ada", members(FAMILY_MEMBERS_MAX).collect());
        let larger = family("bob", members(FAMILY_MEMBERS_MAX + 1).collect());
        let larger = world.service.onboard_family_dataspace(&desk, larger);
        let error = refused(&world, larger).await;
        let rule = Rule::TooMany { max_entries: 100 };
        assert_eq!(
            (field(&error), error.invalid().unwrap().rule()),
            ("members", &rule)
        );
        let before = world.store.trips();
        let done = world.service.onboard_family_dataspace(&desk, whole);
        let done = done.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!(done.response.member_count, 101, "{name}");
        assert_eq!(done.response.founder, user("ada"));
        let held = held(&world).await;
        for kind in ["user", "account", "tenant_account", "membership"] {
            assert_eq!(held[kind], 101, "{kind} on {name}");
        }
    }
}

#[tokio::test]
async fn a_hundred_who_are_known_fit_into_one_flight() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let mut members = Vec::new();
        for number in 0..FAMILY_MEMBERS_MAX {
            let user_id = format!("user-{number}");
            let create = new(Some(&user_id));
            world.service.create_user(&desk, create).await.unwrap();
            members.push(knows(&user_id));
        }
        let before = world.store.trips();
        let onboard = family("ada", members);
        let done = world.service.onboard_family_dataspace(&desk, onboard);
        assert_eq!(done.await.unwrap().response.member_count, 101, "{name}");
        assert_eq!(world.store.trips() - before, 2, "{name}");
    }
}

#[tokio::test]
async fn a_repeated_onboarding_gives_the_first_answer() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let once = desk.with_operation(OperationId::new("once").unwrap());
        let onboard = family("ada", vec![enters(FamilyPerson::New(new(None)), "child")]);
        let first = world
            .service
            .onboard_family_dataspace(&once, onboard.clone());
        let first = first.await.unwrap();
        let before = held(&world).await;
        let again = world.service.onboard_family_dataspace(&once, onboard);
        let again = again.await.unwrap();
        assert!(again.is_repeated && !first.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
        assert_eq!(held(&world).await, before, "{name}");
        // Another kind of member is another request.
        let other = family("ada", vec![enters(FamilyPerson::New(new(None)), "guest")]);
        let other = world.service.onboard_family_dataspace(&once, other);
        let error = refused(&world, other).await;
        assert_eq!(
            error.conflict(),
            Some(ConflictCause::OperationReused),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_user_is_named_once_in_a_family() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        for members in [
            vec![knows("ada")],
            vec![knows("bob"), knows("bob")],
            vec![knows("bob"), FamilyMember::Invited(invite("bob", "adult"))],
            vec![
                knows("bob"),
                enters(FamilyPerson::New(new(Some("bob"))), "child"),
            ],
        ] {
            let onboard = world
                .service
                .onboard_family_dataspace(&desk, family("ada", members));
            let error = refused(&world, onboard).await;
            assert_eq!(field(&error), "members", "{name}");
        }
    }
}

#[tokio::test]
async fn what_an_inner_operation_refuses_undoes_the_family() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        world.person("home", "bob").await.unwrap();
        let onboard = |member| {
            world
                .service
                .onboard_family_dataspace(&desk, family("ada", vec![member]))
        };

        let idle = CreateUser {
            status: AccountStatus::Invited,
            ..new(None)
        };
        let error = refused(&world, onboard(enters(FamilyPerson::New(idle), "child"))).await;
        assert_eq!(field(&error), "status", "{name}");

        let past = InviteFamilyMember {
            expires_at: seconds(&world, 0),
            ..invite("eve", "adult")
        };
        let error = refused(&world, onboard(FamilyMember::Invited(past))).await;
        assert_eq!(field(&error), "expires_at", "{name}");

        let tombstone = enters(FamilyPerson::New(new(Some("erased:1"))), "child");
        let error = refused(&world, onboard(tombstone)).await;
        assert_eq!(field(&error), "user_id", "{name}");

        let taken = enters(FamilyPerson::New(new(Some("bob"))), "child");
        let error = refused(&world, onboard(taken)).await;
        assert_eq!(error.conflict(), exists(RecordKind::User), "{name}");

        world
            .service
            .invite_family_member(&desk, invite("eve", "adult"))
            .await
            .unwrap();
        let waiting = FamilyMember::Invited(invite("eve", "guest"));
        let error = refused(&world, onboard(waiting)).await;
        assert_eq!(
            error.conflict(),
            exists(RecordKind::FamilyInvitation),
            "{name}"
        );

        onboard(knows("bob")).await.unwrap();
        let again = OnboardFamilyDataspace {
            founder: FamilyPerson::Known(user("bob")),
            members: List::default(),
        };
        let again = world.service.onboard_family_dataspace(&desk, again);
        let error = refused(&world, again).await;
        assert_eq!(error.conflict(), exists(RecordKind::Membership), "{name}");
    }
}

#[tokio::test]
async fn a_stranger_is_not_found_like_nobody_and_comes_in_by_an_operator() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        world.person("acme", "bob").await.unwrap();
        world
            .service
            .invite_family_member(&desk, invite("eve", "adult"))
            .await
            .unwrap();
        world.person("acme", "eve").await.unwrap();
        // An invitation is no leave to do without the answer to it.
        for stranger in ["bob", "nobody", "eve"] {
            let onboard = family("ada", vec![knows(stranger)]);
            let onboard = world.service.onboard_family_dataspace(&desk, onboard);
            let error = refused(&world, onboard).await;
            assert_eq!(
                *error.kind(),
                ServiceErrorKind::NotFound(RecordKind::User),
                "{name}"
            );
        }
        let operator = world.by("operator").unwrap().in_tenant(home());
        let nobody = family("ada", vec![knows("nobody")]);
        let nobody = world.service.onboard_family_dataspace(&operator, nobody);
        let error = refused(&world, nobody).await;
        assert_eq!(
            *error.kind(),
            ServiceErrorKind::NotFound(RecordKind::User),
            "{name}"
        );
        let onboard = family("ada", vec![knows("bob")]);
        let onboard = world.service.onboard_family_dataspace(&operator, onboard);
        onboard.await.unwrap();
        let mut tx = world.store.begin(UnitOptions::read(Scope::Tenant(home())));
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
async fn who_was_shut_out_is_not_let_in_by_a_family() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let operator = world.by("operator").unwrap();
        world.person("home", "bob").await.unwrap();
        world.person("home", "cid").await.unwrap();
        let suspend = SetTenantAccountStatus {
            user_id: user("bob"),
            status: AccountStatus::Suspended,
        };
        world
            .service
            .set_tenant_account_status(&desk, suspend)
            .await
            .unwrap();
        let suspend = SetAccountStatus {
            user_id: user("cid"),
            status: AccountStatus::Suspended,
        };
        world
            .service
            .set_account_status(&operator, suspend)
            .await
            .unwrap();
        for (user_id, reason) in [
            ("bob", ReasonCode::TenantAccountInactive),
            ("cid", ReasonCode::AccountInactive),
        ] {
            let onboard = family("ada", vec![knows(user_id)]);
            let onboard = world.service.onboard_family_dataspace(&desk, onboard);
            assert_eq!(denied(&world, onboard).await, reason, "{name}");
            world
                .service
                .invite_family_member(&desk, invite(user_id, "adult"))
                .await
                .unwrap();
            let context = world.sign_in("home", user_id, &[]).unwrap();
            let accepts = world
                .service
                .accept_family_invitation(&context, accept(user_id));
            assert_eq!(denied(&world, accepts).await, reason, "{name}");
        }
    }
}

#[tokio::test]
async fn an_invited_tenant_account_becomes_active_and_is_told() {
    for (name, world) in worlds().await {
        let desk = world.desk("home").unwrap();
        let operator = world.by("operator").unwrap();
        let create = CreateUser {
            status: AccountStatus::Invited,
            ..new(Some("bob"))
        };
        world.service.create_user(&desk, create).await.unwrap();
        let activate = SetAccountStatus {
            user_id: user("bob"),
            status: AccountStatus::Active,
        };
        world
            .service
            .set_account_status(&operator, activate)
            .await
            .unwrap();
        let onboard = family("ada", vec![knows("bob")]);
        let done = world
            .service
            .onboard_family_dataspace(&desk, onboard)
            .await
            .unwrap();
        let query = OutboxQuery::new(Scope::Platform);
        let events = world.store.outbox_events(&query, Deadline::default());
        let events = events.await.unwrap().entries;
        let told: Vec<_> = events
            .into_iter()
            .map(Result::unwrap)
            .filter(|event| event.operation_id == done.operation_id)
            .map(|event| event.event_type.as_str().to_owned())
            .collect();
        let expected = [
            "user.created",
            "tenant_account.created",
            "membership.added",
            "membership.added",
            "tenant_account.status_changed",
            "family.onboarded",
        ];
        assert_eq!(told, expected, "{name}");
    }
}

#[tokio::test]
async fn only_who_runs_the_tenant_onboards_a_family() {
    for (name, world) in worlds().await {
        let ada = world.person("home", "ada").await.unwrap();
        let across = world.desk("acme").unwrap().in_tenant(home());
        let nowhere = world.by("operator").unwrap();
        let unknown = world.by("no such credential").unwrap();
        for (context, reason) in [
            (ada, ReasonCode::RoleMissing),
            (across, ReasonCode::CrossTenant),
            (nowhere, ReasonCode::TenantUnresolved),
            (unknown, ReasonCode::Unauthenticated),
        ] {
            let onboard = world
                .service
                .onboard_family_dataspace(&context, family("bob", vec![]));
            assert_eq!(denied(&world, onboard).await, reason, "{name}");
        }
    }
}

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
            expires_at: seconds(&world, -1),
            ..invite("bob", "adult")
        };
        let error = refused(&world, service.invite_family_member(&ada, past)).await;
        assert_eq!(field(&error), "expires_at", "{name}");
        let member = service.invite_family_member(&desk, invite("kim", "adult"));
        let error = refused(&world, member).await;
        assert_eq!(error.conflict(), exists(RecordKind::Membership), "{name}");

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
            expires_at: seconds(&world, 60),
            ..invite("bob", "adult")
        };
        service
            .invite_family_member(&ada, soon.clone())
            .await
            .unwrap();
        let error = refused(&world, service.invite_family_member(&desk, soon)).await;
        assert_eq!(
            error.conflict(),
            exists(RecordKind::FamilyInvitation),
            "{name}"
        );
        world.clock.advance(Duration::from_secs(60));
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
