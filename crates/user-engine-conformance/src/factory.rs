//! What an adapter author writes: a factory of fresh stores and what can be done to them.

use crate::level::Level;
use crate::power::{CutPoint, Power, Tamper};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Arc;
use user_engine_domain::RecordId;
use user_engine_ports::{Capabilities, Migrator, UserEngineStore};

/// Hands out fresh stores, one for each case.
///
/// Every future must work on any tokio runtime: cases may run on runtimes of their own.
#[async_trait]
pub trait StoreFactory: Send + Sync {
    /// The store's name in reports, such as `postgres 15 (local)`.
    fn label(&self) -> String;

    /// What the stores declare of themselves.
    fn capabilities(&self) -> Capabilities;

    /// The powers that this factory declares; they are binding.
    fn powers(&self) -> Vec<Power>;

    /// The highest level that is claimed; cases above it are not run.
    fn claims(&self) -> Level;

    /// Settings of the server that a report shows, such as version and durability; no credential.
    fn settings(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// A migrated store without records, which nothing else uses.
    ///
    /// # Errors
    ///
    /// Says why none can be had.
    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError>;

    /// A store that was never migrated ([`Power::Empty`]).
    ///
    /// # Errors
    ///
    /// Says why none can be had.
    async fn empty(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        Err(FactoryError::Unsupported)
    }
}

/// Why a factory gave no store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactoryError {
    /// The power is not declared.
    #[error("not supported by this factory")]
    Unsupported,
    /// The store is not to be tested here, such as for want of a server.
    #[error("{0}")]
    Skipped(String),
    /// The store must not be touched, such as for want of an acknowledgement.
    #[error("{0}")]
    Refused(String),
    /// The server can't be reached.
    #[error("{0}")]
    Unreachable(String),
    /// Anything else; no credential.
    #[error("{0}")]
    Failed(String),
}

/// One store and what can be done to it. The methods beyond the first two are powers: what a
/// factory does not declare keeps its default body, which says so.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// The store.
    fn store(&self) -> Arc<dyn UserEngineStore>;

    /// Its migrator, with the right to migrate.
    fn migrator(&self) -> Arc<dyn Migrator>;

    /// Ends the sandbox; called once after each case.
    async fn close(&self) {}

    /// Another handle on the same data ([`Power::SecondHandle`]).
    async fn second_handle(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Closes every handle and opens a new one on the same data ([`Power::Reopen`]).
    async fn reopen(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// A handle on the same data over a pool of one connection ([`Power::PoolOfOne`]).
    async fn pool_of_one(&self) -> Result<Arc<dyn UserEngineStore>, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Loses the connection around the next commit of [`Sandbox::store`] ([`Power::CutCommit`]).
    async fn cut_next_commit(&self, _point: CutPoint) -> Result<(), PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Locks a stored record until the guard is dropped ([`Power::HoldRecord`]).
    async fn hold_record(&self, _id: &RecordId) -> Result<Box<dyn Hold>, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// How many round trips [`Sandbox::store`] has made so far ([`Power::RoundTrips`]).
    fn round_trips(&self) -> Result<u64, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// What the server has logged since the sandbox began ([`Power::ServerLog`]).
    async fn server_log(&self) -> Result<String, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Writes a row as it is, past the codec ([`Power::RawRows`]).
    async fn plant_raw_row(&self, _row: RawRow) -> Result<(), PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Reads everything stored, past the store ([`Power::Dump`]).
    async fn dump(&self) -> Result<Dump, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// How many transactions are open on the store's data ([`Power::OpenTransactions`]).
    async fn open_transactions(&self) -> Result<u64, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Puts tables of strangers, with rows, beside the store's ([`Power::Decoys`]).
    async fn plant_decoys(&self) -> Result<(), PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Wipes the store as the harness does before a case ([`Power::Decoys`]).
    async fn reset(&self) -> Result<(), PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Whether every decoy and every row of it is still there ([`Power::Decoys`]).
    async fn decoys_survive(&self) -> Result<bool, PowerError> {
        Err(PowerError::Unsupported)
    }

    /// Changes the store behind its back ([`Power::Tamper`]).
    async fn tamper(&self, _tamper: Tamper) -> Result<(), PowerError> {
        Err(PowerError::Unsupported)
    }
}

/// A lock that is held until this is dropped; released at the latest when the sandbox closes.
#[async_trait]
pub trait Hold: Send {
    /// Releases the lock and waits until it is free.
    async fn release(self: Box<Self>) -> Result<(), PowerError>;
}

/// Why a power did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PowerError {
    /// The factory does not have it.
    #[error("not supported by this factory")]
    Unsupported,
    /// It has it and failed; no credential and no stored value.
    #[error("{0}")]
    Failed(String),
}

/// A row of the records table as text, for writing past the codec and for reading past the store.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RawRow {
    /// The column `record_type`.
    pub record_type: String,
    /// The column `record_key`.
    pub record_key: String,
    /// The column `tenant`.
    pub tenant: Option<String>,
    /// The column `user_id`.
    pub user_id: Option<String>,
    /// The column `application_id`.
    pub application_id: Option<String>,
    /// The column `scope_type`.
    pub scope_type: Option<String>,
    /// The column `scope_id`.
    pub scope_id: Option<String>,
    /// The payload's JSON text.
    pub payload: String,
}

impl std::fmt::Debug for RawRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawRow")
            .field("record_type", &self.record_type)
            .finish_non_exhaustive()
    }
}

/// Everything that is stored, read past the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dump {
    /// The rows of the records table; empty payloads where a store keeps none.
    pub records: Vec<RawRow>,
    /// How many audit records.
    pub audit_records: u64,
    /// How many outbox events.
    pub outbox_events: u64,
    /// How many operations, fenced ones included.
    pub operations: u64,
}
