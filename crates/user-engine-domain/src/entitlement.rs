//! Entitlements: what claiming a prepared account gives.

use crate::account::AccountStatus;
use crate::id::{ApplicationId, AttributeKey, MembershipKind, ProtocolId};
use crate::json::JsonValue;
use crate::membership::MembershipScope;
use crate::profile_value::ProfileScope;
use crate::sensitive::Sensitive;
use crate::variant::closed_enum;

closed_enum!(
    /// The kind of an entitlement.
    EntitlementKind, "entitlement_kind", {
        /// See [`TenantAccountEntitlement`].
        TenantAccount = "tenant_account",
        /// See [`MembershipEntitlement`].
        Membership = "membership",
        /// See [`ProfileValueEntitlement`].
        ProfileValue = "profile_value",
        /// See [`ApplicationBindingEntitlement`].
        ApplicationBinding = "application_binding",
        /// See [`OnboardingJourneyEntitlement`].
        OnboardingJourney = "onboarding_journey",
    }
);

/// An account in the prepared account's tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantAccountEntitlement {
    /// The status that the account gets.
    pub status: AccountStatus,
    /// Whether a claim has to be approved first.
    pub requires_approval: bool,
}

/// A membership in the prepared account's tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipEntitlement {
    /// What the membership is in.
    pub scope: MembershipScope,
    /// As what.
    pub kind: MembershipKind,
    /// Whether a claim has to be approved first.
    pub requires_approval: bool,
}

/// A profile value of the claiming user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileValueEntitlement {
    /// The attribute.
    pub attribute_key: AttributeKey,
    /// Where the value will hold; what the scope names follows from the claim.
    pub scope: ProfileScope,
    /// The value.
    pub value: Sensitive<JsonValue>,
    /// Whether a claim has to be approved first.
    pub requires_approval: bool,
}

/// Access to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationBindingEntitlement {
    /// The application.
    pub application_id: ApplicationId,
    /// Whether a claim has to be approved first.
    pub requires_approval: bool,
}

/// An onboarding journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnboardingJourneyEntitlement {
    /// The protocol that the journey follows.
    pub protocol_id: ProtocolId,
    /// Whether a claim has to be approved first.
    pub requires_approval: bool,
}

/// Something that claiming a prepared account gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entitlement {
    /// An account in the tenant.
    TenantAccount(TenantAccountEntitlement),
    /// A membership in the tenant.
    Membership(MembershipEntitlement),
    /// A profile value.
    ProfileValue(ProfileValueEntitlement),
    /// Access to an application.
    ApplicationBinding(ApplicationBindingEntitlement),
    /// An onboarding journey.
    OnboardingJourney(OnboardingJourneyEntitlement),
}

impl Entitlement {
    /// Which of the kinds it is.
    pub const fn kind(&self) -> EntitlementKind {
        match self {
            Self::TenantAccount(_) => EntitlementKind::TenantAccount,
            Self::Membership(_) => EntitlementKind::Membership,
            Self::ProfileValue(_) => EntitlementKind::ProfileValue,
            Self::ApplicationBinding(_) => EntitlementKind::ApplicationBinding,
            Self::OnboardingJourney(_) => EntitlementKind::OnboardingJourney,
        }
    }

    /// Whether a claim has to be approved first.
    pub const fn requires_approval(&self) -> bool {
        match self {
            Self::TenantAccount(it) => it.requires_approval,
            Self::Membership(it) => it.requires_approval,
            Self::ProfileValue(it) => it.requires_approval,
            Self::ApplicationBinding(it) => it.requires_approval,
            Self::OnboardingJourney(it) => it.requires_approval,
        }
    }
}
