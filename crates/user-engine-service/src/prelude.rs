//! What every area of operations is written with.

pub(crate) use crate::core::admission::Admitted;
pub(crate) use crate::core::canonical::Canonical;
pub(crate) use crate::core::draft::{Change, Draft};
pub(crate) use crate::core::event::{Event, event};
pub(crate) use crate::core::expiry::has_run_out;
pub(crate) use crate::core::flight::{Answers, Flight, Many, One, Records};
pub(crate) use crate::core::operation::{
    Grant, Mutation, Operation, OperationSpec, Query, Reach, Stands, request,
};
pub(crate) use crate::core::response::response;
pub(crate) use crate::core::table::operations;
pub(crate) use crate::error::{ConflictCause, Refusal};
pub(crate) use user_engine_domain::*;
pub(crate) use user_engine_ports::{ListBy, Revision, Versioned};
