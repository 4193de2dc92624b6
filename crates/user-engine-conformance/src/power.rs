//! Powers: what a factory can do to its store beyond handing it out.

use std::fmt;

/// Something that a factory may be able to do. What is declared is binding: its cases run and
/// can't be skipped. What is not declared is probed: the call must answer that it is unsupported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// A store that was never migrated.
    Empty,
    /// A second handle on the same data, as another process has it.
    SecondHandle,
    /// Closing the store and opening it again on the same data.
    Reopen,
    /// A store whose pool has one connection.
    PoolOfOne,
    /// Losing the connection around the next commit, at each [`CutPoint`].
    CutCommit,
    /// Holding a record locked, so that a commit that writes it waits.
    HoldRecord,
    /// A count of round trips.
    RoundTrips,
    /// The text of the server's log.
    ServerLog,
    /// Writing a row past the codec.
    RawRows,
    /// Reading every stored row past the store.
    Dump,
    /// Counting transactions left open.
    OpenTransactions,
    /// Tables of strangers beside the store's, and a reset.
    Decoys,
    /// Changing the store behind its back, one way.
    Tamper(Tamper),
}

impl Power {
    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::SecondHandle => "second-handle",
            Self::Reopen => "reopen",
            Self::PoolOfOne => "pool-of-one",
            Self::CutCommit => "cut-commit",
            Self::HoldRecord => "hold-record",
            Self::RoundTrips => "round-trips",
            Self::ServerLog => "server-log",
            Self::RawRows => "raw-rows",
            Self::Dump => "dump",
            Self::OpenTransactions => "open-transactions",
            Self::Decoys => "decoys",
            Self::Tamper(tamper) => tamper.as_str(),
        }
    }

    /// Whether a store that calls itself durable and is no simulation must have it; without, its
    /// cases count as skipped.
    pub const fn is_expected_of_durable(self) -> bool {
        matches!(
            self,
            Self::Empty | Self::SecondHandle | Self::Reopen | Self::CutCommit
        )
    }
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A change behind the store's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tamper {
    /// The recorded checksum of an applied migration differs.
    AppliedChecksum,
    /// A newer version is recorded that does not promise to serve this code.
    NewerIncompatible,
    /// A newer version is recorded that promises to serve this code.
    NewerCompatible,
    /// The recorded versions can't be read.
    UnreadableVersions,
    /// The store is marked as the harness's own.
    MarkDisposable,
    /// An index of the store is dropped.
    DropIndex,
    /// A function of the store is replaced.
    ReplaceFunction,
    /// A durability setting is lowered.
    LowerDurability,
    /// A temporary table hides one of the store's.
    ForeignShadow,
    /// The server takes no writes.
    ReadOnlyServer,
    /// The role loses a right that the store needs.
    RevokePrivilege,
}

impl Tamper {
    /// Every change.
    pub const ALL: &'static [Self] = &[
        Self::AppliedChecksum,
        Self::NewerIncompatible,
        Self::NewerCompatible,
        Self::UnreadableVersions,
        Self::MarkDisposable,
        Self::DropIndex,
        Self::ReplaceFunction,
        Self::LowerDurability,
        Self::ForeignShadow,
        Self::ReadOnlyServer,
        Self::RevokePrivilege,
    ];

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppliedChecksum => "tamper-applied-checksum",
            Self::NewerIncompatible => "tamper-newer-incompatible",
            Self::NewerCompatible => "tamper-newer-compatible",
            Self::UnreadableVersions => "tamper-unreadable-versions",
            Self::MarkDisposable => "tamper-mark-disposable",
            Self::DropIndex => "tamper-drop-index",
            Self::ReplaceFunction => "tamper-replace-function",
            Self::LowerDurability => "tamper-lower-durability",
            Self::ForeignShadow => "tamper-foreign-shadow",
            Self::ReadOnlyServer => "tamper-read-only-server",
            Self::RevokePrivilege => "tamper-revoke-privilege",
        }
    }
}

/// Where a connection is lost around a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CutPoint {
    /// Before anything is sent: not applied, and known to be.
    BeforeSend,
    /// After the commit was sent, before it reaches the server: not applied, outcome unknown.
    BeforeArrival,
    /// After the server applied it, before its answer arrives: applied, outcome unknown.
    BeforeAnswer,
    /// After the answer: applied, and known to be.
    AfterAnswer,
}

impl CutPoint {
    /// Every point, in the order of a commit.
    pub const ALL: &'static [Self] = &[
        Self::BeforeSend,
        Self::BeforeArrival,
        Self::BeforeAnswer,
        Self::AfterAnswer,
    ];
}
