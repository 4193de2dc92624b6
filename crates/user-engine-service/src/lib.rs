//! Every operation of the identity domain, over the store port alone.
//!
//! [`UserEngineService`] is made of [`Ports`]: a store, a claims verifier, an authorizer, a clock,
//! an id source and a pause. Each operation is a method that takes a [`RequestContext`] and a
//! request. A mutation is read for in one flight, decided without waiting, and committed in one
//! message with exactly one audit record and at least one event; a denial is audited, whatever
//! happens around it, and shows nothing of what exists.
//!
//! Deliberately absent: transport, sessions, tokens, policies, retries of a caller's request, and
//! whatever a store does.
//!
//! - `service`, `context`, `error`: what a caller holds, brings along and is told
//! - `port`: what the service asks of the outside world beyond the store
//! - `core`: how every operation runs; [`operation`] re-exports it for operations of your own
//! - `user`, `tenant`, `application`, `profile`, `registration`, `prepared_account`,
//!   `access_profile`, `onboarding`, `family`, `operability`: the operations, a file each
//! - [`pairing`]: proves over a whole store that every change was audited and told

mod access_profile;
mod application;
mod context;
mod core;
mod error;
mod family;
mod onboarding;
mod operability;
pub mod pairing;
mod port;
mod prelude;
mod prepared_account;
mod profile;
mod registration;
#[cfg(feature = "scenario")]
pub mod scenario;
mod service;
mod tenant;
mod user;

pub use context::{Done, RequestContext};
pub use core::unit::Unit;
pub use error::{ConflictCause, Refusal, ServiceError, ServiceErrorKind};
pub use port::*;
pub use service::{Ports, UserEngineService};

pub use access_profile::*;
pub use application::*;
pub use family::*;
pub use onboarding::*;
pub use operability::*;
pub use prepared_account::*;
pub use profile::*;
pub use registration::*;
pub use tenant::*;
pub use user::*;

pub mod operation {
    //! What operations are made of, for those that an application adds through
    //! [`Unit::run`](crate::Unit::run).

    pub use crate::core::admission::Admitted;
    pub use crate::core::canonical::{Canon, Canonical};
    pub use crate::core::draft::{Change, Draft};
    pub use crate::core::event::{Event, EventSpec, EventValue, Told};
    pub use crate::core::flight::{Answers, Flight, Many, One, Records};
    pub use crate::core::operation::{
        Grant, Mutation, Operation, OperationSpec, Query, Reach, Stands,
    };
    pub use crate::core::response::{Entries, ReceiptField, Response};
}

/// The table of operations, in the order of their areas.
pub fn operations() -> impl Iterator<Item = &'static operation::OperationSpec> {
    [
        user::OPERATIONS,
        tenant::OPERATIONS,
        application::OPERATIONS,
        profile::OPERATIONS,
        registration::OPERATIONS,
        prepared_account::OPERATIONS,
        access_profile::OPERATIONS,
        onboarding::OPERATIONS,
        family::OPERATIONS,
        operability::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}
