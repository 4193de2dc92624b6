//! Counts: of everything, and of what waits in the outbox.

use super::log::shown;
use crate::core::inspection::Inspection;
use crate::prelude::*;
use std::collections::BTreeMap;
use user_engine_ports::{
    Capabilities, LogCursor, OutboxQuery, PAGE_MAX, PORT_VERSION, Readiness, StoreError,
    UserEngineStore,
};

/// Asks what the store is and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperabilitySnapshot;

/// What the store is and holds. No stored value is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The version of the store port.
    pub port_version: u32,
    /// What the store declares of itself: its name, who keeps tenants apart, whether it is
    /// durable, whether it is simulated.
    pub capabilities: Capabilities,
    /// Whether it can serve, and why not.
    pub readiness: Readiness,
    /// How much the caller's scope holds, by adapter-neutral names; or why that can't be said.
    pub counts: Result<BTreeMap<&'static str, u64>, StoreError>,
}

impl Operation for OperabilitySnapshot {
    const SPEC: OperationSpec = shown("operability_snapshot");
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Inspection for OperabilitySnapshot {
    type Answer = Snapshot;

    async fn inspect(
        &self,
        store: &dyn UserEngineStore,
        admitted: &Admitted,
    ) -> Result<Snapshot, Refusal> {
        let readiness = store.readiness(admitted.deadline).await;
        let scope = admitted.inspected();
        let counts = store.record_counts(&scope, admitted.deadline).await;
        Ok(Snapshot {
            taken_at: admitted.now,
            port_version: PORT_VERSION,
            capabilities: store.capabilities(),
            readiness,
            counts,
        })
    }
}

/// Asks what waits in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxDiagnostics {
    /// Where the reader stands whose backlog is meant; `None` for one who has read nothing.
    pub after: Option<LogCursor>,
}

/// What waits in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxReport {
    /// How many events the scope's log holds, read or not.
    pub kept: u64,
    /// How many of them wait behind the reader's cursor, counted up to 1,000.
    pub waiting: u64,
    /// Whether more wait than were counted.
    pub has_more: bool,
    /// When the first of those that wait happened; none, where nothing waits or the first can't
    /// be decoded.
    pub oldest_at: Option<Timestamp>,
    /// How many of those that were counted can't be decoded.
    pub undecodable: u64,
}

impl Operation for OutboxDiagnostics {
    const SPEC: OperationSpec = shown("outbox_diagnostics");
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Inspection for OutboxDiagnostics {
    type Answer = OutboxReport;

    async fn inspect(
        &self,
        store: &dyn UserEngineStore,
        admitted: &Admitted,
    ) -> Result<OutboxReport, Refusal> {
        let scope = admitted.inspected();
        let counts = store.record_counts(&scope, admitted.deadline).await?;
        let query = OutboxQuery {
            scope,
            after: self.after.clone(),
            limit: PAGE_MAX,
        };
        let page = store.outbox_events(&query, admitted.deadline).await?;
        let first = page.entries.first();
        let undecodable = page.entries.iter().filter(|entry| entry.is_err()).count();
        Ok(OutboxReport {
            kept: counts.get("outbox_events").copied().unwrap_or(0),
            waiting: count(page.entries.len()),
            has_more: page.has_more,
            oldest_at: first
                .and_then(|entry| entry.as_ref().ok())
                .map(|event| event.occurred_at),
            undecodable: count(undecodable),
        })
    }
}

fn count(entries: usize) -> u64 {
    u64::try_from(entries).unwrap_or(u64::MAX)
}
