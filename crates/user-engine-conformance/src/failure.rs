//! Failures: why a case did not hold, without any stored value.

use std::fmt;
use std::panic::Location;
use user_engine_ports::StoreError;

/// Why a case did not pass, and where in the suite that was noticed.
///
/// The message is written by the case and holds kinds, counts and names of promises, never a
/// value that was stored.
#[derive(Debug, Clone)]
pub struct Failure {
    kind: FailureKind,
    message: String,
    location: &'static Location<'static>,
}

/// What a failure says about store and harness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The store broke the promise.
    Broken,
    /// The harness or the factory could not do what it declared.
    Harness,
    /// Nothing can be said about the promise this time.
    Inconclusive,
}

impl Failure {
    /// The store broke its promise.
    #[track_caller]
    pub fn broken(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Broken, message.into())
    }

    /// The harness failed, not the store.
    #[track_caller]
    pub fn harness(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Harness, message.into())
    }

    /// The run says nothing, such as a race that never met.
    #[track_caller]
    pub fn inconclusive(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Inconclusive, message.into())
    }

    #[track_caller]
    fn new(kind: FailureKind, message: String) -> Self {
        Self {
            kind,
            message,
            location: Location::caller(),
        }
    }

    /// The same failure with what was being done in front.
    #[must_use]
    pub fn within(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }

    /// What it says about store and harness.
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The place in the suite, as `file:line`.
    pub fn place(&self) -> String {
        let file = self.location.file();
        let file = file.rfind("/src/").map_or(file, |at| &file[at + 1..]);
        format!("{file}:{}", self.location.line())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.place())
    }
}

impl std::error::Error for Failure {}

impl From<StoreError> for Failure {
    /// An error that the case did not expect.
    #[track_caller]
    fn from(error: StoreError) -> Self {
        Self::broken(format!("unexpected error of the store: {error}"))
    }
}
