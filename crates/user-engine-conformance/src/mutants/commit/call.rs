//! Units that are loose about single calls.

use crate::fault::{Unit, UnitFault};
use async_trait::async_trait;
use user_engine_domain::{AuditOutcome, AuditRecord, DomainRecord, OutboxEvent, RecordId};
use user_engine_ports::{Precondition, Revision, StoreError};

/// Is strict in all but one thing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LooseUnit {
    /// Expectations.
    Expect,
    /// Denials inside a unit.
    Denial,
    /// The tenants of audit records and events.
    Tenant,
    /// The preconditions of deletions.
    Deletion,
    /// The precondition of absence.
    Absent,
    /// The precondition of a revision.
    Revision,
}

impl LooseUnit {
    fn loosens(self, precondition: Precondition) -> bool {
        match precondition {
            Precondition::Any => false,
            Precondition::Absent => self == Self::Absent,
            Precondition::Revision(_) => self == Self::Revision,
        }
    }
}

#[async_trait]
impl UnitFault for LooseUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        let loosened = self.loosens(precondition);
        unit.save(
            record,
            if loosened {
                Precondition::Any
            } else {
                precondition
            },
        )
    }

    fn delete(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        unit.delete(
            id,
            if *self == Self::Deletion {
                Precondition::Any
            } else {
                precondition
            },
        )
    }

    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        if *self == Self::Expect {
            Ok(())
        } else {
            unit.expect(id, revision)
        }
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        let mut record = record;
        if *self == Self::Denial {
            (record.outcome, record.reason) = (AuditOutcome::Allowed, None);
        }
        if *self == Self::Tenant {
            record.tenant = unit.options().scope.tenant().cloned();
        }
        unit.append_audit(record)
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        let mut event = event;
        if *self == Self::Tenant {
            event.tenant = unit.options().scope.tenant().cloned();
        }
        unit.enqueue(event)
    }
}
