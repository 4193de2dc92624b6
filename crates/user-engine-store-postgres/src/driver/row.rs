//! From rows to answers.

use crate::answer::{
    Answer, AppliedRow, Fact, LogRow, LogRows, OperationRow, RecordRow, VersionRow,
};
use crate::bound::Bound;
use crate::call::{AuditRow, Call, EventRow};
use crate::log_cursor::Snapshot;
use crate::session::{SessionError, Why};
use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use user_engine_domain::{RecordKey, RecordKind};
use user_engine_records::StoreRecord;

/// An answer that is not of the form agreed on; a write's effect is then unknown.
const STRANGE: SessionError = SessionError::Lost {
    why: Why::Malformed,
    sqlstate: None,
};

/// Reads what the server gave to a call.
pub(super) fn answer(call: &Call, rows: &[Row]) -> Result<Answer, SessionError> {
    Ok(match call {
        Call::GetMany { ids, .. } => {
            let is_one = ids.len() == 1;
            Answer::Found(
                rows.iter()
                    .map(|row| found(row, is_one))
                    .collect::<Result<_, _>>()?,
            )
        }
        Call::List(_) => Answer::Page(rows.iter().map(record).collect::<Result<_, _>>()?),
        Call::GetOperation { .. } => Answer::Operation(rows.first().map(operation).transpose()?),
        Call::Apply(_) => Answer::Applied(applied(rows)?),
        Call::FenceOperation { .. } => Answer::Settled(settled(rows)?),
        Call::PurgeOperations { .. } => Answer::Purged(count(rows.first().ok_or(STRANGE)?, 0)?),
        Call::CountRecords { .. } => {
            let counted = |row| Ok((get(row, 0)?, count(row, 1)?));
            Answer::Counts(rows.iter().map(counted).collect::<Result<_, _>>()?)
        }
        Call::ListAudit(_) => Answer::AuditLog(log(rows, audit)?),
        Call::ListOutbox(_) => Answer::OutboxLog(log(rows, event)?),
        Call::ListVersions => Answer::Versions(rows.iter().map(version).collect::<Result<_, _>>()?),
        Call::ListFacts => Answer::Facts(rows.iter().map(fact).collect::<Result<_, _>>()?),
        Call::AppendDenial { .. }
        | Call::LockMigration { .. }
        | Call::CheckVersion { .. }
        | Call::RunMigration { .. }
        | Call::SaveVersion(_) => Answer::Done,
    })
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, SessionError> {
    // The driver's error names the column's value type at most; it is dropped all the same.
    row.try_get(column).map_err(|_| STRANGE)
}

fn text(row: &Row, column: usize) -> Result<Bound<Box<str>>, SessionError> {
    get(row, column).map(Bound)
}

fn maybe(row: &Row, column: usize) -> Result<Option<Bound<Box<str>>>, SessionError> {
    Ok(get::<Option<Box<str>>>(row, column)?.map(Bound))
}

fn count(row: &Row, column: usize) -> Result<u64, SessionError> {
    u64::try_from(get::<i64>(row, column)?).map_err(|_| STRANGE)
}

fn instant(row: &Row, column: usize) -> Result<i64, SessionError> {
    micros(get(row, column)?).ok_or(STRANGE)
}

/// Microseconds since 1970, by integers alone.
pub(super) fn micros(at: SystemTime) -> Option<i64> {
    match at.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).ok(),
        Err(before) => i64::try_from(before.duration().as_micros())
            .ok()
            .map(|micros| -micros),
    }
}

fn found(row: &Row, is_one: bool) -> Result<(usize, RecordRow), SessionError> {
    let place = if is_one {
        0
    } else {
        let ordinal = usize::try_from(get::<i64>(row, 9)?).map_err(|_| STRANGE)?;
        ordinal.checked_sub(1).ok_or(STRANGE)?
    };
    Ok((place, record(row)?))
}

fn record(row: &Row) -> Result<RecordRow, SessionError> {
    let record_type: &str = get(row, 0)?;
    Ok(RecordRow {
        revision: get(row, 8)?,
        record: StoreRecord {
            record_type: match record_type.parse::<RecordKind>() {
                Ok(kind) => Cow::Borrowed(kind.as_str()),
                Err(_) => Cow::Owned(record_type.to_owned()),
            },
            record_key: RecordKey::from_stored(get::<Box<str>>(row, 1)?),
            tenant: get(row, 2)?,
            user_id: get(row, 3)?,
            application_id: get(row, 4)?,
            scope_type: get::<Option<String>>(row, 5)?.map(Cow::Owned),
            scope_id: get(row, 6)?,
            payload: get(row, 7)?,
        },
    })
}

fn operation(row: &Row) -> Result<OperationRow, SessionError> {
    Ok(OperationRow {
        state: get(row, 0)?,
        request_digest: maybe(row, 1)?,
        receipt: get::<Option<String>>(row, 2)?.map(Bound),
        applied_at: instant(row, 3)?,
    })
}

/// The texts that a function of ours answers with: a word, microseconds, and what belongs to it.
fn said(rows: &[Row]) -> Result<Vec<&str>, SessionError> {
    get(rows.first().ok_or(STRANGE)?, 0)
}

fn number(text: &str) -> Result<i64, SessionError> {
    text.parse().map_err(|_| STRANGE)
}

/// The revisions of the saves, or what an operation that was applied before answered.
fn applied(rows: &[Row]) -> Result<AppliedRow, SessionError> {
    let row = rows.first().ok_or(STRANGE)?;
    let said: &str = get::<Option<&str>>(row, 0)?.unwrap_or_default();
    if let Some(known) = said.strip_prefix("repeated:") {
        let (at, receipt) = known.split_once(':').ok_or(STRANGE)?;
        return repeated(at, receipt);
    }
    let revisions = said.split(',').filter(|text| !text.is_empty());
    Ok(AppliedRow {
        is_repeated: false,
        receipt: None,
        applied_at: instant(row, 1)?,
        revisions: revisions.map(number).collect::<Result<_, _>>()?,
    })
}

/// The instant and the revisions of a statement that applied a unit by itself.
pub(super) fn instant_and_numbers(row: &Row) -> Result<(i64, Vec<i64>), SessionError> {
    let revisions = (2..row.len()).map(|column| get(row, column));
    Ok((instant(row, 0)?, revisions.collect::<Result<_, _>>()?))
}

fn settled(rows: &[Row]) -> Result<Option<AppliedRow>, SessionError> {
    match said(rows)?.as_slice() {
        ["not-applied"] => Ok(None),
        ["applied", at, receipt] => repeated(at, receipt).map(Some),
        _ => Err(STRANGE),
    }
}

fn repeated(applied_at: &str, receipt: &str) -> Result<AppliedRow, SessionError> {
    Ok(AppliedRow {
        is_repeated: true,
        receipt: Some(Bound(receipt.to_owned())),
        applied_at: number(applied_at)?,
        revisions: Vec::new(),
    })
}

/// `read_only_sql_transaction`: what a standby answers to everything that it can't do.
const STANDBY: &str = "25006";

/// A part of a log; a part without rows is one row that holds the snapshot alone.
fn log<T>(
    rows: &[Row],
    columns: fn(&Row) -> Result<T, SessionError>,
) -> Result<LogRows<T>, SessionError> {
    let first = rows.first().ok_or(STRANGE)?;
    // A standby does not know which transactions are still open on its primary: a cursor from
    // there would skip what they commit.
    let snapshot = get::<Option<&str>>(first, 0)?.ok_or(SessionError::refused(STANDBY))?;
    let snapshot: Snapshot = snapshot.parse().map_err(|_| STRANGE)?;
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(in_open_window) = get::<Option<bool>>(row, 1)? else {
            continue;
        };
        let position = get(row, 2)?;
        out.push(LogRow {
            in_open_window,
            position,
            row: columns(row)?,
        });
    }
    Ok(LogRows {
        snapshot,
        rows: out,
    })
}

fn audit(row: &Row) -> Result<AuditRow, SessionError> {
    Ok(AuditRow {
        audit_id: text(row, 3)?,
        operation_id: text(row, 4)?,
        correlation_id: text(row, 5)?,
        tenant: maybe(row, 6)?,
        actor_kind: text(row, 7)?,
        actor_id: text(row, 8)?,
        on_behalf_of: maybe(row, 9)?,
        break_glass: get(row, 10)?,
        operation: text(row, 11)?,
        target_kind: maybe(row, 12)?,
        target_key: maybe(row, 13)?,
        outcome: text(row, 14)?,
        reason: maybe(row, 15)?,
        recorded_at: instant(row, 16)?,
    })
}

fn event(row: &Row) -> Result<EventRow, SessionError> {
    Ok(EventRow {
        event_id: text(row, 3)?,
        event_type: text(row, 4)?,
        event_version: get(row, 5)?,
        aggregate_kind: text(row, 6)?,
        aggregate_key: text(row, 7)?,
        partition: get(row, 8)?,
        tenant: maybe(row, 9)?,
        operation_id: text(row, 10)?,
        correlation_id: text(row, 11)?,
        payload: get(row, 12).map(Bound)?,
        occurred_at: instant(row, 13)?,
    })
}

fn version(row: &Row) -> Result<VersionRow, SessionError> {
    Ok(VersionRow {
        version: get(row, 0)?,
        name: get(row, 1)?,
        checksum: get(row, 2)?,
        chained_checksum: get(row, 3)?,
        compatible_from: get(row, 4)?,
        disposable_mark: get(row, 5)?,
    })
}

fn fact(row: &Row) -> Result<Fact, SessionError> {
    let text = |column| Ok(get::<Option<String>>(row, column)?.unwrap_or_default());
    Ok(Fact {
        topic: text(0)?,
        name: text(1)?,
        value: text(2)?,
    })
}
