//! Events: each type declared once, with its version, aggregate and payload fields.
//!
//! A payload holds what [`EventValue`] admits and nothing else: ids, statuses, counts and factor
//! types. There is no way to put a factor or profile value, a name or an address into one.

use serde_json::{Map as JsonMap, Value};
use std::fmt;
#[cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "every type that may be written is listed below"
    )
)]
use user_engine_domain::*;

/// What an event's payload may hold.
pub trait EventValue {
    /// The JSON form; `None` leaves the member out.
    fn to_json(&self) -> Option<Value>;
    /// What the catalog calls it.
    const FORM: &'static str;
}

macro_rules! event_value {
    ($form:literal: $($name:ident),+ $(,)?) => {
        $(impl EventValue for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String(self.as_str().to_owned()))
            }
            const FORM: &'static str = $form;
        })+
    };
}

event_value!("id": AccessProfileId, ApplicationId, AttributeKey, CatalogNamespace, FactorId,
    GroupId, InvitationId, JourneyId, MembershipId, PreparedAccountId, ProtocolId, RegistrationId,
    ScopeId, StepKey, Subsystem, TenantId, UserId);
event_value!("word": AccessScopeType, MembershipScopeType, OnboardingTrigger,
    ProfileScope);
event_value!("status": AccountStatus, ApplicationState, CatalogState, InvitationStatus,
    JourneyStatus, PreparedAccountStatus, RegistrationStatus, StepStatus);
event_value!("factor type": FactorType);

impl EventValue for CatalogVersion {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.to_string()))
    }
    const FORM: &'static str = "version";
}

impl EventValue for u32 {
    fn to_json(&self) -> Option<Value> {
        Some(Value::from(*self))
    }
    const FORM: &'static str = "count";
}

impl EventValue for bool {
    fn to_json(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
    const FORM: &'static str = "status";
}

impl<T: EventValue> EventValue for Option<T> {
    fn to_json(&self) -> Option<Value> {
        self.as_ref().and_then(T::to_json)
    }
    const FORM: &'static str = T::FORM;
}

impl<T: EventValue> EventValue for Vec<T> {
    fn to_json(&self) -> Option<Value> {
        Some(self.iter().filter_map(T::to_json).collect())
    }
    const FORM: &'static str = T::FORM;
}

/// An event type as the catalog of events prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSpec {
    /// The type, dotted.
    pub event_type: &'static str,
    /// The version of the payload's form.
    pub version: u32,
    /// The kind of the record whose events keep their order.
    pub aggregate: RecordKind,
    /// What happened, in a sentence.
    pub meaning: &'static str,
    /// Each payload member and what it is.
    pub fields: &'static [(&'static str, &'static str)],
}

/// An event before it has its ids.
pub trait Event {
    /// The catalog's line.
    const SPEC: EventSpec;
    /// The kind whose records are its aggregates.
    type Aggregate: Record;
    /// The payload's members.
    fn payload(&self) -> JsonMap<String, Value>;
}

/// An event about a record, ready to be told.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    pub(crate) spec: EventSpec,
    pub(crate) aggregate: RecordId,
    pub(crate) payload: JsonMap<String, Value>,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("event_type", &self.spec.event_type)
            .field("aggregate", &self.aggregate)
            .finish_non_exhaustive()
    }
}

impl Told {
    /// Tells an event about the record whose events it keeps order with: one that the operation
    /// saves, or deletes at the revision that it read.
    pub fn about<E: Event>(aggregate: &E::Aggregate, event: &E) -> Self {
        Self {
            spec: E::SPEC,
            aggregate: RecordId::new(E::Aggregate::KIND, aggregate.record_key()),
            payload: event.payload(),
        }
    }
}

/// Declares an event: `meaning Name: "type.dotted" v1 of Aggregate { field: Type, … }`.
macro_rules! event {
    ($meaning:literal $name:ident: $type:literal v $version:literal of $aggregate:ident {
        $($field:ident: $value:ty,)*
    }) => {
        #[doc = $meaning]
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) struct $name {
            $(pub(crate) $field: $value,)*
        }

        impl $crate::core::event::Event for $name {
            const SPEC: $crate::core::event::EventSpec = $crate::core::event::EventSpec {
                event_type: $type,
                version: $version,
                aggregate: <user_engine_domain::$aggregate as user_engine_domain::Record>::KIND,
                meaning: $meaning,
                fields: &[$((stringify!($field),
                    <$value as $crate::core::event::EventValue>::FORM),)*],
            };
            type Aggregate = user_engine_domain::$aggregate;
            fn payload(&self) -> serde_json::Map<String, serde_json::Value> {
                let members: Vec<(&str, Option<serde_json::Value>)> = vec![
                    $((stringify!($field),
                        $crate::core::event::EventValue::to_json(&self.$field)),)*
                ];
                let told = members.into_iter();
                told.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
            }
        }
    };
}
pub(crate) use event;
