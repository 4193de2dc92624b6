//! Bringing a store's schema up to date, by a role of its own.

use crate::deadline::Deadline;
use crate::error::StoreError;
use async_trait::async_trait;

/// Runs the ordered migrations of a store, over a connection of its own: the role that migrates
/// is not the role that serves.
#[async_trait]
pub trait Migrator: Send + Sync {
    /// Says what [`Migrator::migrate`] would do, and changes nothing.
    ///
    /// # Errors
    ///
    /// `NotReady` for a store that is ahead, changed or unreadable.
    async fn plan(&self, deadline: Deadline) -> Result<MigrationReport, StoreError>;

    /// Applies what is missing, in order, each step whole or not at all. Safe to repeat and with
    /// any number of runners at once.
    ///
    /// # Errors
    ///
    /// `NotReady` for a store that is ahead, changed or unreadable, which is left as it was;
    /// `Contention` when another runner held the lock for the whole of its time-out.
    ///
    /// # Cancellation
    ///
    /// Whole steps stay, the step under way is undone.
    async fn migrate(&self, deadline: Deadline) -> Result<MigrationReport, StoreError>;
}

/// What a migration did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// The version before; 0 for an empty store.
    pub from: u32,
    /// The version after.
    pub to: u32,
    /// The steps in order; empty when there was nothing to do.
    pub steps: Vec<MigrationStep>,
}

/// One step of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStep {
    /// The version that this step brings.
    pub version: u32,
    /// Its name.
    pub name: String,
}
