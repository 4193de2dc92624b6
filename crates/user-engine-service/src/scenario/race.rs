//! Races: several callers ask for what only one can have, round after round.

mod catalog;
mod family;
mod prepared;
mod registration;
mod user;

use super::hooked::Hooks;
use super::ports::Yielding;
use super::world::{Failed, World};
use crate::error::{ServiceError, ServiceErrorKind};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use user_engine_ports::{Committed, Pause, StoreError, UnitOfWork};

/// One caller on the way: who loses has the service's error, who sees something untrue says so.
pub type Racer = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send>>;

/// The racers of a round, made ready.
pub type Ready = Pin<Box<dyn Future<Output = Result<Vec<Racer>, Failed>> + Send>>;

/// Several callers ask for what only one of them can have.
#[derive(Debug, Clone, Copy)]
pub struct Race {
    /// Its name: what they race for.
    pub name: &'static str,
    /// Makes a round's racers ready, on a world that earlier rounds left.
    pub ready: fn(World, u64) -> Ready,
    /// How those may lose who come so late that they see the winner's change. Who is overtaken
    /// between reading and committing always loses by a conflict.
    pub late: fn(&ServiceError) -> bool,
}

/// Every race.
pub fn races() -> impl Iterator<Item = &'static Race> {
    [
        user::RACES,
        catalog::RACES,
        registration::RACES,
        prepared::RACES,
        family::RACES,
    ]
    .into_iter()
    .flatten()
}

/// Declares a race: `race!("name", ready, late)`, where `ready` is an `async fn(World, u64)`.
macro_rules! race {
    ($name:literal, $ready:path, $late:expr) => {
        Race {
            name: $name,
            ready: |world, round| Box::pin($ready(world, round)),
            late: $late,
        }
    };
}
pub(crate) use race;

/// Puts a call among the racers of a round.
macro_rules! racer {
    ($world:expr, $method:ident, $context:expr, $request:expr) => {{
        let (world, context, request) = ($world.clone(), $context.clone(), $request);
        let call = async move {
            world.service.$method(&context, request).await?;
            Ok(())
        };
        Box::pin(call) as $crate::scenario::race::Racer
    }};
}
pub(crate) use racer;

/// How the rounds of a race ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many rounds were run.
    pub rounds: u64,
    /// How many racers there were in all.
    pub racers: u64,
    /// How many had what they asked for: one in each round.
    pub winners: u64,
    /// How many lost in which way.
    pub losers: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts further rounds.
    pub fn add(&mut self, more: Self) {
        self.rounds += more.rounds;
        self.racers += more.racers;
        self.winners += more.winners;
        for (way, count) in more.losers {
            *self.losers.entry(way).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rounds of {} racers, {} winners",
            self.rounds, self.racers, self.winners
        )?;
        for (way, count) in &self.losers {
            write!(f, "; {count} lost: {way}")?;
        }
        Ok(())
    }
}

impl Race {
    /// Runs rounds by their numbers, one behind the other; the racers of each are started by `spawn`, which begins
    /// at once and gives a future of the end.
    ///
    /// # Errors
    ///
    /// `Untrue` for a round without exactly one winner, or with a loser who was told anything
    /// else than that another one was first; and what a racer itself saw fail.
    pub async fn run(
        &self,
        world: &World,
        rounds: Range<u64>,
        spawn: impl Fn(Racer) -> Racer,
    ) -> Result<Tally, Failed> {
        let mut tally = Tally::default();
        for round in rounds {
            let racers = (self.ready)(world.clone(), round).await?;
            tally.racers += racers.len() as u64;
            let running: Vec<Racer> = racers.into_iter().map(&spawn).collect();
            let mut winners = 0;
            for racer in running {
                match racer.await {
                    Ok(()) => winners += 1,
                    Err(Failed::Service(error)) => {
                        let way = self.loss(&error).ok_or_else(|| {
                            Failed::Untrue(format!("round {round}: lost by {error:?}"))
                        })?;
                        *tally.losers.entry(way).or_default() += 1;
                    }
                    Err(failed) => return Err(failed),
                }
            }
            if winners != 1 {
                return Err(Failed::Untrue(format!("round {round}: {winners} winners")));
            }
            tally.winners += 1;
            tally.rounds += 1;
        }
        Ok(tally)
    }

    /// The way in which a racer lost; `None` where that is no way to lose.
    fn loss(&self, error: &ServiceError) -> Option<String> {
        let is_late = (self.late)(error);
        match error.kind() {
            ServiceErrorKind::Conflict(_) => Some(error.to_string()),
            ServiceErrorKind::Validation(_)
            | ServiceErrorKind::AuthorizationDenied { is_audited: true }
            | ServiceErrorKind::NotFound(_)
                if is_late =>
            {
                Some(format!("{error} (late)"))
            }
            _ => None,
        }
    }
}

/// Lets the racers' reads overlap: each lets the others go first before it commits. Counts the
/// commits that were refused because of a conflict.
#[derive(Debug, Default)]
pub struct Overlap(AtomicU64);

impl Overlap {
    /// How many racers were overtaken between reading and committing.
    pub fn overtaken(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Hooks for Overlap {
    async fn commit(&self, unit: Box<dyn UnitOfWork>) -> Result<Committed, StoreError> {
        for _ in 0..3 {
            Yielding.pause(Duration::ZERO).await;
        }
        let committed = unit.commit().await;
        if committed
            .as_ref()
            .is_err_and(|error| error.conflict().is_some())
        {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        committed
    }
}
