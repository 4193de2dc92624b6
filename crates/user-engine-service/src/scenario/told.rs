//! A story told, and everything that was seen of it.

use super::canary::{Eavesdropper, Watch};
use super::hooked::HookedStore;
use super::story::Story;
use super::world::{Failed, World};
use crate::pairing::{Report, Verifier};
use std::fmt;
use std::sync::Arc;
use tracing::instrument::WithSubscriber;
use user_engine_ports::UserEngineStore;

/// What was seen while one story was told.
#[derive(Debug)]
pub struct Told {
    /// How it ended.
    pub ended: Result<(), Failed>,
    /// Whether what it left in the logs fits together.
    pub report: Report,
    /// How many units were applied.
    pub applied: u64,
    /// How many sensitive values went into records.
    pub values: usize,
    /// Where one of them was seen elsewhere.
    pub seen: Vec<String>,
}

impl Told {
    /// Whether the story ended well, every change of it was audited and told, and no sensitive
    /// value was seen outside of its record.
    pub fn holds(&self) -> bool {
        let fits = self.report.mismatch_count == 0;
        let proves = self.report.proves() == (self.applied > 0);
        self.ended.is_ok() && fits && proves && self.seen.is_empty()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Err(failed) = &self.ended {
            writeln!(f, "{failed}")?;
        }
        for place in &self.seen {
            writeln!(f, "{place}")?;
        }
        write!(f, "{} units; {}", self.applied, self.report)
    }
}

impl Story {
    /// Tells the story on a store that is migrated and empty, listens, and looks at what it left.
    ///
    /// # Errors
    ///
    /// The store's, when its logs can't be read.
    pub async fn told(&self, store: Arc<dyn UserEngineStore>) -> Result<Told, Failed> {
        let watch = Arc::new(Watch::default());
        let hooked = HookedStore::new(store.clone(), watch.clone());
        let world = World::new(Arc::new(hooked))?;
        let eavesdropper = Eavesdropper::default();
        let telling = (self.tell)(world).with_subscriber(eavesdropper.clone());
        let ended = telling.await;
        let mut verifier = Verifier::new(&*store);
        if !watch.has_purged() {
            verifier = verifier.counting_rows().asking_outcomes();
        }
        let report = verifier.verify().await?;
        let overheard = format!("{}\n{ended:?}", eavesdropper.overheard());
        let seen = watch.sweep(&*store, &overheard).await?;
        Ok(Told {
            ended,
            report,
            applied: watch.applied(),
            values: watch.values(),
            seen,
        })
    }
}
