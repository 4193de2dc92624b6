//! Bringing a family into its tenant.

use super::{
    accept, denied, enters, exists, family, field, held, home, invite, knows, new, refused,
    seconds, user,
};
use crate::place::worlds;
use user_engine_domain::{
    AccountStatus, List, OperationId, ReasonCode, RecordKind, Rule, TenantAccount,
};
use user_engine_ports::{Deadline, OutboxQuery, Scope, UnitOptions, UserEngineStore};
use user_engine_service::{
    ConflictCause, CreateUser, FAMILY_MEMBERS_MAX, FamilyMember, FamilyPerson, InviteFamilyMember,
    OnboardFamilyDataspace, ServiceErrorKind, SetAccountStatus, SetTenantAccountStatus,
};

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
            expires_at: Some(seconds(&world, 0)),
            ..invite("eve", "adult")
        };
        let error = refused(&world, onboard(FamilyMember::Invited(past))).await;
        assert_eq!(field(&error), "expires_at", "{name}");

        let tombstone = enters(FamilyPerson::New(new(Some("erased:1"))), "child");
        let error = refused(&world, onboard(tombstone)).await;
        assert_eq!(field(&error), "user_id", "{name}");

        let taken = enters(FamilyPerson::New(new(Some("bob"))), "child");
        let error = refused(&world, onboard(taken)).await;
        assert_eq!(exists(&error), RecordKind::User, "{name}");

        world
            .service
            .invite_family_member(&desk, invite("eve", "adult"))
            .await
            .unwrap();
        let waiting = FamilyMember::Invited(invite("eve", "guest"));
        let error = refused(&world, onboard(waiting)).await;
        assert_eq!(exists(&error), RecordKind::FamilyInvitation, "{name}");

        onboard(knows("bob")).await.unwrap();
        let again = OnboardFamilyDataspace {
            founder: FamilyPerson::Known(user("bob")),
            members: List::default(),
        };
        let again = world.service.onboard_family_dataspace(&desk, again);
        let error = refused(&world, again).await;
        assert_eq!(exists(&error), RecordKind::Membership, "{name}");
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
