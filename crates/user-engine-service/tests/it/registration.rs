//! Registrations and the factors verified in them.

use crate::place::worlds;
use std::time::Duration;
use user_engine_domain::{
    ActorKind, AuditOutcome, FactorType, List, Map, RecordKind, RegistrationId, RegistrationStatus,
    Rule, Sensitive, TenantId, Text, Timestamp, UserId,
};
use user_engine_ports::{AuditQuery, Clock, Deadline, OutboxQuery, Scope, UserEngineStore};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    AbandonRegistration, AttachRegistrationFactor, Claims, CompleteRegistration, ConflictCause,
    CountAllRegistrations, CountRegistrations, ExpireRegistration, IssuerTenants,
    RejectRegistration, RequestContext, ResumeRegistration, ServiceError, ServiceErrorKind,
    StartRegistration,
};

fn newcomer(world: &World, tenant: Option<&str>, subject: &str) -> RequestContext {
    let claims = Claims {
        tenant: tenant.map(|tenant| TenantId::new(tenant).unwrap()),
        ..claims_of(ActorKind::Human, subject).unwrap()
    };
    let credential = format!("{subject} in {tenant:?}");
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

fn seconds_ahead(world: &World, seconds: i64) -> Timestamp {
    Timestamp::from_micros(world.clock.now().as_micros() + seconds * 1_000_000).unwrap()
}

async fn start(world: &World, by: &RequestContext, seconds: Option<i64>) -> RegistrationId {
    let expires_at = seconds.map(|seconds| seconds_ahead(world, seconds));
    let started = world
        .service
        .start_registration(by, StartRegistration { expires_at });
    started.await.unwrap().response.registration_id
}

fn email(registration_id: &RegistrationId, value: &str) -> AttachRegistrationFactor {
    AttachRegistrationFactor {
        registration_id: registration_id.clone(),
        factor_type: FactorType::Email,
        normalized_value: Sensitive::new(Text::new(value).unwrap()),
        display_value: Some(Sensitive::new(Text::new(value).unwrap())),
        source_system: Text::new("mail-verifier").unwrap(),
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
    }
}

fn complete(registration_id: &RegistrationId) -> CompleteRegistration {
    CompleteRegistration {
        registration_id: registration_id.clone(),
        display_name: None,
        primary_email: None,
    }
}

fn field<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> &'static str {
    ended.unwrap_err().invalid().unwrap().field()
}

fn not_found<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> bool {
    let kind = RecordKind::RegistrationSession;
    *ended.unwrap_err().kind() == ServiceErrorKind::NotFound(kind)
}

fn denied<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> bool {
    let kind = ended.unwrap_err().kind().clone();
    kind == ServiceErrorKind::AuthorizationDenied { is_audited: true }
}

/// What was written so far: how many audit records of what was done, and how many events.
async fn written(world: &World) -> (usize, usize) {
    let audit = AuditQuery::new(Scope::Platform);
    let audit = world.store.audit_records(&audit, Deadline::default());
    let entries = audit.await.unwrap().entries;
    let done = entries
        .iter()
        .filter(|entry| entry.as_ref().unwrap().outcome == AuditOutcome::Allowed);
    let events = OutboxQuery::new(Scope::Platform);
    let events = world.store.outbox_events(&events, Deadline::default());
    (done.count(), events.await.unwrap().entries.len())
}

#[tokio::test]
async fn a_factor_that_breaks_a_rule_is_refused_by_field() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let id = start(&world, &desk, None).await;
        let good = email(&id, "canary@example");
        let before = written(&world).await;
        let cases = [
            (
                "normalized_value",
                AttachRegistrationFactor {
                    normalized_value: Sensitive::new(Text::new("").unwrap()),
                    ..good.clone()
                },
            ),
            (
                "source_system",
                AttachRegistrationFactor {
                    source_system: Text::new("").unwrap(),
                    ..good.clone()
                },
            ),
            (
                "expires_at",
                AttachRegistrationFactor {
                    expires_at: Some(world.clock.now()),
                    ..good.clone()
                },
            ),
        ];
        for (expected, request) in cases {
            let refused = world.service.attach_registration_factor(&desk, request);
            assert_eq!(field(refused.await), expected, "{name}");
        }
        assert_eq!(written(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_registration_holds_thirty_two_factors() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let id = start(&world, &desk, None).await;
        for number in 0..32 {
            let factor = email(&id, &format!("canary-{number}"));
            let attached = world.service.attach_registration_factor(&desk, factor);
            assert!(!attached.await.unwrap().response.is_renewed, "{name}");
        }
        let more = world
            .service
            .attach_registration_factor(&desk, email(&id, "canary-32"))
            .await
            .unwrap_err();
        let refused = more.invalid().unwrap();
        assert_eq!(refused.field(), "factors", "{name}");
        assert_eq!(refused.rule(), &Rule::TooMany { max_entries: 32 }, "{name}");
        let again = email(&id, "canary-31");
        let again = world.service.attach_registration_factor(&desk, again);
        assert!(again.await.unwrap().response.is_renewed, "{name}");
    }
}

#[tokio::test]
async fn an_end_that_does_not_lie_ahead_is_refused() {
    for (name, world) in worlds().await {
        let eve = newcomer(&world, Some("acme"), "eve");
        let expires_at = Some(world.clock.now());
        let refused = world
            .service
            .start_registration(&eve, StartRegistration { expires_at });
        assert_eq!(field(refused.await), "expires_at", "{name}");
        assert_eq!(written(&world).await, (0, 0), "{name}");
    }
}

#[tokio::test]
async fn a_foreign_or_unknown_registration_is_not_found_by_role() {
    for (name, world) in worlds().await {
        let acme = world.desk("acme").unwrap();
        let globex = world.desk("globex").unwrap();
        let operator = world.by("operator").unwrap();
        let id = start(&world, &acme, Some(1)).await;
        let tenantless = start(&world, &operator, Some(1)).await;
        let unknown = RegistrationId::new("unknown").unwrap();
        let before = written(&world).await;
        world.clock.advance(Duration::from_secs(1));
        for registration_id in [id, tenantless, unknown] {
            let service = &world.service;
            let request = email(&registration_id, "canary@example");
            let attached = service.attach_registration_factor(&globex, request).await;
            assert!(not_found(attached), "{name}");
            let request = ResumeRegistration {
                registration_id: registration_id.clone(),
            };
            assert!(
                not_found(service.resume_registration(&globex, request).await),
                "{name}"
            );
            let request = AbandonRegistration {
                registration_id: registration_id.clone(),
            };
            assert!(
                not_found(service.abandon_registration(&globex, request).await),
                "{name}"
            );
            let request = RejectRegistration {
                registration_id: registration_id.clone(),
            };
            assert!(
                not_found(service.reject_registration(&globex, request).await),
                "{name}"
            );
            let request = ExpireRegistration {
                registration_id: registration_id.clone(),
            };
            assert!(
                not_found(service.expire_registration(&globex, request).await),
                "{name}"
            );
        }
        assert_eq!(written(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn an_ended_registration_takes_nothing_more() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        let service = &world.service;
        let abandon = AbandonRegistration {
            registration_id: registration_id.clone(),
        };
        let ended = service.abandon_registration(&eve, abandon.clone()).await;
        let ended = ended.unwrap().response;
        assert_eq!(ended.from, RegistrationStatus::Started, "{name}");
        assert_eq!(ended.to, RegistrationStatus::Abandoned, "{name}");
        let before = written(&world).await;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request).await;
        assert_eq!(field(attached), "status", "{name}");
        let completed = service.complete_registration(&eve, complete(&registration_id));
        assert_eq!(field(completed.await), "status", "{name}");
        let again = service.abandon_registration(&eve, abandon).await;
        assert_eq!(field(again), "status", "{name}");
        let resume = ResumeRegistration {
            registration_id: registration_id.clone(),
        };
        let resumed = service.resume_registration(&eve, resume).await;
        assert_eq!(field(resumed), "status", "{name}");
        let reject = RejectRegistration { registration_id };
        let rejected = service.reject_registration(&desk, reject).await;
        assert_eq!(field(rejected), "status", "{name}");
        assert_eq!(written(&world).await, before, "{name}");
    }
}

#[tokio::test]
async fn a_registration_ends_at_its_instant_marked_or_not() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, Some(60)).await;
        let service = &world.service;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request.clone());
        attached.await.unwrap();
        let expire = ExpireRegistration {
            registration_id: registration_id.clone(),
        };
        let early = service.expire_registration(&desk, expire.clone()).await;
        assert_eq!(field(early), "expires_at", "{name}");
        world.clock.advance(Duration::from_mins(1));
        let completed = service.complete_registration(&eve, complete(&registration_id));
        assert_eq!(field(completed.await), "expires_at", "{name}");
        let attached = service.attach_registration_factor(&desk, request).await;
        assert_eq!(field(attached), "expires_at", "{name}");
        let by_herself = service.expire_registration(&eve, expire.clone()).await;
        assert!(denied(by_herself), "{name}");
        let marked = service.expire_registration(&desk, expire.clone()).await;
        assert_eq!(marked.unwrap().response.to, RegistrationStatus::Expired);
        let again = service.expire_registration(&desk, expire).await;
        assert_eq!(field(again), "status", "{name}");
    }
}

#[tokio::test]
async fn a_person_whose_account_is_suspended_does_not_register_anew() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let registration_id = start(&world, &ada, None).await;
        let service = &world.service;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        let suspend = user_engine_service::SetAccountStatus {
            user_id: UserId::new("ada").unwrap(),
            status: user_engine_domain::AccountStatus::Suspended,
        };
        let operator = world.by("operator").unwrap();
        service
            .set_account_status(&operator, suspend)
            .await
            .unwrap();
        let before = written(&world).await;
        let completed = service.complete_registration(&ada, complete(&registration_id));
        assert!(denied(completed.await), "{name}");
        assert_eq!(written(&world).await, before, "{name}");
    }
}

/// Claims of an issuer that names a user for the subject.
fn named(world: &World, subject: &str, user_id: &str, issuer: IssuerTenants) -> RequestContext {
    let claims = Claims {
        tenant: Some(TenantId::new("acme").unwrap()),
        user_id: Some(UserId::new(user_id).unwrap()),
        issuer_tenants: issuer,
        ..claims_of(ActorKind::Human, subject).unwrap()
    };
    let credential = format!("{subject} named {user_id}");
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

#[tokio::test]
async fn claims_that_name_another_user_than_the_link_complete_nothing() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let honest = newcomer(&world, Some("acme"), "ada");
        let registration_id = start(&world, &honest, None).await;
        let request = email(&registration_id, "canary@example");
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        let liar = named(&world, "ada", "bob", IssuerTenants::Any);
        let completed = complete(&registration_id);
        let completed = world.service.complete_registration(&liar, completed).await;
        assert!(denied(completed), "{name}");
    }
}

#[tokio::test]
async fn a_new_user_takes_the_id_that_an_issuer_for_everybody_gives() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        let desk = world.desk("acme").unwrap();
        let acme_alone = IssuerTenants::Only([TenantId::new("acme").unwrap()].into());
        let cases = [
            (
                "eve-by-name",
                "netkingdom-1",
                IssuerTenants::Any,
                Some(true),
            ),
            ("adam-by-name", "netkingdom-2", acme_alone, Some(false)),
            ("mallory-by-name", "ada", IssuerTenants::Any, None),
        ];
        for (subject, user_id, issuer, takes_it) in cases {
            let person = named(&world, subject, user_id, issuer);
            let registration_id = start(&world, &person, None).await;
            let request = email(&registration_id, "canary@example");
            let attached = world.service.attach_registration_factor(&desk, request);
            attached.await.unwrap();
            let completed = complete(&registration_id);
            let completed = world
                .service
                .complete_registration(&person, completed)
                .await;
            match takes_it {
                None => assert!(denied(completed), "{name}"),
                Some(takes_it) => {
                    let given = completed.unwrap().response.user_id;
                    assert_eq!(given.as_str() == user_id, takes_it, "{name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_completion_repeats_its_answer_and_costs_two_round_trips() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        let request = email(&registration_id, "canary@example");
        let before = world.store.trips();
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        let once = user_engine_domain::OperationId::new("once").unwrap();
        let context = eve.with_operation(once);
        let before = world.store.trips();
        let service = &world.service;
        let first = service.complete_registration(&context, complete(&registration_id));
        let first = first.await.unwrap();
        assert_eq!(world.store.trips() - before, 2, "{name}");
        // By now the registration has ended; the operation is known, and answers first.
        let again = service.complete_registration(&context, complete(&registration_id));
        let again = again.await.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.response, "{name}");
    }
}

#[tokio::test]
async fn one_sign_in_resolves_to_one_user_however_often_it_registers() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let mut users = Vec::new();
        for value in ["canary-1", "canary-2"] {
            let registration_id = start(&world, &eve, None).await;
            let request = email(&registration_id, value);
            let attached = world.service.attach_registration_factor(&desk, request);
            attached.await.unwrap();
            let completed = complete(&registration_id);
            let completed = world.service.complete_registration(&eve, completed).await;
            users.push(completed.unwrap().response);
        }
        assert_eq!(users[0].user_id, users[1].user_id, "{name}");
        assert!(users[0].is_new_user && !users[1].is_new_user, "{name}");
    }
}

#[tokio::test]
async fn counts_say_how_registrations_stand() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let operator = world.by("operator").unwrap();
        let first = start(&world, &desk, Some(60)).await;
        start(&world, &desk, None).await;
        start(&world, &operator, None).await;
        start(&world, &world.desk("globex").unwrap(), None).await;
        let request = email(&first, "canary@example");
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        world.clock.advance(Duration::from_mins(1));
        let counts = world
            .service
            .registration_diagnostics(&desk, CountRegistrations::default())
            .await
            .unwrap();
        assert_eq!(counts.open, 2, "{name}");
        assert_eq!(counts.run_out_unmarked, 1, "{name}");
        let verified = counts.by_status.get(&RegistrationStatus::FactorVerified);
        assert_eq!(verified, Some(&1), "{name}");
        assert_eq!(counts.next, None, "{name}");
        let everything = CountAllRegistrations::default();
        let all = world
            .service
            .platform_registration_diagnostics(&operator, everything.clone())
            .await
            .unwrap();
        assert_eq!(all.open, 4, "{name}");
        let ada = world.person("acme", "ada").await.unwrap();
        let own = CountRegistrations::default();
        assert!(
            denied(world.service.registration_diagnostics(&ada, own).await),
            "{name}"
        );
        let platform = world
            .service
            .platform_registration_diagnostics(&desk, everything);
        assert!(denied(platform.await), "{name}");
    }
}

#[tokio::test]
async fn of_two_that_act_on_one_registration_at_once_one_wins() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "eve");
        let registration_id = start(&world, &eve, None).await;
        let service = &world.service;
        let request = email(&registration_id, "canary@example");
        let attached = service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
        let mut unit = service.begin(eve.clone()).unwrap();
        unit.run(complete(&registration_id)).await.unwrap();
        let abandon = AbandonRegistration { registration_id };
        service.abandon_registration(&desk, abandon).await.unwrap();
        let lost = unit.commit().await.unwrap_err();
        let kind = Some(RecordKind::RegistrationSession);
        assert_eq!(
            lost.conflict(),
            Some(ConflictCause::Changed(kind)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn no_factor_value_is_seen_outside_of_records() {
    for (name, world) in worlds().await {
        let desk = world.desk("acme").unwrap();
        let eve = newcomer(&world, Some("acme"), "canary-subject");
        let registration_id = start(&world, &eve, None).await;
        let service = &world.service;
        let good = email(&registration_id, "canary@example");
        let mut seen = format!("{good:?}");
        let attached = service.attach_registration_factor(&desk, good.clone());
        seen += &format!("{:?}", attached.await.unwrap());
        let bad = AttachRegistrationFactor {
            expires_at: Some(world.clock.now()),
            ..good
        };
        let bad = service.attach_registration_factor(&desk, bad).await;
        let error = bad.unwrap_err();
        seen += &format!("{error:?} {error}");
        let named = CompleteRegistration {
            display_name: Some(Sensitive::new(Text::new("canary name").unwrap())),
            ..complete(&registration_id)
        };
        seen += &format!("{named:?}");
        let done = service.complete_registration(&eve, named).await.unwrap();
        seen += &format!("{done:?}");
        let audit = AuditQuery::new(Scope::Platform);
        let audit = world.store.audit_records(&audit, Deadline::default());
        for entry in audit.await.unwrap().entries {
            let entry = entry.unwrap();
            seen += entry.actor.id.as_str();
            seen += entry.target.as_ref().map_or("", |target| target.key());
        }
        let events = OutboxQuery::new(Scope::Platform);
        let events = world.store.outbox_events(&events, Deadline::default());
        for entry in events.await.unwrap().entries {
            let entry = entry.unwrap();
            seen += &entry.payload.to_text();
            seen += entry.aggregate.key.as_str();
        }
        assert!(seen.contains(registration_id.as_str()), "{name}: it looked");
        assert!(!seen.contains("canary"), "{name}");
    }
}
