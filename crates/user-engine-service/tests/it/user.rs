//! Users and their accounts.

use crate::place::{stores, worlds};
use std::sync::{Arc, Mutex};
use user_engine_domain::{
    AccountStatus, DomainRecord, MembershipKind, OperationId, RecordKind, Sensitive, Text, UserId,
};
use user_engine_ports::{AuditQuery, Committed, StoreError, UnitOfWork};
use user_engine_ports::{Deadline, Scope, UserEngineStore};
use user_engine_service::scenario::{HookedStore, Hooks, Racer, World};
use user_engine_service::{
    ConflictCause, CreateUser, Edit, ExportUser, InviteFamilyMember, Role, ServiceErrorKind,
    SetAccountStatus, UpdateUser, UserExport, WhoAmI,
};

pub(crate) fn create(user_id: Option<&str>) -> CreateUser {
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
pub(crate) struct Overtaken(Mutex<Option<Racer>>);

impl Overtaken {
    /// A fresh world on every store, by name, where somebody can be overtaken.
    pub(crate) async fn worlds() -> Vec<(&'static str, Arc<Self>, World)> {
        let world = |(name, store)| {
            let overtaken = Arc::new(Self::default());
            let hooked = HookedStore::new(store, overtaken.clone());
            (name, overtaken, World::new(Arc::new(hooked)).unwrap())
        };
        stores().await.into_iter().map(world).collect()
    }

    /// The next commit comes behind this one.
    pub(crate) fn by(&self, first: Racer) {
        *self.0.lock().unwrap() = Some(first);
    }

    /// Whether somebody went first.
    pub(crate) fn is_past(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }
}

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
        for (name, overtaken, world) in Overtaken::worlds().await {
            for tenant in ["acme", "globex"] {
                world.desk(tenant).unwrap();
            }
            let first = (world.clone(), world.by(winner).unwrap());
            let first: Racer = Box::pin(async move {
                let (world, by) = first;
                let created = world.service.create_user(&by, create(Some("ada")));
                created.await?;
                Ok(())
            });
            overtaken.by(first);
            let by = world.by(loser).unwrap();
            let taken = Some(ConflictCause::Exists(RecordKind::User));
            let lost = world.service.create_user(&by, create(Some("ada"))).await;
            assert_eq!(lost.unwrap_err().conflict(), taken, "{name}: {loser}");
            assert!(overtaken.is_past(), "{name}: it raced");
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

#[tokio::test]
async fn a_user_is_created_without_a_name_or_an_address_but_with_no_empty_one() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let empty = || Some(Sensitive::new(Text::new("").unwrap()));
        let nameless = CreateUser {
            display_name: empty(),
            ..create(Some("ada"))
        };
        let unreachable = CreateUser {
            primary_email: empty(),
            ..create(Some("ada"))
        };
        for (field, request) in [("display_name", nameless), ("primary_email", unreachable)] {
            let error = world.service.create_user(&desk, request).await.unwrap_err();
            let invalid = error.invalid().unwrap();
            assert_eq!(invalid.field(), field, "{name}");
        }
        assert_eq!(counts(&world).await["user"], 0, "{name}");
        let created = world.service.create_user(&desk, create(Some("ada"))).await;
        created.unwrap();
    }
}

#[tokio::test]
async fn a_repetitions_record_is_found_under_the_first_calls_correlation_id() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let once = desk.with_operation(OperationId::new("once").unwrap());
        let first = world.service.create_user(&once, create(Some("bob"))).await;
        let again = world.service.create_user(&once, create(Some("bob"))).await;
        let (first, again) = (first.unwrap(), again.unwrap());
        assert!(again.is_repeated, "{name}");
        assert_ne!(again.correlation_id, first.correlation_id, "{name}");
        for (correlation_id, found) in [(first.correlation_id, 1), (again.correlation_id, 0)] {
            let mut query = AuditQuery::new(Scope::Platform);
            query.correlation_id = Some(correlation_id);
            let page = world.store.audit_records(&query, Deadline::default()).await;
            assert_eq!(page.unwrap().entries.len(), found, "{name}");
        }
    }
}

#[tokio::test]
async fn an_invitation_lets_a_tenant_export_alike_whether_or_not_there_is_such_a_user() {
    for (name, world) in worlds().await {
        world.person("beta", "bob").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let mut exported = Vec::new();
        for user_id in ["bob", "nobody"] {
            let user_id = UserId::new(user_id).unwrap();
            let invite = InviteFamilyMember {
                user_id: user_id.clone(),
                role: MembershipKind::new("guest").unwrap(),
                expires_at: None,
            };
            let invited = world.service.invite_family_member(&desk, invite).await;
            invited.unwrap();
            let export = world
                .service
                .export_user(&desk, ExportUser { user_id })
                .await;
            let kinds =
                |export: UserExport| export.records.iter().map(DomainRecord::kind).collect();
            let kinds: Result<Vec<_>, _> = export.map(kinds);
            exported.push(kinds.map_err(|error| error.kind().clone()));
        }
        assert_eq!(exported[0], exported[1], "{name}");
        let own = Ok(vec![RecordKind::FamilyInvitation]);
        assert_eq!(exported[0], own, "{name}");
    }
}
