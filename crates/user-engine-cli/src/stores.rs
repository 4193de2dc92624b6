//! Which stores a run takes, and the factories that hand them out.

use crate::command::{Run, Store};
use crate::dsn::{Acknowledged, Dsn};
use crate::exit::Stop;
use crate::factory_fake::FakeFactory;
use crate::factory_postgres::{DedicatedFactory, LocalFactory};
use crate::local_server::{Binaries, Durability};
use crate::run::NotRun;
use std::sync::Arc;
use user_engine_conformance::{MemoryFactory, Report, StoreFactory};

/// A store that was asked for.
pub(crate) enum Chosen {
    /// It can run; a dedicated database is to be left as it was found.
    Ready(Store, Arc<dyn StoreFactory>, Option<Arc<DedicatedFactory>>),
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
    let asked = |store| run.store == store || run.store == Store::All;
    let mut chosen = Vec::new();
    if asked(Store::Memory) {
        chosen.push(Chosen::Ready(Store::Memory, Arc::new(MemoryFactory), None));
    }
    if asked(Store::Fake) {
        chosen.push(Chosen::Ready(Store::Fake, Arc::new(FakeFactory), None));
    }
    if asked(Store::Postgres) {
        chosen.push(postgres(run).await?);
    }
    Ok(chosen)
}

async fn postgres(run: &Run) -> Result<Chosen, Stop> {
    if let Some(dsn) = Dsn::from_environment()? {
        let said = Acknowledged::from_environment(run.server.allow_plaintext_to_remote);
        let factory = Arc::new(DedicatedFactory::take_over(&dsn, said).await?);
        return Ok(Chosen::Ready(
            Store::Postgres,
            factory.clone(),
            Some(factory),
        ));
    }
    if run.store == Store::All
        && let Err(error) = Binaries::find()
    {
        let (store, reason) = (Store::Postgres.name().to_owned(), error.to_string());
        return Ok(Chosen::Missing(NotRun { store, reason }));
    }
    let durability = if run.server.durable {
        Durability::Durable
    } else {
        Durability::Fast
    };
    let factory = LocalFactory::start(durability, run.server.named_statements).await?;
    Ok(Chosen::Ready(Store::Postgres, Arc::new(factory), None))
}
