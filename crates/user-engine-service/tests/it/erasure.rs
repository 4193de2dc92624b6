//! Erasing and exporting users: everything that is found by them, in one unit or in several.

mod meanwhile;

use crate::place::{stores, worlds};
use async_trait::async_trait;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use user_engine_domain::reference::{identity_factor, membership, reference_records};
use user_engine_domain::*;
use user_engine_ports::*;
use user_engine_service::scenario::{HookedStore, Hooks, World};
use user_engine_service::{ConflictCause, EraseUser, ExportUser, RequestContext, ServiceErrorKind};

const ADA: &str = "user-ada";

fn ada() -> UserId {
    UserId::new(ADA).unwrap()
}

fn erase() -> EraseUser {
    EraseUser { user_id: ada() }
}

fn export() -> ExportUser {
    ExportUser { user_id: ada() }
}

fn under(world: &World, operation_id: &str) -> RequestContext {
    let operation_id = OperationId::new(operation_id).unwrap();
    world.by("operator").unwrap().with_operation(operation_id)
}

/// Puts records into the store past the service.
pub(crate) async fn seed(world: &World, records: Vec<DomainRecord>) {
    for (index, part) in records.chunks(900).enumerate() {
        let id = OperationId::new(format!("seed-{}-{index}", records.len())).unwrap();
        let operation = Operation::new(id, RequestDigest::of("seed"));
        let mut tx = world
            .store
            .begin(UnitOptions::write(Scope::Platform, operation));
        for record in part {
            tx.save(record.clone()).unwrap();
        }
        tx.commit().await.unwrap();
    }
}

/// A membership of the user in a team of its own.
pub(crate) fn member_of(team: usize) -> DomainRecord {
    let mut one = membership();
    one.scope.scope_type = MembershipScopeType::Team;
    one.scope.scope_id = ScopeId::new(format!("team-{team:05}")).unwrap();
    one.membership_id = Membership::derive_id(&one.user_id, &one.scope, &one.kind);
    one.into()
}

/// A registration of the user, and a factor of it that doesn't name the user.
fn registered(number: usize) -> [DomainRecord; 2] {
    let registration_id = RegistrationId::new(format!("registration-{number:05}")).unwrap();
    let session = RegistrationSession {
        registration_id: registration_id.clone(),
        ..reference::registration_session()
    };
    let factor = IdentityFactor {
        factor_id: FactorId::new(format!("factor-{number:05}")).unwrap(),
        registration_id,
        user_id: None,
        ..identity_factor()
    };
    [session.into(), factor.into()]
}

/// Everything that is found by the user, and the factors of the seeded registrations.
async fn left(world: &World, registrations: usize) -> usize {
    let by_user = RecordKind::ALL
        .iter()
        .map(|kind| Read::List(ListQuery::new(*kind, ListBy::User(ada()))));
    let by_registration = (0..registrations).map(|number| {
        let by = ListBy::Scope {
            scope_type: "registration".to_owned(),
            scope_id: format!("registration-{number:05}"),
        };
        Read::List(ListQuery::new(RecordKind::IdentityFactor, by))
    });
    let reads: Vec<_> = by_user.chain(by_registration).collect();
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    let answers = tx.read(&reads).await.unwrap();
    let rows = answers.iter().map(|answer| match answer {
        ReadAnswer::List(page) => page.rows.len(),
        ReadAnswer::Get(_) => 0,
    });
    rows.sum()
}

async fn count(world: &World, name: &str) -> u64 {
    let counts = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    counts.await.unwrap()[name]
}

/// What the events of a type say they removed.
async fn told(world: &World, event_type: &str) -> Vec<u64> {
    let query = OutboxQuery::new(Scope::Platform);
    let page = world.store.outbox_events(&query, Deadline::default());
    let entries = page.await.unwrap().entries.into_iter().map(Result::unwrap);
    entries
        .filter(|event| event.event_type.as_str() == event_type)
        .map(|event| {
            assert_eq!(event.aggregate.kind, RecordKind::User);
            let payload: serde_json::Value =
                serde_json::from_str(&event.payload.to_text()).unwrap();
            payload["record_count"].as_u64().unwrap()
        })
        .collect()
}

#[tokio::test]
async fn an_erased_user_leaves_nothing_but_a_tombstone_without_a_name() {
    for (name, world) in worlds().await {
        let mut records = reference_records();
        let [session, factor] = registered(0);
        records.extend([session, factor]);
        seed(&world, records).await;
        world.person("acme", "bob").await.unwrap();
        let before = world.store.trips();
        let once = under(&world, "once");
        let done = world.service.erase_user(&once, erase()).await.unwrap();
        assert_eq!(done.response.record_count, 14, "{name}");
        assert_eq!(world.store.trips() - before, 3, "{name}");
        assert_eq!(left(&world, 1).await, 0, "{name}");
        for (kind, expected) in [
            ("user", 1),
            ("account", 2),
            ("external_identity", 1),
            ("access_profile", 1),
            ("application", 1),
            ("application_binding", 1),
            ("catalog", 1),
            ("welcome_protocol", 1),
            ("identity_factor", 0),
            ("prepared_account", 0),
            ("profile_value", 0),
        ] {
            assert_eq!(count(&world, kind).await, expected, "{name}: {kind}");
        }
        assert_eq!(told(&world, "user.erased").await, [14], "{name}");
        assert!(told(&world, "user.erasing").await.is_empty(), "{name}");
        let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
        let accounts = tx.list::<Account>(ListBy::Kind, None, 10).await.unwrap();
        for account in accounts.records {
            let is_named = account.record.user_id.as_str().contains(ADA);
            assert!(!is_named, "{name}: the tombstone names nobody");
        }
    }
}

#[tokio::test]
async fn a_user_of_thousands_of_records_is_erased_in_parts_that_are_told() {
    parts(1_500, 450, 2).await;
}

#[tokio::test]
async fn no_registration_goes_before_its_factors() {
    // The first look ends behind the registrations, before any of their factors.
    parts(750, 250, 1).await;
}

async fn parts(members: usize, registrations: usize, at_least: usize) {
    for (name, world) in worlds().await {
        let mut records = reference_records();
        records.extend((0..members).map(member_of));
        records.extend((0..registrations).flat_map(registered));
        seed(&world, records).await;
        let total = 12 + members + 2 * registrations;
        let context = under(&world, "once");
        let done = world.service.erase_user(&context, erase()).await.unwrap();
        let parts = told(&world, "user.erasing").await;
        let last = told(&world, "user.erased").await;
        assert_eq!(last, [u64::from(done.response.record_count)], "{name}");
        assert!(parts.len() >= at_least, "{name}: {parts:?}");
        assert_eq!(
            parts.iter().chain(&last).sum::<u64>(),
            total as u64,
            "{name}"
        );
        assert_eq!(left(&world, registrations).await, 0, "{name}");
        let again = world.service.erase_user(&context, erase()).await.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, done.response, "{name}");
        assert_eq!(
            told(&world, "user.erasing").await.len(),
            parts.len(),
            "{name}"
        );
        assert_eq!(done.operation_id.as_str(), "once", "{name}");
    }
}

/// Loses the connection at one commit, counted from 1.
#[derive(Default)]
struct CutAt {
    commits: AtomicU64,
    cut: AtomicU64,
}

#[async_trait]
impl Hooks for CutAt {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let number = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        if number == self.cut.load(Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, Verb::Commit));
        }
        unit.commit().await
    }
}

#[tokio::test]
async fn an_erasure_that_stops_half_way_says_so_and_goes_on_under_its_operation_id() {
    for (name, store) in stores().await {
        let hooks = Arc::new(CutAt::default());
        let world = World::new(Arc::new(HookedStore::new(store, hooks.clone()))).unwrap();
        let mut records = reference_records();
        records.extend((0..2_000).map(member_of));
        seed(&world, records).await;
        // One part goes through, the next one does not.
        hooks
            .cut
            .store(hooks.commits.load(Ordering::SeqCst) + 2, Ordering::SeqCst);
        let operator = world.by("operator").unwrap();
        let error = world.service.erase_user(&operator, erase()).await;
        let error = error.unwrap_err();
        assert_eq!(error.effect(), Effect::Unknown, "{name}");
        assert_eq!(told(&world, "user.erasing").await, [900], "{name}");
        let whole = operator.with_operation(error.operation_id().unwrap().clone());
        world.service.erase_user(&whole, erase()).await.unwrap();
        assert_eq!(left(&world, 0).await, 0, "{name}");
        let parts = told(&world, "user.erasing").await;
        let last = told(&world, "user.erased").await;
        assert_eq!(parts.iter().chain(&last).sum::<u64>(), 2_012, "{name}");
    }
}

/// Loses the answer at one commit, counted from 1, which never arrived.
#[derive(Default)]
struct LostAt {
    commits: AtomicU64,
    lost: AtomicU64,
}

#[async_trait]
impl Hooks for LostAt {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        let number = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        if number == self.lost.load(Ordering::SeqCst) {
            unit.rollback().await;
            let error = StoreError::new(StoreErrorKind::Unavailable, Verb::Commit);
            return Err(error.with_unknown_effect());
        }
        unit.commit().await
    }
}

#[tokio::test]
async fn a_part_whose_id_was_given_up_is_made_under_the_next_one() {
    // The first part is lost, or the one behind it.
    for whole in [0, 1] {
        for (name, store) in stores().await {
            let hooks = Arc::new(LostAt::default());
            let world = World::new(Arc::new(HookedStore::new(store, hooks.clone()))).unwrap();
            let mut records = reference_records();
            records.extend((0..2_000).map(member_of));
            seed(&world, records).await;
            let before = hooks.commits.load(Ordering::SeqCst);
            hooks.lost.store(before + whole + 1, Ordering::SeqCst);
            let once = under(&world, "once");
            let error = world.service.erase_user(&once, erase()).await.unwrap_err();
            assert!(matches!(error.kind(), ServiceErrorKind::Store(_)), "{name}");
            let parts = told(&world, "user.erasing").await;
            assert_eq!(parts.len() as u64, whole, "{name}");
            let done = world.service.erase_user(&once, erase()).await;
            let done = done.unwrap_or_else(|error| panic!("{name}: {whole}: {error:?}"));
            assert_eq!(left(&world, 0).await, 0, "{name}");
            let parts = told(&world, "user.erasing").await;
            assert_eq!(parts, [900, 900], "{name}");
            assert_eq!(told(&world, "user.erased").await, [212], "{name}");
            let again = world.service.erase_user(&once, erase()).await.unwrap();
            assert!(again.is_repeated, "{name}");
            assert_eq!(again.response, done.response, "{name}");
        }
    }
}

#[tokio::test]
async fn an_erasure_whose_own_id_was_given_up_says_so_and_ends_under_another() {
    for (name, store) in stores().await {
        let hooks = Arc::new(LostAt::default());
        let world = World::new(Arc::new(HookedStore::new(store, hooks.clone()))).unwrap();
        let mut records = reference_records();
        records.extend((0..1_000).map(member_of));
        seed(&world, records).await;
        let before = hooks.commits.load(Ordering::SeqCst);
        hooks.lost.store(before + 2, Ordering::SeqCst);
        let once = under(&world, "once");
        let lost = world.service.erase_user(&once, erase()).await.unwrap_err();
        assert!(matches!(lost.kind(), ServiceErrorKind::Store(_)), "{name}");
        let again = world.service.erase_user(&once, erase()).await;
        let cause = again.unwrap_err().conflict();
        assert_eq!(cause, Some(ConflictCause::OperationReused), "{name}");
        let other = under(&world, "other");
        world.service.erase_user(&other, erase()).await.unwrap();
        assert_eq!(left(&world, 0).await, 0, "{name}");
    }
}

#[tokio::test]
async fn an_export_is_whole_typed_in_order_and_shows_nothing_by_itself() {
    for (name, world) in worlds().await {
        let mut records = reference_records();
        records.extend((0..1_500).map(member_of));
        records.extend((0..250).flat_map(registered));
        seed(&world, records.clone()).await;
        let operator = world.by("operator").unwrap();
        let whole = world.service.export_user(&operator, export()).await;
        let whole = whole.unwrap();
        let mut expected: Vec<_> = records
            .into_iter()
            .filter(|record| {
                record.columns().user_id == Some(&ada())
                    || record.kind() == RecordKind::IdentityFactor
            })
            .collect();
        expected.sort_by_key(DomainRecord::id);
        assert_eq!(whole.records.len(), 12 + 1_500 + 500, "{name}");
        assert!(
            whole.records == expected,
            "{name}: every record as it was kept"
        );
        assert_eq!(whole.tenant, None, "{name}");
        let User {
            display_name,
            primary_email,
            ..
        } = reference::user();
        let shown = format!("{whole:?}");
        for value in [display_name, primary_email] {
            let value = value.unwrap();
            assert!(!shown.contains(value.expose().as_str()), "{name}");
        }
        let desk = world.desk("acme").unwrap();
        let part = world.service.export_user(&desk, export()).await.unwrap();
        let acme = TenantId::new("acme").unwrap();
        assert_eq!(part.tenant.as_ref(), Some(&acme), "{name}");
        expected.retain(|record| record.columns().tenant == Some(&acme));
        assert!(part.records == expected, "{name}: the tenant's own alone");
        assert!(part.records.len() > 1_500, "{name}");
    }
}
