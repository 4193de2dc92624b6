//! Users and their accounts.

use crate::place::{stores, worlds};
use std::sync::{Arc, Mutex};
use user_engine_domain::{AccountStatus, OperationId, RecordKind, Sensitive, Text, UserId};
use user_engine_ports::{Committed, StoreError, UnitOfWork};
use user_engine_ports::{Deadline, Scope, UserEngineStore};
use user_engine_service::scenario::{HookedStore, Hooks, Racer, World};
use user_engine_service::{
    ConflictCause, CreateUser, Edit, Role, ServiceErrorKind, SetAccountStatus, UpdateUser, WhoAmI,
};

fn create(user_id: Option<&str>) -> CreateUser {
    CreateUser {
        user_id: user_id.map(|id| UserId::new(id).unwrap()),
        display_name: None,
        primary_email: None,
        status: AccountStatus::Active,
    }
}

#[tokio::test]
async fn a_repeated_creation_gives_the_first_answer() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let context = desk.with_operation(OperationId::new("once").unwrap());
        let first = world.service.create_user(&context, create(None)).await;
        let first = first.unwrap();
        assert!(!first.is_repeated, "{name}");
        let again = world.service.create_user(&context, create(None)).await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
        let other = world
            .service
            .create_user(&context, create(Some("ada")))
            .await;
        assert_eq!(
            other.unwrap_err().conflict(),
            Some(ConflictCause::OperationReused),
            "{name}"
        );
    }
}

/// Lets somebody else go first, once: behind the reads, in front of the commit.
#[derive(Default)]
struct Overtaken(Mutex<Option<Racer>>);

#[async_trait::async_trait]
impl Hooks for Overtaken {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let first = self.0.lock().unwrap().take();
        if let Some(first) = first {
            first.await.unwrap();
        }
        unit.commit().await
    }
}

#[tokio::test]
async fn whoever_loses_an_id_is_told_as_who_comes_late() {
    for (winner, loser) in [
        ("operator", "operator"),
        ("desk of acme", "desk of acme"),
        ("desk of acme", "desk of globex"),
        ("operator", "desk of acme"),
        ("desk of acme", "operator"),
    ] {
        for (name, store) in stores().await {
            let overtaken = Arc::new(Overtaken::default());
            let hooked = HookedStore::new(store, overtaken.clone());
            let world = World::new(Arc::new(hooked)).unwrap();
            for tenant in ["acme", "globex"] {
                world.desk(tenant).unwrap();
            }
            let first = (world.clone(), world.by(winner).unwrap());
            let first: Racer = Box::pin(async move {
                let (world, by) = first;
                let created = world.service.create_user(&by, create(Some("ada")));
                created.await.map(drop)
            });
            *overtaken.0.lock().unwrap() = Some(first);
            let by = world.by(loser).unwrap();
            let taken = Some(ConflictCause::Exists(RecordKind::User));
            let lost = world.service.create_user(&by, create(Some("ada"))).await;
            assert_eq!(lost.unwrap_err().conflict(), taken, "{name}: {loser}");
            assert!(overtaken.0.lock().unwrap().is_none(), "{name}: it raced");
            let late = world.service.create_user(&by, create(Some("ada"))).await;
            assert_eq!(late.unwrap_err().conflict(), taken, "{name}: {loser}");
        }
    }
}

#[tokio::test]
async fn a_mutation_costs_two_round_trips_and_a_denial_one() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let request = SetAccountStatus {
            user_id: UserId::new("ada").unwrap(),
            status: AccountStatus::Suspended,
        };
        let before = world.store.trips();
        let operator = world.by("operator").unwrap();
        let done = world.service.set_account_status(&operator, request.clone());
        done.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let desk = world.desk("acme").unwrap();
        let before = world.store.trips();
        let denied = world.service.set_account_status(&desk, request).await;
        assert!(matches!(
            denied.unwrap_err().kind(),
            ServiceErrorKind::AuthorizationDenied { is_audited: true }
        ));
        assert_eq!(world.store.trips() - before, 1, "{name}");
    }
}

#[tokio::test]
async fn calls_can_be_spawned() {
    let (_, world) = worlds().await.remove(0);
    let spawned = tokio::spawn(async move {
        let desk = world.desk("acme").unwrap();
        world.service.create_user(&desk, create(Some("ada"))).await
    });
    assert!(spawned.await.unwrap().is_ok());
}

fn text(value: &str) -> Sensitive<Text> {
    Sensitive::new(Text::new(value).unwrap())
}

fn update(display_name: Edit<&str>, primary_email: Edit<&str>) -> UpdateUser {
    let of = |edit| match edit {
        Edit::Keep => Edit::Keep,
        Edit::Set(value) => Edit::Set(text(value)),
        Edit::Clear => Edit::Clear,
    };
    UpdateUser {
        user_id: UserId::new("ada").unwrap(),
        display_name: of(display_name),
        primary_email: of(primary_email),
    }
}

async fn counts(world: &World) -> std::collections::BTreeMap<&'static str, u64> {
    let counts = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    counts.await.unwrap()
}

#[tokio::test]
async fn a_name_and_an_address_are_kept_set_and_cleared_each_by_itself() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let before = world.service.me(&ada, WhoAmI).await.unwrap().user;
        let steps = [
            (update(Edit::Set("Ada"), Edit::Keep), Some("Ada"), None),
            (update(Edit::Keep, Edit::Clear), Some("Ada"), Some(None)),
            (
                update(Edit::Clear, Edit::Set("a@b")),
                None,
                Some(Some("a@b")),
            ),
        ];
        for (request, display_name, primary_email) in steps {
            world.clock.advance(std::time::Duration::from_secs(1));
            let trips = world.store.trips();
            let done = world.service.update_user(&ada, request).await.unwrap();
            assert_eq!(world.store.trips() - trips, 2, "{name}");
            let user = world.service.me(&ada, WhoAmI).await.unwrap().user;
            assert_eq!(user.display_name, display_name.map(text), "{name}");
            let expected = primary_email.map_or(before.primary_email.clone(), |it| it.map(text));
            assert_eq!(user.primary_email, expected, "{name}");
            assert_eq!(user.updated_at, done.response.updated_at, "{name}");
            assert!(user.updated_at > before.updated_at, "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_update_is_told_and_nothing_is_written() {
    let table = [
        (update(Edit::Keep, Edit::Keep), "display_name"),
        (update(Edit::Set(""), Edit::Keep), "display_name"),
        (update(Edit::Keep, Edit::Set("")), "primary_email"),
    ];
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let before = counts(&world).await;
        for (request, field) in &table {
            let ended = world.service.update_user(&ada, request.clone()).await;
            let error = ended.unwrap_err();
            assert_eq!(error.invalid().unwrap().field(), *field, "{name}");
        }
        let nobody = UpdateUser {
            user_id: UserId::new("no-such-user").unwrap(),
            ..update(Edit::Clear, Edit::Keep)
        };
        let operator = world.by("operator").unwrap();
        for caller in [operator, world.desk("acme").unwrap()] {
            let ended = world.service.update_user(&caller, nobody.clone()).await;
            let missing = ServiceErrorKind::NotFound(RecordKind::User);
            assert_eq!(*ended.unwrap_err().kind(), missing, "{name}");
        }
        assert_eq!(counts(&world).await, before, "{name}: nothing was written");
    }
}

#[tokio::test]
async fn an_account_takes_only_statuses_that_follow_and_never_by_its_own_user() {
    use AccountStatus::{Active, Deactivated, Invited, Suspended};
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let operator = world.by("operator").unwrap();
        let set = |user_id: &str, status| SetAccountStatus {
            user_id: UserId::new(user_id).unwrap(),
            status,
        };
        let steps = [
            (Invited, false),
            (Active, false),
            (Suspended, true),
            (Suspended, false),
            (Active, true),
            (Deactivated, true),
            (Active, false),
            (Deactivated, false),
        ];
        for (index, (status, follows)) in steps.into_iter().enumerate() {
            let before = counts(&world).await;
            let ended = world
                .service
                .set_account_status(&operator, set("ada", status));
            let ended = ended.await;
            if follows {
                assert_eq!(ended.unwrap().response.to, status, "{name}: step {index}");
            } else {
                let error = ended.unwrap_err();
                let field = error.invalid().unwrap().field();
                assert_eq!(field, "status", "{name}: step {index}");
                assert_eq!(counts(&world).await, before, "{name}: nothing was written");
            }
        }
        world.person("acme", "root").await.unwrap();
        let root = world
            .sign_in("acme", "root", &[Role::PlatformOperator])
            .unwrap();
        for (user_id, caller) in [("root", &root), ("erased:0", &operator)] {
            let ended = world
                .service
                .set_account_status(caller, set(user_id, Suspended));
            let error = ended.await.unwrap_err();
            assert_eq!(error.invalid().unwrap().field(), "user_id", "{name}");
        }
        let ended = world
            .service
            .set_account_status(&operator, set("nobody", Active));
        let missing = ServiceErrorKind::NotFound(RecordKind::Account);
        assert_eq!(*ended.await.unwrap_err().kind(), missing, "{name}");
        let ended = world
            .service
            .create_user(&operator, create(Some("erased:0")));
        let error = ended.await.unwrap_err();
        assert_eq!(error.invalid().unwrap().field(), "user_id", "{name}");
    }
}
