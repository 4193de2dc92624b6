//! How every operation runs: admitted, read in one flight, decided, written in one place.
//!
//! - `operation`: what an operation declares; `flight`: what it reads; `draft`: what it may write
//! - `opening`, `admission`: who may call, as whom (`caller`); `writer`: the one place that writes; `runner`: a call from its
//!   beginning to its end; `inspection`: a call of the store's own; `unit`: several operations in
//!   one unit of work
//! - `event`, `response`, `canonical`: what it tells, answers and is known by; `expiry`: when
//!   something has run out

pub(crate) mod admission;
pub(crate) mod caller;
pub(crate) mod canonical;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod expiry;
pub(crate) mod flight;
pub(crate) mod inspection;
pub(crate) mod opening;
pub(crate) mod operation;
pub(crate) mod response;
pub(crate) mod runner;
pub(crate) mod table;
pub(crate) mod unit;
pub(crate) mod writer;
