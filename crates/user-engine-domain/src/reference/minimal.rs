//! One record of each kind that has anything optional, without it.

use super::full;
use super::{fixed, secret};
use crate::{
    AccessProfile, AccessScope, AccessScopeType, ActiveAccessContext, ApplicationBinding, Catalog,
    CatalogState, FactorRequirement, FactorType, FamilyInvitation, IdentityFactor, JourneyStatus,
    List, Map, OnboardingJourney, PreparedAccount, PreparedAccountStatus, ProfileScope,
    ProfileValue, ProtocolMatch, RegistrationSession, RegistrationStatus, Sensitive, User,
    WelcomeProtocol,
};

/// A user of whom nothing is known.
pub fn minimal_user() -> User {
    User {
        display_name: None,
        primary_email: None,
        ..full::user()
    }
}

/// A binding to nothing.
pub fn minimal_application_binding() -> ApplicationBinding {
    ApplicationBinding {
        oidc_client_id: None,
        protected_system: None,
        catalog_namespace: None,
        event_identity: None,
        deployment: Map::default(),
        ..full::application_binding()
    }
}

/// An empty draft.
pub fn minimal_catalog() -> Catalog {
    Catalog {
        version: fixed("0.1.0"),
        state: CatalogState::Draft,
        attributes: List::default(),
        ..full::catalog()
    }
}

/// An invitation that never runs out and was not sent.
pub fn minimal_family_invitation() -> FamilyInvitation {
    FamilyInvitation {
        sent_count: 0,
        expires_at: None,
        ..full::family_invitation()
    }
}

/// A factor that never runs out, of a user not yet known.
pub fn minimal_identity_factor() -> IdentityFactor {
    IdentityFactor {
        user_id: None,
        display_value: None,
        assurance: Map::default(),
        evidence_references: List::default(),
        expires_at: None,
        ..full::identity_factor()
    }
}

/// A value that holds everywhere.
pub fn minimal_profile_value() -> ProfileValue {
    ProfileValue {
        tenant: None,
        scope: ProfileScope::Global,
        scope_id: None,
        ..full::profile_value()
    }
}

/// A registration just begun, for no tenant.
pub fn minimal_registration_session() -> RegistrationSession {
    RegistrationSession {
        tenant: None,
        status: RegistrationStatus::Started,
        user_id: None,
        expires_at: None,
        ..full::registration_session()
    }
}

/// A pending prepared account that gives nothing.
pub fn minimal_prepared_account() -> PreparedAccount {
    PreparedAccount {
        factor_requirements: List::from([FactorRequirement {
            factor_type: FactorType::Invite,
            normalized_value: secret("code-7"),
            source_system: None,
            evidence_references: List::default(),
        }]),
        entitlements: List::default(),
        status: PreparedAccountStatus::Pending,
        display_name_hint: None,
        primary_email_hint: None,
        claim: None,
        expires_at: None,
        ..full::prepared_account()
    }
}

/// A hat that requires and grants nothing, worn in the tenant.
pub fn minimal_access_profile() -> AccessProfile {
    AccessProfile {
        scope: AccessScope {
            scope_type: AccessScopeType::Tenant,
            scope_id: fixed("acme"),
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
        ..full::access_profile()
    }
}

/// A hat that required and granted nothing, worn by the user.
pub fn minimal_active_access_context() -> ActiveAccessContext {
    ActiveAccessContext {
        matched_membership_ids: List::default(),
        verified_factor_ids: List::default(),
        group_ids: List::default(),
        projection_claims: Map::default(),
        profile_defaults: Sensitive::new(Map::default()),
        ..full::active_access_context()
    }
}

/// A protocol that matches anything and has no step.
pub fn minimal_welcome_protocol() -> WelcomeProtocol {
    WelcomeProtocol {
        matching: ProtocolMatch::default(),
        steps: List::default(),
        ..full::welcome_protocol()
    }
}

/// A journey without steps.
pub fn minimal_onboarding_journey() -> OnboardingJourney {
    OnboardingJourney {
        status: JourneyStatus::Active,
        active_step_key: None,
        steps: List::default(),
        lifecycle_gaps: List::default(),
        ..full::onboarding_journey()
    }
}
