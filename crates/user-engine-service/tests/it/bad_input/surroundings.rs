//! What surrounds a request and makes any call fail: credential, claims, tenant, authorizer,
//! deadline, operation id.

use super::{Expected, Matrix, denied, id, secret, text};
use std::collections::BTreeSet;
use std::time::Duration;
use user_engine_domain::{AccountStatus, ActorKind, ReasonCode, Sensitive, Subject, TenantId};
use user_engine_ports::{Clock, Deadline};
use user_engine_service::operation::{Grant, OperationSpec, Reach, Stands};
use user_engine_service::{
    Claims, ClaimsError, ClaimsVerifier, ConflictCause, Decision, IssuerTenants,
    RegisterApplication, RegistrationBinding, RequestContext, Role, SetAccountStatus,
    SetTenantAccountStatus, StartRegistration, operations,
};

/// The names of what surrounds a request.
pub(super) const NAMES: &[&str] = &[
    "credential",
    "expiry",
    "actor_kind",
    "on_behalf_of",
    "issuer_tenants",
    "tenant",
    "caller",
    "account",
    "tenant_account",
    "identity",
    "authorizer",
    "deadline",
    "operation_id",
];

/// A call whose request is right and that fails all the same.
pub(crate) struct Bad {
    pub(crate) name: &'static str,
    pub(crate) context: RequestContext,
    pub(crate) decision: Decision,
    pub(crate) expected: Expected,
}

/// Those of one call that are gathered.
struct Gathered<'a, 'b> {
    matrix: &'a Matrix<'b>,
    right: &'a RequestContext,
    claims: Claims,
    bad: Vec<Bad>,
}

impl Gathered<'_, '_> {
    fn add(&mut self, name: &'static str, context: RequestContext, expected: Expected) {
        let decision = Decision::Allow;
        self.bad.push(Bad {
            name,
            context,
            decision,
            expected,
        });
    }

    /// The same call under other claims.
    fn under(&mut self, name: &'static str, claims: Result<Claims, ClaimsError>, why: ReasonCode) {
        let credential = format!("canary {name} {}", self.bad.len());
        self.matrix.world.claims.set(&credential, claims);
        let context = RequestContext {
            credential: self.matrix.world.by(&credential).unwrap().credential,
            ..self.right.clone()
        };
        self.add(name, context, denied(why));
    }

    fn decided(&mut self, decision: Decision, why: ReasonCode) {
        let context = self.right.clone();
        self.add("authorizer", context, denied(why));
        if let Some(bad) = self.bad.last_mut() {
            bad.decision = decision;
        }
    }

    /// Claims that don't verify, or don't hold.
    fn credentials(&mut self) {
        let claims = self.claims.clone();
        for (error, why) in [
            (ClaimsError::Invalid, ReasonCode::Unauthenticated),
            (ClaimsError::Untrusted, ReasonCode::IssuerUntrusted),
            (ClaimsError::Unavailable, ReasonCode::PolicyUnavailable),
        ] {
            self.under("credential", Err(error), why);
        }
        let expired = Claims {
            expires_at: Some(self.matrix.world.clock.now()),
            ..claims.clone()
        };
        self.under("expiry", Ok(expired), ReasonCode::Unauthenticated);
        let system = Claims {
            kind: ActorKind::System,
            ..claims.clone()
        };
        self.under("actor_kind", Ok(system), ReasonCode::Unauthenticated);
        let for_another = Claims {
            kind: ActorKind::Service,
            on_behalf_of: Some(id("another")),
            ..claims
        };
        self.under("on_behalf_of", Ok(for_another), ReasonCode::InvalidRequest);
    }

    /// Tenants that the caller may not act in.
    fn tenants(&mut self, spec: &OperationSpec) {
        let only = |tenant: &str| {
            let tenants: BTreeSet<_> = [TenantId::new(tenant).unwrap()].into();
            IssuerTenants::Only(tenants)
        };
        let foreign = ReasonCode::IssuerForeignToTenant;
        let confined = Claims {
            issuer_tenants: only("canary-nowhere"),
            ..self.claims.clone()
        };
        self.under("issuer_tenants", Ok(confined), foreign);
        if spec.reach == Reach::Platform {
            let confined = Claims {
                tenant: Some(id("acme")),
                issuer_tenants: only("canary-acme"),
                ..self.claims.clone()
            };
            self.under("issuer_tenants", Ok(confined), foreign);
        }
        let mut roles = self.claims.roles.clone();
        roles.remove(&Role::PlatformOperator);
        let tenant = self.right.tenant.clone().or(self.claims.tenant.clone());
        let of_another = Claims {
            roles: roles.clone(),
            tenant: tenant.clone(),
            ..self.claims.clone()
        };
        self.under("tenant", Ok(of_another), ReasonCode::CrossTenant);
        if let Some(bad) = self.bad.last_mut() {
            bad.context.tenant = Some(id("nowhere"));
        }
        if spec.reach == Reach::Tenant {
            let tenantless = Claims {
                tenant: None,
                ..self.claims.clone()
            };
            self.under("tenant", Ok(tenantless), ReasonCode::TenantUnresolved);
            if let Some(bad) = self.bad.last_mut() {
                bad.context.tenant = None;
            }
        }
        if spec.grants.contains(&Grant::Anyone) {
            return;
        }
        let nobody = Claims {
            kind: ActorKind::Agent,
            user_id: None,
            roles: BTreeSet::new(),
            tenant,
            ..self.claims.clone()
        };
        let why = match spec.grants {
            [Grant::PlatformOperator] => ReasonCode::PlatformOperatorRequired,
            [Grant::Own] => ReasonCode::Unauthenticated,
            _ => ReasonCode::RoleMissing,
        };
        self.under("caller", Ok(nobody), why);
    }

    /// People whose own accounts or identity don't hold.
    fn people(&mut self, spec: &OperationSpec) {
        let person = |name: &str, subject: &str| Claims {
            kind: ActorKind::Human,
            user_id: Some(id(name)),
            subject: Subject::new(format!("canary-{subject}")).unwrap(),
            roles: [Role::TenantAdmin, Role::PlatformOperator].into(),
            tenant: self.right.tenant.clone().or(self.claims.tenant.clone()),
            ..self.claims.clone()
        };
        let [idle, mut away] = ["idle", "away"].map(|name| person(name, name));
        if spec.reach == Reach::ByGrant {
            // As an operator they would act in the tenant that the request names alone.
            away.roles.remove(&Role::PlatformOperator);
        }
        let another = person("away", "idle");
        let is_here = away.tenant == Some(id("acme"));
        self.under("identity", Ok(another), ReasonCode::IdentityLinkedElsewhere);
        if spec.stands != Stands::Nowhere {
            self.under("account", Ok(idle), ReasonCode::AccountInactive);
        }
        if spec.stands == Stands::InTenant && is_here {
            self.under(
                "tenant_account",
                Ok(away),
                ReasonCode::TenantAccountInactive,
            );
        }
    }
}

impl Matrix<'_> {
    /// Every call of an operation that fails by what surrounds the request.
    pub(crate) async fn surroundings(
        &mut self,
        name: &'static str,
        right: &RequestContext,
    ) -> Vec<Bad> {
        let spec = operations().find(|spec| spec.name == name).unwrap();
        self.idle_and_away().await;
        let verifying = self
            .world
            .claims
            .verify(&right.credential, Deadline::default());
        let claims = verifying.await.unwrap();
        let used = self.used(name, spec, right, &claims).await;
        let mut gathered = Gathered {
            claims,
            matrix: self,
            right,
            bad: Vec::new(),
        };
        gathered.credentials();
        gathered.tenants(spec);
        gathered.people(spec);
        let policy = ReasonCode::PolicyDenied;
        gathered.decided(Decision::Deny(policy), policy);
        let is_service = gathered.claims.kind == ActorKind::Service;
        if spec.is_mutation() || is_service {
            // A person's reads of their own records go on without an authorizer.
            gathered.decided(Decision::Unavailable, ReasonCode::PolicyUnavailable);
        }
        let emergency = Claims {
            break_glass: true,
            ..gathered.claims.clone()
        };
        // Emergency rights go nowhere without the authorizer.
        let unavailable = ReasonCode::PolicyUnavailable;
        gathered.under("authorizer", Ok(emergency), unavailable);
        if let Some(bad) = gathered.bad.last_mut() {
            bad.decision = Decision::Unavailable;
        }
        let late = right.clone().with_deadline(Deadline::after(Duration::ZERO));
        gathered.add("deadline", late, denied(ReasonCode::PolicyUnavailable));
        if let Some(used) = used {
            let reused = Expected::Conflict(ConflictCause::OperationReused);
            gathered.add("operation_id", used, reused);
        }
        let bad = gathered.bad;
        self.tally.surroundings += u32::try_from(bad.len()).unwrap();
        bad
    }

    /// The call under an operation id that the caller has used for another request.
    async fn used(
        &self,
        name: &str,
        spec: &OperationSpec,
        right: &RequestContext,
        claims: &Claims,
    ) -> Option<RequestContext> {
        if !spec.is_mutation() {
            return None;
        }
        // Of each control another one.
        let used = format!("used for {name} {}", self.tally.surroundings);
        let context = right.clone().with_operation(id(&used));
        let service = &self.world.service;
        if spec.reach == Reach::Platform {
            let register = RegisterApplication {
                application_id: id(&used),
                display_name: text("used"),
            };
            let registered = service.register_application(&context, register).await;
            registered.unwrap();
        } else {
            let is_person = claims.kind == ActorKind::Human;
            let secret = RegistrationBinding::Secret(secret("of sixteen bytes"));
            let start = StartRegistration {
                bound_to: (!is_person).then_some(secret),
                expires_at: Some(self.seconds(7)),
            };
            service.start_registration(&context, start).await.unwrap();
        }
        Some(context)
    }

    /// Two people: one whose account is suspended, one whose tenant account is.
    async fn idle_and_away(&self) {
        let mark = Sensitive::new(text("people"));
        let has_been = self.world.claims.verify(&mark, Deadline::default());
        if has_been.await == Err(ClaimsError::Untrusted) {
            return;
        }
        self.world
            .claims
            .set("canary people", Err(ClaimsError::Untrusted));
        self.person("idle").await;
        self.person("away").await;
        let status = AccountStatus::Suspended;
        let idle = SetAccountStatus {
            user_id: id("idle"),
            status,
        };
        let service = &self.world.service;
        service
            .set_account_status(&self.operator(), idle)
            .await
            .unwrap();
        let away = SetTenantAccountStatus {
            user_id: id("away"),
            status,
        };
        let away = service.set_tenant_account_status(&self.desk(), away).await;
        away.unwrap();
    }
}
