//! Users who are erased while somebody else writes for them, or gives their id again.

use super::*;
use crate::user::Overtaken;
use user_engine_service::scenario::Racer;
use user_engine_service::{
    AddMembership, CreateUser, Edit, LinkIdentity, SetAccountStatus, SetTenantAccountStatus,
    UnlinkIdentity, UpdateUser,
};

/// Erases the user when the first commit is about to be sent.
#[derive(Default)]
struct ErasingFirst(Mutex<Option<World>>);

#[async_trait]
impl Hooks for ErasingFirst {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let world = self.0.lock().unwrap().take();
        if let Some(world) = world {
            let operator = world.by("operator").unwrap();
            world.service.erase_user(&operator, erase()).await.unwrap();
        }
        unit.commit().await
    }
}

#[tokio::test]
async fn whoever_writes_for_a_user_who_is_erased_meanwhile_leaves_nothing_behind() {
    let link = LinkIdentity {
        user_id: ada(),
        issuer: Issuer::new("https://other.example").unwrap(),
        subject: Subject::new("elsewhere").unwrap(),
    };
    let unlink = UnlinkIdentity {
        user_id: ada(),
        issuer: reference::external_identity().issuer,
        subject: reference::external_identity().subject,
    };
    let update = UpdateUser {
        user_id: ada(),
        display_name: Edit::Clear,
        primary_email: Edit::Keep,
    };
    let join = SetTenantAccountStatus {
        user_id: ada(),
        status: AccountStatus::Active,
    };
    let suspend = SetAccountStatus {
        user_id: ada(),
        status: AccountStatus::Suspended,
    };
    let member = AddMembership {
        user_id: ada(),
        scope: MembershipScope {
            scope_type: MembershipScopeType::Team,
            scope_id: ScopeId::new("blue").unwrap(),
        },
        kind: MembershipKind::new("guest").unwrap(),
    };
    for call in 0..6 {
        for (name, store) in stores().await {
            let hooks = Arc::new(ErasingFirst::default());
            let hooked = Arc::new(HookedStore::new(store.clone(), hooks.clone()));
            let world = World::with_ids(hooked, Arc::new(UuidSource)).unwrap();
            seed(&world, reference_records()).await;
            let other = World::with_ids(store, Arc::new(UuidSource)).unwrap();
            *hooks.0.lock().unwrap() = Some(other);
            let service = &world.service;
            let beta = TenantId::new("beta").unwrap();
            let caller = &world.by("operator").unwrap().in_tenant(beta);
            let error = match call {
                0 => service.link_identity(caller, link.clone()).await.err(),
                1 => service.unlink_identity(caller, unlink.clone()).await.err(),
                2 => service.update_user(caller, update.clone()).await.err(),
                3 => service
                    .set_tenant_account_status(caller, join.clone())
                    .await
                    .err(),
                4 => service
                    .set_account_status(caller, suspend.clone())
                    .await
                    .err(),
                _ => service.add_membership(caller, member.clone()).await.err(),
            };
            let cause = error.unwrap().conflict();
            let is_lost = matches!(
                cause,
                Some(ConflictCause::Changed(_) | ConflictCause::LinkedElsewhere)
            );
            assert!(is_lost, "{name}: call {call}: {cause:?}");
            assert_eq!(left(&world, 0).await, 0, "{name}: call {call}");
        }
    }
}

#[tokio::test]
async fn an_erased_users_id_is_not_given_again_by_who_began_before() {
    let create = || CreateUser {
        user_id: Some(ada()),
        ..crate::user::create(None)
    };
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        let mut late = world.service.begin(operator.clone()).unwrap();
        late.run(create()).await.unwrap();
        let service = &world.service;
        service.create_user(&operator, create()).await.unwrap();
        service.erase_user(&operator, erase()).await.unwrap();
        let lost = late.commit().await.unwrap_err().conflict();
        let is_lost = matches!(lost, Some(ConflictCause::Changed(_)));
        assert!(is_lost, "{name}: {lost:?}");
        assert_eq!(left(&world, 0).await, 0, "{name}");
        let again = service.create_user(&operator, create()).await;
        let exists = Some(ConflictCause::Exists(RecordKind::User));
        assert_eq!(again.unwrap_err().conflict(), exists, "{name}");
    }
}

#[tokio::test]
async fn a_single_call_finds_the_id_of_a_user_who_came_and_was_erased_behind_its_reads() {
    let create = || CreateUser {
        user_id: Some(ada()),
        ..crate::user::create(None)
    };
    for (name, overtaken, world) in Overtaken::worlds().await {
        let operator = world.by("operator").unwrap();
        let (first, by) = (world.clone(), operator.clone());
        overtaken.by(Box::pin(async move {
            first.service.create_user(&by, create()).await?;
            first.service.erase_user(&by, erase()).await?;
            Ok(())
        }) as Racer);
        let lost = world.service.create_user(&operator, create()).await;
        let exists = Some(ConflictCause::Exists(RecordKind::User));
        assert_eq!(lost.unwrap_err().conflict(), exists, "{name}");
        assert!(overtaken.is_past(), "{name}: it raced");
        assert_eq!(left(&world, 0).await, 0, "{name}");
    }
}
