//! Reading the two logs.

use crate::core::inspection::Inspection;
use crate::prelude::*;
use user_engine_ports::{
    AuditPage, AuditQuery, LogCursor, OutboxPage, OutboxQuery, PAGE_MAX, UserEngineStore,
};

/// Asks for audit records; what is `None` does not narrow.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecords {
    /// Those of one request.
    pub correlation_id: Option<CorrelationId>,
    /// Those of one operation.
    pub operation_id: Option<OperationId>,
    /// Those about one record.
    pub target: Option<AuditTarget>,
    /// Those of one actor.
    pub actor_id: Option<ActorId>,
    /// Those recorded at this instant or later.
    pub from: Option<Timestamp>,
    /// Those recorded before this instant.
    pub until: Option<Timestamp>,
    /// Go on from here; `None` begins at the first record.
    pub after: Option<LogCursor>,
    /// At most this many, 1 to 1,000.
    pub limit: usize,
}

impl Default for AuditRecords {
    /// All of them, 1,000 a page.
    fn default() -> Self {
        Self {
            correlation_id: None,
            operation_id: None,
            target: None,
            actor_id: None,
            from: None,
            until: None,
            after: None,
            limit: PAGE_MAX,
        }
    }
}

/// Asks for outbox events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvents {
    /// Go on from here; `None` begins at the first event.
    pub after: Option<LogCursor>,
    /// At most this many, 1 to 1,000.
    pub limit: usize,
}

impl Default for OutboxEvents {
    /// All of them, 1,000 a page.
    fn default() -> Self {
        Self {
            after: None,
            limit: PAGE_MAX,
        }
    }
}

/// The line of an operation that shows a scope's logs and counts.
pub(super) const fn shown(name: &'static str) -> OperationSpec {
    OperationSpec {
        name,
        reach: Reach::TenantOrNone,
        stands: Stands::InTenant,
        grants: &[Grant::TenantAdmin, Grant::PlatformOperator],
        events: &[],
    }
}

fn check_limit(limit: usize) -> Result<(), Refusal> {
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(());
    }
    let rule = Rule::OutOfRange {
        expected: "within 1 to 1,000",
    };
    Err(FieldError::new("limit", rule).into())
}

impl Operation for AuditRecords {
    const SPEC: OperationSpec = shown("audit_records");
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        check_limit(self.limit)?;
        match (self.from, self.until) {
            (Some(from), Some(until)) if until <= from => {
                Err(Refusal::rule("until", "must be behind from"))
            }
            _ => Ok(()),
        }
    }
}

impl Inspection for AuditRecords {
    type Answer = AuditPage;

    async fn inspect(
        &self,
        store: &dyn UserEngineStore,
        admitted: &Admitted,
    ) -> Result<AuditPage, Refusal> {
        let query = AuditQuery {
            scope: admitted.inspected(),
            correlation_id: self.correlation_id.clone(),
            operation_id: self.operation_id.clone(),
            target: self.target.clone(),
            actor_id: self.actor_id.clone(),
            from: self.from,
            until: self.until,
            after: self.after.clone(),
            limit: self.limit,
        };
        Ok(store.audit_records(&query, admitted.deadline).await?)
    }
}

impl Operation for OutboxEvents {
    const SPEC: OperationSpec = shown("outbox_events");
    type Slots = ();

    fn reads(&self, _: &Admitted, _: &mut Flight) -> Result<(), Refusal> {
        check_limit(self.limit)
    }
}

impl Inspection for OutboxEvents {
    type Answer = OutboxPage;

    async fn inspect(
        &self,
        store: &dyn UserEngineStore,
        admitted: &Admitted,
    ) -> Result<OutboxPage, Refusal> {
        let query = OutboxQuery {
            scope: admitted.inspected(),
            after: self.after.clone(),
            limit: self.limit,
        };
        Ok(store.outbox_events(&query, admitted.deadline).await?)
    }
}
