//! Who may call: claims, tenant, grants, the authorizer, and the caller's own accounts.

use crate::context::RequestContext;
use crate::core::draft::internal;
use crate::core::flight::{Answers, Flight, One};
use crate::core::operation::{Grant, OperationSpec, Reach, Stands};
use crate::error::Refusal;
use crate::port::{Claims, ClaimsError, Decision, IssuerTenants, Question, Role};
use crate::service::UserEngineService;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use user_engine_domain::{
    Account, AccountStatus, Actor, ActorId, ActorKind, CorrelationId, ExternalIdentity, FieldError,
    Issuer, OperationId, ReasonCode, RecordId, Subject, TenantAccount, TenantId, Timestamp, UserId,
    sha256_hex,
};
use user_engine_ports::{Deadline, IdSource, Scope, UnitOptions};

/// A caller whom an operation was opened to.
#[derive(Clone)]
pub struct Admitted {
    /// Who calls, as audit records name it.
    pub actor: Actor,
    /// The user whom the call is by, or whom the agent acts for.
    pub user_id: Option<UserId>,
    /// Who vouches for the caller.
    pub issuer: Issuer,
    /// For whom.
    pub subject: Subject,
    /// The caller's roles.
    pub roles: BTreeSet<Role>,
    /// The tenants that the caller's issuer may speak for.
    pub issuer_tenants: IssuerTenants,
    /// The resolved tenant.
    pub tenant: Option<TenantId>,
    /// What the unit of work may reach.
    pub scope: Scope,
    /// Why the caller was admitted.
    pub grant: Grant,
    /// Whether an approval of just this is on file.
    pub is_approved: bool,
    /// The instant of the operation.
    pub now: Timestamp,
    /// The operation.
    pub operation_id: OperationId,
    /// The request.
    pub correlation_id: CorrelationId,
    /// By when the call ends.
    pub deadline: Deadline,
    pub(crate) ids: Arc<dyn IdSource>,
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted")
            .field("kind", &self.actor.kind)
            .field("grant", &self.grant)
            .finish_non_exhaustive()
    }
}

impl Admitted {
    /// A fresh id of any type.
    ///
    /// # Errors
    ///
    /// The store's `Internal` when the id source breaks its promise.
    pub fn fresh<I: std::str::FromStr<Err = FieldError>>(&self) -> Result<I, Refusal> {
        self.ids.next_id().parse().map_err(|_| internal())
    }

    /// The resolved tenant.
    ///
    /// # Errors
    ///
    /// `TenantUnresolved` where the request resolved to none.
    pub fn tenant(&self) -> Result<&TenantId, Refusal> {
        let missing = Refusal::denied(ReasonCode::TenantUnresolved);
        self.tenant.as_ref().ok_or(missing)
    }

    /// The user whom the call is by.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where there is none.
    pub fn user(&self) -> Result<&UserId, Refusal> {
        let missing = Refusal::denied(ReasonCode::Unauthenticated);
        self.user_id.as_ref().ok_or(missing)
    }

    /// Whether the caller is a platform operator.
    pub fn is_operator(&self) -> bool {
        self.roles.contains(&Role::PlatformOperator)
    }
}

/// What is known of a caller when a denial has to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) actor: Actor,
    pub(crate) tenant: Option<TenantId>,
}

impl Known {
    /// Whose log a denial belongs to.
    pub(crate) fn scope(&self) -> Scope {
        match &self.tenant {
            Some(tenant) => Scope::Tenant(tenant.clone()),
            None => Scope::Tenantless,
        }
    }
}

/// The ids of one call, made before anything else.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) operation_id: OperationId,
    pub(crate) correlation_id: CorrelationId,
}

/// The reads by which the caller's own standing is judged.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    identity: Option<One<ExternalIdentity>>,
    account: Option<One<Account>>,
    tenant_account: Option<One<TenantAccount>>,
}

/// What an operation is asked for, as far as admission goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) spec: &'a OperationSpec,
    pub(crate) owner: Option<&'a UserId>,
    pub(crate) target: Option<&'a RecordId>,
}

impl UserEngineService {
    /// Admits a caller to an operation, or says why not and what is known of them.
    pub(crate) async fn admit(
        &self,
        context: &RequestContext,
        tokens: &Tokens,
        asked: Asked<'_>,
    ) -> Result<Admitted, (Refusal, Known)> {
        let mut known = Known {
            actor: nobody(),
            tenant: None,
        };
        let denied = |reason, known: &Known| {
            let target = asked.target.cloned();
            (Refusal::Denied(reason, target), known.clone())
        };
        let now = self.ports().clock.now();
        let claims = self
            .verified(context, now)
            .await
            .map_err(|reason| denied(reason, &known))?;
        known.actor = actor(&claims, claims.user_id.as_ref());
        let tenant = resolve_tenant(context.tenant.as_ref(), &claims, asked.spec.reach)
            .map_err(|reason| denied(reason, &known))?;
        known.tenant.clone_from(&tenant);

        let mut user_id = acting_user(&claims);
        let mut grant = granted(&claims, asked, user_id.as_ref(), tenant.as_ref());
        let may_own = asked.spec.grants.contains(&Grant::Own);
        if grant.is_none() && user_id.is_none() && claims.kind == ActorKind::Human && may_own {
            // The issuer doesn't know the user: the link does, one round trip later.
            user_id = self
                .linked_user(&claims, context.deadline)
                .await
                .map_err(|refusal| (refusal, known.clone()))?;
            known.actor = actor(&claims, user_id.as_ref());
            grant = granted(&claims, asked, user_id.as_ref(), tenant.as_ref());
        }
        let Some(grant) = grant else {
            return Err(denied(lacking(asked.spec, user_id.as_ref()), &known));
        };
        let is_approved = self
            .authorized(&claims, asked, &known, grant, context.deadline)
            .await
            .map_err(|reason| denied(reason, &known))?;
        let scope = match (asked.spec.reach, &tenant) {
            (Reach::Platform, _) => Scope::Platform,
            (_, Some(tenant)) => Scope::Tenant(tenant.clone()),
            (_, None) => Scope::Tenantless,
        };
        Ok(Admitted {
            actor: known.actor,
            user_id,
            issuer: claims.issuer,
            subject: claims.subject,
            roles: claims.roles,
            issuer_tenants: claims.issuer_tenants,
            tenant,
            scope,
            grant,
            is_approved,
            now,
            operation_id: tokens.operation_id.clone(),
            correlation_id: tokens.correlation_id.clone(),
            deadline: context.deadline,
            ids: self.ports().ids.clone(),
        })
    }

    async fn verified(
        &self,
        context: &RequestContext,
        now: Timestamp,
    ) -> Result<Claims, ReasonCode> {
        let verified = self
            .ports()
            .claims
            .verify(&context.credential, context.deadline);
        let claims = verified.await.map_err(|error| match error {
            ClaimsError::Invalid => ReasonCode::Unauthenticated,
            ClaimsError::Untrusted => ReasonCode::IssuerUntrusted,
            ClaimsError::Unavailable => ReasonCode::PolicyUnavailable,
        })?;
        let has_ended = claims.expires_at.is_some_and(|end| end <= now);
        let is_agent = claims.kind == ActorKind::Agent;
        if has_ended || claims.kind == ActorKind::System {
            return Err(ReasonCode::Unauthenticated);
        }
        if claims.on_behalf_of.is_some() && !is_agent {
            return Err(ReasonCode::InvalidRequest);
        }
        Ok(claims)
    }

    async fn linked_user(
        &self,
        claims: &Claims,
        deadline: Deadline,
    ) -> Result<Option<UserId>, Refusal> {
        let options = UnitOptions::read(Scope::Tenantless).deadline(deadline);
        let mut tx = self.ports().store.begin(options);
        let key = (claims.issuer.clone(), claims.subject.clone());
        let linked = tx.get::<ExternalIdentity>(&key).await?;
        Ok(linked.map(|found| found.record.user_id))
    }

    /// Asks the authorizer; says whether an approval is on file.
    async fn authorized(
        &self,
        claims: &Claims,
        asked: Asked<'_>,
        known: &Known,
        grant: Grant,
        deadline: Deadline,
    ) -> Result<bool, ReasonCode> {
        let question = Question {
            operation: asked.spec.name,
            actor: &known.actor,
            roles: &claims.roles,
            tenant: known.tenant.as_ref(),
            target: asked.target,
        };
        let decision = self.ports().authorizer.decide(&question, deadline).await;
        match decision {
            Decision::Deny(reason) => Err(reason),
            _ if deadline.has_passed() => Err(ReasonCode::PolicyUnavailable),
            Decision::Allow => Ok(false),
            Decision::Approved => Ok(true),
            Decision::Unavailable
                if grant == Grant::Own && !asked.spec.is_mutation() && !claims.break_glass =>
            {
                Ok(false)
            }
            Decision::Unavailable => Err(ReasonCode::PolicyUnavailable),
        }
    }
}

/// Who a denied caller is of whom nothing is known.
fn nobody() -> Actor {
    // A literal that keeps the rule of ids; the fallback is never taken.
    let id = ActorId::new("unauthenticated").unwrap_or_else(|_| unreachable!("a valid literal"));
    Actor {
        kind: ActorKind::Human,
        id,
        on_behalf_of: None,
        break_glass: false,
    }
}

/// The actor of verified claims. A person without a known user is named by a digest.
fn actor(claims: &Claims, user_id: Option<&UserId>) -> Actor {
    let id = match (claims.kind, user_id) {
        (ActorKind::Human, Some(user_id)) => ActorId::new(user_id.as_str()),
        (ActorKind::Human, None) => {
            let digest = sha256_hex(format!(
                "{}\n{}",
                claims.issuer.as_str(),
                claims.subject.as_str()
            ));
            ActorId::new(format!("unlinked-{}", &digest[..32]))
        }
        _ => ActorId::new(claims.subject.as_str()).or_else(|_| {
            let digest = sha256_hex(claims.subject.as_str());
            ActorId::new(format!("subject-{}", &digest[..32]))
        }),
    };
    let on_behalf_of = claims
        .on_behalf_of
        .as_ref()
        .and_then(|user_id| ActorId::new(user_id.as_str()).ok());
    Actor {
        kind: claims.kind,
        id: id.unwrap_or_else(|_| nobody().id),
        on_behalf_of,
        break_glass: claims.break_glass,
    }
}

/// The user in whose stead an [`Grant::Own`] call is made.
fn acting_user(claims: &Claims) -> Option<UserId> {
    match claims.kind {
        ActorKind::Human => claims.user_id.clone(),
        ActorKind::Agent => claims.on_behalf_of.clone(),
        ActorKind::Service | ActorKind::System => None,
    }
}

fn resolve_tenant(
    requested: Option<&TenantId>,
    claims: &Claims,
    reach: Reach,
) -> Result<Option<TenantId>, ReasonCode> {
    let tenant = requested.or(claims.tenant.as_ref());
    let is_operator = claims.roles.contains(&Role::PlatformOperator);
    if let IssuerTenants::Only(tenants) = &claims.issuer_tenants {
        let speaks = tenant.is_some_and(|tenant| tenants.contains(tenant));
        if !speaks || reach == Reach::Platform {
            return Err(ReasonCode::IssuerForeignToTenant);
        }
    }
    if tenant.is_some() && tenant != claims.tenant.as_ref() && !is_operator && !claims.break_glass {
        return Err(ReasonCode::CrossTenant);
    }
    if tenant.is_none() && reach == Reach::Tenant {
        return Err(ReasonCode::TenantUnresolved);
    }
    Ok(tenant.cloned())
}

/// The first grant that holds.
fn granted(
    claims: &Claims,
    asked: Asked<'_>,
    user_id: Option<&UserId>,
    tenant: Option<&TenantId>,
) -> Option<Grant> {
    let in_own_tenant = tenant.is_none() || tenant == claims.tenant.as_ref();
    let holds = |grant: &Grant| match grant {
        Grant::Anyone => true,
        Grant::Own => user_id.is_some() && asked.owner.is_none_or(|owner| user_id == Some(owner)),
        Grant::TenantAdmin => {
            claims.roles.contains(&Role::TenantAdmin) && tenant.is_some() && in_own_tenant
        }
        Grant::Service => {
            claims.kind == ActorKind::Service
                && (in_own_tenant || claims.roles.contains(&Role::PlatformOperator))
        }
        Grant::PlatformOperator => {
            claims.roles.contains(&Role::PlatformOperator) || claims.break_glass
        }
    };
    asked.spec.grants.iter().copied().find(holds)
}

/// Why no grant holds.
fn lacking(spec: &OperationSpec, user_id: Option<&UserId>) -> ReasonCode {
    if spec.grants == [Grant::PlatformOperator] {
        ReasonCode::PlatformOperatorRequired
    } else if spec.grants == [Grant::Own] && user_id.is_none() {
        ReasonCode::Unauthenticated
    } else {
        ReasonCode::RoleMissing
    }
}

impl Standing {
    /// Asks for what the caller's standing is judged by.
    pub(crate) fn reads(stands: Stands, admitted: &Admitted, flight: &mut Flight) -> Self {
        let mut standing = Self::default();
        let Some(user_id) = admitted.user_id.as_ref() else {
            return standing;
        };
        if stands == Stands::Nowhere {
            return standing;
        }
        if admitted.actor.kind == ActorKind::Human {
            let key = (admitted.issuer.clone(), admitted.subject.clone());
            standing.identity = Some(flight.get::<ExternalIdentity>(&key));
        }
        standing.account = Some(flight.get::<Account>(user_id));
        if let Some(tenant) = &admitted.tenant
            && stands == Stands::InTenant
        {
            let key = (tenant.clone(), user_id.clone());
            standing.tenant_account = Some(flight.get::<TenantAccount>(&key));
        }
        standing
    }

    /// Judges the caller's standing: the identity is linked to the user whom the claims name, and
    /// the accounts are active. A platform operator needs none, but may have none that is not.
    pub(crate) fn check(&self, admitted: &Admitted, answers: &Answers) -> Result<(), Refusal> {
        let is_operator = admitted.is_operator() || admitted.actor.break_glass;
        if let Some(place) = self.identity {
            match answers.one(place)? {
                Some(found) if Some(&found.record.user_id) == admitted.user_id.as_ref() => {}
                Some(_) => return Err(Refusal::denied(ReasonCode::IdentityLinkedElsewhere)),
                None if is_operator => {}
                None => return Err(Refusal::denied(ReasonCode::Unauthenticated)),
            }
        }
        let active = |status: Option<AccountStatus>, reason| match status {
            Some(AccountStatus::Active) => Ok(()),
            None if is_operator => Ok(()),
            _ => Err(Refusal::denied(reason)),
        };
        if let Some(place) = self.account {
            let status = answers.one(place)?.map(|found| found.record.status);
            active(status, ReasonCode::AccountInactive)?;
        }
        if let Some(place) = self.tenant_account {
            let status = answers.one(place)?.map(|found| found.record.status);
            active(status, ReasonCode::TenantAccountInactive)?;
        }
        Ok(())
    }
}
