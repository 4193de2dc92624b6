//! Writing: everything is checked before the first change.

use super::{FakeTamper, Tables};
use crate::answer::{Answer, AppliedRow, OperationRow, RecordRow};
use crate::bound::Bound;
use crate::call::{ApplyCall, AuditRow, Gate, ItemRow, ItemVerb, Sight};
use crate::error::code;
use crate::session::SessionError;
use std::collections::BTreeSet;
use user_engine_ports::SqlState;
use user_engine_records::StoreRecord;

/// A refusal about one item or log entry, counted from 0 here and from 1 outside.
fn refused(sqlstate: &str, place: usize) -> SessionError {
    let ordinal = u32::try_from(place + 1).ok();
    SessionError::Refused {
        sqlstate: SqlState::new(sqlstate),
        ordinal,
    }
}

impl Tables {
    /// Refuses where the schema is not what the write needs.
    fn pass(&self, gate: &Gate) -> Result<(), SessionError> {
        if self.catalog.is(FakeTamper::UnreadableVersions) {
            return Err(SessionError::refused("42703"));
        }
        if self.catalog.is(FakeTamper::RevokePrivilege) {
            return Err(SessionError::refused("42501"));
        }
        let own = self.versions.get(&gate.version);
        let is_known = own.is_some_and(|row| row.chained_checksum == *gate.chained_checksum);
        let may_write = |row: &super::VersionRow| {
            row.compatible_from <= gate.version
                && row.disposable_mark.as_deref() == gate.disposable_mark.as_deref()
        };
        if is_known && self.versions.values().all(may_write) {
            Ok(())
        } else {
            Err(SessionError::refused(code::NOT_READY))
        }
    }

    pub(super) fn apply(&mut self, call: ApplyCall, now: i64) -> Result<Answer, SessionError> {
        self.pass(&call.gate)?;
        let place = (call.scope_key.0.clone(), call.operation_id.0.clone());
        if let Some(row) = self.operations.get(&place) {
            return known(row, &call.request_digest);
        }
        let sight = sight_of(&call.scope_key).ok_or_else(|| refused(code::MALFORMED, 0))?;
        for (place, item) in call.items.iter().enumerate() {
            self.check(&sight, item)
                .map_err(|sqlstate| refused(sqlstate, place))?;
        }
        self.check_logs(&call)?;
        let xid = self.begin();
        let mut revisions = Vec::new();
        for item in call.items {
            if let Some(record) = item.record {
                revisions.push(self.put(*record));
            } else if matches!(item.verb, ItemVerb::Delete | ItemVerb::Remove) {
                self.delete(&sight, &item);
            }
        }
        for row in call.audit_records {
            self.audit_records.append(xid, row);
        }
        for row in call.events {
            self.events.append(xid, row);
        }
        let row = OperationRow {
            state: "applied".into(),
            request_digest: Some(call.request_digest),
            receipt: Some(call.receipt),
            applied_at: now,
        };
        self.operations.insert(place, row);
        let receipt = None;
        Ok(Answer::Applied(AppliedRow {
            is_repeated: false,
            receipt,
            applied_at: now,
            revisions,
        }))
    }

    fn check(&self, sight: &Sight, item: &ItemRow) -> Result<(), &'static str> {
        let key = (item.record_type.to_owned(), item.record_key.0.clone());
        let stored = self.records.get(&key);
        let shown = stored.filter(|row| sight.sees(row.record.tenant.as_deref()));
        let is_at = |row: &RecordRow| Some(row.revision) == item.revision;
        let own = |record: &StoreRecord| {
            stored.is_none_or(|stored| {
                let had = &stored.record;
                had.tenant == record.tenant
                    && (had.user_id.is_none() || had.user_id == record.user_id)
            })
        };
        let Some(record) = item.record.as_deref() else {
            let holds = match item.verb {
                ItemVerb::Delete => true,
                ItemVerb::ExpectAbsent => shown.is_none(),
                ItemVerb::Remove | ItemVerb::Expect => shown.is_some_and(is_at),
                ItemVerb::Save | ItemVerb::Create | ItemVerb::Replace => {
                    return Err(code::MALFORMED);
                }
            };
            return if holds {
                Ok(())
            } else {
                Err(code::PRECONDITION)
            };
        };
        if !sight.sees(record.tenant.as_deref()) {
            return Err(code::MALFORMED);
        }
        match item.verb {
            ItemVerb::Save if own(record) => Ok(()),
            ItemVerb::Save => Err(code::OWNER),
            ItemVerb::Create if stored.is_none() => Ok(()),
            ItemVerb::Replace if stored.is_some_and(is_at) && own(record) => Ok(()),
            ItemVerb::Create | ItemVerb::Replace => Err(code::PRECONDITION),
            ItemVerb::Delete | ItemVerb::Remove | ItemVerb::Expect | ItemVerb::ExpectAbsent => {
                Err(code::MALFORMED)
            }
        }
    }

    fn check_logs(&self, call: &ApplyCall) -> Result<(), SessionError> {
        let mut taken: BTreeSet<&str> = self
            .audit_records
            .rows()
            .map(|row| &**row.audit_id)
            .collect();
        for (place, row) in call.audit_records.iter().enumerate() {
            if !taken.insert(&row.audit_id) {
                return Err(refused(code::DUPLICATE_ID, place));
            }
        }
        let mut taken: BTreeSet<&str> = self.events.rows().map(|row| &**row.event_id).collect();
        for (place, row) in call.events.iter().enumerate() {
            if !taken.insert(&row.event_id) {
                return Err(refused(code::DUPLICATE_ID, place));
            }
        }
        Ok(())
    }

    /// A transaction id of its own for a flight that writes.
    const fn begin(&mut self) -> u64 {
        self.last_xid += 1;
        self.last_xid
    }

    /// Creates or replaces a row under a revision that was never used before.
    pub(super) fn put(&mut self, record: StoreRecord) -> i64 {
        self.last_revision += 1;
        let revision = self.last_revision;
        let key = (
            record.record_type.clone().into_owned(),
            record.record_key.as_str().into(),
        );
        self.records.insert(key, RecordRow { revision, record });
        revision
    }

    fn delete(&mut self, sight: &Sight, item: &ItemRow) {
        let key = (item.record_type.to_owned(), item.record_key.0.clone());
        let is_shown = |row: &RecordRow| sight.sees(row.record.tenant.as_deref());
        if self.records.get(&key).is_some_and(is_shown) {
            self.records.remove(&key);
        }
    }

    pub(super) fn append_denial(
        &mut self,
        gate: &Gate,
        row: AuditRow,
    ) -> Result<Answer, SessionError> {
        self.pass(gate)?;
        if !self
            .audit_records
            .rows()
            .any(|known| known.audit_id == row.audit_id)
        {
            let xid = self.begin();
            self.audit_records.append(xid, row);
        }
        Ok(Answer::Done)
    }

    pub(super) fn fence(
        &mut self,
        gate: &Gate,
        place: (Box<str>, Box<str>),
        now: i64,
    ) -> Result<Answer, SessionError> {
        self.pass(gate)?;
        let fenced = || OperationRow {
            state: "fenced".into(),
            request_digest: None,
            receipt: None,
            applied_at: now,
        };
        let row = self.operations.entry(place).or_insert_with(fenced);
        let applied = row.receipt.is_some().then(|| repeated(row));
        Ok(Answer::Settled(applied))
    }

    pub(super) fn purge(
        &mut self,
        gate: &Gate,
        before: i64,
        limit: i64,
    ) -> Result<Answer, SessionError> {
        self.pass(gate)?;
        let limit = usize::try_from(limit).unwrap_or_default();
        let old = self
            .operations
            .iter()
            .filter(|(_, row)| row.applied_at < before);
        let old: Vec<_> = old.map(|(place, _)| place.clone()).take(limit).collect();
        for place in &old {
            self.operations.remove(place);
        }
        Ok(Answer::Purged(u64::try_from(old.len()).unwrap_or(u64::MAX)))
    }
}

/// What a unit of work sees, by its scope's text; `None` for text that names no scope.
fn sight_of(scope_key: &str) -> Option<Sight> {
    let tenant = scope_key.strip_prefix("tenant:");
    let is_platform = scope_key == "platform";
    let is_known =
        is_platform || scope_key == "tenantless" || tenant.is_some_and(|t| !t.is_empty());
    let tenant = tenant.map(|tenant| Bound(tenant.into()));
    is_known.then_some(Sight {
        is_platform,
        tenant,
        shows_tenantless: true,
    })
}

/// What an operation id that is taken answers.
fn known(row: &OperationRow, request_digest: &Bound<Box<str>>) -> Result<Answer, SessionError> {
    if row.receipt.is_none() {
        return Err(SessionError::refused(code::OPERATION_FENCED));
    }
    if row.request_digest.as_ref() != Some(request_digest) {
        return Err(SessionError::refused(code::OPERATION_REUSED));
    }
    Ok(Answer::Applied(repeated(row)))
}

fn repeated(row: &OperationRow) -> AppliedRow {
    AppliedRow {
        is_repeated: true,
        receipt: row.receipt.clone(),
        applied_at: row.applied_at,
        revisions: Vec::new(),
    }
}
