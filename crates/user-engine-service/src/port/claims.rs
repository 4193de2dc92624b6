//! The claims port: who is calling, as the outside world vouches for it.

use async_trait::async_trait;
use std::collections::BTreeSet;
use user_engine_domain::{
    ActorKind, Issuer, Sensitive, Subject, TenantId, Text, Timestamp, UserId,
};
use user_engine_ports::Deadline;

/// What a caller shows: a token, a session, a certificate's name. Never logged.
pub type Credential = Sensitive<Text>;

/// Verifies credentials. Who exists as a tenant, and for which tenants an issuer may speak, is
/// decided behind this port.
#[async_trait]
pub trait ClaimsVerifier: Send + Sync {
    /// Verifies a credential and says what it claims.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Invalid`] for what doesn't verify, [`ClaimsError::Untrusted`] for an issuer
    /// that isn't trusted, [`ClaimsError::Unavailable`] when nothing could be verified.
    async fn verify(
        &self,
        credential: &Credential,
        deadline: Deadline,
    ) -> Result<Claims, ClaimsError>;
}

/// Why there are no claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// The credential doesn't verify.
    #[error("the credential does not verify")]
    Invalid,
    /// The credential's issuer isn't trusted.
    #[error("the issuer is not trusted")]
    Untrusted,
    /// Nothing could be verified; everybody is denied.
    #[error("claims can't be verified")]
    Unavailable,
}

/// The tenants that an issuer may speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerTenants {
    /// Every tenant, and none.
    Any,
    /// These alone; its identities sign in nowhere else, also not without a tenant.
    Only(BTreeSet<TenantId>),
}

/// What a role lets its bearer do; which roles a credential carries is decided outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Acts for the tenant of the claims.
    TenantAdmin,
    /// Acts for the platform, in every tenant. By an issuer that may speak for some tenants only it
    /// counts as [`Role::TenantAdmin`].
    PlatformOperator,
}

/// What a verified credential says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// A person, a service or an agent. A credential that says `system` is refused.
    pub kind: ActorKind,
    /// Who vouches.
    pub issuer: Issuer,
    /// For whom.
    pub subject: Subject,
    /// The user that the subject is linked to, where the issuer knows it. It is checked against
    /// the link and spares a round trip.
    pub user_id: Option<UserId>,
    /// The user whom an agent acts for.
    pub on_behalf_of: Option<UserId>,
    /// The tenant that the credential is for.
    pub tenant: Option<TenantId>,
    /// The tenants that the issuer may speak for.
    pub issuer_tenants: IssuerTenants,
    /// The bearer's roles.
    pub roles: BTreeSet<Role>,
    /// Whether emergency rights are used: the authorizer must say yes, whatever the roles. They are
    /// an operator's, by an issuer that may speak for some tenants only an administrator's.
    pub break_glass: bool,
    /// When the credential ends; judged by the service's clock.
    pub expires_at: Option<Timestamp>,
}
