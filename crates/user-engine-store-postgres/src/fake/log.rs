//! The two logs, read by pairs of snapshots as the statements do.

use super::Tables;
use crate::answer::{Answer, LogRow, LogRows};
use crate::call::{AuditCall, AuditRow, EventRow, LogCall};
use crate::log_cursor::Snapshot;

/// A log: rows in the order of their positions, each with the transaction that wrote it.
pub(super) struct LogTable<T>(Vec<(u64, T)>);

impl<T> Default for LogTable<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> LogTable<T> {
    pub(super) fn append(&mut self, xid: u64, row: T) {
        self.0.push((xid, row));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, row)| row)
    }

    fn read(&self, call: &LogCall, now: Snapshot, admits: impl Fn(&T) -> bool) -> LogRows<T> {
        let newest = call.high.as_ref().unwrap_or(&call.low);
        let is_open = |position: i64, xid: u64| {
            let shown = call.high.as_ref().is_some_and(|high| high.shows(xid));
            shown && !call.low.shows(xid) && position > call.position
        };
        let rows = (1..).zip(&self.0).filter(|(_, (_, row))| admits(row));
        let rows = rows.filter_map(|(position, (xid, row))| {
            let in_open_window = is_open(position, *xid);
            let is_new = !newest.shows(*xid);
            let row = || LogRow {
                in_open_window,
                position,
                row: row.clone(),
            };
            (in_open_window || is_new).then(row)
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| (!row.in_open_window, row.position));
        rows.truncate(usize::try_from(call.limit).unwrap_or_default());
        LogRows {
            snapshot: now,
            rows,
        }
    }
}

impl Tables {
    const fn snapshot(&self) -> Snapshot {
        Snapshot::below(self.last_xid + 1)
    }

    pub(super) fn list_audit(&self, call: &AuditCall) -> Answer {
        let is = |asked: Option<&crate::Bound<Box<str>>>, own: &str| {
            asked.is_none_or(|asked| ***asked == *own)
        };
        let admits = |row: &AuditRow| {
            let target = row.target_kind.as_ref().zip(row.target_key.as_ref());
            call.log
                .sight
                .sees(row.tenant.as_ref().map(|tenant| &***tenant))
                && is(call.correlation_id.as_ref(), &row.correlation_id)
                && is(call.operation_id.as_ref(), &row.operation_id)
                && is(call.actor_id.as_ref(), &row.actor_id)
                && call.target.as_ref().is_none_or(|(kind, key)| {
                    target
                        .is_some_and(|(own_kind, own_key)| ***own_kind == **kind && own_key == key)
                })
                && call.from.is_none_or(|from| row.recorded_at >= from)
                && call.until.is_none_or(|until| row.recorded_at < until)
        };
        Answer::AuditLog(self.audit_records.read(&call.log, self.snapshot(), admits))
    }

    pub(super) fn list_outbox(&self, call: &LogCall) -> Answer {
        let admits = |row: &EventRow| {
            call.sight
                .sees(row.tenant.as_ref().map(|tenant| &***tenant))
        };
        Answer::OutboxLog(self.events.read(call, self.snapshot(), admits))
    }
}
