//! Registrations and the factors verified in them.

mod act;
mod attach;
mod bound;
mod complete;

use std::time::Duration;
use user_engine_domain::{
    ActorKind, AuditOutcome, FactorType, Issuer, List, Map, RecordKind, RegistrationId,
    RegistrationStatus, Rule, Sensitive, Subject, TenantId, Text, Timestamp, UserId,
};
use user_engine_ports::{AuditQuery, Clock, Deadline, OutboxQuery, Scope, UserEngineStore};
use user_engine_service::scenario::{ISSUER, World, claims_of};
use user_engine_service::{
    AbandonRegistration, AttachRegistrationFactor, Claims, CompleteRegistration, ConflictCause,
    CountAllRegistrations, CountRegistrations, ExpireRegistration, IssuerTenants,
    RegistrationBinding, RejectRegistration, RequestContext, ResumeRegistration, ServiceError,
    ServiceErrorKind, StartRegistration,
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

/// Begins a person's own registration.
async fn start(world: &World, by: &RequestContext, seconds: Option<i64>) -> RegistrationId {
    start_for(world, by, None, seconds).await
}

/// Begins a registration, for somebody else where it says what binds it.
async fn start_for(
    world: &World,
    by: &RequestContext,
    bound_to: Option<RegistrationBinding>,
    seconds: Option<i64>,
) -> RegistrationId {
    let start = StartRegistration {
        bound_to,
        expires_at: seconds.map(|seconds| seconds_ahead(world, seconds)),
    };
    let started = world.service.start_registration(by, start);
    started.await.unwrap().response.registration_id
}

/// The sign-in of a subject, as a binding.
#[expect(
    clippy::unnecessary_wraps,
    reason = "so that it is what a request holds"
)]
fn expected(subject: &str) -> Option<RegistrationBinding> {
    Some(RegistrationBinding::SignIn {
        issuer: Issuer::new(ISSUER).unwrap(),
        subject: Subject::new(subject).unwrap(),
    })
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
        secret: None,
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
