//! Welcome protocols: the steps that welcome a user, and when they apply.

use crate::bounded::List;
use crate::error::FieldError;
use crate::id::{
    ApplicationId, MembershipKind, ProtocolId, RealmId, ServiceId, StepKey, Subsystem, TenantId,
};
use crate::identity_factor::FactorType;
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::unique;
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use std::borrow::Cow;

closed_enum!(
    /// What sets an onboarding journey off.
    OnboardingTrigger, "trigger", {
        /// A registration was completed.
        RegistrationCompleted = "registration_completed",
        /// A prepared account was claimed.
        PreparedAccountClaimed = "prepared_account_claimed",
        /// A family invitation was accepted.
        InvitationAccepted = "invitation_accepted",
        /// A hat was selected.
        AccessProfileSelected = "access_profile_selected",
        /// Somebody asked for it.
        Manual = "manual",
    }
);

/// What must hold for a protocol to apply; an absent field matches anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProtocolMatch {
    /// The application that is meant.
    pub application_id: Option<ApplicationId>,
    /// The realm that is meant.
    pub realm: Option<RealmId>,
    /// The service that is meant.
    pub service_id: Option<ServiceId>,
    /// The membership kind that the user has.
    pub role: Option<MembershipKind>,
    /// The name of the hat that the user selected.
    pub hat: Option<Text>,
    /// The journey that a prepared account was laid out with, in the preparer's words.
    pub prepared_journey: Option<Text>,
    /// The types of which the user must have a verified factor each.
    pub required_factor_types: List<FactorType>,
}

/// A step of a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolStep {
    /// The step, unique within the protocol.
    pub step_key: StepKey,
    /// The subsystem that does it.
    pub subsystem: Subsystem,
    /// What is to be done, in the subsystem's words.
    pub task_kind: Text,
    /// Where the task is described.
    pub external_task_reference: Option<Text>,
    /// Where the subsystem reports back.
    pub callback_reference: Option<Text>,
    /// Where the user finds help.
    pub support_reference: Option<Text>,
    /// Whether the journey is blocked until the subsystem reports back.
    pub callback_required: bool,
}

/// The steps that welcome a user. Key: `tenant`, `protocol_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WelcomeProtocol {
    /// The tenant.
    pub tenant: TenantId,
    /// The protocol.
    pub protocol_id: ProtocolId,
    /// What sets it off.
    pub trigger: OnboardingTrigger,
    /// What else must hold; stored as `match`, which is no Rust name.
    pub matching: ProtocolMatch,
    /// The steps, in the order in which they are done.
    pub steps: List<ProtocolStep>,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Record for WelcomeProtocol {
    record_kind!(WelcomeProtocol);
    type Key = (TenantId, ProtocolId);

    fn key_of((tenant, protocol_id): &(TenantId, ProtocolId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(protocol_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([Some(self.tenant.as_str()), Some(self.protocol_id.as_str())])
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: Some(&self.tenant),
            application_id: self.matching.application_id.as_ref().map(Cow::Borrowed),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        unique("step_key", self.steps.iter().map(|step| &step.step_key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_key_is_used_once() {
        let step = ProtocolStep {
            step_key: StepKey::new("canary").unwrap(),
            subsystem: Subsystem::new("mail").unwrap(),
            task_kind: Text::new("mailbox").unwrap(),
            external_task_reference: None,
            callback_reference: None,
            support_reference: None,
            callback_required: false,
        };
        let mut protocol = WelcomeProtocol {
            tenant: TenantId::new("tenant").unwrap(),
            protocol_id: ProtocolId::new("welcome").unwrap(),
            trigger: OnboardingTrigger::Manual,
            matching: ProtocolMatch::default(),
            steps: List::from([step.clone()]),
            created_at: Timestamp::from_micros(0).unwrap(),
        };
        assert_eq!(protocol.validate(), Ok(()));
        protocol.steps = List::from([step.clone(), step]);
        let error = protocol.validate().unwrap_err();
        assert_eq!(error.field(), "step_key");
        assert!(!error.to_string().contains("canary"));
    }
}
