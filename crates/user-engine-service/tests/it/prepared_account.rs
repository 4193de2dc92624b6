//! Prepared accounts and their claims.

mod claim;
mod lay_out;
mod outside;
mod refused;

use std::time::Duration;
use user_engine_domain::*;
use user_engine_ports::{
    AuditQuery, Clock, Deadline, Operation, OutboxQuery, RequestDigest, Scope, UnitOptions,
    UserEngineStore,
};
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    AccountLayout, AttachRegistrationFactor, ClaimPreparedAccount, Claims, CompleteRegistration,
    PrepareAccount, RegisterApplication, RequestContext, ServiceError, ServiceErrorKind,
    StartRegistration,
};

/// The value of the factor that everything waits for, and of whatever else nobody may see.
const CANARY: &str = "canary-eve@example";

fn text(value: &str) -> Text {
    Text::new(value).unwrap()
}

fn requirement(factor_type: FactorType, value: &str, source: Option<&str>) -> FactorRequirement {
    FactorRequirement {
        factor_type,
        normalized_value: Sensitive::new(text(value)),
        source_system: source.map(text),
        evidence_references: List::default(),
    }
}

fn email() -> FactorRequirement {
    requirement(FactorType::Email, CANARY, None)
}

fn tenant_account(status: AccountStatus) -> Entitlement {
    Entitlement::TenantAccount(TenantAccountEntitlement {
        status,
        requires_approval: false,
    })
}

fn membership(scope_type: MembershipScopeType, scope_id: &str) -> Entitlement {
    Entitlement::Membership(MembershipEntitlement {
        scope: MembershipScope {
            scope_type,
            scope_id: ScopeId::new(scope_id).unwrap(),
        },
        kind: MembershipKind::new("editor").unwrap(),
        requires_approval: false,
    })
}

fn value(key: &str, value: serde_json::Value) -> Entitlement {
    Entitlement::ProfileValue(ProfileValueEntitlement {
        attribute_key: AttributeKey::new(key).unwrap(),
        scope: ProfileScope::Tenant,
        value: Sensitive::new(JsonValue::new(value).unwrap()),
        requires_approval: false,
    })
}

fn access(application_id: &str) -> Entitlement {
    Entitlement::ApplicationBinding(ApplicationBindingEntitlement {
        application_id: ApplicationId::new(application_id).unwrap(),
        requires_approval: false,
    })
}

/// What waits for the e-mail address and gives this.
fn layout(entitlements: Vec<Entitlement>) -> AccountLayout {
    AccountLayout {
        factor_requirements: List::from([email()]),
        entitlements: List::new(entitlements).unwrap(),
        display_name_hint: None,
        primary_email_hint: None,
        expires_at: None,
    }
}

async fn prepare(world: &World, tenant: &str, layout: AccountLayout) -> PreparedAccountId {
    let desk = world.desk(tenant).unwrap();
    let request = PrepareAccount {
        prepared_account_id: None,
        layout,
    };
    let done = world.service.prepare_account(&desk, request).await;
    done.unwrap().response.prepared_account_id
}

/// A request of somebody whom no user is known of.
fn stranger(world: &World, tenant: &str, subject: &str) -> RequestContext {
    let claims = Claims {
        tenant: Some(TenantId::new(tenant).unwrap()),
        ..claims_of(ActorKind::Human, subject).unwrap()
    };
    let credential = format!("{subject}, a stranger in {tenant}");
    world.claims.set(&credential, Ok(claims));
    world.by(&credential).unwrap()
}

/// Begins a registration and has the tenant's desk vouch for factors.
async fn begin(
    world: &World,
    tenant: &str,
    person: &RequestContext,
    factors: &[FactorRequirement],
) -> RegistrationId {
    let start = StartRegistration {
        bound_to: None,
        expires_at: None,
    };
    let started = world.service.start_registration(person, start).await;
    let registration_id = started.unwrap().response.registration_id;
    let desk = world.desk(tenant).unwrap();
    for factor in factors {
        let request = AttachRegistrationFactor {
            registration_id: registration_id.clone(),
            factor_type: factor.factor_type,
            normalized_value: factor.normalized_value.clone(),
            display_value: None,
            source_system: factor.source_system.clone().unwrap_or(text("verifier")),
            assurance: Map::default(),
            evidence_references: List::default(),
            expires_at: None,
        };
        let attached = world.service.attach_registration_factor(&desk, request);
        attached.await.unwrap();
    }
    registration_id
}

/// Registers somebody with factors, up to the claim.
async fn register(
    world: &World,
    tenant: &str,
    person: &RequestContext,
    factors: &[FactorRequirement],
) -> (ClaimPreparedAccount, UserId) {
    let registration_id = begin(world, tenant, person, factors).await;
    let request = CompleteRegistration {
        registration_id: registration_id.clone(),
        secret: None,
        display_name: None,
        primary_email: None,
    };
    let done = world.service.complete_registration(person, request).await;
    let user_id = done.unwrap().response.user_id;
    (ClaimPreparedAccount { registration_id }, user_id)
}

/// Serves an application with a catalog of attributes of each type and mutability needed here.
async fn serve(world: &World) {
    let operator = world.by("operator").unwrap();
    let application_id = ApplicationId::new("press").unwrap();
    let register = RegisterApplication {
        application_id: application_id.clone(),
        display_name: text("Press"),
    };
    let registered = world.service.register_application(&operator, register);
    registered.await.unwrap();
    let attribute = |key: &str, mutability| AttributeDefinition {
        key: AttributeKey::new(key).unwrap(),
        value_type: ValueType::String,
        default: None,
        sensitivity: Sensitivity::Sensitive,
        visibility: Visibility::Application,
        mutability,
        retired: false,
    };
    let publish = user_engine_service::PublishCatalog {
        namespace: CatalogNamespace::new("press").unwrap(),
        application_id,
        version: CatalogVersion::new("1.0.0").unwrap(),
        state: CatalogState::Active,
        attributes: List::from([
            attribute("press.desk", Mutability::Admin),
            attribute("press.badge", Mutability::Immutable),
            attribute("press.inner", Mutability::System),
        ]),
    };
    let published = world.service.publish_catalog(&operator, publish).await;
    published.unwrap();
}

async fn stored<R: Record>(world: &World, key: &R::Key) -> Option<R> {
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    tx.get::<R>(key).await.unwrap().map(|found| found.record)
}

/// Puts a record into the store as if an operation had.
async fn seed(world: &World, record: impl Into<DomainRecord>) {
    let id = OperationId::new(format!("seed {}", world.store.trips())).unwrap();
    let operation = Operation::new(id, RequestDigest::of("seed"));
    let options = UnitOptions::write(Scope::Platform, operation);
    let mut tx = world.store.begin(options);
    tx.save(record).unwrap();
    tx.commit().await.unwrap();
}

async fn audits(world: &World) -> Vec<AuditRecord> {
    let query = AuditQuery::new(Scope::Platform);
    let page = world.store.audit_records(&query, Deadline::default()).await;
    let entries = page.unwrap().entries.into_iter();
    entries.map(|entry| entry.unwrap()).collect()
}

async fn events(world: &World) -> Vec<OutboxEvent> {
    let query = OutboxQuery::new(Scope::Platform);
    let page = world.store.outbox_events(&query, Deadline::default()).await;
    let entries = page.unwrap().entries.into_iter();
    entries.map(|entry| entry.unwrap()).collect()
}

/// How much was done: audit records of it, and events.
async fn done(world: &World) -> (usize, usize) {
    let audits = audits(world).await.into_iter();
    let allowed = audits.filter(|it| it.outcome == AuditOutcome::Allowed);
    (allowed.count(), events(world).await.len())
}

fn field<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> &'static str {
    ended.unwrap_err().invalid().unwrap().field()
}

fn is_denied<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> bool {
    let kind = ended.unwrap_err().kind().clone();
    kind == ServiceErrorKind::AuthorizationDenied { is_audited: true }
}
