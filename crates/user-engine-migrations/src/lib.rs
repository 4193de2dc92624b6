//! The ordered migration manifest of user-engine and its PostgreSQL SQL.
//!
//! Deliberately absent: a driver and a runner. Adapters read the manifest, compare it with what a
//! store says was applied ([`assess`]), and run what is missing.
//!
//! - `manifest`: the migrations, the record kinds and count keys, the tables that are ours
//! - `assess`: behind, current, ahead, changed
//!
//! # Examples
//!
//! ```
//! use user_engine_migrations::{LATEST_SCHEMA_VERSION, assess};
//!
//! let plan = assess(&[]).expect("an empty store can be migrated");
//! assert_eq!(plan.pending.last().map(|step| step.version), Some(LATEST_SCHEMA_VERSION));
//! ```

mod assess;
mod manifest;

pub use assess::{AppliedMigration, Assessment, SchemaError, assess};
pub use manifest::{
    COUNT_KEYS, FUNCTION_DIGESTS, LATEST_SCHEMA_VERSION, MANIFEST, Migration, OWNED_TABLES,
    RECORD_KINDS,
};
