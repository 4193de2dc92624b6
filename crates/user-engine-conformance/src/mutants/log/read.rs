//! Wrong reads of the logs.

use crate::fault::{Fault, Store};
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use user_engine_ports::{
    AuditPage, AuditQuery, Deadline, LogCursor, OutboxPage, OutboxQuery, PAGE_MAX, Scope,
    StoreError, StoreErrorKind,
};

/// Alters the query before the read and the page behind it.
pub(super) struct AuditPages(pub(super) fn(&mut AuditPage, &mut AuditQuery));

#[async_trait]
impl Fault for AuditPages {
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let mut query = query.clone();
        let mut page = store.audit_records(&query, deadline).await?;
        (self.0)(&mut page, &mut query);
        let mut page = store.audit_records(&query, deadline).await?;
        (self.0)(&mut page, &mut query);
        Ok(page)
    }
}

pub(super) struct OutboxPages(pub(super) fn(&mut OutboxPage));

#[async_trait]
impl Fault for OutboxPages {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let mut page = store.outbox_events(query, deadline).await?;
        (self.0)(&mut page);
        Ok(page)
    }
}

/// Takes a record that fits one of the filters.
pub(super) struct AnyOf;

#[async_trait]
impl Fault for AnyOf {
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        if query.target.is_some() && query.actor_id.is_some() {
            let query = AuditQuery {
                target: None,
                ..query.clone()
            };
            return store.audit_records(&query, deadline).await;
        }
        store.audit_records(query, deadline).await
    }
}

pub(super) struct ClosedRange;

#[async_trait]
impl Fault for ClosedRange {
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let until = query.until.map(|until| until.saturating_add_micros(1));
        store
            .audit_records(
                &AuditQuery {
                    until,
                    ..query.clone()
                },
                deadline,
            )
            .await
    }
}

/// Begins every page at the first entry.
pub(super) struct CursorlessFault;

#[async_trait]
impl Fault for CursorlessFault {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let mut page = store
            .outbox_events(
                &OutboxQuery {
                    after: None,
                    ..query.clone()
                },
                deadline,
            )
            .await?;
        page.has_more = page.has_more && query.after.is_none();
        Ok(page)
    }
}

pub(super) struct ForeignCursor;

#[async_trait]
impl Fault for ForeignCursor {
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        match store.audit_records(query, deadline).await {
            Err(error) if matches!(error.kind(), StoreErrorKind::Invalid(_)) => {
                let query = AuditQuery {
                    after: None,
                    ..query.clone()
                };
                store.audit_records(&query, deadline).await
            }
            result => result,
        }
    }
}

/// Remembers the outbox's cursors, and takes them for the audit log's.
#[derive(Default)]
pub(super) struct OneCursor(Mutex<Vec<LogCursor>>);

impl OneCursor {
    fn given(&self) -> MutexGuard<'_, Vec<LogCursor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Fault for OneCursor {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let page = store.outbox_events(query, deadline).await?;
        self.given().push(page.next.clone());
        Ok(page)
    }

    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let given = query.after.as_ref();
        let is_other = given.is_some_and(|cursor| self.given().contains(cursor));
        let query = AuditQuery {
            after: query.after.clone().filter(|_| !is_other),
            ..query.clone()
        };
        store.audit_records(&query, deadline).await
    }
}

pub(super) struct PageSizes;

#[async_trait]
impl Fault for PageSizes {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let limit = query.limit.clamp(1, PAGE_MAX);
        store
            .outbox_events(
                &OutboxQuery {
                    limit,
                    ..query.clone()
                },
                deadline,
            )
            .await
    }
}

/// Shows a tenant what has no tenant.
pub(super) struct OpenLog;

#[async_trait]
impl Fault for OpenLog {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let open = OutboxQuery {
            scope: Scope::Platform,
            ..query.clone()
        };
        let mut page = store.outbox_events(&open, deadline).await?;
        page.entries.retain(|entry| match entry {
            Ok(event) => event.tenant.is_none() || query.scope.sees_log(event.tenant.as_ref()),
            Err(_) => true,
        });
        Ok(page)
    }
}

/// Leaves an entry out of every third page that has any.
#[derive(Default)]
pub(super) struct SkippingAudit(AtomicUsize);

/// Leaves an entry out of every third page that has any.
#[derive(Default)]
pub(super) struct SkippingOutbox(AtomicUsize);

fn is_third<T>(count: &AtomicUsize, entries: &[T]) -> bool {
    !entries.is_empty() && count.fetch_add(1, Ordering::Relaxed) % 3 == 2
}

#[async_trait]
impl Fault for SkippingAudit {
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let mut page = store.audit_records(query, deadline).await?;
        if is_third(&self.0, &page.entries) {
            page.entries.pop();
        }
        Ok(page)
    }
}

#[async_trait]
impl Fault for SkippingOutbox {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let mut page = store.outbox_events(query, deadline).await?;
        if is_third(&self.0, &page.entries) {
            page.entries.pop();
        }
        Ok(page)
    }
}

pub(super) struct HasMore;

#[async_trait]
impl Fault for HasMore {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        let mut page = store.outbox_events(query, deadline).await?;
        page.has_more = true;
        Ok(page)
    }
}
