//! The wire form of an entitlement.

use crate::wire::wire;
use serde::{Deserialize, Serialize};
use user_engine_domain::{
    AccountStatus, ApplicationBindingEntitlement, ApplicationId, AttributeKey, Entitlement,
    JsonValue, MembershipEntitlement, MembershipKind, MembershipScope,
    OnboardingJourneyEntitlement, ProfileScope, ProfileValueEntitlement, ProtocolId, Sensitive,
    TenantAccountEntitlement,
};

#[derive(Serialize, Deserialize)]
#[serde(remote = "TenantAccountEntitlement", deny_unknown_fields)]
struct TenantAccountEntitlementV1 {
    status: AccountStatus,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MembershipEntitlement", deny_unknown_fields)]
struct MembershipEntitlementV1 {
    #[serde(with = "crate::wire::nested")]
    scope: MembershipScope,
    kind: MembershipKind,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProfileValueEntitlement", deny_unknown_fields)]
struct ProfileValueEntitlementV1 {
    attribute_key: AttributeKey,
    scope: ProfileScope,
    #[serde(with = "crate::wire::sensitive")]
    value: Sensitive<JsonValue>,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ApplicationBindingEntitlement", deny_unknown_fields)]
struct ApplicationBindingEntitlementV1 {
    application_id: ApplicationId,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "OnboardingJourneyEntitlement", deny_unknown_fields)]
struct OnboardingJourneyEntitlementV1 {
    protocol_id: ProtocolId,
    requires_approval: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Entitlement", rename_all = "snake_case")]
enum EntitlementV1 {
    #[serde(with = "crate::wire::nested")]
    TenantAccount(TenantAccountEntitlement),
    #[serde(with = "crate::wire::nested")]
    Membership(MembershipEntitlement),
    #[serde(with = "crate::wire::nested")]
    ProfileValue(ProfileValueEntitlement),
    #[serde(with = "crate::wire::nested")]
    ApplicationBinding(ApplicationBindingEntitlement),
    #[serde(with = "crate::wire::nested")]
    OnboardingJourney(OnboardingJourneyEntitlement),
}

wire!(
    TenantAccountEntitlement => TenantAccountEntitlementV1,
    MembershipEntitlement => MembershipEntitlementV1,
    ProfileValueEntitlement => ProfileValueEntitlementV1,
    ApplicationBindingEntitlement => ApplicationBindingEntitlementV1,
    OnboardingJourneyEntitlement => OnboardingJourneyEntitlementV1,
    Entitlement => EntitlementV1,
);
