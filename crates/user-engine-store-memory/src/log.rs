//! The two logs: appended by commits and denials, read from a position.

use crate::state::State;
use user_engine_domain::{AuditRecord, FieldError, OutboxEvent, Rule};
use user_engine_ports::{
    AuditPage, AuditQuery, LogCursor, LogPage, OutboxPage, OutboxQuery, StoreError, StoreErrorKind,
    Verb, check_page,
};

impl State {
    /// Appends what a commit brings.
    pub(crate) fn append(&mut self, audit_records: Vec<AuditRecord>, events: Vec<OutboxEvent>) {
        self.audit_ids
            .extend(audit_records.iter().map(|record| record.audit_id.clone()));
        self.event_ids
            .extend(events.iter().map(|event| event.event_id.clone()));
        self.audit_records.extend(audit_records);
        self.events.extend(events);
    }

    /// Appends a denial once.
    pub(crate) fn append_denial(&mut self, denial: AuditRecord) {
        if !self.audit_ids.contains(&denial.audit_id) {
            self.append(vec![denial], Vec::new());
        }
    }

    pub(crate) fn read_audit(&self, query: &AuditQuery) -> Result<AuditPage, StoreError> {
        let admits = |record: &AuditRecord| {
            query.scope.sees_log(record.tenant.as_ref())
                && query
                    .correlation_id
                    .as_ref()
                    .is_none_or(|id| record.correlation_id == *id)
                && query
                    .operation_id
                    .as_ref()
                    .is_none_or(|id| record.operation_id == *id)
                && query
                    .target
                    .as_ref()
                    .is_none_or(|t| record.target.as_ref() == Some(t))
                && query
                    .actor_id
                    .as_ref()
                    .is_none_or(|id| record.actor.id == *id)
                && query.from.is_none_or(|from| record.recorded_at >= from)
                && query.until.is_none_or(|until| record.recorded_at < until)
        };
        page(
            &self.audit_records,
            query.after.as_ref(),
            query.limit,
            admits,
            ("audit", Verb::AuditRecords),
        )
    }

    pub(crate) fn read_outbox(&self, query: &OutboxQuery) -> Result<OutboxPage, StoreError> {
        let admits = |event: &OutboxEvent| query.scope.sees_log(event.tenant.as_ref());
        page(
            &self.events,
            query.after.as_ref(),
            query.limit,
            admits,
            ("outbox", Verb::OutboxEvents),
        )
    }
}

/// Reads on from a cursor, which is the log's name and the number of entries already passed.
fn page<T: Clone>(
    log: &[T],
    after: Option<&LogCursor>,
    limit: usize,
    admits: impl Fn(&T) -> bool,
    (name, verb): (&str, Verb),
) -> Result<LogPage<T>, StoreError> {
    check_page(limit, verb)?;
    let passed = |cursor: &LogCursor| {
        let (of, passed) = cursor.as_str().split_once(';')?;
        passed.parse::<usize>().ok().filter(|_| of == name)
    };
    let from = match after.map(passed) {
        None => 0,
        Some(Some(position)) if position <= log.len() => position,
        Some(_) => {
            let rule = Rule::Malformed {
                expected: "a cursor of this store",
            };
            let refused = FieldError::new("cursor", rule);
            return Err(StoreError::new(StoreErrorKind::Invalid(refused), verb));
        }
    };
    let mut admitted = log
        .iter()
        .enumerate()
        .skip(from)
        .filter(|(_, entry)| admits(entry));
    let taken: Vec<_> = admitted.by_ref().take(limit).collect();
    let has_more = admitted.next().is_some();
    let last = taken.last().map(|(position, _)| position + 1);
    let next = if has_more {
        last.unwrap_or(from)
    } else {
        log.len()
    };
    Ok(LogPage {
        entries: taken
            .into_iter()
            .map(|(_, entry)| Ok(entry.clone()))
            .collect(),
        next: LogCursor::from_text(format!("{name};{next}")),
        has_more,
    })
}
