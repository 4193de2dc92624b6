//! Reading the logs, health, readiness, counts and purging.

use crate::place::worlds;
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorId, AuditTarget, CorrelationId, FactorId, FactorType, IdentityFactor, List,
    Map, OperationId, Record, RecordId, RecordKind, RegistrationId, RegistrationSession,
    RegistrationStatus, Sensitive, TenantId, Text, Timestamp, User, UserId,
};
use user_engine_ports::{
    Clock, Deadline, LogCursor, NotReady, OPERATION_RETENTION, Operation, OutboxQuery,
    PORT_VERSION, RequestDigest, Scope, UnitOptions, UserEngineStore,
};
use user_engine_service::scenario::{MovableClock, World};
use user_engine_service::{
    AuditRecords, Decision, OperabilitySnapshot, OutboxDiagnostics, OutboxEvents, PurgeExpired,
    PurgedRecords, Role, ServiceError, SetTenantAccountStatus, operations,
};
use user_engine_store_memory::InMemoryUserEngineStore;

fn field<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> &'static str {
    ended.unwrap_err().invalid().unwrap().field()
}

#[tokio::test]
async fn a_probe_needs_no_caller_and_health_needs_no_store() {
    for (name, world) in worlds().await {
        let health = world.service.health();
        assert_eq!(health.port_version, PORT_VERSION, "{name}");
        assert_eq!(health.now, world.clock.now(), "{name}");
        assert_eq!(world.store.trips(), 0, "{name}");
        let readiness = world.service.readiness(Deadline::default()).await;
        assert!(readiness.is_ready(), "{name}: {readiness:?}");
        assert_eq!(world.store.trips(), 1, "{name}");
    }
    for probe in ["health", "readiness"] {
        let spec = operations().find(|spec| spec.name == probe).unwrap();
        assert!(spec.grants.is_empty() && !spec.is_mutation());
    }
}

#[tokio::test]
async fn a_store_that_is_not_ready_says_so_in_the_snapshot() {
    let clock = Arc::new(MovableClock::at(Timestamp::MIN));
    let world = World::new(Arc::new(InMemoryUserEngineStore::new(clock))).unwrap();
    let readiness = world.service.readiness(Deadline::default()).await;
    assert_eq!(readiness.reasons, [NotReady::NotMigrated]);
    let operator = world.by("operator").unwrap();
    let snapshot = world
        .service
        .operability_snapshot(&operator, OperabilitySnapshot);
    let snapshot = snapshot.await.unwrap();
    assert_eq!(snapshot.readiness.reasons, [NotReady::NotMigrated]);
    assert!(snapshot.counts.is_err());
}

#[tokio::test]
async fn a_snapshot_counts_what_the_caller_may_see_in_two_round_trips() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        world.person("home", "bob").await.unwrap();
        let operator = world.by("operator").unwrap();
        let desk = world.desk("acme").unwrap();
        let before = world.store.trips();
        let all = world
            .service
            .operability_snapshot(&operator, OperabilitySnapshot);
        let all = all.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let own = world
            .service
            .operability_snapshot(&desk, OperabilitySnapshot);
        let own = own.await.unwrap();
        let (all_counts, own_counts) = (all.counts.unwrap(), own.counts.unwrap());
        assert_eq!(
            (all_counts["user"], all_counts["tenant_account"]),
            (2, 2),
            "{name}"
        );
        assert_eq!(
            (own_counts["user"], own_counts["tenant_account"]),
            (0, 1),
            "{name}"
        );
        assert_eq!(own_counts["outbox_events"], 3, "{name}");
        assert!(
            RecordKind::ALL
                .iter()
                .all(|kind| own_counts.contains_key(kind.as_str()))
        );
        assert_eq!(all.port_version, PORT_VERSION);
        assert_eq!(all.capabilities, world.store.capabilities(), "{name}");
        assert!(all.readiness.is_ready(), "{name}");
        assert_eq!(all.taken_at, world.clock.now(), "{name}");
    }
}

#[tokio::test]
async fn audit_records_are_found_by_request_operation_record_actor_and_time() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        world.clock.advance(Duration::from_secs(60));
        let later = world.clock.now();
        world.person("acme", "bob").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let find = |request| world.service.audit_records(&desk, request);
        let all = find(AuditRecords::default()).await.unwrap().entries;
        assert_eq!(all.len(), 4, "{name}");
        let first = all.into_iter().next().unwrap().unwrap();
        let by = AuditRecords::default;
        let target = RecordId::new(RecordKind::User, User::key_of(&UserId::new("bob").unwrap()));
        for (request, expected) in [
            (
                AuditRecords {
                    correlation_id: Some(first.correlation_id),
                    ..by()
                },
                1,
            ),
            (
                AuditRecords {
                    operation_id: Some(first.operation_id),
                    ..by()
                },
                1,
            ),
            (
                AuditRecords {
                    target: Some(AuditTarget::of(&target)),
                    ..by()
                },
                1,
            ),
            (
                AuditRecords {
                    actor_id: Some(first.actor.id),
                    ..by()
                },
                4,
            ),
            (
                AuditRecords {
                    from: Some(later),
                    ..by()
                },
                2,
            ),
            (
                AuditRecords {
                    until: Some(later),
                    ..by()
                },
                2,
            ),
            (
                AuditRecords {
                    correlation_id: Some(CorrelationId::new("none").unwrap()),
                    ..by()
                },
                0,
            ),
            (
                AuditRecords {
                    operation_id: Some(OperationId::new("none").unwrap()),
                    ..by()
                },
                0,
            ),
            (
                AuditRecords {
                    actor_id: Some(ActorId::new("none").unwrap()),
                    ..by()
                },
                0,
            ),
        ] {
            let before = world.store.trips();
            let page = find(request.clone()).await.unwrap();
            assert_eq!(page.entries.len(), expected, "{request:?} on {name}");
            assert_eq!(world.store.trips() - before, 1, "{name}");
        }
    }
}

#[tokio::test]
async fn a_wrong_question_about_a_log_names_its_field() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let service = &world.service;
        for limit in [0, 1_001, usize::MAX] {
            let request = AuditRecords {
                limit,
                ..AuditRecords::default()
            };
            assert_eq!(
                field(service.audit_records(&desk, request).await),
                "limit",
                "{name}"
            );
            let request = OutboxEvents {
                limit,
                ..OutboxEvents::default()
            };
            assert_eq!(
                field(service.outbox_events(&desk, request).await),
                "limit",
                "{name}"
            );
        }
        let now = Some(world.clock.now());
        let request = AuditRecords {
            from: now,
            until: now,
            ..AuditRecords::default()
        };
        assert_eq!(
            field(service.audit_records(&desk, request).await),
            "until",
            "{name}"
        );
        for text in ["", "canary", "1:2:3", "\u{0}"] {
            let after = Some(LogCursor::from_text(text));
            let request = AuditRecords {
                after: after.clone(),
                ..AuditRecords::default()
            };
            assert_eq!(
                field(service.audit_records(&desk, request).await),
                "cursor",
                "{name}"
            );
            let request = OutboxEvents {
                after: after.clone(),
                ..OutboxEvents::default()
            };
            assert_eq!(
                field(service.outbox_events(&desk, request).await),
                "cursor",
                "{name}"
            );
            let request = OutboxDiagnostics { after };
            assert_eq!(
                field(service.outbox_diagnostics(&desk, request).await),
                "cursor",
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn logs_and_counts_are_for_who_runs_a_tenant_while_they_stand() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let admin = world.sign_in("acme", "ada", &[Role::TenantAdmin]).unwrap();
        let across = world
            .desk("home")
            .unwrap()
            .in_tenant(TenantId::new("acme").unwrap());
        let service = &world.service;
        for (context, may) in [(&ada, false), (&admin, true), (&across, false)] {
            let audits = service
                .audit_records(context, AuditRecords::default())
                .await;
            let events = service
                .outbox_events(context, OutboxEvents::default())
                .await;
            let counts = service
                .operability_snapshot(context, OperabilitySnapshot)
                .await;
            let waiting = service
                .outbox_diagnostics(context, OutboxDiagnostics::default())
                .await;
            let ends = [audits.err(), events.err(), counts.err(), waiting.err()];
            for end in ends {
                assert_eq!(end.is_none(), may, "{name}: {end:?}");
                assert!(end.is_none_or(|error| error.is_denied()), "{name}");
            }
        }
        // A role doesn't outlive the account that it is held by.
        let suspend = SetTenantAccountStatus {
            user_id: UserId::new("ada").unwrap(),
            status: AccountStatus::Suspended,
        };
        let desk = world.desk("acme").unwrap();
        service
            .set_tenant_account_status(&desk, suspend)
            .await
            .unwrap();
        let read = service.audit_records(&admin, AuditRecords::default()).await;
        assert!(read.unwrap_err().is_denied(), "{name}");
        // Other people's records are not read while nobody can say whether they may be.
        world.authorizer.set("audit_records", Decision::Unavailable);
        let read = service.audit_records(&desk, AuditRecords::default()).await;
        assert!(read.unwrap_err().is_denied(), "{name}");
    }
}

#[tokio::test]
async fn the_outbox_is_counted_without_being_read_out() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let begun = world.clock.now();
        let operator = world.by("operator").unwrap();
        let request = OutboxEvents {
            limit: 2,
            ..OutboxEvents::default()
        };
        let page = world
            .service
            .outbox_events(&operator, request)
            .await
            .unwrap();
        assert!(page.has_more, "{name}");
        let before = world.store.trips();
        let request = OutboxDiagnostics {
            after: Some(page.next),
        };
        let report = world
            .service
            .outbox_diagnostics(&operator, request)
            .await
            .unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        assert_eq!(
            (report.kept, report.waiting, report.has_more),
            (3, 1, false),
            "{name}"
        );
        assert_eq!(
            (report.oldest_at, report.undecodable),
            (Some(begun), 0),
            "{name}"
        );
    }
}

fn registration(
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

fn factor(number: usize, place: usize, ends: Option<Timestamp>) -> IdentityFactor {
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
async fn save(world: &World, name: &str, records: Vec<(RegistrationSession, Vec<IdentityFactor>)>) {
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

async fn counted(world: &World, kind: &str) -> u64 {
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
                next,
            } = purged.records.response;
            assert_eq!(
                (registration_count, factor_count),
                (looked, looked),
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
