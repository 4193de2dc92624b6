//! Whether a store can serve, and why not.

use crate::capability::Wall;
use std::fmt;

/// The answer to “can this store serve?”. Asking never fails and never poisons a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// Why it can't serve; empty when it can. Ordered as found.
    pub reasons: Vec<NotReady>,
    /// The schema version found; `None` before migration or when it can't be read.
    pub schema_version: Option<u32>,
    /// Where the store's tables are, as the role's search path resolves it; `None` where a store
    /// has no schemas.
    pub schema: Option<String>,
    /// Who keeps tenants apart.
    pub wall: Wall,
    /// Settings of the server that decide how durable a commit is, name and value.
    pub durability: Vec<(String, String)>,
}

impl Readiness {
    /// Whether the store can serve.
    pub fn is_ready(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// One reason why a store can't serve.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotReady {
    /// No migration has run: the database is empty.
    NotMigrated,
    /// The schema is older than this code.
    Behind {
        /// The version found.
        found: u32,
        /// The version needed.
        needed: u32,
    },
    /// The schema is newer and does not promise to serve this code.
    Ahead {
        /// The version found.
        found: u32,
        /// The newest version that this code knows.
        known: u32,
    },
    /// A migration was changed after it had been applied.
    ChecksumMismatch {
        /// The migration's version.
        version: u32,
    },
    /// The schema version can't be read; that is an error, never version zero.
    Unreadable,
    /// The store is marked as the conformance harness's own and may be wiped at any time.
    Disposable,
    /// The schema differs from what its version promises.
    SchemaDiffers {
        /// What differs, by object names of ours.
        what: String,
    },
    /// Temporary or foreign tables hide ours.
    Shadowed {
        /// Our table's name.
        table: String,
    },
    /// The server takes no writes (a standby, or a read-only default).
    ReadOnlyServer,
    /// A durability setting would let acknowledged commits be lost.
    DurabilityLowered {
        /// The setting's name.
        setting: String,
    },
    /// The role lacks a right that the store needs.
    MissingPrivilege {
        /// The object, by our name.
        object: String,
    },
    /// The store can't be reached.
    Unreachable,
    /// The deadline passed before the answer came.
    DeadlineExceeded,
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMigrated => f.write_str("not migrated"),
            Self::Behind { found, needed } => {
                write!(f, "schema version {found} is behind {needed}")
            }
            Self::Ahead { found, known } => {
                write!(
                    f,
                    "schema version {found} is ahead of {known} and not compatible"
                )
            }
            Self::ChecksumMismatch { version } => {
                write!(f, "migration {version} was changed after it was applied")
            }
            Self::Unreadable => f.write_str("the schema version can't be read"),
            Self::Disposable => f.write_str("the store is marked as disposable"),
            Self::SchemaDiffers { what } => write!(f, "the schema differs: {what}"),
            Self::Shadowed { table } => write!(f, "{table} is hidden by another table"),
            Self::ReadOnlyServer => f.write_str("the server takes no writes"),
            Self::DurabilityLowered { setting } => write!(f, "{setting} lowers durability"),
            Self::MissingPrivilege { object } => write!(f, "the role lacks a right on {object}"),
            Self::Unreachable => f.write_str("the store can't be reached"),
            Self::DeadlineExceeded => f.write_str("the deadline passed"),
        }
    }
}
