//! Strategies for valid records of every kind (feature `proptest`), for property tests here and in
//! the repositories of adapters.
//!
//! Every record that a strategy gives passes [`Record::validate`](user_engine_domain::Record).
//! Keys differ by case, separators, normalization forms and invisible characters; texts, instants
//! and JSON go up to their limits.

mod hat;
mod jsonb;
mod person;
mod value;

pub use jsonb::jsonb_like;
use proptest::prelude::*;
use proptest::sample::select;
use user_engine_domain::{DomainRecord, RecordKind};
pub use value::{id_text, json_value, text, timestamp};

/// Records of one kind.
pub fn record(kind: RecordKind) -> BoxedStrategy<DomainRecord> {
    match kind {
        RecordKind::AccessProfile => hat::access_profile(),
        RecordKind::Account => person::account(),
        RecordKind::ActiveAccessContext => hat::active_access_context(),
        RecordKind::Application => hat::application(),
        RecordKind::ApplicationBinding => hat::application_binding(),
        RecordKind::Catalog => hat::catalog(),
        RecordKind::ExternalIdentity => person::external_identity(),
        RecordKind::FamilyInvitation => person::family_invitation(),
        RecordKind::IdentityFactor => person::identity_factor(),
        RecordKind::Membership => person::membership(),
        RecordKind::OnboardingJourney => hat::onboarding_journey(),
        RecordKind::PreparedAccount => person::prepared_account(),
        RecordKind::ProfileValue => person::profile_value(),
        RecordKind::RegistrationSession => person::registration_session(),
        RecordKind::TenantAccount => person::tenant_account(),
        RecordKind::User => person::user(),
        RecordKind::WelcomeProtocol => hat::welcome_protocol(),
    }
}

/// Records of any kind, each kind as likely as another.
pub fn any_record() -> BoxedStrategy<DomainRecord> {
    select(RecordKind::ALL).prop_flat_map(record).boxed()
}
