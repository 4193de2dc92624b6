//! Reading the logs, health, readiness and counts.

mod ended;
mod purge;

use crate::place::worlds;
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{
    AccountStatus, ActorId, AuditTarget, CorrelationId, OperationId, Record, RecordId, RecordKind,
    TenantId, Timestamp, User, UserId,
};
use user_engine_ports::{Clock, Deadline, LogCursor, NotReady, PORT_VERSION, UserEngineStore};
use user_engine_service::scenario::{MovableClock, World};
use user_engine_service::{
    AuditRecords, Decision, OperabilitySnapshot, OutboxDiagnostics, OutboxEvents, Role,
    ServiceError, SetTenantAccountStatus, operations,
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
        world.clock.advance(Duration::from_mins(1));
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
