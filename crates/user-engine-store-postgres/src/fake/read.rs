//! Reading records and counts.

use super::Tables;
use crate::answer::{Answer, RecordRow};
use crate::bound::Bound;
use crate::call::{ListCall, ListColumn, Sight};
use std::collections::BTreeMap;
use user_engine_records::StoreRecord;

impl Tables {
    pub(super) fn get_many(
        &self,
        sight: &Sight,
        ids: &[(&'static str, Bound<Box<str>>)],
    ) -> Answer {
        let found = |(place, (record_type, key)): (usize, &(&'static str, Bound<Box<str>>))| {
            let row = self
                .records
                .get(&((*record_type).to_owned(), key.0.clone()))?;
            sight
                .sees(row.record.tenant.as_deref())
                .then(|| (place, row.clone()))
        };
        Answer::Found(ids.iter().enumerate().filter_map(found).collect())
    }

    pub(super) fn list(&self, call: &ListCall) -> Answer {
        let after = call.after.as_ref().map(|after| &***after);
        let is = |column: Option<&str>, asked: &Bound<Box<str>>| column == Some(&***asked);
        let admits = |row: &&RecordRow| {
            let StoreRecord {
                tenant,
                user_id,
                application_id,
                scope_type,
                scope_id,
                ..
            } = &row.record;
            let by_column = match &call.by {
                ListColumn::Kind => true,
                ListColumn::Tenant(asked) => is(tenant.as_deref(), asked),
                ListColumn::User(asked) => is(user_id.as_deref(), asked),
                ListColumn::Application(asked) => is(application_id.as_deref(), asked),
                ListColumn::Scope(asked_type, asked_id) => {
                    is(scope_type.as_deref(), asked_type) && is(scope_id.as_deref(), asked_id)
                }
            };
            by_column
                && row.record.record_type == call.record_type
                && after.is_none_or(|after| row.record.record_key.as_str() > after)
                && call.sight.sees(tenant.as_deref())
        };
        // The map is ordered by type, then by the bytes of the key.
        let rows = self.records.values().filter(admits);
        let limit = usize::try_from(call.limit).unwrap_or_default();
        Answer::Page(rows.take(limit).cloned().collect())
    }

    pub(super) fn count(&self, sight: &Sight, scope_key: &str) -> Answer {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let seen = self
            .records
            .values()
            .filter(|row| sight.sees(row.record.tenant.as_deref()));
        for row in seen {
            *counts
                .entry(row.record.record_type.clone().into_owned())
                .or_default() += 1;
        }
        let logs = Sight {
            shows_tenantless: false,
            ..sight.clone()
        };
        let shown = |tenant: Option<&Bound<Box<str>>>| logs.sees(tenant.map(|tenant| &***tenant));
        let audits = self
            .audit_records
            .rows()
            .filter(|row| shown(row.tenant.as_ref()))
            .count();
        let events = self
            .events
            .rows()
            .filter(|row| shown(row.tenant.as_ref()))
            .count();
        let is_own = |key: &&(Box<str>, Box<str>)| sight.is_platform || *key.0 == *scope_key;
        let operations = self.operations.keys().filter(is_own).count();
        for (name, count) in [
            ("audit_records", audits),
            ("outbox_events", events),
            ("operations", operations),
        ] {
            counts.insert(name.to_owned(), u64::try_from(count).unwrap_or(u64::MAX));
        }
        Answer::Counts(counts.into_iter().collect())
    }
}
