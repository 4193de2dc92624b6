//! Who may call: ports that don't answer, denials that can't be recorded, foreign repetitions.

use crate::place::{stores, worlds};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::*;
use user_engine_ports::*;
use user_engine_service::scenario::{World, claims_of};
use user_engine_service::{
    Authorizer, Claims, ClaimsError, ClaimsVerifier, ConflictCause, Credential, Decision,
    DiagnoseTenant, Edit, ExportUser, Ports, Question, RequestContext, Role, ServiceError,
    ServiceErrorKind, UpdateUser, UserEngineService, WhoAmI,
};

/// Lets others go first.
struct Yielding;

#[async_trait]
impl Pause for Yielding {
    async fn pause(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

/// Never answers.
struct Silent;

#[async_trait]
impl Authorizer for Silent {
    async fn decide(&self, _: &Question<'_>, _: Deadline) -> Decision {
        std::future::pending().await
    }
}

#[async_trait]
impl ClaimsVerifier for Silent {
    async fn verify(&self, _: &Credential, _: Deadline) -> Result<Claims, ClaimsError> {
        std::future::pending().await
    }
}

/// A store whose denials can't be made durable.
struct Forgetful(Arc<dyn UserEngineStore>);

#[async_trait]
impl UserEngineStore for Forgetful {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }
    async fn readiness(&self, deadline: Deadline) -> Readiness {
        self.0.readiness(deadline).await
    }
    fn begin(&self, options: UnitOptions) -> Tx {
        self.0.begin(options)
    }
    async fn record_denial(
        &self,
        _: &Scope,
        _: AuditRecord,
        _: Deadline,
    ) -> Result<(), StoreError> {
        Err(StoreError::new(
            StoreErrorKind::Overloaded,
            Verb::RecordDenial,
        ))
    }
    async fn record_counts(
        &self,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        self.0.record_counts(scope, deadline).await
    }
    async fn outcome(
        &self,
        scope: &Scope,
        operation: &OperationId,
        deadline: Deadline,
    ) -> Result<OperationOutcome, StoreError> {
        self.0.outcome(scope, operation, deadline).await
    }
    async fn audit_records(
        &self,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        self.0.audit_records(query, deadline).await
    }
    async fn outbox_events(
        &self,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        self.0.outbox_events(query, deadline).await
    }
    async fn purge_operations(
        &self,
        applied_before: Timestamp,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        self.0.purge_operations(applied_before, deadline).await
    }
}

fn ports(world: &World) -> Ports {
    Ports {
        store: world.store.clone(),
        claims: world.claims.clone(),
        authorizer: world.authorizer.clone(),
        clock: world.clock.clone(),
        ids: Arc::new(UuidSource),
        pause: Arc::new(Yielding),
    }
}

fn rename(user_id: &str) -> UpdateUser {
    UpdateUser {
        user_id: UserId::new(user_id).unwrap(),
        display_name: Edit::Set(Sensitive::new(Text::new("another").unwrap())),
        primary_email: Edit::Keep,
    }
}

fn with_claims(world: &World, credential: &str, claims: Claims) -> RequestContext {
    world.claims.set(credential, Ok(claims));
    world.by(credential).unwrap()
}

/// The reasons of every denial, in their order.
async fn reasons(world: &World) -> Vec<ReasonCode> {
    let query = AuditQuery::new(Scope::Platform);
    let page = world.store.audit_records(&query, Deadline::default());
    let entries = page.await.unwrap().entries.into_iter().map(Result::unwrap);
    entries.filter_map(|record| record.reason).collect()
}

fn is_audited<T: std::fmt::Debug>(ended: Result<T, ServiceError>) -> bool {
    match ended.unwrap_err().kind() {
        ServiceErrorKind::AuthorizationDenied { is_audited } => *is_audited,
        other => panic!("not a denial: {other:?}"),
    }
}

#[tokio::test]
async fn a_port_that_never_answers_ends_with_the_call_in_a_denial_on_record() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let soon = || Deadline::after(Duration::from_millis(20));
        let silent = UserEngineService::new(Ports {
            authorizer: Arc::new(Silent),
            ..ports(&world)
        });
        let context = ada.clone().with_deadline(soon());
        let ended = silent.update_user(&context, rename("ada")).await;
        assert!(is_audited(ended), "{name}");
        let context = ada.clone().with_deadline(soon());
        assert!(is_audited(silent.me(&context, WhoAmI).await), "{name}");
        let unverified = UserEngineService::new(Ports {
            claims: Arc::new(Silent),
            ..ports(&world)
        });
        let context = ada.with_deadline(soon());
        assert!(is_audited(unverified.me(&context, WhoAmI).await), "{name}");
        let desk = world.desk("acme").unwrap();
        for service in [&silent, &unverified] {
            let context = desk.clone().with_deadline(soon());
            let created = service.create_user(&context, crate::user::create(None));
            assert!(is_audited(created.await), "{name}");
        }
        assert_eq!(
            reasons(&world).await,
            [ReasonCode::PolicyUnavailable; 5],
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_answer_behind_the_deadline_is_none_unless_it_is_no() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        let late = || ada.clone().with_deadline(Deadline::after(Duration::ZERO));
        for decision in [Decision::Allow, Decision::Approved, Decision::Unavailable] {
            world.authorizer.set("*", decision);
            assert!(
                is_audited(world.service.me(&late(), WhoAmI).await),
                "{name}"
            );
        }
        let late_answer = ReasonCode::PolicyUnavailable;
        let no = Decision::Deny(ReasonCode::ApprovalRequired);
        world.authorizer.set("*", no);
        assert!(
            is_audited(world.service.me(&late(), WhoAmI).await),
            "{name}"
        );
        assert_eq!(
            reasons(&world).await,
            [
                late_answer,
                late_answer,
                late_answer,
                ReasonCode::ApprovalRequired
            ],
            "{name}"
        );
    }
}

#[tokio::test]
async fn without_an_authorizer_people_read_their_own_and_nothing_else_is_done() {
    for (name, world) in worlds().await {
        let ada = world.person("acme", "ada").await.unwrap();
        world.person("acme", "root").await.unwrap();
        let admin = world.sign_in("acme", "root", &[Role::TenantAdmin]).unwrap();
        world.authorizer.set("*", Decision::Unavailable);
        let export = |user_id: &str| ExportUser {
            user_id: UserId::new(user_id).unwrap(),
        };
        let service = &world.service;
        service.me(&ada, WhoAmI).await.unwrap();
        service.export_user(&ada, export("ada")).await.unwrap();
        let denied = [
            is_audited(service.update_user(&ada, rename("ada")).await),
            is_audited(service.export_user(&admin, export("ada")).await),
            is_audited(service.tenant_diagnostics(&admin, DiagnoseTenant).await),
        ];
        assert_eq!(denied, [true; 3], "{name}");
        assert_eq!(
            reasons(&world).await,
            [ReasonCode::PolicyUnavailable; 3],
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_denial_that_can_not_be_made_durable_denies_and_says_so() {
    for (name, store) in stores().await {
        let world = World::new(Arc::new(Forgetful(store))).unwrap();
        let ada = world.person("acme", "ada").await.unwrap();
        world.person("acme", "bob").await.unwrap();
        let ended = world.service.update_user(&ada, rename("bob")).await;
        assert!(!is_audited(ended), "{name}");
        let forged = world.by("forged").unwrap();
        assert!(
            !is_audited(world.service.me(&forged, WhoAmI).await),
            "{name}"
        );
        let ended = world.service.update_user(&ada, rename("bob")).await;
        let shown = ended.unwrap_err().to_string();
        assert_eq!(shown, "denied; the denial could not be recorded", "{name}");
        assert!(reasons(&world).await.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn an_agents_repetition_for_another_user_is_none() {
    for (name, world) in worlds().await {
        world.person("acme", "ada").await.unwrap();
        world.person("acme", "bob").await.unwrap();
        let helper = |user_id: &str| {
            let claims = Claims {
                on_behalf_of: Some(UserId::new(user_id).unwrap()),
                tenant: Some(TenantId::new("acme").unwrap()),
                roles: [Role::TenantAdmin].into(),
                ..claims_of(ActorKind::Agent, "helper").unwrap()
            };
            let operation_id = OperationId::new("once").unwrap();
            with_claims(&world, &format!("helper of {user_id}"), claims)
                .with_operation(operation_id)
        };
        let service = &world.service;
        let request = rename("ada");
        service
            .update_user(&helper("ada"), request.clone())
            .await
            .unwrap();
        let again = service.update_user(&helper("ada"), request.clone()).await;
        assert!(again.unwrap().is_repeated, "{name}");
        let other = service.update_user(&helper("bob"), request).await;
        assert_eq!(
            other.unwrap_err().conflict(),
            Some(ConflictCause::OperationReused),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_repetition_is_one_whether_or_not_the_issuer_names_the_user() {
    for (name, world) in worlds().await {
        let named = world.person("acme", "ada").await.unwrap();
        let claims = Claims {
            tenant: Some(TenantId::new("acme").unwrap()),
            ..claims_of(ActorKind::Human, "ada").unwrap()
        };
        let unnamed = with_claims(&world, "ada, unnamed", claims);
        let once = |context: &RequestContext| {
            let operation_id = OperationId::new("once").unwrap();
            context.clone().with_operation(operation_id)
        };
        let first = world
            .service
            .update_user(&once(&named), rename("ada"))
            .await;
        let before = world.store.trips();
        let again = world
            .service
            .update_user(&once(&unnamed), rename("ada"))
            .await;
        let again = again.unwrap();
        assert!(again.is_repeated, "{name}");
        assert_eq!(again.response, first.unwrap().response, "{name}");
        // The link, and the flight that finds the receipt.
        assert_eq!(world.store.trips() - before, 2, "{name}");
    }
}

#[tokio::test]
async fn a_store_that_can_not_be_read_is_no_denial() {
    for (name, world) in worlds().await {
        let claims = Claims {
            tenant: Some(TenantId::new("acme").unwrap()),
            ..claims_of(ActorKind::Human, "ada").unwrap()
        };
        let late = with_claims(&world, "ada, unnamed", claims)
            .with_deadline(Deadline::after(Duration::ZERO));
        let error = world.service.me(&late, WhoAmI).await.unwrap_err();
        let is_late = matches!(error.kind(), ServiceErrorKind::Store(error)
            if *error.kind() == StoreErrorKind::DeadlineExceeded);
        assert!(is_late, "{name}: {error:?}");
        assert!(reasons(&world).await.is_empty(), "{name}");
    }
}
