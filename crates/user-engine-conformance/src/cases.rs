//! The cases, one file for each area.

pub(crate) mod awkward;
pub(crate) mod cancellation;
pub(crate) mod commit;
pub(crate) mod denial;
pub(crate) mod diagnostics;
pub(crate) mod isolation;
pub(crate) mod limit;
pub(crate) mod list;
pub(crate) mod log;
mod measure;
pub(crate) mod migration;
pub(crate) mod model;
pub(crate) mod nested;
pub(crate) mod operation;
pub(crate) mod readiness;
pub(crate) mod records;
pub(crate) mod scope;
pub(crate) mod unit;
