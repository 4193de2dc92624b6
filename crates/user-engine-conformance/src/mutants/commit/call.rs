//! Units that are loose about single calls.

use crate::fault::{Unit, UnitFault};
use async_trait::async_trait;
use user_engine_domain::{AuditOutcome, AuditRecord, DomainRecord, OutboxEvent, RecordId};
use user_engine_ports::{Precondition, Revision, StoreError};

/// Is strict in all but what is switched off.
pub(super) struct LooseUnit {
    pub(super) expects: bool,
    pub(super) refuses_denials: bool,
    pub(super) checks_tenant: bool,
    pub(super) checks_deletion: bool,
    pub(super) loosens_save: fn(Precondition) -> bool,
}

impl LooseUnit {
    /// Nothing is switched off.
    pub(super) const STRICT: Self = Self {
        expects: true,
        refuses_denials: true,
        checks_tenant: true,
        checks_deletion: true,
        loosens_save: |_| false,
    };
}

#[async_trait]
impl UnitFault for LooseUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        let loosened = (self.loosens_save)(precondition);
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
            if self.checks_deletion {
                precondition
            } else {
                Precondition::Any
            },
        )
    }

    fn expect(
        &mut self,
        unit: &mut Unit,
        id: RecordId,
        revision: Revision,
    ) -> Result<(), StoreError> {
        if self.expects {
            unit.expect(id, revision)
        } else {
            Ok(())
        }
    }

    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        let mut record = record;
        if !self.refuses_denials {
            (record.outcome, record.reason) = (AuditOutcome::Allowed, None);
        }
        if !self.checks_tenant {
            record.tenant = unit.options().scope.tenant().cloned();
        }
        unit.append_audit(record)
    }

    fn enqueue(&mut self, unit: &mut Unit, event: OutboxEvent) -> Result<(), StoreError> {
        let mut event = event;
        if !self.checks_tenant {
            event.tenant = unit.options().scope.tenant().cloned();
        }
        unit.enqueue(event)
    }
}
