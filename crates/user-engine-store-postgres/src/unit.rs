//! Units of work: one flight of reads, one message that commits.

use crate::answer::{Answer, RecordRow};
use crate::call::{ApplyCall, Call, Sight};
use crate::decode::{self, Known};
use crate::encode::{audit_row, bound, event_row, item, list_call, receipt_text, scope_key};
use crate::error::{refused_commit, unexpected};
use crate::options::time_limit_ms;
use crate::session::{Mode, SessionError};
use crate::store::PostgresUserEngineStore;
use async_trait::async_trait;
use user_engine_domain::RecordId;
use user_engine_ports::{
    Changes, Committed, Conflict, ConflictReason, Deadline, ListQuery, Operation, Page, Read,
    ReadAnswer, Revision, Scope, StoreError, StoreErrorKind, UnitBackend, UnitOptions, Verb,
};

#[async_trait]
impl UnitBackend for PostgresUserEngineStore {
    async fn read(
        &self,
        options: &UnitOptions,
        reads: &[Read],
    ) -> Result<Vec<ReadAnswer>, StoreError> {
        let verb = Read::verb_of(reads);
        let calls = read_calls(options, reads);
        let answers = self
            .flight(Mode::Read, calls, options.deadline, verb)
            .await?;
        let mut answers = answers.into_iter();
        if let Some(operation) = &options.operation {
            match answers.next() {
                Some(Answer::Operation(None)) => {}
                Some(Answer::Operation(Some(row))) => {
                    let digest = operation.request_digest.as_str();
                    let known = decode::operation(&operation.id, &row, digest);
                    return Err(known_operation(known, verb));
                }
                _ => return Err(unexpected(verb)),
            }
        }
        answers_of(reads, answers).ok_or_else(|| unexpected(verb))
    }

    async fn apply(
        &self,
        options: &UnitOptions,
        changes: Changes,
    ) -> Result<Committed, StoreError> {
        let verb = Verb::Commit;
        let call = self.apply_call(options, &changes);
        let Changes {
            operation,
            items,
            receipt,
            ..
        } = changes;
        let is_save = |item: &user_engine_ports::ChangeItem| {
            matches!(item.action, user_engine_ports::Action::Save(_))
        };
        let which_saved: Vec<bool> = items.iter().map(is_save).collect();
        let ids: Vec<RecordId> = items.into_iter().map(|item| item.id).collect();
        let calls = vec![Call::Apply(Box::new(call))];
        let flown = self
            .session()
            .flight(Mode::Apply, calls, options.deadline)
            .await;
        let row = match flown {
            Ok(answers) => match answers.into_iter().next() {
                Some(Answer::Applied(row)) => row,
                // The server was ready again, so it was applied; only its answer is strange.
                _ => return Err(unexpected(verb).with_unknown_effect()),
            },
            Err(error) => return Err(self.refused_apply(&error, &ids, options.deadline).await),
        };
        let receipt = match &row.receipt {
            Some(text) => decode::receipt(&operation.id, text, row.applied_at),
            None => decode::receipt_of(&operation.id, receipt, row.applied_at),
        };
        let receipt = receipt.ok_or_else(|| unexpected(verb).with_unknown_effect())?;
        let saved = ids
            .into_iter()
            .zip(which_saved)
            .filter_map(|(id, saved)| saved.then_some(id));
        let revisions = row.revisions.into_iter().map(Revision::from_stored);
        Ok(Committed {
            receipt: Some(receipt),
            is_repeated: row.is_repeated,
            revisions: saved.zip(revisions).collect(),
        })
    }
}

impl PostgresUserEngineStore {
    fn apply_call(&self, options: &UnitOptions, changes: &Changes) -> ApplyCall {
        let Changes {
            operation,
            items,
            audit_records,
            events,
            receipt,
        } = changes;
        let Operation { id, request_digest } = operation;
        ApplyCall {
            gate: self.options().gate(),
            lock_wait_ms: self.options().lock_wait_ms(options.deadline),
            time_limit_ms: time_limit_ms(options.deadline),
            scope_key: bound(&scope_key(&options.scope)),
            operation_id: bound(id.as_str()),
            request_digest: bound(request_digest.as_str()),
            receipt: receipt_text(receipt).into(),
            items: items.iter().map(item).collect(),
            audit_records: audit_records.iter().map(audit_row).collect(),
            events: events.iter().map(event_row).collect(),
        }
    }

    /// What a failed commit means.
    async fn refused_apply(
        &self,
        error: &SessionError,
        ids: &[RecordId],
        deadline: Deadline,
    ) -> StoreError {
        match refused_commit(error, ids) {
            Some(refused) => refused,
            None => self.explained(error, Verb::Commit, deadline).await,
        }
    }
}

/// The calls of a read: the operation where there is one, every record in one call, each page in
/// one.
fn read_calls(options: &UnitOptions, reads: &[Read]) -> Vec<Call> {
    let mut calls = Vec::new();
    if let Some(operation) = &options.operation {
        calls.push(Call::GetOperation {
            scope_key: bound(&scope_key(&options.scope)),
            operation_id: bound(operation.id.as_str()),
        });
    }
    let ids: Vec<_> = reads
        .iter()
        .filter_map(|read| match read {
            Read::Get(id) => Some((id.kind.as_str(), bound(id.key.as_str()))),
            Read::List(_) => None,
        })
        .collect();
    if !ids.is_empty() {
        calls.push(Call::GetMany {
            sight: Sight::by_key(&options.scope),
            ids,
        });
    }
    let list = |query: &ListQuery, scope: &Scope| Call::List(list_call(scope, query));
    calls.extend(reads.iter().filter_map(|read| match read {
        Read::Get(_) => None,
        Read::List(query) => Some(list(query, &options.scope)),
    }));
    calls
}

/// Puts the answers back at the places of their reads; `None` when they don't fit.
fn answers_of(
    reads: &[Read],
    mut answers: impl Iterator<Item = Answer>,
) -> Option<Vec<ReadAnswer>> {
    let gets = reads
        .iter()
        .filter(|read| matches!(read, Read::Get(_)))
        .count();
    let mut found: Vec<Option<RecordRow>> = vec![None; gets];
    if gets > 0 {
        let Some(Answer::Found(rows)) = answers.next() else {
            return None;
        };
        for (place, row) in rows {
            *found.get_mut(place)? = Some(row);
        }
    }
    let mut found = found.into_iter();
    let mut out = Vec::with_capacity(reads.len());
    for read in reads {
        out.push(match read {
            Read::Get(_) => ReadAnswer::Get(found.next()?.as_ref().map(decode::record)),
            Read::List(query) => match answers.next() {
                Some(Answer::Page(rows)) => ReadAnswer::List(page(rows, query.limit)),
                _ => return None,
            },
        });
    }
    Some(out)
}

/// Cuts what was read, one row more than asked for, to the page.
fn page(mut rows: Vec<RecordRow>, limit: usize) -> Page {
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|row| row.record.record_key.clone());
    Page {
        rows: rows.iter().map(decode::record).collect(),
        next,
    }
}

fn known_operation(known: Known, verb: Verb) -> StoreError {
    let conflict = |reason| {
        let conflict = Conflict::without_record(reason);
        StoreError::new(StoreErrorKind::Conflict(conflict), verb)
    };
    match known {
        Known::Applied(receipt) => StoreError::new(StoreErrorKind::AlreadyApplied(receipt), verb),
        Known::OtherRequest => conflict(ConflictReason::OperationReused),
        Known::Fenced => conflict(ConflictReason::OperationFenced),
        Known::Unreadable => unexpected(verb),
    }
}
