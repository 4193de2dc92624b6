//! The ports that the service adds to those of the store: claims and authorization.

pub(crate) mod authorizer;
pub(crate) mod claims;

pub use authorizer::{Authorizer, Decision, Question};
pub use claims::{Claims, ClaimsError, ClaimsVerifier, Credential, IssuerTenants, Role};
