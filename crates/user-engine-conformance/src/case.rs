//! A case: one promise of the contract as a plain async function.

use crate::context::Context;
use crate::failure::Failure;
use crate::level::Level;
use crate::power::Power;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// The future of a running case.
pub type CaseFuture = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// One promise and the function that holds a store to it.
#[derive(Clone, Copy)]
pub struct Case {
    /// The stable dotted id; its first part is the area.
    pub id: &'static str,
    /// The promise in one sentence.
    pub requirement: &'static str,
    /// The level that it belongs to.
    pub level: Level,
    /// What it needs of the factory beyond a fresh store.
    pub powers: &'static [Power],
    /// Whether no other case may run beside it.
    pub exclusive: bool,
    /// The mutants that it kills, by name.
    pub kills: &'static [&'static str],
    /// The function.
    pub run: fn(Context) -> CaseFuture,
}

impl Case {
    /// A case that needs nothing and kills nothing yet.
    pub const fn new(
        id: &'static str,
        requirement: &'static str,
        level: Level,
        run: fn(Context) -> CaseFuture,
    ) -> Self {
        Self {
            id,
            requirement,
            level,
            powers: &[],
            exclusive: false,
            kills: &[],
            run,
        }
    }

    /// The same case with what it needs.
    #[must_use]
    pub const fn needs(mut self, powers: &'static [Power]) -> Self {
        self.powers = powers;
        self
    }

    /// The same case, which runs alone.
    #[must_use]
    pub const fn alone(mut self) -> Self {
        self.exclusive = true;
        self
    }

    /// The same case with the mutants that it kills.
    #[must_use]
    pub const fn kills(mut self, mutants: &'static [&'static str]) -> Self {
        self.kills = mutants;
        self
    }

    /// The area: the id's first part.
    pub fn area(&self) -> &'static str {
        self.id.split('.').next().unwrap_or(self.id)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Boxes a case's function for [`Case::run`].
macro_rules! run {
    ($function:path) => {
        |context| Box::pin($function(context))
    };
}
pub(crate) use run;
