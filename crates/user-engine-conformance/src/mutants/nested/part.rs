//! Units whose nested parts end, count or read wrongly.

use crate::fault::{Store, Unit, UnitFault};
use crate::mutants::beside::beside;
use async_trait::async_trait;
use futures_util::FutureExt;
use user_engine_domain::{AuditRecord, DomainRecord};
use user_engine_ports::{
    Limit, NESTING_MAX, Precondition, Read, ReadAnswer, StoreError, StoreErrorKind, Tx,
    UNIT_MAX_ENTRIES, UnitOptions, Verb,
};

/// Ends every nested part alike.
pub(super) struct SameEnd {
    pub(super) keep: bool,
}

#[async_trait]
impl UnitFault for SameEnd {
    fn leave(&mut self, unit: &mut Unit, _keep: bool) {
        unit.leave(self.keep);
    }
}

/// Stores the saves of a committed nested part in a unit of their own.
pub(super) struct ThroughUnit {
    store: Store,
    options: UnitOptions,
    saved: Vec<DomainRecord>,
}

impl ThroughUnit {
    pub(super) fn new(store: &Store, options: &UnitOptions) -> Self {
        let options = beside(options, "part");
        Self {
            store: store.clone(),
            options,
            saved: Vec::new(),
        }
    }
}

#[async_trait]
impl UnitFault for ThroughUnit {
    fn save(
        &mut self,
        unit: &mut Unit,
        record: DomainRecord,
        precondition: Precondition,
    ) -> Result<(), StoreError> {
        self.saved.push(record.clone());
        unit.save(record, precondition)
    }

    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        unit.leave(keep);
        let mut through = self.store.begin(self.options.clone());
        for record in self.saved.drain(..).filter(|_| keep) {
            let _ = through.save(record);
        }
        let _ = through.commit().now_or_never();
    }
}

/// Lets parts below the deepest one run into it.
pub(super) struct BottomlessUnit {
    pub(super) beyond: usize,
}

#[async_trait]
impl UnitFault for BottomlessUnit {
    fn enter(&mut self, unit: &mut Unit) -> Result<(), StoreError> {
        if unit.enter().is_err() {
            self.beyond += 1;
        }
        Ok(())
    }

    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else {
            unit.leave(keep);
        }
    }
}

/// Refuses the deepest part that is allowed.
pub(super) struct ShallowUnit {
    pub(super) depth: usize,
}

#[async_trait]
impl UnitFault for ShallowUnit {
    fn enter(&mut self, unit: &mut Unit) -> Result<(), StoreError> {
        if self.depth + 1 == NESTING_MAX {
            let limit = StoreErrorKind::LimitExceeded(Limit::Nesting);
            return Err(StoreError::new(limit, Verb::Nested));
        }
        unit.enter()?;
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        self.depth -= 1;
        unit.leave(keep);
    }
}

/// Counts what was ever appended.
pub(super) struct CountingUnit {
    pub(super) appended: usize,
}

#[async_trait]
impl UnitFault for CountingUnit {
    fn append_audit(&mut self, unit: &mut Unit, record: AuditRecord) -> Result<(), StoreError> {
        if self.appended == UNIT_MAX_ENTRIES {
            let limit = StoreErrorKind::LimitExceeded(Limit::UnitEntries);
            return Err(StoreError::new(limit, Verb::AppendAudit));
        }
        unit.append_audit(record)?;
        self.appended += 1;
        Ok(())
    }
}

/// Reads from the store alone inside nested parts.
pub(super) struct BlindUnit {
    reader: Tx,
    depth: usize,
}

impl BlindUnit {
    pub(super) fn new(store: &Store, options: &UnitOptions) -> Self {
        let reader = store.begin(UnitOptions::read(options.scope.clone()));
        Self { reader, depth: 0 }
    }
}

#[async_trait]
impl UnitFault for BlindUnit {
    async fn read(
        &mut self,
        unit: &mut Unit,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        if self.depth > 0 {
            self.reader.read(reads).await
        } else {
            unit.read(reads).await
        }
    }

    fn enter(&mut self, unit: &mut Unit) -> Result<(), StoreError> {
        unit.enter()?;
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self, unit: &mut Unit, keep: bool) {
        self.depth -= 1;
        unit.leave(keep);
    }
}
