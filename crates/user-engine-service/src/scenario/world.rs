//! A service on some store, and the people who call it.

use super::canary::CANARY;
use super::ports::{CountingIds, MovableClock, ScriptedAuthorizer, ScriptedClaims, Yielding};
use super::trips::CountedStore;
use crate::context::RequestContext;
use crate::error::ServiceError;
use crate::port::{Claims, IssuerTenants, Role};
use crate::service::{Ports, UserEngineService};
use crate::user::{CreateUser, LinkIdentity};
use std::sync::Arc;
use user_engine_domain::{
    AccountStatus, ActorKind, FieldError, Issuer, Sensitive, Subject, TenantId, Text, Timestamp,
    UserId,
};
use user_engine_ports::{IdSource, UserEngineStore};

/// The issuer of everybody in a story, unless it says otherwise.
pub const ISSUER: &str = "https://id.example";

/// A service on some store, with ports that the story moves.
#[derive(Debug, Clone)]
pub struct World {
    /// The service.
    pub service: UserEngineService,
    /// Its store, which counts round trips.
    pub store: Arc<CountedStore>,
    /// Who is who.
    pub claims: Arc<ScriptedClaims>,
    /// Who may what.
    pub authorizer: Arc<ScriptedAuthorizer>,
    /// What time it is.
    pub clock: Arc<MovableClock>,
}

impl World {
    /// A world over a store that is migrated and empty, at the first instant of 2026. It knows two
    /// credentials: `operator`, a platform operator, and by [`World::desk`] a service for each
    /// tenant.
    ///
    /// # Errors
    ///
    /// Never, while its literals keep the rules of ids.
    pub fn new(store: Arc<dyn UserEngineStore>) -> Result<Self, FieldError> {
        Self::with_ids(store, Arc::new(CountingIds::default()))
    }

    /// The same world with ids of another source, for stores that several worlds share.
    ///
    /// # Errors
    ///
    /// As [`World::new`].
    pub fn with_ids(
        store: Arc<dyn UserEngineStore>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, FieldError> {
        let store = Arc::new(CountedStore::new(store));
        let claims = Arc::new(ScriptedClaims::default());
        let authorizer = Arc::new(ScriptedAuthorizer::default());
        let start = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z")?;
        let clock = Arc::new(MovableClock::at(start));
        let service = UserEngineService::new(Ports {
            store: store.clone(),
            claims: claims.clone(),
            authorizer: authorizer.clone(),
            clock: clock.clone(),
            ids,
            pause: Arc::new(Yielding),
        });
        let operator = Claims {
            roles: [Role::PlatformOperator].into(),
            ..claims_of(ActorKind::Service, "operator")?
        };
        claims.set("operator", Ok(operator));
        Ok(Self {
            service,
            store,
            claims,
            authorizer,
            clock,
        })
    }

    /// A request under a credential, by its text.
    ///
    /// # Errors
    ///
    /// Refuses a credential that is no text.
    pub fn by(&self, credential: &str) -> Result<RequestContext, FieldError> {
        Ok(RequestContext::new(Sensitive::new(Text::new(credential)?)))
    }

    /// A request of a tenant's own service, which acts as its administrator.
    ///
    /// # Errors
    ///
    /// Refuses what is no tenant id.
    pub fn desk(&self, tenant: &str) -> Result<RequestContext, FieldError> {
        let credential = format!("desk of {tenant}");
        let claims = Claims {
            tenant: Some(TenantId::new(tenant)?),
            roles: [Role::TenantAdmin].into(),
            ..claims_of(ActorKind::Service, &credential)?
        };
        self.claims.set(&credential, Ok(claims));
        self.by(&credential)
    }

    /// Has a tenant's desk create an active user of this id and link the subject of the same name;
    /// gives a request of theirs in the tenant. Name and address are canaries.
    ///
    /// # Errors
    ///
    /// The operations' own.
    pub async fn person(&self, tenant: &str, user_id: &str) -> Result<RequestContext, Failed> {
        let desk = self.desk(tenant)?;
        let create = CreateUser {
            user_id: Some(UserId::new(user_id)?),
            display_name: Some(Sensitive::new(Text::new(format!("{CANARY} name"))?)),
            primary_email: Some(Sensitive::new(Text::new(format!("{CANARY}@mail.example"))?)),
            status: AccountStatus::Active,
        };
        self.service.create_user(&desk, create).await?;
        let link = LinkIdentity {
            user_id: UserId::new(user_id)?,
            issuer: Issuer::new(ISSUER)?,
            subject: Subject::new(user_id)?,
        };
        self.service.link_identity(&desk, link).await?;
        self.sign_in(tenant, user_id, &[])
    }

    /// Gives a request of a user's in a tenant, with roles; the user signs in by the subject of
    /// the same name.
    ///
    /// # Errors
    ///
    /// Refuses what are no ids.
    pub fn sign_in(
        &self,
        tenant: &str,
        user_id: &str,
        roles: &[Role],
    ) -> Result<RequestContext, Failed> {
        let claims = Claims {
            user_id: Some(UserId::new(user_id)?),
            tenant: Some(TenantId::new(tenant)?),
            roles: roles.iter().copied().collect(),
            ..claims_of(ActorKind::Human, user_id)?
        };
        let credential = format!("{user_id} in {tenant} as {roles:?}");
        self.claims.set(&credential, Ok(claims));
        Ok(self.by(&credential)?)
    }
}

/// Plain claims: no user, no tenant, no role, from an issuer that speaks for everybody.
///
/// # Errors
///
/// Refuses what is no subject.
pub fn claims_of(kind: ActorKind, subject: &str) -> Result<Claims, FieldError> {
    Ok(Claims {
        kind,
        issuer: Issuer::new(ISSUER)?,
        subject: Subject::new(subject)?,
        user_id: None,
        on_behalf_of: None,
        tenant: None,
        issuer_tenants: IssuerTenants::Any,
        roles: std::collections::BTreeSet::new(),
        break_glass: false,
        expires_at: None,
    })
}

/// Why a story could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// A literal of the story breaks a rule.
    #[error("a value of the story was refused: {0}")]
    Field(#[from] FieldError),
    /// The service refused what the story needs.
    #[error("the service refused: {0}")]
    Service(#[from] ServiceError),
    /// The store failed under the story's own look at it.
    #[error("the store failed: {0}")]
    Store(#[from] user_engine_ports::StoreError),
    /// Something is not as the story tells it.
    #[error("not as told: {0}")]
    Untrue(String),
}
