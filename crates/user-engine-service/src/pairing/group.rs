//! What stands under one operation id, and whether it fits together.

use super::mismatch::{Digest, Mismatch, MismatchKind};
use crate::core::event::EventSpec;
use crate::core::operation::{OperationSpec, Reach};
use std::collections::{BTreeMap, BTreeSet};
use user_engine_domain::{
    AuditOutcome, AuditRecord, CorrelationId, OperationId, OutboxEvent, TenantId,
};
use user_engine_ports::Scope;

/// The table of operations, by name.
pub(super) type Specs = BTreeMap<&'static str, OperationSpec>;

/// An event's type and version, as the table spells it.
type EventName = (&'static str, u32);

/// Everything under one operation id.
#[derive(Debug, Default)]
pub(super) struct Group(Vec<Entry>);

/// What one operation id has in one tenant under one correlation id.
#[derive(Debug)]
struct Entry {
    tenant: Option<TenantId>,
    correlation_id: CorrelationId,
    /// Allowed audit records, by operation; `None` is an operation that the table lacks.
    audits: BTreeMap<Option<&'static str>, u64>,
    denials: u64,
    /// Events, by what the table calls them; `None` is a type that it lacks.
    events: BTreeMap<Option<EventName>, u64>,
    /// Events of another form than their type declares.
    strange: u64,
}

impl Group {
    fn entry(&mut self, tenant: Option<&TenantId>, correlation_id: &CorrelationId) -> &mut Entry {
        let found = self.0.iter().position(|entry| {
            entry.tenant.as_ref() == tenant && entry.correlation_id == *correlation_id
        });
        let at = found.unwrap_or_else(|| {
            self.0.push(Entry {
                tenant: tenant.cloned(),
                correlation_id: correlation_id.clone(),
                audits: BTreeMap::new(),
                denials: 0,
                events: BTreeMap::new(),
                strange: 0,
            });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    pub(super) fn take_audit(&mut self, specs: &Specs, record: &AuditRecord) {
        let entry = self.entry(record.tenant.as_ref(), &record.correlation_id);
        if record.outcome == AuditOutcome::Denied {
            entry.denials += 1;
            return;
        }
        let spec = specs.get(record.operation.as_str());
        let name = spec.filter(|spec| spec.is_mutation()).map(|spec| spec.name);
        *entry.audits.entry(name).or_default() += 1;
    }

    pub(super) fn take_event(&mut self, declared: &Declared, event: &OutboxEvent) {
        let entry = self.entry(event.tenant.as_ref(), &event.correlation_id);
        let spec = declared
            .0
            .get(&(event.event_type.as_str(), event.event_version));
        let name = spec.map(|spec| (spec.event_type, spec.version));
        *entry.events.entry(name).or_default() += 1;
        if spec.is_some_and(|spec| !is_of_form(spec, event)) {
            entry.strange += 1;
        }
    }

    /// The operations that the store applied under this id: one in each scope that has one.
    pub(super) fn scopes(&self, specs: &Specs) -> BTreeSet<Scope> {
        let audited = self.0.iter().filter(|entry| !entry.audits.is_empty());
        audited.map(|entry| entry.scope(specs)).collect()
    }

    /// Where an operation may have applied, if not in the scope that its table line names: one
    /// that another joined is in that one's scope, and some reach as far as their caller may.
    pub(super) fn other_scope(&self, specs: &Specs, scope: &Scope) -> Option<Scope> {
        let mut uncertain = self.0.iter().filter(|entry| !entry.is_certain(specs));
        match scope {
            Scope::Platform => uncertain.next().map(Entry::own_scope),
            own => uncertain
                .any(|entry| entry.own_scope() == *own)
                .then_some(Scope::Platform),
        }
    }

    /// Tells everything that does not fit.
    pub(super) fn judge(
        &self,
        specs: &Specs,
        operation_id: &OperationId,
        tell: &mut impl FnMut(Mismatch),
    ) {
        let operation = Digest::of(operation_id.as_str());
        let audited = || self.0.iter().filter(|entry| !entry.audits.is_empty());
        for (index, entry) in audited().enumerate() {
            entry.judge(specs, &operation, tell);
            let scope = entry.scope(specs);
            let earlier = audited()
                .take(index)
                .find(|earlier| earlier.scope(specs) == scope);
            if let Some(earlier) = earlier {
                let kind = if earlier.tenant == entry.tenant {
                    MismatchKind::CorrelationsDiffer
                } else {
                    MismatchKind::TenantsDiffer
                };
                tell(entry.mismatch(kind, &operation, None, (1, 2)));
            }
        }
        for entry in self.0.iter().filter(|entry| entry.audits.is_empty()) {
            let events: u64 = entry.events.values().sum();
            if events == 0 {
                continue;
            }
            let same_tenant = audited().any(|other| other.tenant == entry.tenant);
            let kind = if same_tenant {
                MismatchKind::CorrelationsDiffer
            } else if audited().next().is_some() {
                MismatchKind::TenantsDiffer
            } else if entry.denials > 0 {
                MismatchKind::EventOfDenial
            } else {
                MismatchKind::EventWithoutAudit
            };
            let name = entry.events.keys().flatten().next();
            let name = name.map(|(event_type, _)| *event_type);
            tell(entry.mismatch(kind, &operation, name, (0, events)));
        }
    }
}

impl Entry {
    fn own_scope(&self) -> Scope {
        let tenant = self.tenant.clone();
        tenant.map_or(Scope::Tenantless, Scope::Tenant)
    }

    /// The scope of the operation: the platform's when everything in it reaches that far.
    fn scope(&self, specs: &Specs) -> Scope {
        let mut specs = self.audits.keys().flatten().map(|name| specs.get(name));
        let is_platform = |spec: &OperationSpec| spec.reach == Reach::Platform;
        if specs.all(|spec| spec.is_some_and(is_platform)) && !self.audits.contains_key(&None) {
            Scope::Platform
        } else {
            self.own_scope()
        }
    }

    /// Whether the one operation in it says its scope.
    fn is_certain(&self, specs: &Specs) -> bool {
        let by_grant = |name: &'static str| {
            let spec = specs.get(name);
            spec.is_some_and(|spec| spec.reach == Reach::ByGrant)
        };
        self.audits.len() == 1 && !self.audits.keys().flatten().copied().any(by_grant)
    }

    fn judge(&self, specs: &Specs, operation: &Digest, tell: &mut impl FnMut(Mismatch)) {
        let mut wrong = |kind, name, counts| tell(self.mismatch(kind, operation, name, counts));
        if let Some(unknown) = self.audits.get(&None) {
            wrong(MismatchKind::UnknownOperation, None, (0, *unknown));
        }
        if self.strange > 0 {
            wrong(MismatchKind::EventOfAnotherForm, None, (0, self.strange));
        }
        // How many of each event must be there, and which others may.
        let mut expected: BTreeMap<EventName, u64> = BTreeMap::new();
        let mut allowed: BTreeSet<EventName> = BTreeSet::new();
        let name_of = |event: &EventSpec| (event.event_type, event.version);
        // A first event that stands in its line a second time may be told more than once.
        for (name, count) in &self.audits {
            let Some(spec) = name.and_then(|name| specs.get(name)) else {
                continue;
            };
            for (index, event) in spec.events.iter().enumerate() {
                if index == 0 {
                    *expected.entry(name_of(event)).or_default() += count;
                } else {
                    allowed.insert(name_of(event));
                }
            }
        }
        for (event, wanted) in &expected {
            let found = self.events.get(&Some(*event)).copied().unwrap_or(0);
            if found < *wanted {
                wrong(
                    MismatchKind::AuditWithoutEvent,
                    Some(event.0),
                    (*wanted, found),
                );
            } else if found > *wanted && !allowed.contains(event) {
                wrong(MismatchKind::EventTooMany, Some(event.0), (*wanted, found));
            }
        }
        for (event, found) in &self.events {
            let is_declared = event
                .is_some_and(|event| expected.contains_key(&event) || allowed.contains(&event));
            if !is_declared {
                let name = event.map(|event| event.0);
                wrong(MismatchKind::UndeclaredEvent, name, (0, *found));
            }
        }
    }

    fn mismatch(
        &self,
        kind: MismatchKind,
        operation: &Digest,
        name: Option<&'static str>,
        (expected, found): (u64, u64),
    ) -> Mismatch {
        Mismatch {
            kind,
            operation: Some(operation.clone()),
            correlation: Some(Digest::of(self.correlation_id.as_str())),
            name,
            expected,
            found,
        }
    }
}

/// The events that the table declares, by type and version.
#[derive(Debug)]
pub(super) struct Declared(BTreeMap<EventName, EventSpec>);

impl Declared {
    pub(super) fn by(specs: &Specs) -> Self {
        let events = specs.values().flat_map(|spec| spec.events);
        Self(
            events
                .map(|event| ((event.event_type, event.version), *event))
                .collect(),
        )
    }
}

fn is_of_form(spec: &EventSpec, event: &OutboxEvent) -> bool {
    let is_declared = |member: &String| spec.fields.iter().any(|(name, _)| name == member);
    let payload = event.payload.to_value();
    let members = payload.as_object();
    event.aggregate.kind == spec.aggregate
        && members.is_some_and(|members| members.keys().all(is_declared))
}
