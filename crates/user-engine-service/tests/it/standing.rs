//! What a call rests on is held until its commit: its caller's standing, and the tie by which a
//! tenant acts on a user.

use crate::access_profile::{tenant, user};
use crate::identity::{link, unlink};
use crate::place::worlds;
use crate::user::{Overtaken, create};
use user_engine_domain::{
    AccountStatus, MembershipId, MembershipKind, MembershipScope, MembershipScopeType, RecordKind,
    ScopeId,
};
use user_engine_service::operation::Mutation;
use user_engine_service::scenario::{Racer, World};
use user_engine_service::{
    AddMembership, ConflictCause, CreateUser, Edit, RemoveMembership, SetAccountStatus,
    SetTenantAccountStatus, UpdateUser,
};

fn rename(user_id: &str) -> UpdateUser {
    UpdateUser {
        user_id: user(user_id),
        display_name: Edit::Clear,
        primary_email: Edit::Keep,
    }
}

/// What takes a caller's standing away.
#[derive(Debug, Clone, Copy)]
enum Ends {
    Account,
    TenantAccount,
    SignIn,
}

impl Ends {
    const ALL: [(Self, RecordKind); 3] = [
        (Self::Account, RecordKind::Account),
        (Self::TenantAccount, RecordKind::TenantAccount),
        (Self::SignIn, RecordKind::ExternalIdentity),
    ];

    async fn of_ada(self, world: &World) {
        let operator = world.by("operator").unwrap();
        let (user_id, status) = (user("ada"), AccountStatus::Suspended);
        let service = &world.service;
        match self {
            Self::Account => {
                let request = SetAccountStatus { user_id, status };
                let ended = service.set_account_status(&operator, request).await;
                ended.unwrap();
            }
            Self::TenantAccount => {
                let request = SetTenantAccountStatus { user_id, status };
                let operator = operator.in_tenant(tenant("acme"));
                let ended = service.set_tenant_account_status(&operator, request);
                ended.await.unwrap();
            }
            Self::SignIn => {
                let ended = service.unlink_identity(&operator, unlink("ada", "ada"));
                ended.await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_committed_for_a_caller_whose_standing_ended_meanwhile() {
    for (ends, kind) in Ends::ALL {
        for (name, world) in worlds().await {
            let ada = world.person("acme", "ada").await.unwrap();
            let mut unit = world.service.begin(ada).unwrap();
            unit.run(rename("ada")).await.unwrap();
            ends.of_ada(&world).await;
            let lost = unit.commit().await.unwrap_err().conflict();
            let changed = Some(ConflictCause::Changed(Some(kind)));
            assert_eq!(lost, changed, "{name}: {ends:?}");
        }
    }
}

#[tokio::test]
async fn a_call_whose_caller_loses_its_standing_behind_the_reads_writes_nothing() {
    for (ends, kind) in Ends::ALL {
        for (name, overtaken, world) in Overtaken::worlds().await {
            let ada = world.person("acme", "ada").await.unwrap();
            let first = world.clone();
            overtaken.by(Box::pin(async move {
                ends.of_ada(&first).await;
                Ok(())
            }) as Racer);
            let renamed = world.service.update_user(&ada, rename("ada")).await;
            let lost = renamed.unwrap_err().conflict();
            let changed = Some(ConflictCause::Changed(Some(kind)));
            assert_eq!(lost, changed, "{name}: {ends:?}");
            assert!(overtaken.is_past(), "{name}: it raced");
        }
    }
}

fn team(user_id: &str, team: &str) -> AddMembership {
    AddMembership {
        user_id: user(user_id),
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new(team).unwrap(),
        },
        kind: MembershipKind::new("guest").unwrap(),
    }
}

/// A user whom nothing ties to acme but one membership.
async fn guest(world: &World) -> MembershipId {
    let operator = world.by("operator").unwrap();
    let bob = CreateUser {
        user_id: Some(user("bob")),
        ..create(None)
    };
    world.service.create_user(&operator, bob).await.unwrap();
    let operator = operator.in_tenant(tenant("acme"));
    let added = world.service.add_membership(&operator, team("bob", "blue"));
    added.await.unwrap().response.membership_id
}

/// What acme's desk hears at the commit of a request about a guest who left meanwhile.
async fn heard_of_the_gone<M: Mutation>(world: &World, request: M) -> Option<ConflictCause> {
    let membership_id = guest(world).await;
    let mut unit = world.service.begin(world.desk("acme").unwrap()).unwrap();
    unit.run(request).await.unwrap();
    let operator = world.by("operator").unwrap().in_tenant(tenant("acme"));
    let gone = RemoveMembership { membership_id };
    let gone = world.service.remove_membership(&operator, gone).await;
    gone.unwrap();
    unit.commit().await.unwrap_err().conflict()
}

#[tokio::test]
async fn a_tenant_does_nothing_with_a_user_who_leaves_it_meanwhile() {
    let changed = Some(ConflictCause::Changed(Some(RecordKind::Membership)));
    for (name, world) in worlds().await {
        let heard = heard_of_the_gone(&world, link("bob", "bob")).await;
        assert_eq!(heard, changed, "{name}: linked");
    }
    for (name, world) in worlds().await {
        let heard = heard_of_the_gone(&world, team("bob", "red")).await;
        assert_eq!(heard, changed, "{name}: made a member");
    }
    for (name, world) in worlds().await {
        let joined = SetTenantAccountStatus {
            user_id: user("bob"),
            status: AccountStatus::Active,
        };
        let heard = heard_of_the_gone(&world, joined).await;
        assert_eq!(heard, changed, "{name}: given a tenant account");
    }
}

#[tokio::test]
async fn a_tenant_renames_nobody_whose_tenant_account_changes_meanwhile() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let mut unit = world.service.begin(desk).unwrap();
        unit.run(rename("ada")).await.unwrap();
        Ends::TenantAccount.of_ada(&world).await;
        let lost = unit.commit().await.unwrap_err().conflict();
        let changed = ConflictCause::Changed(Some(RecordKind::TenantAccount));
        assert_eq!(lost, Some(changed), "{name}");
    }
}
