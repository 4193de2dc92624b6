//! What cases measure of a store: how much it holds, and how often it is asked.

use crate::check::{same, same_count};
use crate::context::Context;
use crate::failure::Failure;
use std::collections::BTreeMap;
use std::future::Future;
use user_engine_ports::{Scope, StoreError};

/// How much a store holds, by the names of the manifest.
pub(crate) type Totals = BTreeMap<&'static str, u64>;

impl Context {
    /// How much the store holds now.
    pub(crate) async fn totals(&self) -> Result<Totals, Failure> {
        let store = self.store();
        Ok(store
            .record_counts(&Scope::Platform, self.deadline())
            .await?)
    }

    /// Expects the store to hold as much as before.
    pub(crate) async fn holds_still(&self, before: &Totals, what: &str) -> Result<(), Failure> {
        let now = self.totals().await?;
        for (name, count) in before {
            let found = now.get(name).copied().unwrap_or_default();
            same_count(found, *count, &format!("{name} after {what}"))?;
        }
        same(&now.len(), &before.len(), "how many names are counted")
    }

    /// Does something and expects it to take so many round trips.
    pub(crate) async fn takes<T>(
        &self,
        round_trips: u64,
        what: &str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, Failure> {
        let before = self.round_trips()?;
        let done = work.await?;
        let taken = self.round_trips()?.saturating_sub(before);
        same_count(taken, round_trips, &format!("round trips of {what}"))?;
        Ok(done)
    }
}
