//! Who may call: claims, tenant, grants, the authorizer, and the caller's own accounts.
//!
//! - `grant`: which tenant a call resolves to, and by which grant it is made
//! - `standing`: the caller's identity and accounts, judged in the operation's first flight
//! - `within`: waiting for a port no longer than the call may last

mod grant;
mod standing;
#[cfg(test)]
mod tests;
mod within;

pub(crate) use standing::Standing;

use grant::{acting_user, granted, lacking, needs_link, resolve_tenant};
use within::within;

use crate::context::RequestContext;
use crate::core::caller::Caller;
use crate::core::draft::internal;
use crate::core::expiry::has_run_out;
use crate::core::operation::{Grant, OperationSpec, Stands};
use crate::error::Refusal;
use crate::port::{Claims, ClaimsError, Decision, IssuerTenants, Question, Role};
use crate::service::UserEngineService;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use user_engine_domain::{
    Actor, ActorId, ActorKind, CorrelationId, ExternalIdentity, FieldError, Issuer, OperationId,
    ReasonCode, RecordId, Subject, TenantId, Timestamp, UserId, sha256_hex,
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
    /// The caller's roles; an issuer that may speak for some tenants only makes administrators of
    /// them and no operators.
    pub roles: BTreeSet<Role>,
    /// The tenants that the caller's issuer may speak for.
    pub issuer_tenants: IssuerTenants,
    /// The resolved tenant.
    pub tenant: Option<TenantId>,
    /// The record that the request names, where it names one; nothing says that it exists.
    pub target: Option<RecordId>,
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

    /// Whether the caller acts for the platform: as an operator, or by emergency rights, which the
    /// authorizer confirmed; never where the issuer may speak for some tenants only.
    pub fn is_operator(&self) -> bool {
        let is_operator = self.roles.contains(&Role::PlatformOperator) || self.actor.break_glass;
        is_operator && self.issuer_tenants == IssuerTenants::Any
    }

    /// What a denial of this caller is recorded with.
    pub(crate) fn known(&self) -> Known {
        Known {
            actor: self.actor.clone(),
            tenant: self.tenant.clone(),
            target: self.target.clone(),
            deadline: self.deadline,
            signed_in: None,
        }
    }
}

/// What is known of a caller when a denial has to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) actor: Actor,
    pub(crate) tenant: Option<TenantId>,
    /// The record that the request names; nothing says that it exists.
    pub(crate) target: Option<RecordId>,
    pub(crate) deadline: Deadline,
    /// The person who was denied as nobody's user, or another's than the request is about, and
    /// what an own request of that person reaches.
    signed_in: Option<(Claims, Scope)>,
}

/// How long the record of a denial may take when the call's own deadline leaves less: a caller who
/// is denied late is denied in writing too.
const DENIAL_GRACE: Duration = Duration::from_secs(2);

impl Known {
    /// By when a denial has to be on record.
    pub(crate) fn recorded_by(&self) -> Deadline {
        self.deadline.max(Deadline::after(DENIAL_GRACE))
    }

    /// By whom and in which scope an own request may have been made before this call was denied:
    /// by the same sign-in, when it was still that user's.
    pub(crate) fn earlier(&self) -> Option<(Caller<'_>, &Scope)> {
        let (claims, scope) = self.signed_in.as_ref()?;
        Some((Caller::person(claims, self.tenant.as_ref()), scope))
    }

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

/// What an operation is asked for, as far as admission goes.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) spec: &'a OperationSpec,
    pub(crate) owner: Option<&'a UserId>,
    pub(crate) target: Option<&'a RecordId>,
    /// The target in the resolved tenant, where its key begins with it.
    pub(crate) target_in: &'a (dyn Fn(&TenantId) -> Option<RecordId> + Sync),
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
            target: asked.target.cloned(),
            deadline: context.deadline,
            signed_in: None,
        };
        let denied = |reason, known: &Known| {
            let target = known.target.clone();
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
        if let (None, Some(tenant)) = (&known.target, &tenant) {
            known.target = (asked.target_in)(tenant);
        }

        let mut user_id = acting_user(&claims);
        let mut grant = granted(&claims, asked, user_id.as_ref(), tenant.as_ref());
        let is_person = claims.kind == ActorKind::Human;
        if is_person && user_id.is_none() && needs_link(asked.spec, grant) {
            // The issuer doesn't know the user: the link does, one round trip later.
            user_id = self
                .linked_user(&claims, context.deadline)
                .await
                .map_err(|refusal| (refusal, known.clone()))?;
            known.actor = actor(&claims, user_id.as_ref());
            grant = granted(&claims, asked, user_id.as_ref(), tenant.as_ref());
        }
        let is_open = asked.spec.grants.contains(&Grant::Anyone);
        let is_nobody = |grant| is_person && user_id.is_none() && !may_be_nobody(asked.spec, grant);
        if is_open && grant.is_some_and(is_nobody) {
            // Whoever is nobody yet has no role to come by, but may come as anybody.
            grant = Some(Grant::Anyone);
        }
        let reason = match grant {
            None => Some(lacking(asked.spec, user_id.as_ref())),
            // Roles are for users, whose accounts can be judged; only the platform's need none.
            Some(grant) if is_nobody(grant) => Some(ReasonCode::Unauthenticated),
            Some(_) => None,
        };
        let (Some(grant), None) = (grant, reason) else {
            if is_person {
                let own = grant::scope(asked.spec.reach, Grant::Own, &claims, tenant.as_ref());
                known.signed_in = own.ok().map(|scope| (claims, scope));
            }
            return Err(denied(reason.unwrap_or(ReasonCode::RoleMissing), &known));
        };
        let scope = grant::scope(asked.spec.reach, grant, &claims, tenant.as_ref())
            .map_err(|reason| denied(reason, &known))?;
        let requested = context.tenant.as_ref();
        let tenant = grant::tenant_of_call(asked.spec.reach, grant, requested, tenant);
        known.tenant.clone_from(&tenant);
        let is_approved = self
            .authorized(&claims, asked, &known, grant)
            .await
            .map_err(|reason| denied(reason, &known))?;
        Ok(Admitted {
            actor: known.actor,
            user_id,
            issuer: claims.issuer,
            subject: claims.subject,
            roles: claims.roles,
            issuer_tenants: claims.issuer_tenants,
            tenant,
            target: known.target,
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

    /// Verifies the credential. One that has ended proves nothing about who shows it now, so that
    /// its denial names nobody.
    async fn verified(
        &self,
        context: &RequestContext,
        now: Timestamp,
    ) -> Result<Claims, ReasonCode> {
        let ports = self.ports();
        let asking = ports.claims.verify(&context.credential, context.deadline);
        let verified = within(&*ports.pause, context.deadline, asking).await;
        let verified = verified.unwrap_or(Err(ClaimsError::Unavailable));
        let mut claims = verified.map_err(|error| match error {
            ClaimsError::Invalid => ReasonCode::Unauthenticated,
            ClaimsError::Untrusted => ReasonCode::IssuerUntrusted,
            ClaimsError::Unavailable => ReasonCode::PolicyUnavailable,
        })?;
        let has_ended = has_run_out(claims.expires_at, now);
        let is_agent = claims.kind == ActorKind::Agent;
        if has_ended || claims.kind == ActorKind::System {
            return Err(ReasonCode::Unauthenticated);
        }
        if claims.on_behalf_of.is_some() && !is_agent {
            return Err(ReasonCode::InvalidRequest);
        }
        claims.roles = grant::roles(&claims);
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
    ) -> Result<bool, ReasonCode> {
        let question = Question {
            operation: asked.spec.name,
            actor: &known.actor,
            roles: &claims.roles,
            tenant: known.tenant.as_ref(),
            target: known.target.as_ref(),
        };
        let (ports, deadline) = (self.ports(), known.deadline);
        let asking = ports.authorizer.decide(&question, deadline);
        let decided = within(&*ports.pause, deadline, asking).await;
        match decided.unwrap_or(Decision::Unavailable) {
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

/// Whether a person of whom no user is known may go on.
fn may_be_nobody(spec: &OperationSpec, grant: Grant) -> bool {
    grant::stands(spec.stands, grant, false) == Stands::Nowhere
        || matches!(grant, Grant::Anyone | Grant::PlatformOperator)
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
