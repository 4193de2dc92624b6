//! Wrong treatment of single entries.

use crate::fault::{Store, Unit, UnitFault};
use crate::script::{Call, Rewrite, replay};
use async_trait::async_trait;
use std::collections::BTreeSet;
use user_engine_domain::{AuditRecord, OutboxEvent, RecordId};
use user_engine_ports::{
    AuditQuery, Committed, OutboxQuery, Scope, StoreError, StoreErrorKind, UnitOptions,
};

/// Which calls are dropped before the commit.
pub(super) enum Dropped {
    DeletionEvents,
}

#[async_trait]
impl Rewrite for Dropped {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let Self::DeletionEvents = self;
        let deleted = |call: &Call| match call {
            Call::Delete(id, _) => Some(id.clone()),
            _ => None,
        };
        let deleted: BTreeSet<RecordId> = calls.iter().filter_map(deleted).collect();
        calls.retain(|call| match call {
            Call::Event(event) => !deleted.contains(&event.aggregate),
            _ => true,
        });
        replay(store, options, calls)?.commit().await
    }
}

/// Drops entries whose ids are taken.
pub(super) enum DropsDuplicates {
    Audits,
    Events,
}

#[async_trait]
impl Rewrite for DropsDuplicates {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let deadline = options.deadline;
        match self {
            Self::Audits => {
                let query = AuditQuery::new(Scope::Platform);
                let page = store.audit_records(&query, deadline).await?;
                let taken: BTreeSet<_> = page
                    .entries
                    .into_iter()
                    .flatten()
                    .map(|it| it.audit_id)
                    .collect();
                calls.retain(|call| match call {
                    Call::Audit(record) => !taken.contains(&record.audit_id),
                    _ => true,
                });
            }
            Self::Events => {
                let query = OutboxQuery::new(Scope::Platform);
                let page = store.outbox_events(&query, deadline).await?;
                let taken: BTreeSet<_> = page
                    .entries
                    .into_iter()
                    .flatten()
                    .map(|it| it.event_id)
                    .collect();
                calls.retain(|call| match call {
                    Call::Event(event) => !taken.contains(&event.event_id),
                    _ => true,
                });
            }
        }
        replay(store, options, calls)?.commit().await
    }
}

/// Drops events whose aggregate the unit does not write.
pub(super) struct DropsStray;

#[async_trait]
impl Rewrite for DropsStray {
    async fn commit(
        &mut self,
        store: &Store,
        options: UnitOptions,
        mut calls: Vec<Call>,
        _unit: Unit,
    ) -> Result<Committed, StoreError> {
        let written = |call: &Call| match call {
            Call::Save(record, _) => Some(record.id()),
            Call::Delete(id, _) => Some(id.clone()),
            _ => None,
        };
        let written: BTreeSet<RecordId> = calls.iter().filter_map(written).collect();
        calls.retain(|call| match call {
            Call::Event(event) => written.contains(&event.aggregate),
            _ => true,
        });
        replay(store, options, calls)?.commit().await
    }
}

pub(super) struct LosesVersionUnit;

#[async_trait]
impl UnitFault for LosesVersionUnit {
    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        unit.enqueue(OutboxEvent {
            event_version: 1,
            ..event
        })
    }
}

pub(super) struct DropsForeignUnit;

fn dropped(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(error) if matches!(error.kind(), StoreErrorKind::Invalid(_)) => Ok(()),
        result => result,
    }
}

#[async_trait]
impl UnitFault for DropsForeignUnit {
    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        dropped(unit.append_audit(record))
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        dropped(unit.enqueue(event))
    }
}
