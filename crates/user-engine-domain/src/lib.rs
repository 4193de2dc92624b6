//! The identity domain: record kinds, their fields and the rules that need no store.
//!
//! A value of these types is checked once, when it is made; rules between the fields of a record
//! are checked by [`Record::validate`], which a store asks before it keeps the record.
//!
//! Deliberately absent: stores and transactions, clocks and id sources, the JSON form of whole
//! records, authorization, and every rule that needs a second record.
//!
//! | modules | hold |
//! |---|---|
//! | `id`, `text`, `timestamp`, `json`, `bounded`, `sensitive`, `variant` | values that records are made of |
//! | `record`, `kind`, `key`, `rules`, `weight`, `error` | what all kinds share |
//! | `user`, `account`, `tenant_account`, `external_identity`, `membership` | who somebody is, and where |
//! | `application`, `application_binding`, `catalog`, `catalog_version`, `profile_value` | applications and attributes |
//! | `registration_session`, `identity_factor`, `prepared_account`, `entitlement`, `family_invitation` | how somebody comes in |
//! | `access_profile`, `active_access_context`, `welcome_protocol`, `onboarding_journey` | hats, onboarding |
//! | `actor`, `audit_record`, `outbox_event` | what is told afterwards |
//! | `reference` (feature `reference`) | one fixed record of every kind |
//!
//! # Examples
//!
//! ```
//! use user_engine_domain::{FieldError, Membership, MembershipKind, MembershipScope};
//! use user_engine_domain::{MembershipScopeType, Record, ScopeId, TenantId, Timestamp, UserId};
//!
//! let user_id = UserId::new("01k3")?;
//! let scope = MembershipScope {
//!     scope_type: MembershipScopeType::Team,
//!     scope_id: ScopeId::new("red")?,
//! };
//! let kind = MembershipKind::new("owner")?;
//! let mut membership = Membership {
//!     tenant: TenantId::new("acme")?,
//!     membership_id: Membership::derive_id(&user_id, &scope, &kind),
//!     user_id,
//!     scope,
//!     kind,
//!     created_at: Timestamp::parse_rfc3339("2026-01-01T00:00:00Z")?,
//! };
//! membership.validate()?;
//! assert_eq!(membership.record_key().as_str(), "acme/01k3%2Fteam%2Fred%2Fowner");
//!
//! membership.kind = MembershipKind::new("guest")?;
//! let refused = membership.validate().unwrap_err();
//! assert_eq!(refused.field(), "membership_id");
//! # Ok::<(), FieldError>(())
//! ```

mod access_profile;
mod account;
mod active_access_context;
mod actor;
mod application;
mod application_binding;
mod audit_record;
mod bounded;
mod catalog;
mod catalog_version;
mod digest;
mod entitlement;
mod error;
mod external_identity;
mod family_invitation;
mod id;
mod identity_factor;
mod json;
mod key;
mod kind;
mod membership;
mod onboarding_journey;
mod outbox_event;
mod prepared_account;
mod profile_value;
mod record;
#[cfg(feature = "reference")]
pub mod reference;
mod registration_session;
mod rules;
mod sensitive;
mod tenant_account;
mod text;
mod timestamp;
mod user;
mod variant;
mod weight;
mod welcome_protocol;

pub use access_profile::{AccessProfile, AccessScope, AccessScopeType, MembershipRequirement};
pub use account::{Account, AccountStatus};
pub use active_access_context::ActiveAccessContext;
pub use actor::{Actor, ActorKind};
pub use application::{Application, ApplicationState};
pub use application_binding::ApplicationBinding;
pub use audit_record::{AuditOutcome, AuditRecord, AuditTarget, ReasonCode};
pub use bounded::{List, MAX_ENTRIES, Map};
pub use catalog::*;
pub use catalog_version::CatalogVersion;
pub use digest::sha256_hex;
pub use entitlement::*;
pub use error::{FieldError, Rule};
pub use external_identity::ExternalIdentity;
pub use family_invitation::{FamilyInvitation, InvitationStatus};
pub use id::*;
pub use identity_factor::{FactorType, IdentityFactor};
pub use json::{JSON_MAX_BYTES, JSON_MAX_DEPTH, JsonValue};
pub use key::{KEY_MAX_BYTES, RecordId, RecordKey};
pub use kind::RecordKind;
pub use membership::{Membership, MembershipScope, MembershipScopeType};
pub use onboarding_journey::*;
pub use outbox_event::OutboxEvent;
pub use prepared_account::*;
pub use profile_value::{ProfileScope, ProfileValue, ProfileValueKey};
pub use record::{Columns, DomainRecord, Record};
pub use registration_session::{RegistrationSession, RegistrationStatus};
pub use sensitive::Sensitive;
pub use tenant_account::TenantAccount;
pub use text::{TEXT_MAX_BYTES, Text};
pub use timestamp::Timestamp;
pub use user::User;
pub use welcome_protocol::{OnboardingTrigger, ProtocolMatch, ProtocolStep, WelcomeProtocol};
