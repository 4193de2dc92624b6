//! The record codec of user-engine: one deterministic stored form for each record kind.
//!
//! [`store_record_for`] gives a record's eight columns; [`domain_record_from_store_record`] reads
//! them back, strictly. The payload is JSON with its version inside; the same record gives the
//! same bytes whatever features of `serde_json` a build turns on; what an older version wrote
//! decodes forever, one golden file for each kind and version.
//!
//! **A payload is raw durable state and may hold sensitive values.** It belongs into a statement's
//! parameter, never into a log, an error or a report.
//!
//! Deliberately absent: a driver, an async runtime, the port. An adapter in another repository
//! takes this crate and nothing else.
//!
//! - `store_record`: the columns and the two directions
//! - `payload`: the wire form of each kind, one file a kind
//! - `wire`: how domain values are written inside a payload
//! - `error`, `path`: refusals that name a place and no value
//! - `arbitrary` (feature `proptest`): strategies for valid records of every kind

#[cfg(feature = "proptest")]
pub mod arbitrary;
mod error;
mod path;
mod payload;
mod store_record;
mod wire;

pub use error::{DecodeError, Reason};
pub use store_record::{
    StoreRecord, domain_record_from_store_record, store_record_for, typed_record_from_store_record,
};
