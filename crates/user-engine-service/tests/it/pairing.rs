//! The verifier of pairs: a clean store has none that do not fit, and each planted one is found.

mod plant;

use crate::place::worlds;
use user_engine_domain::{
    AccountStatus, Actor, ActorId, ActorKind, AuditId, AuditOutcome, AuditRecord, CorrelationId,
    DomainRecord, EventId, EventType, JsonValue, OperationId, OperationName, OutboxEvent,
    ReasonCode, TenantId, Timestamp, User, UserId,
};
use user_engine_ports::{Deadline, Operation, RequestDigest, Scope, UnitOptions, UserEngineStore};
use user_engine_service::pairing::{MismatchKind, Report, Verifier};
use user_engine_service::scenario::World;
use user_engine_service::{CreateUser, LinkIdentity, SetAccountStatus};

/// What is written past the service under one operation id.
#[derive(Clone)]
struct Plant {
    operation: &'static str,
    scope: Scope,
    audits: Vec<AuditRecord>,
    events: Vec<OutboxEvent>,
}

impl Plant {
    /// A tenant's creation of a user, as the service would write it.
    fn whole() -> Self {
        Self {
            operation: "planted",
            scope: Scope::Tenant(acme()),
            audits: vec![audit("planted", "create_user")],
            events: vec![event("planted", "user.created")],
        }
    }

    async fn write(self, store: &dyn UserEngineStore) {
        let operation = Operation::new(
            OperationId::new(self.operation).unwrap(),
            RequestDigest::of("planted"),
        );
        let mut tx = store.begin(UnitOptions::write(self.scope, operation));
        tx.save(user()).unwrap();
        for audit in self.audits {
            tx.append_audit(audit).unwrap();
        }
        for event in self.events {
            tx.enqueue(event).unwrap();
        }
        tx.commit().await.unwrap();
    }
}

fn acme() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn user() -> User {
    let at = Timestamp::from_micros(0).unwrap();
    User {
        user_id: UserId::new("planted").unwrap(),
        display_name: None,
        primary_email: None,
        created_at: at,
        updated_at: at,
    }
}

fn audit(id: &str, name: &str) -> AuditRecord {
    AuditRecord {
        audit_id: AuditId::new(id).unwrap(),
        operation_id: OperationId::new("planted").unwrap(),
        correlation_id: CorrelationId::new("planted").unwrap(),
        tenant: Some(acme()),
        actor: Actor {
            kind: ActorKind::Service,
            id: ActorId::new("planter").unwrap(),
            on_behalf_of: None,
            break_glass: false,
        },
        operation: OperationName::new(name).unwrap(),
        target: None,
        outcome: AuditOutcome::Allowed,
        reason: None,
        recorded_at: Timestamp::from_micros(0).unwrap(),
    }
}

fn event(id: &str, event_type: &str) -> OutboxEvent {
    OutboxEvent {
        event_id: EventId::new(id).unwrap(),
        event_type: EventType::new(event_type).unwrap(),
        event_version: 1,
        aggregate: DomainRecord::from(user()).id(),
        tenant: Some(acme()),
        operation_id: OperationId::new("planted").unwrap(),
        correlation_id: CorrelationId::new("planted").unwrap(),
        payload: JsonValue::parse("{}").unwrap(),
        occurred_at: Timestamp::from_micros(0).unwrap(),
    }
}

/// Twenty operations of three names, in two tenants and none, and three denials.
async fn lived_in(world: &World) {
    for (tenant, number) in [("acme", 1), ("globex", 2)] {
        for name in ["ada", "bob", "cyd"] {
            let user_id = format!("{name}-{number}");
            world.person(tenant, &user_id).await.unwrap();
            let status = SetAccountStatus {
                user_id: UserId::new(&*user_id).unwrap(),
                status: AccountStatus::Suspended,
            };
            let operator = world.by("operator").unwrap();
            let changed = world.service.set_account_status(&operator, status.clone());
            changed.await.unwrap();
            if number == 1 {
                let desk = world.desk(tenant).unwrap();
                let denied = world.service.set_account_status(&desk, status).await;
                assert!(denied.unwrap_err().is_denied());
            }
        }
    }
    let operator = world.by("operator").unwrap();
    for name in ["root-1", "root-2"] {
        let create = CreateUser {
            user_id: Some(UserId::new(name).unwrap()),
            display_name: None,
            primary_email: None,
            status: AccountStatus::Active,
        };
        let created = world.service.create_user(&operator, create);
        created.await.unwrap();
    }
}

async fn verified(world: &World) -> Report {
    Verifier::new(&*world.store).verify().await.unwrap()
}

#[tokio::test]
async fn a_store_that_the_service_alone_wrote_has_no_mismatch() {
    for (name, world) in worlds().await {
        assert!(
            !verified(&world).await.proves(),
            "{name}: nothing proves nothing"
        );
        lived_in(&world).await;
        let verifier = || Verifier::new(&*world.store).counting_rows();
        let report = verifier().asking_outcomes().verify().await.unwrap();
        assert!(report.proves(), "{name}: {report}");
        assert_eq!(
            (report.operations, report.audit_records),
            (20, 20),
            "{name}"
        );
        assert_eq!((report.denials, report.asked), (3, 20), "{name}");
        // Each of six people in a tenant has an event more.
        assert_eq!(report.events, 26, "{name}");
        let in_parts = verifier().at_once(4).verify().await.unwrap();
        assert_eq!(in_parts.passes, 6, "{name}: 23 audit records");
        assert_eq!(
            Report {
                passes: 1,
                asked: 20,
                ..in_parts
            },
            report,
            "{name}: read in parts"
        );
    }
}

#[tokio::test]
async fn what_a_fair_writer_could_have_written_is_no_mismatch() {
    for (name, world) in worlds().await {
        Plant::whole().write(&*world.store).await;
        let report = verified(&world).await;
        assert!(report.proves(), "{name}: {report}");
    }
}

#[tokio::test]
async fn each_planted_mismatch_is_found_for_what_it_is_and_shows_no_value() {
    for (what, kinds, plant) in plant::plants() {
        for (name, world) in worlds().await {
            lived_in(&world).await;
            plant.clone().write(&*world.store).await;
            let report = verified(&world).await;
            let found: std::collections::BTreeSet<_> = report
                .mismatches
                .iter()
                .map(|mismatch| mismatch.kind)
                .collect();
            let wanted = kinds.iter().copied().collect();
            assert_eq!(found, wanted, "{what} on {name}: {report}");
            let shown = format!("{report} {report:?}");
            for value in ["planted", "canary", "acme", "globex"] {
                assert!(!shown.contains(value), "{what} on {name} shows {value}");
            }
        }
    }
}

#[tokio::test]
async fn an_event_of_what_was_denied_is_found() {
    for (name, world) in worlds().await {
        let plant = Plant {
            audits: Vec::new(),
            ..Plant::whole()
        };
        let scope = plant.scope.clone();
        plant.write(&*world.store).await;
        let denial = AuditRecord {
            outcome: AuditOutcome::Denied,
            reason: Some(ReasonCode::RoleMissing),
            ..audit("denied", "create_user")
        };
        let recorded = world
            .store
            .record_denial(&scope, denial, Deadline::default());
        recorded.await.unwrap();
        let report = verified(&world).await;
        assert_eq!(report.denials, 1, "{name}");
        let kinds: Vec<_> = report.mismatches.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [MismatchKind::EventOfDenial], "{name}: {report}");
    }
}

#[tokio::test]
async fn a_change_that_was_neither_audited_nor_told_is_found_by_counting() {
    for (name, world) in worlds().await {
        lived_in(&world).await;
        let (audits, events) = (Vec::new(), Vec::new());
        let silent = Plant {
            audits,
            events,
            ..Plant::whole()
        };
        silent.write(&*world.store).await;
        let verifier = Verifier::new(&*world.store).counting_rows();
        let report = verifier.verify().await.unwrap();
        let found: Vec<_> = report
            .mismatches
            .iter()
            .map(|found| (found.kind, found.expected, found.found))
            .collect();
        assert_eq!(found, [(MismatchKind::RowsDiffer, 20, 21)], "{name}");
    }
}

#[tokio::test]
async fn an_operation_that_the_store_does_not_know_is_found_by_asking() {
    for (name, world) in worlds().await {
        // It applied in another scope than the one that its audit record tells of.
        let plant = Plant {
            scope: Scope::Platform,
            ..Plant::whole()
        };
        plant.write(&*world.store).await;
        let verifier = Verifier::new(&*world.store).asking_outcomes();
        let report = verifier.verify().await.unwrap();
        let kinds: Vec<_> = report.mismatches.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [MismatchKind::NotApplied], "{name}: {report}");
    }
}

#[tokio::test]
async fn operations_that_were_joined_in_one_unit_fit() {
    for (name, world) in worlds().await {
        let operator = world.by("operator").unwrap();
        let mut unit = world.service.begin(operator).unwrap();
        for user_id in ["ada", "bob"] {
            let create = CreateUser {
                user_id: Some(UserId::new(user_id).unwrap()),
                display_name: None,
                primary_email: None,
                status: AccountStatus::Active,
            };
            unit.run(create).await.unwrap();
        }
        let link = LinkIdentity {
            user_id: UserId::new("ada").unwrap(),
            issuer: user_engine_domain::Issuer::new("https://other.example").unwrap(),
            subject: user_engine_domain::Subject::new("ada").unwrap(),
        };
        unit.run(link).await.unwrap();
        unit.commit().await.unwrap();
        let verifier = Verifier::new(&*world.store)
            .counting_rows()
            .asking_outcomes();
        let report = verifier.verify().await.unwrap();
        assert!(report.proves(), "{name}: {report}");
        assert_eq!((report.operations, report.audit_records), (1, 3), "{name}");
    }
}
