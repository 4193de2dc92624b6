//! Which stores a run takes, and the factories that hand them out.

use crate::command::{Run, Store};
use crate::exit::Stop;
use crate::run::NotRun;
use std::sync::Arc;
use user_engine_conformance::{MemoryFactory, Report, StoreFactory};

/// A store that was asked for.
pub(crate) enum Chosen {
    /// It can run.
    Ready(Store, Arc<dyn StoreFactory>),
    /// It can't run here, and it was not asked for by name.
    Missing(NotRun),
}

impl Store {
    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Fake => "fake",
            Self::Postgres => "postgres",
            Self::All => "all",
        }
    }

    /// The store that a report is about.
    pub(crate) fn of_report(report: &Report) -> Self {
        match (report.store.simulated.is_some(), report.store.durable) {
            (true, _) => Self::Fake,
            (false, true) => Self::Postgres,
            (false, false) => Self::Memory,
        }
    }
}

/// Makes the factories of the stores that were asked for.
///
/// # Errors
///
/// Refused or unreachable when a store that was asked for, by name or by an address, must not or
/// can't be touched: then nothing runs.
pub(crate) async fn choose(run: &Run) -> Result<Vec<Chosen>, Stop> {
    let mut chosen = Vec::new();
    if matches!(run.store, Store::Memory | Store::All) {
        chosen.push(Chosen::Ready(Store::Memory, Arc::new(MemoryFactory)));
    }
    for store in [Store::Fake, Store::Postgres] {
        if run.store == store || run.store == Store::All {
            let reason = "not part of this build yet".to_owned();
            chosen.push(Chosen::Missing(NotRun {
                store: store.name().to_owned(),
                reason,
            }));
        }
    }
    Ok(chosen)
}
