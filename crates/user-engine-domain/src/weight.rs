//! How much content a record holds: the measure of the store's limits, the same on every store.
//!
//! The weight of a text is its bytes, of a JSON value the bytes of its encoding, of anything else a
//! fixed few; a list or map weighs its entries. A stored form is larger by field names and escapes.

use crate::bounded::{List, Map};
use crate::json::JsonValue;
use crate::record::DomainRecord;
use crate::sensitive::Sensitive;
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::{
    AccessProfile, AccessProfileId, AccessScope, AccessScopeType, Account, AccountStatus,
    ActiveAccessContext, ActorId, Application, ApplicationBinding, ApplicationBindingEntitlement,
    ApplicationId, ApplicationState, AssetId, AttributeDefinition, AttributeKey, AuditId,
    AuditRecord, Catalog, CatalogNamespace, CatalogState, CatalogVersion, CorrelationId,
    Entitlement, EventId, EventType, ExternalIdentity, FactorId, FactorRequirement, FactorType,
    FamilyInvitation, GroupId, HandOff, IdentityFactor, InvitationId, InvitationStatus, Issuer,
    JourneyId, JourneyStatus, JourneyStep, JourneyTask, LifecycleGap, Membership,
    MembershipEntitlement, MembershipId, MembershipKind, MembershipRequirement, MembershipScope,
    MembershipScopeType, Mutability, OnboardingJourney, OnboardingJourneyEntitlement,
    OnboardingTrigger, OperationId, OperationName, OutboxEvent, PreparedAccount,
    PreparedAccountClaim, PreparedAccountId, PreparedAccountStatus, ProfileScope, ProfileValue,
    ProfileValueEntitlement, ProtocolId, ProtocolMatch, ProtocolStep, RealmId, RegistrationId,
    RegistrationSession, RegistrationStatus, ScopeId, Sensitivity, ServiceId, SourceId, StepKey,
    StepStatus, Subject, Subsystem, TenantAccount, TenantAccountEntitlement, TenantId, User,
    UserId, ValueType, Visibility, WelcomeProtocol,
};

/// The weight of what has a fixed size: an instant, a flag, a number, one of a closed list.
const FIXED: usize = 8;

/// What has a weight.
pub(crate) trait Weigh {
    /// The weight in bytes.
    fn weight(&self) -> usize;
}

impl Weigh for Text {
    fn weight(&self) -> usize {
        self.as_str().len()
    }
}

impl Weigh for JsonValue {
    fn weight(&self) -> usize {
        self.encoded_bytes()
    }
}

impl<T: Weigh> Weigh for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weigh::weight)
    }
}

impl<T: Weigh> Weigh for Sensitive<T> {
    fn weight(&self) -> usize {
        self.expose().weight()
    }
}

impl<T: Weigh> Weigh for List<T> {
    fn weight(&self) -> usize {
        self.iter().map(Weigh::weight).sum()
    }
}

impl<K: Weigh, V: Weigh> Weigh for Map<K, V> {
    fn weight(&self) -> usize {
        self.iter()
            .map(|(key, value)| key.weight() + value.weight())
            .sum()
    }
}

macro_rules! weigh_text {
    ($($id:ty),+ $(,)?) => {
        $(impl Weigh for $id {
            fn weight(&self) -> usize {
                self.as_str().len()
            }
        })+
    };
}

macro_rules! weigh_fixed {
    ($($value:ty),+ $(,)?) => {
        $(impl Weigh for $value {
            fn weight(&self) -> usize {
                FIXED
            }
        })+
    };
}

/// Sums the fields; a field that is not listed does not compile.
macro_rules! weigh {
    ($($record:ident { $($field:ident),+ $(,)? })+) => {
        $(impl Weigh for $record {
            fn weight(&self) -> usize {
                let Self { $($field),+ } = self;
                0 $(+ $field.weight())+
            }
        })+
    };
}

weigh_text!(
    AccessProfileId,
    ActorId,
    ApplicationId,
    AssetId,
    AttributeKey,
    AuditId,
    CatalogNamespace,
    CorrelationId,
    EventId,
    EventType,
    FactorId,
    GroupId,
    InvitationId,
    Issuer,
    JourneyId,
    MembershipId,
    MembershipKind,
    OperationId,
    OperationName,
    PreparedAccountId,
    ProtocolId,
    RealmId,
    RegistrationId,
    ScopeId,
    ServiceId,
    SourceId,
    StepKey,
    Subject,
    Subsystem,
    TenantId,
    UserId
);

weigh_fixed!(
    bool,
    u32,
    Timestamp,
    AccessScopeType,
    AccountStatus,
    ApplicationState,
    CatalogState,
    FactorType,
    InvitationStatus,
    JourneyStatus,
    MembershipScopeType,
    Mutability,
    OnboardingTrigger,
    PreparedAccountStatus,
    ProfileScope,
    RegistrationStatus,
    Sensitivity,
    StepStatus,
    ValueType,
    Visibility
);

weigh! {
    AccessScope { scope_type, scope_id }
    MembershipRequirement { scope_type, scope_id, kind }
    AccessProfile { tenant, access_profile_id, hat_name, scope, realm, service_id, asset_id, required_memberships, required_factor_types, profile_defaults, projection_claims, group_ids, requires_approval, created_at, updated_at }
    Account { user_id, status, created_at, updated_at }
    ActiveAccessContext { tenant, user_id, access_profile_id, scope, matched_membership_ids, verified_factor_ids, group_ids, projection_claims, profile_defaults, selected_at }
    Application { application_id, display_name, state, created_at, updated_at }
    ApplicationBinding { application_id, oidc_client_id, protected_system, catalog_namespace, event_identity, deployment, updated_at }
    AttributeDefinition { key, value_type, default, sensitivity, visibility, mutability, retired }
    Catalog { namespace, application_id, version, state, attributes, published_at }
    TenantAccountEntitlement { status, requires_approval }
    MembershipEntitlement { scope, kind, requires_approval }
    ProfileValueEntitlement { attribute_key, scope, value, requires_approval }
    ApplicationBindingEntitlement { application_id, requires_approval }
    OnboardingJourneyEntitlement { protocol_id, requires_approval }
    ExternalIdentity { issuer, subject, user_id, linked_at }
    FamilyInvitation { tenant, invitation_id, user_id, role, status, sent_count, expires_at, created_at, updated_at }
    IdentityFactor { factor_id, registration_id, user_id, factor_type, normalized_value, display_value, source_system, assurance, evidence_references, verified_at, expires_at }
    MembershipScope { scope_type, scope_id }
    Membership { tenant, membership_id, user_id, scope, kind, created_at }
    JourneyTask { kind, external_reference }
    HandOff { subsystem, callback_reference, received_at }
    JourneyStep { step_key, status, task, hand_off }
    OnboardingJourney { tenant, journey_id, user_id, protocol_id, trigger, source_id, status, active_step_key, steps, lifecycle_gaps, correlation_id, created_at, updated_at }
    FactorRequirement { factor_type, normalized_value, source_system, evidence_references }
    PreparedAccountClaim { user_id, registration_id, claimed_at }
    PreparedAccount { tenant, prepared_account_id, factor_requirements, entitlements, status, prepared_by, display_name_hint, primary_email_hint, claim, expires_at, created_at, updated_at }
    ProfileValue { tenant, user_id, attribute_key, scope, scope_id, value, updated_by, updated_at }
    RegistrationSession { registration_id, tenant, status, user_id, correlation_id, expires_at, created_at, updated_at }
    TenantAccount { tenant, user_id, status, created_at, updated_at }
    User { user_id, display_name, primary_email, created_at, updated_at }
    ProtocolMatch { application_id, realm, service_id, role, hat, prepared_journey, required_factor_types }
    ProtocolStep { step_key, subsystem, task_kind, external_task_reference, callback_reference, support_reference, callback_required }
    WelcomeProtocol { tenant, protocol_id, trigger, matching, steps, created_at }
}

impl Weigh for Entitlement {
    fn weight(&self) -> usize {
        match self {
            Self::TenantAccount(it) => it.weight(),
            Self::Membership(it) => it.weight(),
            Self::ProfileValue(it) => it.weight(),
            Self::ApplicationBinding(it) => it.weight(),
            Self::OnboardingJourney(it) => it.weight(),
        }
    }
}

impl DomainRecord {
    /// The bytes of content that this record holds: what the store's limits are measured in.
    pub fn weight(&self) -> usize {
        match self {
            Self::AccessProfile(record) => record.weight(),
            Self::Account(record) => record.weight(),
            Self::ActiveAccessContext(record) => record.weight(),
            Self::Application(record) => record.weight(),
            Self::ApplicationBinding(record) => record.weight(),
            Self::Catalog(record) => record.weight(),
            Self::ExternalIdentity(record) => record.weight(),
            Self::FamilyInvitation(record) => record.weight(),
            Self::IdentityFactor(record) => record.weight(),
            Self::Membership(record) => record.weight(),
            Self::OnboardingJourney(record) => record.weight(),
            Self::PreparedAccount(record) => record.weight(),
            Self::ProfileValue(record) => record.weight(),
            Self::RegistrationSession(record) => record.weight(),
            Self::TenantAccount(record) => record.weight(),
            Self::User(record) => record.weight(),
            Self::WelcomeProtocol(record) => record.weight(),
        }
    }
}

impl AuditRecord {
    /// The bytes of content that this audit record holds, its ids included.
    pub fn weight(&self) -> usize {
        let target = self.target.as_ref().map_or(0, |target| target.key().len());
        let actor = self.actor.id.weight() + self.actor.on_behalf_of.weight();
        self.audit_id.weight()
            + self.operation_id.weight()
            + self.correlation_id.weight()
            + self.tenant.weight()
            + self.operation.weight()
            + actor
            + target
            + FIXED
    }
}

impl OutboxEvent {
    /// The bytes of content that this event holds, its ids included.
    pub fn weight(&self) -> usize {
        self.event_id.weight()
            + self.event_type.weight()
            + self.aggregate.key.as_str().len()
            + self.tenant.weight()
            + self.operation_id.weight()
            + self.correlation_id.weight()
            + self.payload.weight()
            + FIXED
    }
}

impl Weigh for CatalogVersion {
    fn weight(&self) -> usize {
        self.to_string().len()
    }
}

impl Weigh for LifecycleGap {
    fn weight(&self) -> usize {
        self.subsystem.weight() + self.step_key.weight()
    }
}
