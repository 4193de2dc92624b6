//! Denials that are recorded wrongly, each by itself.

use crate::fault::{Fault, Store};
use crate::script::{Call, replay};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use user_engine_domain::{
    AuditId, AuditRecord, DomainRecord, EventId, EventType, JsonValue, OutboxEvent, User, UserId,
};
use user_engine_ports::{
    Deadline, Operation, Precondition, RequestDigest, Scope, StoreError, UnitOptions,
};

/// Keeps nothing.
pub(super) struct ForgetfulFault;

#[async_trait]
impl Fault for ForgetfulFault {
    async fn record_denial(
        &self,
        _store: &Store,
        _scope: &Scope,
        _denial: AuditRecord,
        _deadline: Deadline,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Changes what was asked for, so that a rule does not bite.
pub(super) struct OpenFault(pub(super) fn(&mut Scope, &mut AuditRecord, &mut Deadline));

#[async_trait]
impl Fault for OpenFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        mut denial: AuditRecord,
        mut deadline: Deadline,
    ) -> Result<(), StoreError> {
        let mut scope = scope.clone();
        (self.0)(&mut scope, &mut denial, &mut deadline);
        store.record_denial(&scope, denial, deadline).await
    }
}

/// Answers every failure as success.
pub(super) struct SwallowingFault;

#[async_trait]
impl Fault for SwallowingFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let _ = store.record_denial(scope, denial, deadline).await;
        Ok(())
    }
}

/// Has room for so many denials.
#[derive(Default)]
pub(super) struct FullFault(AtomicUsize);

const ROOM: usize = 32;

#[async_trait]
impl Fault for FullFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        if self.0.fetch_add(1, Ordering::Relaxed) < ROOM {
            store.record_denial(scope, denial, deadline).await
        } else {
            Ok(())
        }
    }
}

/// Records a repetition under an id of its own.
#[derive(Default)]
pub(super) struct RepeatingFault(Mutex<BTreeSet<AuditId>>);

#[async_trait]
impl Fault for RepeatingFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        mut denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let is_first = {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(denial.audit_id.clone())
        };
        if !is_first && let Ok(id) = AuditId::new(format!("{}-again", denial.audit_id.as_str())) {
            denial.audit_id = id;
        }
        store.record_denial(scope, denial, deadline).await
    }
}

/// Asks first.
pub(super) struct AskingFault;

#[async_trait]
impl Fault for AskingFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        store.readiness(deadline).await;
        store.record_denial(scope, denial, deadline).await
    }
}

/// Commits an event behind the denial; the port ties it to a record.
pub(super) struct EventFault;

/// A user who stands for what was denied, and the event that tells of it.
fn told(denial: &AuditRecord) -> Option<(User, OutboxEvent)> {
    let user = User {
        user_id: UserId::new(denial.audit_id.as_str()).ok()?,
        display_name: None,
        primary_email: None,
        created_at: denial.recorded_at,
        updated_at: denial.recorded_at,
    };
    let event = OutboxEvent {
        event_id: EventId::new(denial.audit_id.as_str()).ok()?,
        event_type: EventType::new("access.denied").ok()?,
        event_version: 1,
        aggregate: DomainRecord::from(user.clone()).id(),
        tenant: denial.tenant.clone(),
        operation_id: denial.operation_id.clone(),
        correlation_id: denial.correlation_id.clone(),
        payload: JsonValue::parse("{}").ok()?,
        occurred_at: denial.recorded_at,
    };
    Some((user, event))
}

#[async_trait]
impl Fault for EventFault {
    async fn record_denial(
        &self,
        store: &Store,
        scope: &Scope,
        denial: AuditRecord,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        store.record_denial(scope, denial.clone(), deadline).await?;
        if let Some((user, event)) = told(&denial) {
            let digest = RequestDigest::of("denied");
            let operation = Operation::new(denial.operation_id.clone(), digest);
            let options = UnitOptions::write(Scope::Platform, operation).deadline(deadline);
            let save = Call::Save(user.into(), Precondition::Any);
            replay(store, options, vec![save, Call::Event(event)])?
                .commit()
                .await?;
        }
        Ok(())
    }
}
