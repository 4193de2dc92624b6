//! Wrong about what a scope reads of the logs and counts.

use crate::fault::{Fault, Store};
use async_trait::async_trait;
use std::collections::BTreeMap;
use user_engine_domain::AuditRecord;
use user_engine_ports::{
    AuditPage, AuditQuery, Deadline, OutboxPage, OutboxQuery, Scope, StoreError, StoreErrorKind,
};

pub(super) struct OpenAuditFault;

#[async_trait]
impl Fault for OpenAuditFault {
    async fn audit_records(
        &self,
        store: &Store,
        query: &AuditQuery,
        deadline: Deadline,
    ) -> Result<AuditPage, StoreError> {
        let Scope::Tenant(own) = &query.scope else {
            return store.audit_records(query, deadline).await;
        };
        let platform = AuditQuery {
            scope: Scope::Platform,
            ..query.clone()
        };
        let mut page = store.audit_records(&platform, deadline).await?;
        page.entries.retain(|entry| {
            let tenant = entry.as_ref().ok().and_then(|audit| audit.tenant.as_ref());
            tenant.is_none_or(|tenant| tenant == own)
        });
        Ok(page)
    }
}

pub(super) struct OpenOutboxFault;

#[async_trait]
impl Fault for OpenOutboxFault {
    async fn outbox_events(
        &self,
        store: &Store,
        query: &OutboxQuery,
        deadline: Deadline,
    ) -> Result<OutboxPage, StoreError> {
        if !matches!(query.scope, Scope::Tenant(_)) {
            return store.outbox_events(query, deadline).await;
        }
        let platform = OutboxQuery {
            scope: Scope::Platform,
            ..query.clone()
        };
        let mut page = store.outbox_events(&platform, deadline).await?;
        page.entries
            .retain(|entry| entry.as_ref().is_ok_and(|event| event.tenant.is_some()));
        Ok(page)
    }
}

pub(super) struct OpenDenialFault;

#[async_trait]
impl Fault for OpenDenialFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        match store.record_denial(scope, denial.clone(), deadline).await {
            Err(error) if *error.kind() == StoreErrorKind::OutOfScope => {
                store
                    .record_denial(&Scope::Platform, denial, deadline)
                    .await
            }
            result => result,
        }
    }
}

pub(super) struct OpenCountFault;

#[async_trait]
impl Fault for OpenCountFault {
    async fn record_counts(
        &self,
        store: &Store,
        _scope: &Scope,
        deadline: Deadline,
    ) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        store.record_counts(&Scope::Platform, deadline).await
    }
}
