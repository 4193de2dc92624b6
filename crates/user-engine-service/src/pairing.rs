//! Proves over a whole store that every change was audited and told, once.
//!
//! The [`Verifier`] reads both logs of a store through the port and matches them 1:1:1 by
//! operation id, correlation id and tenant: an allowed audit record, the first event of its
//! operation, and the operation that the store applied. Operations that others joined share an
//! operation id; for them it counts, by operation.
//!
//! Deliberately absent: repair, and everything that only one kind of store can answer.

mod group;
mod mismatch;

pub use mismatch::{Digest, Mismatch, MismatchKind};

use crate::core::operation::OperationSpec;
use group::{Declared, Group, Specs};
use std::collections::HashMap;
use std::fmt;
use user_engine_domain::{AuditOutcome, OperationId, sha256_hex};
use user_engine_ports::{
    AuditQuery, Deadline, OperationOutcome, OutboxQuery, Scope, StoreError, UserEngineStore,
};

/// How many mismatches a report keeps; the others are counted.
const KEPT_MAX: usize = 1_000;

/// The audit records for which everything is held in memory at once, if nothing else was said.
const AUDITS_AT_ONCE: u64 = 200_000;

/// What the verifier saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Operation ids under which something was audited as done.
    pub operations: u64,
    /// Allowed audit records.
    pub audit_records: u64,
    /// Denied audit records.
    pub denials: u64,
    /// Events.
    pub events: u64,
    /// Operations of which the store was asked whether they applied.
    pub asked: u64,
    /// How often both logs were read.
    pub passes: u64,
    /// The first thousand of what does not fit.
    pub mismatches: Vec<Mismatch>,
    /// How many things do not fit.
    pub mismatch_count: u64,
}

impl Report {
    /// Whether everything fits, and there was something to fit.
    pub fn proves(&self) -> bool {
        self.mismatch_count == 0 && self.operations > 0
    }

    fn tell(&mut self, mismatch: Mismatch) {
        self.mismatch_count += 1;
        if self.mismatches.len() < KEPT_MAX {
            self.mismatches.push(mismatch);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} mismatches in {} operations with {} audit records and {} events, beside {} \
             denials",
            self.mismatch_count, self.operations, self.audit_records, self.events, self.denials
        )?;
        for mismatch in &self.mismatches {
            write!(f, "\n{mismatch}")?;
        }
        Ok(())
    }
}

/// Reads a store's logs and matches them. Nothing may be written meanwhile.
pub struct Verifier<'a> {
    store: &'a dyn UserEngineStore,
    specs: Specs,
    asks_outcomes: bool,
    counts_rows: bool,
    audits_at_once: u64,
}

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

impl<'a> Verifier<'a> {
    /// A verifier of a store that the service wrote, which only reads.
    pub fn new(store: &'a dyn UserEngineStore) -> Self {
        let specs = crate::operations().map(|spec| (spec.name, *spec));
        Self {
            store,
            specs: specs.collect(),
            asks_outcomes: false,
            counts_rows: false,
            audits_at_once: AUDITS_AT_ONCE,
        }
    }

    /// The same verifier, knowing an application's own operations too.
    #[must_use]
    pub fn with_operations(mut self, specs: impl IntoIterator<Item = OperationSpec>) -> Self {
        self.specs
            .extend(specs.into_iter().map(|spec| (spec.name, spec)));
        self
    }

    /// The same verifier, asking the store about each operation whether it applied.
    ///
    /// Asking writes: an id that the store does not know is fenced by it. One round trip for each
    /// operation; those that were purged count as not applied.
    #[must_use]
    pub const fn asking_outcomes(mut self) -> Self {
        self.asks_outcomes = true;
        self
    }

    /// The same verifier, comparing how many operations the store knows with how many are
    /// audited, which finds a change that was neither audited nor told. Only for a store of which
    /// no operation was purged, and no unknown one asked for.
    #[must_use]
    pub const fn counting_rows(mut self) -> Self {
        self.counts_rows = true;
        self
    }

    /// The same verifier, holding about this many audit records in memory at once; the logs are
    /// read as often as that takes. 0 counts as 1.
    #[must_use]
    pub const fn at_once(mut self, audit_records: u64) -> Self {
        self.audits_at_once = if audit_records == 0 { 1 } else { audit_records };
        self
    }

    /// Reads everything and says what does not fit. Each call of the store has the default
    /// deadline.
    ///
    /// # Errors
    ///
    /// The store's own; the platform's whole logs must be readable.
    pub async fn verify(self) -> Result<Report, StoreError> {
        let counts = self
            .store
            .record_counts(&Scope::Platform, Deadline::default());
        let counts = counts.await?;
        let audits = counts.get("audit_records").copied().unwrap_or(0);
        let rows = counts.get("operations").copied().unwrap_or(0);
        let passes = audits.div_ceil(self.audits_at_once).max(1);
        let declared = Declared::by(&self.specs);
        let mut report = Report::default();
        let mut applied = 0;
        for pass in 0..passes {
            let part = Part { pass, passes };
            let mut groups = HashMap::new();
            self.read_audits(part, &mut groups, &mut report).await?;
            self.read_events(part, &declared, &mut groups, &mut report)
                .await?;
            let mut groups: Vec<_> = groups.into_iter().collect();
            groups.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            for (operation_id, group) in &groups {
                group.judge(&self.specs, operation_id, &mut |mismatch| {
                    report.tell(mismatch);
                });
                let scopes = group.scopes(&self.specs);
                report.operations += u64::from(!scopes.is_empty());
                applied += u64::try_from(scopes.len()).unwrap_or(u64::MAX);
                if self.asks_outcomes {
                    for scope in scopes {
                        self.ask(operation_id, group, scope, &mut report).await?;
                    }
                }
            }
        }
        if self.counts_rows && rows != applied {
            report.tell(Mismatch {
                kind: MismatchKind::RowsDiffer,
                operation: None,
                correlation: None,
                name: None,
                expected: applied,
                found: rows,
            });
        }
        report.passes = passes;
        Ok(report)
    }

    async fn read_audits(
        &self,
        part: Part,
        groups: &mut HashMap<OperationId, Group>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let mut query = AuditQuery::new(Scope::Platform);
        loop {
            let page = self
                .store
                .audit_records(&query, Deadline::default())
                .await?;
            for entry in &page.entries {
                let Ok(record) = entry else {
                    part.tell_undecodable(MismatchKind::UndecodableAudit, report);
                    continue;
                };
                if !part.holds(&record.operation_id) {
                    continue;
                }
                if record.outcome == AuditOutcome::Denied {
                    report.denials += 1;
                } else {
                    report.audit_records += 1;
                }
                let group = groups.entry(record.operation_id.clone()).or_default();
                group.take_audit(&self.specs, record);
            }
            if !page.has_more {
                return Ok(());
            }
            query.after = Some(page.next);
        }
    }

    async fn read_events(
        &self,
        part: Part,
        declared: &Declared,
        groups: &mut HashMap<OperationId, Group>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let mut query = OutboxQuery::new(Scope::Platform);
        loop {
            let page = self
                .store
                .outbox_events(&query, Deadline::default())
                .await?;
            for entry in &page.entries {
                let Ok(event) = entry else {
                    part.tell_undecodable(MismatchKind::UndecodableEvent, report);
                    continue;
                };
                if !part.holds(&event.operation_id) {
                    continue;
                }
                report.events += 1;
                let group = groups.entry(event.operation_id.clone()).or_default();
                group.take_event(declared, event);
            }
            if !page.has_more {
                return Ok(());
            }
            query.after = Some(page.next);
        }
    }

    /// Asks whether an operation applied.
    async fn ask(
        &self,
        operation_id: &OperationId,
        group: &Group,
        scope: Scope,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        report.asked += 1;
        if self.has_applied(&scope, operation_id).await? {
            return Ok(());
        }
        if let Some(other) = group.other_scope(&self.specs, &scope)
            && self.has_applied(&other, operation_id).await?
        {
            return Ok(());
        }
        report.tell(Mismatch {
            kind: MismatchKind::NotApplied,
            operation: Some(Digest::of(operation_id.as_str())),
            correlation: None,
            name: None,
            expected: 1,
            found: 0,
        });
        Ok(())
    }

    async fn has_applied(
        &self,
        scope: &Scope,
        operation_id: &OperationId,
    ) -> Result<bool, StoreError> {
        let outcome = self.store.outcome(scope, operation_id, Deadline::default());
        Ok(matches!(outcome.await?, OperationOutcome::Applied(_)))
    }
}

/// One reading of the logs, which looks at the operation ids of its part.
#[derive(Debug, Clone, Copy)]
struct Part {
    pass: u64,
    passes: u64,
}

impl Part {
    fn holds(self, operation_id: &OperationId) -> bool {
        if self.passes == 1 {
            return true;
        }
        let digest = sha256_hex(operation_id.as_str());
        let number = u64::from_str_radix(&digest[..15], 16).unwrap_or(0);
        number % self.passes == self.pass
    }

    /// A row without a readable operation id belongs to the first part.
    fn tell_undecodable(self, kind: MismatchKind, report: &mut Report) {
        if self.pass == 0 {
            report.tell(Mismatch {
                kind,
                operation: None,
                correlation: None,
                name: None,
                expected: 0,
                found: 1,
            });
        }
    }
}
