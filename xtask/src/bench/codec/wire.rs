//! The wire forms once more, as plain serde structs without any check: the floor of the codec.

#![expect(
    clippy::struct_field_names,
    reason = "the fields are named as the wire form names them"
)]

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub(super) struct Envelope<T> {
    v: u16,
    record: T,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entitlement {
    TenantAccount(TenantAccountEntitlement),
    Membership(MembershipEntitlement),
    ProfileValue(ProfileValueEntitlement),
    ApplicationBinding(ApplicationBindingEntitlement),
    OnboardingJourney(OnboardingJourneyEntitlement),
}

#[derive(Serialize, Deserialize)]
pub(super) struct AccessProfile {
    tenant: String,
    access_profile_id: String,
    hat_name: String,
    scope: AccessScope,
    #[serde(skip_serializing_if = "Option::is_none")]
    realm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset_id: Option<String>,
    required_memberships: Vec<MembershipRequirement>,
    required_factor_types: Vec<String>,
    profile_defaults: BTreeMap<String, Value>,
    projection_claims: BTreeMap<String, Value>,
    group_ids: Vec<String>,
    requires_approval: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct AccessScope {
    scope_type: String,
    scope_id: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    user_id: String,
    status: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ActiveAccessContext {
    tenant: String,
    user_id: String,
    access_profile_id: String,
    scope: AccessScope,
    matched_membership_ids: Vec<String>,
    verified_factor_ids: Vec<String>,
    group_ids: Vec<String>,
    projection_claims: BTreeMap<String, Value>,
    profile_defaults: BTreeMap<String, Value>,
    selected_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Application {
    application_id: String,
    display_name: String,
    state: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ApplicationBinding {
    application_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    oidc_client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protected_system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog_namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_identity: Option<String>,
    deployment: BTreeMap<String, String>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ApplicationBindingEntitlement {
    application_id: String,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct AttributeDefinition {
    key: String,
    value_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    sensitivity: String,
    visibility: String,
    mutability: String,
    retired: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Catalog {
    namespace: String,
    application_id: String,
    version: String,
    state: String,
    attributes: Vec<AttributeDefinition>,
    published_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ExternalIdentity {
    issuer: String,
    subject: String,
    user_id: String,
    linked_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FactorRequirement {
    factor_type: String,
    normalized_value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_system: Option<String>,
    evidence_references: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FamilyInvitation {
    tenant: String,
    invitation_id: String,
    user_id: String,
    role: String,
    status: String,
    sent_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct HandOff {
    subsystem: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IdentityFactor {
    factor_id: String,
    registration_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    factor_type: String,
    normalized_value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_value: Option<String>,
    source_system: String,
    assurance: BTreeMap<String, String>,
    evidence_references: Vec<String>,
    verified_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct JourneyStep {
    step_key: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<JourneyTask>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hand_off: Option<HandOff>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct JourneyTask {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_reference: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Membership {
    tenant: String,
    membership_id: String,
    user_id: String,
    scope: MembershipScope,
    kind: String,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MembershipEntitlement {
    scope: MembershipScope,
    kind: String,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MembershipRequirement {
    scope_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MembershipScope {
    scope_type: String,
    scope_id: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OnboardingJourney {
    tenant: String,
    journey_id: String,
    user_id: String,
    protocol_id: String,
    trigger: String,
    source_id: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_step_key: Option<String>,
    steps: Vec<JourneyStep>,
    lifecycle_gaps: Vec<String>,
    correlation_id: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct OnboardingJourneyEntitlement {
    protocol_id: String,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PreparedAccount {
    tenant: String,
    prepared_account_id: String,
    factor_requirements: Vec<FactorRequirement>,
    entitlements: Vec<Entitlement>,
    status: String,
    prepared_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_email_hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<PreparedAccountClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PreparedAccountClaim {
    user_id: String,
    registration_id: String,
    claimed_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProfileValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    user_id: String,
    attribute_key: String,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope_id: Option<String>,
    value: Value,
    updated_by: String,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProfileValueEntitlement {
    attribute_key: String,
    scope: String,
    value: Value,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProtocolMatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    application_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    realm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prepared_journey: Option<String>,
    required_factor_types: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProtocolStep {
    step_key: String,
    subsystem: String,
    task_kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_task_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    support_reference: Option<String>,
    callback_required: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RegistrationSession {
    registration_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    correlation_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TenantAccount {
    tenant: String,
    user_id: String,
    status: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TenantAccountEntitlement {
    status: String,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct User {
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_email: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WelcomeProtocol {
    tenant: String,
    protocol_id: String,
    trigger: String,
    #[serde(rename = "match")]
    matching: ProtocolMatch,
    steps: Vec<ProtocolStep>,
    created_at: DateTime<Utc>,
}
