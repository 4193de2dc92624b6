//! Onboarding journeys: a user's way through a welcome protocol.

use crate::bounded::List;
use crate::error::{FieldError, Rule};
use crate::id::{
    CorrelationId, JourneyId, ProtocolId, SourceId, StepKey, Subsystem, TenantId, UserId,
};
use crate::key::RecordKey;
use crate::record::{Columns, Record, record_kind};
use crate::rules::{inconsistent, not_before, unique};
use crate::text::Text;
use crate::timestamp::Timestamp;
use crate::variant::closed_enum;
use crate::welcome_protocol::OnboardingTrigger;
use std::borrow::Cow;
use std::fmt;

closed_enum!(
    /// How far a journey has come.
    JourneyStatus, "status", {
        /// Under way.
        Active = "active",
        /// Waits for a subsystem.
        Blocked = "blocked",
        /// Done.
        Completed = "completed",
        /// Given up.
        Failed = "failed",
    }
);

closed_enum!(
    /// How far a step of a journey has come.
    StepStatus, "step_status", {
        /// Not begun.
        Pending = "pending",
        /// Under way.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed",
        /// Left out.
        Skipped = "skipped",
        /// Gone wrong.
        Failed = "failed",
    }
);

/// What is to be done in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JourneyTask {
    /// The kind of task, in the subsystem's words.
    pub kind: Text,
    /// Where the task is kept.
    pub external_reference: Option<Text>,
}

/// The subsystem that a step was handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOff {
    /// The subsystem.
    pub subsystem: Subsystem,
    /// Where it reports back.
    pub callback_reference: Option<Text>,
    /// When it reported back.
    pub received_at: Option<Timestamp>,
}

/// A step of a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JourneyStep {
    /// The step, unique within the journey.
    pub step_key: StepKey,
    /// How far it has come.
    pub status: StepStatus,
    /// What is to be done.
    pub task: Option<JourneyTask>,
    /// Whom it was handed to.
    pub hand_off: Option<HandOff>,
}

/// A required callback that a subsystem did not make.
///
/// Its text, which is its stored form too, is `subsystem-callback-missing:<subsystem>:<step>`; a
/// subsystem holds no colon, so the text has one reading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LifecycleGap {
    /// The subsystem that is silent.
    pub subsystem: Subsystem,
    /// The step that waits for it.
    pub step_key: StepKey,
}

const GAP_PREFIX: &str = "subsystem-callback-missing:";

impl LifecycleGap {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// Refuses any other form, and what a subsystem or step key refuses.
    pub fn new(text: &str) -> Result<Self, FieldError> {
        let field = "lifecycle_gaps";
        let expected = "subsystem-callback-missing:<subsystem>:<step>";
        let (subsystem, step_key) = text
            .strip_prefix(GAP_PREFIX)
            .and_then(|rest| rest.split_once(':'))
            .ok_or(FieldError::new(field, Rule::Malformed { expected }))?;
        Ok(Self {
            subsystem: Subsystem::new(subsystem).map_err(|error| error.within(field))?,
            step_key: StepKey::new(step_key).map_err(|error| error.within(field))?,
        })
    }
}

impl fmt::Display for LifecycleGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{GAP_PREFIX}{}:{}",
            self.subsystem.as_str(),
            self.step_key.as_str()
        )
    }
}

impl std::str::FromStr for LifecycleGap {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::new(text)
    }
}

impl serde::Serialize for LifecycleGap {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for LifecycleGap {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize_checked(d, "lifecycle_gaps", Self::new)
    }
}

/// A user's way through a welcome protocol. Key: `tenant`, `journey_id`.
///
/// The id is derived from protocol, trigger, source and user, so a journey can't be doubled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnboardingJourney {
    /// The tenant.
    pub tenant: TenantId,
    /// [`OnboardingJourney::derive_id`] of the four fields below.
    pub journey_id: JourneyId,
    /// The user who is welcomed.
    pub user_id: UserId,
    /// The protocol that is followed; its scope.
    pub protocol_id: ProtocolId,
    /// What set it off.
    pub trigger: OnboardingTrigger,
    /// The registration, prepared account, invitation or hat that did.
    pub source_id: SourceId,
    /// How far it has come.
    pub status: JourneyStatus,
    /// The step under way, one of `steps`.
    pub active_step_key: Option<StepKey>,
    /// The steps, in the order in which they are done; each key once.
    pub steps: List<JourneyStep>,
    /// Callbacks that are missing, each once and each for one of `steps`.
    pub lifecycle_gaps: List<LifecycleGap>,
    /// What ties its audit records and events together.
    pub correlation_id: CorrelationId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When this record last changed; not before `created_at`.
    pub updated_at: Timestamp,
}

impl OnboardingJourney {
    /// The id that this user's journey through a protocol has for one source in every tenant.
    pub fn derive_id(
        protocol_id: &ProtocolId,
        trigger: OnboardingTrigger,
        source_id: &SourceId,
        user_id: &UserId,
    ) -> JourneyId {
        JourneyId::derived([
            protocol_id.as_str(),
            trigger.as_str(),
            source_id.as_str(),
            user_id.as_str(),
        ])
    }
}

impl Record for OnboardingJourney {
    record_kind!(OnboardingJourney);
    type Key = (TenantId, JourneyId);

    fn key_of((tenant, journey_id): &(TenantId, JourneyId)) -> RecordKey {
        RecordKey::from_parts([Some(tenant.as_str()), Some(journey_id.as_str())])
    }

    fn record_key(&self) -> RecordKey {
        RecordKey::from_parts([Some(self.tenant.as_str()), Some(self.journey_id.as_str())])
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            tenant: Some(&self.tenant),
            user_id: Some(&self.user_id),
            scope_type: Some("protocol"),
            scope_id: Some(Cow::Borrowed(self.protocol_id.as_str())),
            ..Columns::default()
        }
    }

    fn validate(&self) -> Result<(), FieldError> {
        not_before("updated_at", self.updated_at, self.created_at)?;
        let derived = Self::derive_id(
            &self.protocol_id,
            self.trigger,
            &self.source_id,
            &self.user_id,
        );
        if self.journey_id != derived {
            let expected = "must be derived from protocol, trigger, source and user";
            return Err(inconsistent("journey_id", expected));
        }
        unique("step_key", self.steps.iter().map(|step| &step.step_key))?;
        unique("lifecycle_gaps", &self.lifecycle_gaps)?;
        let has_step = |key: &StepKey| self.steps.iter().any(|step| step.step_key == *key);
        if self
            .active_step_key
            .as_ref()
            .is_some_and(|key| !has_step(key))
        {
            return Err(inconsistent("active_step_key", "must be one of the steps"));
        }
        if !self
            .lifecycle_gaps
            .iter()
            .all(|gap| has_step(&gap.step_key))
        {
            return Err(inconsistent(
                "lifecycle_gaps",
                "must be for one of the steps",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(key: &str) -> JourneyStep {
        JourneyStep {
            step_key: StepKey::new(key).unwrap(),
            status: StepStatus::Pending,
            task: None,
            hand_off: None,
        }
    }

    fn journey(source: &str) -> OnboardingJourney {
        let at = Timestamp::from_micros(0).unwrap();
        let (protocol_id, user_id) = (
            ProtocolId::new("welcome").unwrap(),
            UserId::new("user").unwrap(),
        );
        let source_id = SourceId::new(source).unwrap();
        let trigger = OnboardingTrigger::Manual;
        OnboardingJourney {
            tenant: TenantId::new("tenant").unwrap(),
            journey_id: OnboardingJourney::derive_id(&protocol_id, trigger, &source_id, &user_id),
            user_id,
            protocol_id,
            trigger,
            source_id,
            status: JourneyStatus::Active,
            active_step_key: None,
            steps: List::from([step("mailbox"), step("tour")]),
            lifecycle_gaps: List::default(),
            correlation_id: CorrelationId::new("correlation").unwrap(),
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn the_id_follows_protocol_trigger_source_and_user() {
        let mut one = journey("source");
        assert_eq!(one.journey_id.as_str(), "welcome/manual/source/user");
        assert_eq!(one.validate(), Ok(()));
        one.source_id = SourceId::new("canary").unwrap();
        let error = one.validate().unwrap_err();
        assert_eq!(error.field(), "journey_id");
        assert!(!error.to_string().contains("canary"));
    }

    #[test]
    fn a_derived_id_of_long_parts_still_fits() {
        let long = journey(&"x".repeat(255));
        assert!(JourneyId::new(long.journey_id.as_str()).is_ok());
        assert_eq!(long.validate(), Ok(()));
    }

    #[test]
    fn steps_are_unique_and_the_active_one_is_among_them() {
        let mut one = journey("source");
        one.active_step_key = Some(StepKey::new("tour").unwrap());
        assert_eq!(one.validate(), Ok(()));
        one.active_step_key = Some(StepKey::new("canary").unwrap());
        assert_eq!(one.validate().unwrap_err().field(), "active_step_key");
        one.steps = List::from([step("tour"), step("tour")]);
        assert_eq!(one.validate().unwrap_err().field(), "step_key");
    }

    #[test]
    fn a_gap_names_subsystem_and_step() {
        let text = "subsystem-callback-missing:mail:tour:2";
        let gap = LifecycleGap::new(text).unwrap();
        assert_eq!(
            (gap.subsystem.as_str(), gap.step_key.as_str()),
            ("mail", "tour:2")
        );
        assert_eq!(gap.to_string(), text);
        for refused in [
            "canary",
            "subsystem-callback-missing:canary",
            "subsystem-callback-missing::x",
        ] {
            let error = LifecycleGap::new(refused).unwrap_err();
            assert_eq!(error.field(), "lifecycle_gaps");
            assert!(!error.to_string().contains("canary"));
        }
        let mut one = journey("source");
        one.lifecycle_gaps = List::from([gap]);
        assert_eq!(one.validate().unwrap_err().field(), "lifecycle_gaps");
    }
}
