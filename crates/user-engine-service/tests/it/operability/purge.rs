//! Removing what ran out.

use crate::place::{stores, worlds};
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{
    CorrelationId, FactorId, FactorType, IdentityFactor, List, Map, OperationId, Record, RecordKey,
    RegistrationId, RegistrationSession, RegistrationStatus, Sensitive, TenantId, Text, Timestamp,
};
use user_engine_ports::{
    Clock, Deadline, OPERATION_RETENTION, Operation, OutboxQuery, ReadAnswer, RequestDigest, Row,
    Scope, Undecodable, UnitOptions, UserEngineStore,
};
use user_engine_service::scenario::{HookedStore, Hooks, MovableClock, World};
use user_engine_service::{PurgeExpired, PurgedRecords, Role};
use user_engine_store_memory::InMemoryUserEngineStore;

pub(super) fn registration(
    number: usize,
    status: RegistrationStatus,
    ends: Option<Timestamp>,
) -> RegistrationSession {
    let begun = Timestamp::from_micros(0).unwrap();
    RegistrationSession {
        registration_id: RegistrationId::new(format!("registration-{number:04}")).unwrap(),
        tenant: None,
        status,
        user_id: None,
        correlation_id: CorrelationId::new("registering").unwrap(),
        expires_at: ends,
        created_at: begun,
        updated_at: begun,
    }
}

pub(super) fn factor(number: usize, place: usize, ends: Option<Timestamp>) -> IdentityFactor {
    IdentityFactor {
        factor_id: FactorId::new(format!("factor-{number}-{place}")).unwrap(),
        registration_id: RegistrationId::new(format!("registration-{number:04}")).unwrap(),
        user_id: None,
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(Text::new("someone@mail.example").unwrap()),
        display_value: None,
        source_system: Text::new("mail-check").unwrap(),
        assurance: Map::default(),
        evidence_references: List::default(),
        verified_at: Timestamp::from_micros(0).unwrap(),
        expires_at: ends,
    }
}

/// Saves registrations with their factors, past the service.
pub(super) async fn save(
    world: &World,
    name: &str,
    records: Vec<(RegistrationSession, Vec<IdentityFactor>)>,
) {
    let operation = Operation::new(OperationId::new(name).unwrap(), RequestDigest::of(name));
    let mut tx = world
        .store
        .begin(UnitOptions::write(Scope::Platform, operation));
    for (session, factors) in records {
        tx.save(session).unwrap();
        for factor in factors {
            tx.save(factor).unwrap();
        }
    }
    tx.commit().await.unwrap();
}

pub(super) async fn counted(world: &World, kind: &str) -> u64 {
    let counts = world
        .store
        .record_counts(&Scope::Platform, Deadline::default());
    counts.await.unwrap()[kind]
}

#[tokio::test]
async fn purging_goes_on_from_where_it_stopped_until_nothing_is_left() {
    for (name, world) in worlds().await {
        let ended = Some(world.clock.now());
        let records = (0..250).map(|number| {
            let session = registration(number, RegistrationStatus::FactorVerified, ended);
            (session, vec![factor(number, 0, None)])
        });
        save(&world, "registrations", records.collect()).await;
        let operator = world.by("operator").unwrap();
        let mut after = None;
        let mut looked_at = Vec::new();
        loop {
            let before = world.store.trips();
            let purged = world
                .service
                .purge_expired(&operator, PurgeExpired { after });
            let purged = purged.await.unwrap();
            // Two flights, a commit, and the operations.
            assert_eq!(world.store.trips() - before, 4, "{name}");
            assert_eq!(purged.operations, Ok(0), "{name}");
            let PurgedRecords {
                looked_at: looked,
                registration_count,
                factor_count,
                undecodable_count,
                next,
            } = purged.records.response;
            assert_eq!(
                (registration_count, factor_count, undecodable_count),
                (looked, looked, 0),
                "{name}"
            );
            looked_at.push(looked);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(looked_at, [100, 100, 50], "{name}");
        assert_eq!(counted(&world, "registration_session").await, 0, "{name}");
        assert_eq!(counted(&world, "identity_factor").await, 0, "{name}");
        assert_eq!(counted(&world, "audit_records").await, 3, "{name}");
        let query = OutboxQuery::new(Scope::Platform);
        let events = world
            .store
            .outbox_events(&query, Deadline::default())
            .await
            .unwrap();
        assert_eq!(events.entries.len(), 250, "{name}");
        for event in events.entries {
            let event = event.unwrap();
            assert_eq!(event.event_type.as_str(), "registration.purged");
            let payload = event.payload.to_value();
            assert_eq!(payload["is_removed"], true, "{name}");
            assert_eq!(payload["factor_count"], 1, "{name}");
        }
    }
}

#[tokio::test]
async fn one_call_removes_no_more_than_a_unit_takes() {
    for (name, world) in worlds().await {
        let ended = Some(world.clock.now());
        for number in 0..50 {
            let session = registration(number, RegistrationStatus::Abandoned, ended);
            let factors = (0..33).map(|place| factor(number, place, None)).collect();
            save(
                &world,
                &format!("registration {number}"),
                vec![(session, factors)],
            )
            .await;
        }
        let operator = world.by("operator").unwrap();
        let first = world
            .service
            .purge_expired(&operator, PurgeExpired { after: None });
        let first = first.await.unwrap().records.response;
        // 29 registrations with 33 factors each are 986 deletions; a thirtieth would be too much.
        assert_eq!(
            (first.looked_at, first.registration_count),
            (29, 29),
            "{name}"
        );
        assert_eq!(first.factor_count, 29 * 33, "{name}");
        let second = PurgeExpired { after: first.next };
        let second = world
            .service
            .purge_expired(&operator, second)
            .await
            .unwrap();
        let second = second.records.response;
        assert_eq!(
            (second.registration_count, second.next),
            (21, None),
            "{name}"
        );
        assert_eq!(counted(&world, "identity_factor").await, 0, "{name}");
    }
}

/// Rows of these keys can't be decoded.
struct Spoiled(Vec<RecordKey>);

impl Spoiled {
    fn spoil(&self, row: &mut Row) {
        let Ok(found) = row else { return };
        let id = found.record.id();
        if self.0.contains(&id.key) {
            *row = Err(Undecodable {
                kind: Some(id.kind),
                key: id.key,
                path: "$".to_owned(),
                reason: "planted",
            });
        }
    }
}

impl Hooks for Spoiled {
    fn reading(&self, answers: &mut [ReadAnswer]) {
        for answer in answers {
            match answer {
                ReadAnswer::Get(row) => row.iter_mut().for_each(|row| self.spoil(row)),
                ReadAnswer::List(page) => page.rows.iter_mut().for_each(|row| self.spoil(row)),
            }
        }
    }
}

/// The same worlds, with rows that can't be decoded.
async fn spoiled(keys: &[RecordKey]) -> Vec<(&'static str, World)> {
    let stores = stores().await.into_iter();
    let worlds = stores.map(|(name, store)| {
        let hooked = HookedStore::new(store, Arc::new(Spoiled(keys.to_vec())));
        (name, World::new(Arc::new(hooked)).unwrap())
    });
    worlds.collect()
}

pub(super) async fn purge(world: &World, after: Option<RecordKey>) -> PurgedRecords {
    let operator = world.by("operator").unwrap();
    let purged = world
        .service
        .purge_expired(&operator, PurgeExpired { after });
    purged.await.unwrap().records.response
}

#[tokio::test]
async fn what_can_not_be_decoded_stays_is_counted_and_holds_nothing_up() {
    let keys = [
        registration(2, RegistrationStatus::Started, None).record_key(),
        factor(4, 1, None).record_key(),
    ];
    for (name, world) in spoiled(&keys).await {
        let ended = Some(world.clock.now());
        let records = (1..=5).map(|number| {
            let session = registration(number, RegistrationStatus::FactorVerified, ended);
            let factors = (0..3).map(|place| factor(number, place, None)).collect();
            (session, factors)
        });
        save(&world, "registrations", records.collect()).await;
        let first = purge(&world, None).await;
        let expected = PurgedRecords {
            looked_at: 5,
            registration_count: 3,
            // Those of three registrations, and the two of the fourth that can be decoded.
            factor_count: 3 * 3 + 2,
            undecodable_count: 2,
            next: None,
        };
        assert_eq!(first, expected, "{name}");
        // The fourth stays with its factor, and the second with all of its own.
        assert_eq!(counted(&world, "registration_session").await, 2, "{name}");
        assert_eq!(counted(&world, "identity_factor").await, 4, "{name}");
        let told = counted(&world, "outbox_events").await;
        assert_eq!(told, 4, "{name}");
        let second = purge(&world, None).await;
        let expected = PurgedRecords {
            looked_at: 2,
            registration_count: 0,
            factor_count: 0,
            undecodable_count: 2,
            next: None,
        };
        assert_eq!(second, expected, "{name}");
        assert_eq!(counted(&world, "outbox_events").await, told, "{name}");
    }
}

#[tokio::test]
async fn a_purge_goes_on_behind_what_can_not_be_decoded() {
    let at = |number| registration(number, RegistrationStatus::Started, None).record_key();
    for (name, world) in spoiled(&[at(29), at(49)]).await {
        let ended = Some(world.clock.now());
        for number in 0..50 {
            let session = registration(number, RegistrationStatus::Abandoned, ended);
            let factors = (0..33).map(|place| factor(number, place, None)).collect();
            save(
                &world,
                &format!("registration {number}"),
                vec![(session, factors)],
            )
            .await;
        }
        let first = purge(&world, None).await;
        // As much as a unit takes, and the row behind it.
        assert_eq!(
            (first.looked_at, first.registration_count),
            (30, 29),
            "{name}"
        );
        assert_eq!(first.undecodable_count, 1, "{name}");
        assert_eq!(first.next, Some(at(29)), "{name}");
        let second = purge(&world, first.next).await;
        assert_eq!(
            (second.looked_at, second.registration_count),
            (20, 19),
            "{name}"
        );
        assert_eq!((second.undecodable_count, second.next), (1, None), "{name}");
    }
}

#[tokio::test]
async fn what_a_user_came_of_stays_without_what_ran_out() {
    for (name, world) in worlds().await {
        let ended = Some(world.clock.now());
        let open = registration(1, RegistrationStatus::FactorVerified, None);
        let completed = registration(2, RegistrationStatus::Completed, ended);
        let records = vec![
            (open, vec![factor(1, 0, ended)]),
            (
                completed.clone(),
                vec![factor(2, 0, ended), factor(2, 1, None)],
            ),
        ];
        save(&world, "registrations", records).await;
        let operator = world.by("operator").unwrap();
        let purged = world
            .service
            .purge_expired(&operator, PurgeExpired { after: None });
        let purged = purged.await.unwrap().records.response;
        assert_eq!(
            (purged.registration_count, purged.factor_count),
            (0, 1),
            "{name}"
        );
        let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
        let touched = tx
            .get::<RegistrationSession>(&completed.registration_id)
            .await;
        let touched = touched.unwrap().unwrap().record;
        let now = world.clock.now();
        assert_eq!(
            touched,
            RegistrationSession {
                updated_at: now,
                ..completed
            },
            "{name}"
        );
        let gone = tx
            .get::<IdentityFactor>(&factor(2, 0, None).factor_id)
            .await
            .unwrap();
        let kept = tx
            .get::<IdentityFactor>(&factor(2, 1, None).factor_id)
            .await
            .unwrap();
        // A registration that is open keeps what its person goes on with.
        let open = tx
            .get::<IdentityFactor>(&factor(1, 0, None).factor_id)
            .await
            .unwrap();
        assert_eq!(
            (gone, kept.is_some(), open.is_some()),
            (None, true, true),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_purge_that_finds_nothing_writes_nothing_and_one_that_did_is_not_repeated() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        let once = operator.with_operation(OperationId::new("nightly").unwrap());
        let everything = PurgeExpired { after: None };
        let purged = world
            .service
            .purge_expired(&once, everything.clone())
            .await
            .unwrap();
        assert_eq!(purged.records.response.looked_at, 0, "{name}");
        for held in ["audit_records", "outbox_events", "operations"] {
            assert_eq!(counted(&world, held).await, 0, "{held} on {name}");
        }
        let ended = Some(world.clock.now());
        let session = registration(1, RegistrationStatus::Started, ended);
        save(&world, "one", vec![(session.clone(), vec![])]).await;
        let purged = world
            .service
            .purge_expired(&once, everything.clone())
            .await
            .unwrap();
        assert_eq!(purged.records.response.registration_count, 1, "{name}");
        save(&world, "again", vec![(session, vec![])]).await;
        let again = world
            .service
            .purge_expired(&once, everything)
            .await
            .unwrap();
        assert!(again.records.is_repeated, "{name}");
        assert_eq!(again.records.response, purged.records.response, "{name}");
        assert_eq!(counted(&world, "registration_session").await, 1, "{name}");
    }
}

#[tokio::test]
async fn only_a_platform_operator_purges() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let admin = world.sign_in("acme", "ada", &[Role::TenantAdmin]).unwrap();
        let across = world
            .by("operator")
            .unwrap()
            .in_tenant(TenantId::new("acme").unwrap());
        for context in [ada, admin, world.desk("acme").unwrap()] {
            let purged = world
                .service
                .purge_expired(&context, PurgeExpired { after: None });
            assert!(purged.await.unwrap_err().is_denied(), "{name}");
        }
        let ended = Some(world.clock.now());
        let session = registration(1, RegistrationStatus::Started, ended);
        save(&world, "tenantless", vec![(session, vec![])]).await;
        // Where a tenant is named, what belongs to none stays.
        let purged = world
            .service
            .purge_expired(&across, PurgeExpired { after: None });
        assert_eq!(
            purged.await.unwrap().records.response.looked_at,
            0,
            "{name}"
        );
        assert_eq!(counted(&world, "registration_session").await, 1, "{name}");
    }
}

#[tokio::test]
async fn operations_older_than_their_retention_are_forgotten() {
    // The store's clock is the world's: both begin with the year.
    let begun = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
    let clock = Arc::new(MovableClock::at(begun));
    let store = Arc::new(InMemoryUserEngineStore::migrated(clock.clone()));
    let world = World::new(store).unwrap();
    world.person("acme", "ada").await.unwrap();
    let operator = world.by("operator").unwrap();
    let advance = |by| {
        clock.advance(by);
        world.clock.advance(by);
    };
    advance(OPERATION_RETENTION);
    let purged = world
        .service
        .purge_expired(&operator, PurgeExpired { after: None });
    assert_eq!(purged.await.unwrap().operations, Ok(0));
    advance(Duration::from_micros(1));
    let purged = world
        .service
        .purge_expired(&operator, PurgeExpired { after: None });
    assert_eq!(purged.await.unwrap().operations, Ok(2));
}
