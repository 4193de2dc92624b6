//! Verdicts: what a run of one case says.

use crate::failure::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

/// What a run of one case says about the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The promise held.
    Pass,
    /// The promise was broken.
    Fail {
        /// What was seen, without stored values.
        reason: String,
        /// Where in the suite, as `file:line`; empty for a panic.
        place: String,
    },
    /// The factory does not declare a power that the case needs, and the probe confirmed it.
    Unsupported {
        /// The power.
        power: String,
    },
    /// The case did not run.
    Skipped {
        /// Why not.
        reason: String,
    },
    /// The case ran and says nothing, such as past its deadline.
    Inconclusive {
        /// Why not.
        reason: String,
    },
    /// The harness or the factory failed.
    HarnessError {
        /// What failed.
        reason: String,
    },
}

impl Verdict {
    /// The name in reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail { .. } => "fail",
            Self::Unsupported { .. } => "unsupported",
            Self::Skipped { .. } => "skipped",
            Self::Inconclusive { .. } => "inconclusive",
            Self::HarnessError { .. } => "harness-error",
        }
    }

    /// Why the verdict is not a pass.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass => None,
            Self::Unsupported { power } => Some(power),
            Self::Fail { reason, .. }
            | Self::Skipped { reason }
            | Self::Inconclusive { reason }
            | Self::HarnessError { reason } => Some(reason),
        }
    }

    /// Whether something has to be looked at: a failure, no answer, or an error of the harness.
    pub const fn is_bad(&self) -> bool {
        matches!(
            self,
            Self::Fail { .. } | Self::Inconclusive { .. } | Self::HarnessError { .. }
        )
    }
}

impl From<Failure> for Verdict {
    fn from(failure: Failure) -> Self {
        let place = failure.place();
        let reason = failure.message().to_owned();
        match failure.kind() {
            FailureKind::Broken => Self::Fail { reason, place },
            FailureKind::Harness => Self::HarnessError {
                reason: format!("{reason} ({place})"),
            },
            FailureKind::Inconclusive => Self::Inconclusive { reason },
        }
    }
}
