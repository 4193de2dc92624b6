//! What the command's exit status means.

use std::process::ExitCode;

/// What the command's exit status means. A script may rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for was reached.
    Reached = 0,
    /// A case failed, or a mutant survived.
    Failed = 1,
    /// The command was misused, or refused to touch what it was pointed at.
    Refused = 2,
    /// A server could not be reached, or there is none to start.
    Unreachable = 3,
    /// Nothing ran, or the required level is only partial.
    Partial = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why the command stops before it has an answer: one sentence and a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Stop {
    /// The status to exit with.
    pub exit: Exit,
    /// One sentence without line breaks, and without a value or a credential.
    pub sentence: String,
}

impl Stop {
    /// Refuses: nothing was touched.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            sentence: sentence.into(),
        }
    }

    /// Says that a server can't be reached.
    pub fn unreachable(sentence: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unreachable,
            sentence: sentence.into(),
        }
    }
}
