//! The narrow port between this store and a connection: one method, each flight a whole
//! transaction.

use crate::answer::Answer;
use crate::call::Call;
use async_trait::async_trait;
use std::fmt;
use user_engine_ports::{Deadline, SqlState};

/// Runs flights. Implemented by the driver over a provider's pool or client, by the in-process
/// fake, and by decorators that count, record or cut.
#[async_trait]
pub trait Session: Send + Sync {
    /// Runs the calls as one whole transaction in one round trip and answers each at its place.
    /// Nothing stays open afterwards, however it ends.
    ///
    /// # Errors
    ///
    /// [`SessionError`] says what is known of the flight's effect.
    ///
    /// # Cancellation
    ///
    /// Dropped before it was sent, it had no effect; dropped later, its effect is unknown. The
    /// connection is not used again either way.
    async fn flight(
        &self,
        mode: Mode,
        calls: Vec<Call>,
        deadline: Deadline,
    ) -> Result<Vec<Answer>, SessionError>;
}

/// What kind of transaction a flight is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Reads in one snapshot: one statement by itself, several inside a read-only transaction at
    /// REPEATABLE READ.
    Read,
    /// One call of the apply function, by itself.
    Apply,
    /// One insert of a denial, by itself.
    Denial,
    /// One other write, by itself: fencing an operation, forgetting old ones.
    Maintain,
    /// Independent questions about the schema; one that the server refuses answers
    /// [`Answer::Refused`] and disturbs nothing.
    Inspect,
    /// Migration: the calls run one after another inside one transaction, which is given up when
    /// one is refused. The only mode that takes more than one round trip.
    Migrate,
}

impl Mode {
    /// Whether a flight of this mode can change anything.
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::Inspect)
    }

    /// The name in traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Apply => "apply",
            Self::Denial => "denial",
            Self::Maintain => "maintain",
            Self::Inspect => "inspect",
            Self::Migrate => "migrate",
        }
    }
}

/// Why a flight has no answer, and so what is known of its effect. Holds a SQLSTATE and an
/// ordinal of ours, never the server's or driver's text: that may quote stored values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionError {
    /// Nothing was sent: no effect.
    NotSent {
        /// Why not.
        why: Why,
        /// What the server said when it refused a connection.
        sqlstate: Option<SqlState>,
    },
    /// The server refused before it was ready again: no effect.
    Refused {
        /// What it said.
        sqlstate: SqlState,
        /// Which item or log entry of an apply it is about, from 1, where our function says so.
        ordinal: Option<u32>,
    },
    /// The flight was sent and its end was not seen: a write's effect is unknown.
    Lost {
        /// How the end was lost.
        why: Why,
        /// What the server said when it ended the connection.
        sqlstate: Option<SqlState>,
    },
}

/// How a flight got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No connection could be had, or it was lost.
    Unreachable,
    /// The deadline passed.
    Deadline,
    /// A parameter could not be written, or an answer was not of the form agreed on.
    Malformed,
}

impl SessionError {
    /// No connection could be had.
    pub const UNREACHABLE: Self = Self::NotSent {
        why: Why::Unreachable,
        sqlstate: None,
    };
    /// The connection was lost after the flight was sent.
    pub const LOST: Self = Self::Lost {
        why: Why::Unreachable,
        sqlstate: None,
    };

    /// A refusal by SQLSTATE alone.
    pub fn refused(sqlstate: &str) -> Self {
        Self::Refused {
            sqlstate: SqlState::new(sqlstate),
            ordinal: None,
        }
    }

    /// What the server said, where it said something.
    pub const fn sqlstate(&self) -> Option<SqlState> {
        match self {
            Self::NotSent { sqlstate, .. } | Self::Lost { sqlstate, .. } => *sqlstate,
            Self::Refused { sqlstate, .. } => Some(*sqlstate),
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent { .. } => "the flight was not sent",
            Self::Refused { .. } => "the server refused the flight",
            Self::Lost { .. } => "the end of the flight was not seen",
        })
    }
}

impl std::error::Error for SessionError {}
