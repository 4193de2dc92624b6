//! Hats: registering, selecting, exporting and counting them.

mod approval;
pub(crate) mod facts;
mod register;
mod select;

use std::time::Duration;
use user_engine_domain::*;
use user_engine_ports::{
    AuditQuery, Clock, Deadline, Operation, OutboxQuery, RequestDigest, Scope, UnitOptions,
    UserEngineStore,
};
use user_engine_service::scenario::World;
use user_engine_service::{
    RegisterAccessProfile, RequestContext, SelectActiveHat, ServiceError, ServiceErrorKind,
};

/// Puts records into the store as if operations had.
pub(crate) async fn seed(world: &World, records: Vec<DomainRecord>) {
    let id = OperationId::new(format!("seed {}", world.store.trips())).unwrap();
    let operation = Operation::new(id, RequestDigest::of("seed"));
    let mut tx = world
        .store
        .begin(UnitOptions::write(Scope::Platform, operation));
    for record in records {
        tx.save(record).unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn stored<R: Record>(world: &World, key: &R::Key) -> Option<R> {
    let mut tx = world.store.begin(UnitOptions::read(Scope::Platform));
    tx.get::<R>(key).await.unwrap().map(|found| found.record)
}

/// How many audit records and events there are.
pub(crate) async fn logged(world: &World) -> (usize, usize) {
    let audits = AuditQuery::new(Scope::Platform);
    let audits = world.store.audit_records(&audits, Deadline::default());
    let events = OutboxQuery::new(Scope::Platform);
    let events = world.store.outbox_events(&events, Deadline::default());
    (
        audits.await.unwrap().entries.len(),
        events.await.unwrap().entries.len(),
    )
}

/// The last denial's reason.
pub(crate) async fn last_reason(world: &World) -> Option<ReasonCode> {
    let audits = AuditQuery::new(Scope::Platform);
    let audits = world.store.audit_records(&audits, Deadline::default());
    let entries = audits.await.unwrap().entries;
    entries.into_iter().rev().find_map(|it| it.unwrap().reason)
}

/// The types of the last events, oldest first.
pub(crate) async fn last_events(world: &World, count: usize) -> Vec<String> {
    let events = OutboxQuery::new(Scope::Platform);
    let events = world.store.outbox_events(&events, Deadline::default());
    let entries = events.await.unwrap().entries;
    let types: Vec<_> = entries
        .into_iter()
        .map(|it| it.unwrap().event_type.as_str().to_owned())
        .collect();
    types[types.len() - count..].to_vec()
}

pub(crate) fn tenant(id: &str) -> TenantId {
    TenantId::new(id).unwrap()
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

pub(crate) fn membership(
    user_id: &str,
    scope: (MembershipScopeType, &str),
    kind: &str,
) -> Membership {
    let user_id = user(user_id);
    let scope = MembershipScope {
        scope_type: scope.0,
        scope_id: ScopeId::new(scope.1).unwrap(),
    };
    let kind = MembershipKind::new(kind).unwrap();
    Membership {
        tenant: tenant("acme"),
        membership_id: Membership::derive_id(&user_id, &scope, &kind),
        user_id,
        scope,
        kind,
        created_at: Timestamp::from_micros(0).unwrap(),
    }
}

pub(crate) fn factor(
    id: &str,
    user_id: &str,
    factor_type: FactorType,
    expires_at: Option<Timestamp>,
) -> IdentityFactor {
    IdentityFactor {
        factor_id: FactorId::new(id).unwrap(),
        registration_id: RegistrationId::new(format!("registration of {user_id}")).unwrap(),
        user_id: Some(user(user_id)),
        factor_type,
        normalized_value: Sensitive::new(Text::new("value").unwrap()),
        display_value: None,
        source_system: Text::new("verifier").unwrap(),
        assurance: Map::default(),
        evidence_references: List::default(),
        verified_at: Timestamp::from_micros(0).unwrap(),
        expires_at,
    }
}

/// The registration of a tenant, or of none, in which a user's factors were verified.
pub(crate) fn registration(user_id: &str, of: Option<&str>) -> RegistrationSession {
    let begun = Timestamp::from_micros(0).unwrap();
    RegistrationSession {
        registration_id: RegistrationId::new(format!("registration of {user_id}")).unwrap(),
        tenant: of.map(tenant),
        status: RegistrationStatus::Completed,
        user_id: Some(user(user_id)),
        correlation_id: CorrelationId::new("correlation").unwrap(),
        expires_at: None,
        created_at: begun,
        updated_at: begun,
    }
}

pub(crate) fn hat(id: &str) -> RegisterAccessProfile {
    RegisterAccessProfile {
        access_profile_id: AccessProfileId::new(id).unwrap(),
        hat_name: Text::new("Hat").unwrap(),
        scope: AccessScope {
            scope_type: AccessScopeType::Group,
            scope_id: ScopeId::new("choir").unwrap(),
        },
        realm: None,
        service_id: None,
        asset_id: None,
        required_memberships: List::default(),
        required_factor_types: List::default(),
        profile_defaults: Sensitive::new(Map::default()),
        projection_claims: Map::default(),
        group_ids: List::default(),
        requires_approval: false,
    }
}

/// A hat for members of the choir with an eID, which grants a group and a claim.
pub(crate) fn choir_hat() -> RegisterAccessProfile {
    let claim = JsonValue::new("alto".into()).unwrap();
    RegisterAccessProfile {
        required_memberships: List::from([requirement(
            MembershipScopeType::Group,
            Some("choir"),
            None,
        )]),
        required_factor_types: List::from([FactorType::Eid]),
        profile_defaults: Sensitive::new(Map::from([(
            AttributeKey::new("choir.voice").unwrap(),
            claim.clone(),
        )])),
        projection_claims: Map::from([(Text::new("voice").unwrap(), claim)]),
        group_ids: List::from([GroupId::new("singers").unwrap()]),
        ..hat("choir")
    }
}

fn requirement(
    scope_type: MembershipScopeType,
    scope_id: Option<&str>,
    kind: Option<&str>,
) -> MembershipRequirement {
    MembershipRequirement {
        scope_type,
        scope_id: scope_id.map(|id| ScopeId::new(id).unwrap()),
        kind: kind.map(|kind| MembershipKind::new(kind).unwrap()),
    }
}

/// The catalog of what hats have defaults for.
pub(crate) async fn catalog(world: &World, state: CatalogState) {
    let attribute = |key: &str, mutability, retired| AttributeDefinition {
        key: AttributeKey::new(key).unwrap(),
        value_type: ValueType::String,
        default: None,
        sensitivity: Sensitivity::Sensitive,
        visibility: Visibility::Application,
        mutability,
        retired,
    };
    let catalog = Catalog {
        namespace: CatalogNamespace::new("choir").unwrap(),
        application_id: ApplicationId::new("choir").unwrap(),
        version: CatalogVersion::new("1.0.0").unwrap(),
        state,
        attributes: List::from([
            attribute("choir.voice", Mutability::User, false),
            attribute("choir.rank", Mutability::System, false),
            attribute("choir.robe", Mutability::User, true),
        ]),
        published_at: Timestamp::from_micros(0).unwrap(),
    };
    seed(world, vec![catalog.into()]).await;
}

pub(crate) async fn register(world: &World, hat: RegisterAccessProfile) {
    if !hat.profile_defaults.expose().is_empty() {
        catalog(world, CatalogState::Active).await;
    }
    let desk = world.desk("acme").unwrap();
    let done = world.service.register_access_profile(&desk, hat).await;
    done.unwrap();
}

pub(crate) fn select(id: &str) -> SelectActiveHat {
    SelectActiveHat {
        access_profile_id: AccessProfileId::new(id).unwrap(),
    }
}

/// Ada, a member of the choir with an eID that lasts a day.
pub(crate) async fn ada(world: &World) -> RequestContext {
    let ada = world.person("acme", "ada").await.unwrap();
    let end = world.clock.now().as_micros() + 86_400_000_000;
    let end = Timestamp::from_micros(end).unwrap();
    let choir = (MembershipScopeType::Group, "choir");
    seed(
        world,
        vec![
            membership("ada", choir, "alto").into(),
            factor("eid", "ada", FactorType::Eid, Some(end)).into(),
            registration("ada", Some("acme")).into(),
        ],
    )
    .await;
    ada
}

async fn denied(world: &World, ended: Result<impl Sized, ServiceError>) -> Option<ReasonCode> {
    let error = ended.err().unwrap();
    let audited = ServiceErrorKind::AuthorizationDenied { is_audited: true };
    assert_eq!(error.kind(), &audited);
    last_reason(world).await
}

fn field(error: &ServiceError) -> &'static str {
    error.invalid().unwrap().field()
}
