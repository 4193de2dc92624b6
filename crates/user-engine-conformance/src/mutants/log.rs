//! Stores whose logs are out of order.

use crate::fault::{Fault, Store};
use crate::mutant::{Mutant, fault};
use async_trait::async_trait;
use user_engine_ports::{Deadline, OutboxPage, OutboxQuery, StoreError};

pub(super) const MUTANTS: &[Mutant] = &[Mutant {
    name: "outbox-ordered-by-id",
    wrong: "Events are read in the order in which their ids were made.",
    killed_by: "log.outbox.commit-order",
    fault: fault!(SortingFault),
}];

struct SortingFault;

#[async_trait]
impl Fault for SortingFault {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let mut page = store.outbox_events(query, deadline).await?;
        page.entries
            .sort_by_key(|entry| entry.as_ref().ok().map(|event| event.event_id.clone()));
        Ok(page)
    }
}
