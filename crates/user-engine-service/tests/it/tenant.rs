//! Tenant accounts, memberships and the counts of a tenant.

mod membership;
mod platform;

use crate::erasure::{member_of, seed};
use crate::place::worlds;
use std::time::Duration;
use user_engine_domain::reference::{family_invitation, tenant_account};
use user_engine_domain::*;
use user_engine_ports::*;
use user_engine_service::scenario::{ISSUER, World};
use user_engine_service::{
    AddMembership, ConflictCause, DiagnoseTenant, Edit, ExportUser, LinkIdentity, RemoveMembership,
    RequestContext, ResolveTenantContext, ServiceError, ServiceErrorKind, SetTenantAccountStatus,
    UnlinkIdentity, UpdateUser, WhoAmI,
};

fn set(user_id: &str, status: AccountStatus) -> SetTenantAccountStatus {
    SetTenantAccountStatus {
        user_id: UserId::new(user_id).unwrap(),
        status,
    }
}

fn member(scope_type: MembershipScopeType, scope_id: &str) -> AddMembership {
    AddMembership {
        user_id: UserId::new("ada").unwrap(),
        scope: MembershipScope {
            scope_type,
            scope_id: ScopeId::new(scope_id).unwrap(),
        },
        kind: MembershipKind::new("guest").unwrap(),
    }
}

fn operator_in(world: &World, tenant: &str) -> RequestContext {
    let tenant = TenantId::new(tenant).unwrap();
    world.by("operator").unwrap().in_tenant(tenant)
}

async fn counts(world: &World) -> std::collections::BTreeMap<&'static str, u64> {
    let counts = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    counts.await.unwrap()
}

fn field<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> &'static str {
    ended.unwrap_err().invalid().unwrap().field()
}

#[tokio::test]
async fn a_tenant_account_takes_only_statuses_that_follow() {
    use AccountStatus::{Active, Deactivated, Invited, Suspended};
    let table = [
        (None, [Invited, Active].as_slice()),
        (Some(Invited), [Active, Deactivated].as_slice()),
        (Some(Active), [Suspended, Deactivated].as_slice()),
        (Some(Suspended), [Active, Deactivated].as_slice()),
        (Some(Deactivated), [].as_slice()),
    ];
    for (name, world) in worlds().await {
        // Ada is known in acme and unknown in every tenant that the table tries.
        world.person("acme", "ada").await.unwrap();
        for (row, (from, may_follow)) in table.into_iter().enumerate() {
            for to in [Invited, Active, Suspended, Deactivated] {
                let tenant = format!("tenant-{row}-{}", to.as_str());
                let here = operator_in(&world, &tenant);
                if let Some(status) = from {
                    let account = TenantAccount {
                        tenant: TenantId::new(&*tenant).unwrap(),
                        user_id: UserId::new("ada").unwrap(),
                        status,
                        ..tenant_account()
                    };
                    let operation = OperationId::new(&*tenant).unwrap();
                    let operation = Operation::new(operation, RequestDigest::of("seed"));
                    let options = UnitOptions::write(Scope::Platform, operation);
                    let mut tx = world.store.begin(options);
                    tx.save(account).unwrap();
                    tx.commit().await.unwrap();
                }
                let before = counts(&world).await;
                let ended = world
                    .service
                    .set_tenant_account_status(&here, set("ada", to));
                let ended = ended.await;
                if may_follow.contains(&to) {
                    let changed = ended.unwrap().response;
                    assert_eq!((changed.from, changed.to), (from, to), "{name}");
                    let after = counts(&world).await;
                    let events = after["outbox_events"] - before["outbox_events"];
                    assert_eq!(events, if from.is_none() { 2 } else { 1 }, "{name}");
                } else {
                    assert_eq!(field(ended), "status", "{name}: {from:?} to {to:?}");
                    assert_eq!(counts(&world).await, before, "{name}: nothing was written");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_membership_is_told_and_nothing_is_written() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let before = counts(&world).await;
        let foreign = member(MembershipScopeType::Tenant, "beta");
        let ended = world.service.add_membership(&desk, foreign).await;
        assert_eq!(field(ended), "scope_id", "{name}");
        let nobody = AddMembership {
            user_id: UserId::new("no-such-user").unwrap(),
            ..member(MembershipScopeType::Team, "red")
        };
        for caller in [&desk, &operator_in(&world, "acme")] {
            let ended = world.service.add_membership(caller, nobody.clone()).await;
            let missing = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(*ended.unwrap_err().kind(), missing, "{name}");
        }
        let gone = RemoveMembership {
            membership_id: MembershipId::new("ada/team/red/guest").unwrap(),
        };
        let ended = world.service.remove_membership(&desk, gone).await;
        let missing = ServiceErrorKind::NotFound(RecordKind::Membership);
        assert_eq!(*ended.unwrap_err().kind(), missing, "{name}");
        assert_eq!(counts(&world).await, before, "{name}: nothing was written");
    }
}

#[tokio::test]
async fn a_membership_can_be_in_every_type_of_scope_but_a_family_and_in_each_once() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let family = member(MembershipScopeType::Family, "acme");
        let refused = world.service.add_membership(&desk, family).await;
        let refused = refused.unwrap_err().invalid().map(FieldError::field);
        assert_eq!(refused, Some("scope_type"), "{name}");
        for scope_type in MembershipScopeType::ALL {
            if *scope_type == MembershipScopeType::Family {
                continue;
            }
            let request = member(*scope_type, "acme");
            let trips = world.store.trips();
            let added = world.service.add_membership(&desk, request.clone()).await;
            let added = added.unwrap().response;
            assert_eq!(world.store.trips() - trips, 2, "{name}");
            let twice = world.service.add_membership(&desk, request).await;
            assert_eq!(
                twice.unwrap_err().conflict(),
                Some(ConflictCause::Exists(RecordKind::Membership)),
                "{name}"
            );
            // Another tenant has one of the same id of its own, and can't remove this one.
            let other = world.desk("beta").unwrap();
            let remove = RemoveMembership {
                membership_id: added.membership_id,
            };
            let ended = world.service.remove_membership(&other, remove).await;
            let missing = ServiceErrorKind::NotFound(RecordKind::Membership);
            assert_eq!(*ended.unwrap_err().kind(), missing, "{name}");
        }
        let ada = world.sign_in("acme", "ada", &[]).unwrap();
        let context = world
            .service
            .resolve_tenant_context(&ada, ResolveTenantContext)
            .await
            .unwrap();
        assert_eq!(context.memberships.len(), 7, "{name}");
    }
}

#[tokio::test]
async fn a_tenant_is_counted_to_the_last_row_and_no_other_tenants() {
    for (name, world) in worlds().await {
        let mut records: Vec<DomainRecord> = (0..2_300).map(member_of).collect();
        for number in 0..3 {
            let user_id = UserId::new(format!("guest-{number}")).unwrap();
            let mut invitation = family_invitation();
            invitation.invitation_id = FamilyInvitation::pending_id(&user_id);
            invitation.user_id = user_id;
            let beginning = Timestamp::parse_rfc3339("2025-12-31T00:00:00Z").unwrap();
            let end = Timestamp::parse_rfc3339("2026-01-01T00:00:01Z").unwrap();
            invitation.created_at = beginning;
            invitation.updated_at = beginning;
            invitation.expires_at = (number > 0).then_some(end);
            records.push(invitation.into());
        }
        seed(&world, records).await;
        world.person("acme", "ada").await.unwrap();
        world.person("beta", "bob").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let counted = world
            .service
            .tenant_diagnostics(&desk, DiagnoseTenant)
            .await;
        let counted = counted.unwrap();
        assert_eq!(
            counted.memberships,
            [(MembershipScopeType::Team, 2_300)].into(),
            "{name}"
        );
        assert_eq!(
            counted.accounts,
            [(AccountStatus::Active, 1)].into(),
            "{name}"
        );
        assert_eq!(counted.pending_invitations, 3, "{name}");
        assert_eq!(counted.lapsed_invitations, 0, "{name}");
        world.clock.advance(Duration::from_secs(1));
        let counted = world
            .service
            .tenant_diagnostics(&desk, DiagnoseTenant)
            .await;
        let counted = counted.unwrap();
        assert_eq!(counted.pending_invitations, 1, "{name}");
        assert_eq!(counted.lapsed_invitations, 2, "{name}");
        let beta = world.desk("beta").unwrap();
        let counted = world
            .service
            .tenant_diagnostics(&beta, DiagnoseTenant)
            .await;
        assert!(counted.unwrap().memberships.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn an_invitation_gives_a_tenant_no_power_over_the_invited() {
    for (name, world) in worlds().await {
        let bob = world.person("beta", "bob").await.unwrap();
        let user_id = UserId::new("bob").unwrap();
        let mut invitation = family_invitation();
        invitation.invitation_id = FamilyInvitation::pending_id(&user_id);
        invitation.user_id = user_id.clone();
        seed(&world, vec![invitation.into()]).await;
        let (service, desk) = (&world.service, world.desk("acme").unwrap());
        let before = counts(&world).await;
        let issuer = Issuer::new(ISSUER).unwrap();
        let subject = |id: &str| Subject::new(id).unwrap();
        let link = LinkIdentity {
            user_id: user_id.clone(),
            issuer: issuer.clone(),
            subject: subject("somebody-of-acme"),
        };
        let unlink = UnlinkIdentity {
            user_id: user_id.clone(),
            issuer,
            subject: subject("bob"),
        };
        let update = UpdateUser {
            user_id: user_id.clone(),
            display_name: Edit::Keep,
            primary_email: Edit::Clear,
        };
        let member = AddMembership {
            user_id: user_id.clone(),
            ..member(MembershipScopeType::Team, "red")
        };
        let active = set("bob", AccountStatus::Active);
        let errors = [
            service.set_tenant_account_status(&desk, active).await.err(),
            service.add_membership(&desk, member).await.err(),
            service.update_user(&desk, update).await.err(),
            service.unlink_identity(&desk, unlink).await.err(),
            service.link_identity(&desk, link).await.err(),
        ];
        for (index, error) in errors.into_iter().enumerate() {
            let missing = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(*error.unwrap().kind(), missing, "{name}: {index}");
        }
        assert_eq!(counts(&world).await, before, "{name}: nothing was written");
        // What the tenant itself keeps of the invited, its admins may see.
        let seen = service.export_user(&desk, ExportUser { user_id }).await;
        assert_eq!(seen.unwrap().records.len(), 1, "{name}");
        service.me(&bob, WhoAmI).await.unwrap();
    }
}
