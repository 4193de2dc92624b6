//! Levels: how far a store's promises reach.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A level of the contract; each holds the ones below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Records: save, get, list, keys, limits.
    L0,
    /// Units of work: atomicity, preconditions, operations, denials, migrations, readiness.
    L1,
    /// Isolation, concurrency and cancellation.
    L2,
    /// The outbox hand-off.
    L3,
    /// Durability across a crash.
    L4,
    /// Restore and failover.
    L5,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: &'static [Self] = &[Self::L0, Self::L1, Self::L2, Self::L3, Self::L4, Self::L5];

    /// The name, such as `L2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Says that a text names no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no level of this name; there are L0 to L5")]
pub struct UnknownLevel;

impl FromStr for Level {
    type Err = UnknownLevel;
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        let named = |level: &&Self| level.as_str().eq_ignore_ascii_case(text);
        Self::ALL.iter().find(named).copied().ok_or(UnknownLevel)
    }
}
