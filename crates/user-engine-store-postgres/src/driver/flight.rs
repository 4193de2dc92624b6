//! One flight on one connection.

use super::bind::{Query, Value, query_for, saves};
use super::direct;
use super::prepared::{Names, deserves_name, is_stale};
use super::row::answer;
use crate::answer::Answer;
use crate::call::{ApplyCall, Call};
use crate::session::{Mode, SessionError, Why};
use crate::statement::{COMMIT, MIGRATION_BEGIN, READ_BEGIN, ROLLBACK};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use tokio_postgres::error::{DbError, Severity};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Statement};
use user_engine_ports::SqlState;

/// Sends the calls and waits until the server is ready again.
pub(super) async fn run(
    client: &Client,
    names: Names<'_>,
    mode: Mode,
    calls: &[Call],
) -> Result<Vec<Answer>, SessionError> {
    match (mode, calls) {
        (Mode::Migrate, _) => migrate(client, calls).await,
        (Mode::Inspect, _) => inspect(client, calls).await,
        (Mode::Apply, [Call::Apply(call)]) if names.is_some() => {
            match direct(client, names, call).await {
                Direct::Known(answered) => answered.map(|answer| vec![answer]),
                Direct::Nothing(asked) => send_or_again(client, names, calls, asked).await,
            }
        }
        (Mode::Read, _) | (_, [_]) => send_or_again(client, names, calls, Vec::new()).await,
        // A write is one call by itself; anything else is a mistake of this adapter.
        _ => Err(SessionError::NotSent {
            why: Why::Malformed,
            sqlstate: None,
        }),
    }
}

/// What became of a unit that might go by a statement of its own.
enum Direct<'a> {
    /// It was applied, or its end is known or lost.
    Known(Result<Answer, SessionError>),
    /// Nothing was applied; the function is to be asked, behind these.
    Nothing(Vec<Asked<'a>>),
}

/// Applies a unit of the common shape by its own statement, where the connection has it. One that
/// it has not is prepared on the way to the function: still one round trip.
async fn direct<'a>(client: &'a Client, names: Names<'a>, call: &ApplyCall) -> Direct<'a> {
    let Some(sql) = direct::statement_for(call) else {
        return Direct::Nothing(Vec::new());
    };
    let mut sent = [Sent {
        sql,
        values: Some(saves(call)),
        deserves_name: true,
        name: None,
    }];
    let asked = name(client, names, &mut sent).await;
    let [sent] = sent;
    if sent.name.is_none() {
        return Direct::Nothing(asked);
    }
    match direct::answer(sent.ask(client).await) {
        Some(Err(SessionError::Refused { sqlstate, .. })) if is_stale(sqlstate) => {
            names.clear();
            Direct::Nothing(Vec::new())
        }
        Some(answered) => Direct::Known(answered),
        None => Direct::Nothing(Vec::new()),
    }
}

/// Sends the calls; once more without names where the server has forgotten one.
async fn send_or_again<'a>(
    client: &'a Client,
    names: Names<'a>,
    calls: &[Call],
    asked: Vec<Asked<'a>>,
) -> Result<Vec<Answer>, SessionError> {
    match send(client, names, calls, asked).await {
        Err(SessionError::Refused { sqlstate, .. }) if names.is_some() && is_stale(sqlstate) => {
            names.clear();
            send(client, Names::None, calls, Vec::new()).await
        }
        flown => flown,
    }
}

/// A statement on its way.
type Asked<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, SessionError>> + Send + 'a>>;

/// One statement by itself, or several in one snapshot; all sent before the first answer is
/// awaited, behind what is on its way already.
async fn send<'a>(
    client: &'a Client,
    names: Names<'a>,
    calls: &[Call],
    before: Vec<Asked<'a>>,
) -> Result<Vec<Answer>, SessionError> {
    let mut statements: Vec<_> = calls.iter().map(Sent::of).collect();
    let mut asked: Vec<Asked<'_>> = before;
    asked.extend(name(client, names, &mut statements).await);
    if let ([call], [statement], true) = (calls, &*statements, asked.is_empty()) {
        return Ok(vec![answer(call, &statement.ask(client).await?)?]);
    }
    let border = |sql: &'static str| -> Asked<'_> {
        Box::pin(async move {
            let sent = client.batch_execute(sql).await;
            sent.map(|()| Vec::new()).map_err(|error| seen(&error))
        })
    };
    let is_one = calls.len() == 1;
    asked.extend((!is_one).then(|| border(READ_BEGIN)));
    let before = asked.len();
    for statement in &statements {
        asked.push(Box::pin(statement.ask(client)));
    }
    asked.extend((!is_one).then(|| border(COMMIT)));
    let mut answered = Vec::with_capacity(asked.len());
    let mut failed = None;
    for result in in_order(asked).await {
        match result {
            Ok(rows) => answered.push(rows),
            // What follows a refused statement is refused as well; a lost connection outweighs.
            Err(error @ SessionError::Lost { .. }) => return Err(error),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let rows = answered.iter().skip(before);
    calls
        .iter()
        .zip(rows)
        .map(|(call, rows)| answer(call, rows))
        .collect()
}

/// Gives statements their names. One that is not prepared yet goes unnamed this time, behind the
/// request to prepare it, which is sent here and returned: still one round trip. The request is
/// outside the transaction and its refusal is ignored, so that it spoils nothing.
async fn name<'a>(
    client: &'a Client,
    names: Names<'a>,
    statements: &mut [Sent<'_>],
) -> Vec<Asked<'a>> {
    let mut asked: Vec<Asked<'a>> = Vec::new();
    if !names.is_some() {
        return asked;
    }
    for statement in statements.iter_mut().filter(|sent| sent.deserves_name) {
        let (sql, types) = (statement.sql, statement.types());
        let mut prepared =
            Box::pin(async move { names.get(client, sql, &types).await.ok().flatten() });
        match poll_fn(|cx| Poll::Ready(prepared.as_mut().poll(cx))).await {
            Poll::Ready(name) => statement.name = name,
            Poll::Pending => asked.push(Box::pin(async move {
                prepared.await;
                Ok(Vec::new())
            })),
        }
    }
    asked
}

/// A statement with its parameters, and its name on this connection where it has one.
struct Sent<'a> {
    sql: &'static str,
    values: Option<Vec<Value<'a>>>,
    deserves_name: bool,
    name: Option<Statement>,
}

impl<'a> Sent<'a> {
    fn of(call: &'a Call) -> Self {
        let (sql, values) = match query_for(call) {
            Query::Typed(sql, values) => (sql, Some(values)),
            Query::Batch(sql) => (sql, None),
        };
        Self {
            sql,
            values,
            deserves_name: deserves_name(call),
            name: None,
        }
    }

    fn types(&self) -> Vec<Type> {
        let values = self.values.iter().flatten();
        values.map(|value| value.as_sql().1).collect()
    }

    /// What the driver gives back ends at `ReadyForQuery`: a row alone is not enough, since an
    /// autocommit statement commits after its last row.
    async fn ask(&self, client: &Client) -> Result<Vec<Row>, SessionError> {
        let asked = match (&self.values, &self.name) {
            (None, _) => client.batch_execute(self.sql).await.map(|()| Vec::new()),
            (Some(values), None) => {
                let params: Vec<_> = values.iter().map(Value::as_sql).collect();
                client.query_typed(self.sql, &params).await
            }
            (Some(values), Some(name)) => {
                let params: Vec<_> = values
                    .iter()
                    .map(|value| value as &(dyn ToSql + Sync))
                    .collect();
                client.query(name, &params).await
            }
        };
        asked.map_err(|error| seen(&error))
    }
}

/// Sends one statement, unnamed.
async fn ask(client: &Client, call: &Call) -> Result<Vec<Row>, SessionError> {
    Sent::of(call).ask(client).await
}

/// Independent statements, all sent before the first answer is awaited; a refused one disturbs
/// nothing.
async fn inspect(client: &Client, calls: &[Call]) -> Result<Vec<Answer>, SessionError> {
    let asked = calls
        .iter()
        .map(|call| Box::pin(ask(client, call)))
        .collect();
    let mut answers = Vec::with_capacity(calls.len());
    for (call, result) in calls.iter().zip(in_order(asked).await) {
        answers.push(match result {
            // An answer of a strange form says that the schema is not ours, not that the server is
            // out of reach.
            Ok(rows) => answer(call, &rows).unwrap_or(Answer::Refused(SqlState::new("XX000"))),
            Err(SessionError::Refused { sqlstate, .. }) => Answer::Refused(sqlstate),
            Err(error) => return Err(error),
        });
    }
    Ok(answers)
}

/// One statement after another: the commit is not sent before everything else was answered.
async fn migrate(client: &Client, calls: &[Call]) -> Result<Vec<Answer>, SessionError> {
    let begun = client.batch_execute(MIGRATION_BEGIN).await;
    begun.map_err(|error| seen(&error))?;
    let mut answers = Vec::with_capacity(calls.len());
    for call in calls {
        let asked = match ask(client, call).await {
            Ok(rows) => answer(call, &rows),
            Err(error) => Err(error),
        };
        match asked {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                let undone = client.batch_execute(ROLLBACK).await;
                return Err(undone.map_or(SessionError::LOST, |()| error));
            }
        }
    }
    client
        .batch_execute(COMMIT)
        .await
        .map_err(|error| seen(&error))?;
    Ok(answers)
}

/// Polls futures together until all have ended. Each is polled first in its order, and what a
/// statement sends is sent by its first poll, so that the statements go out in this order.
async fn in_order<F: Future + Unpin>(mut pending: Vec<F>) -> Vec<F::Output> {
    let mut ended: Vec<Option<F::Output>> = pending.iter().map(|_| None).collect();
    poll_fn(|cx| {
        let mut all = true;
        for (future, slot) in pending.iter_mut().zip(&mut ended) {
            if slot.is_none() {
                match Pin::new(future).poll(cx) {
                    Poll::Ready(output) => *slot = Some(output),
                    Poll::Pending => all = false,
                }
            }
        }
        if all { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ended.into_iter().flatten().collect()
}

/// What the driver's error says about the flight. The error itself is not kept: its text and its
/// detail may quote stored values.
fn seen(error: &tokio_postgres::Error) -> SessionError {
    let Some(said) = error.as_db_error() else {
        let why = if error.is_closed() {
            Why::Unreachable
        } else {
            Why::Malformed
        };
        return SessionError::Lost {
            why,
            sqlstate: None,
        };
    };
    let sqlstate = SqlState::new(said.code().code());
    // A pooler that lost its server says so as an error of class 08, older ones without the field
    // that no translation touches: then nothing is known of a commit.
    let is_fatal = match said.parsed_severity() {
        Some(Severity::Fatal | Severity::Panic) | None => true,
        Some(_) => said.code().code().starts_with("08") || said.code().code() == "40003",
    };
    if is_fatal {
        return SessionError::Lost {
            why: Why::Unreachable,
            sqlstate: Some(sqlstate),
        };
    }
    SessionError::Refused {
        sqlstate,
        ordinal: ordinal(said),
    }
}

/// The ordinal that our own functions put into the detail of their refusals.
fn ordinal(said: &DbError) -> Option<u32> {
    if !said.code().code().starts_with("UE") {
        return None;
    }
    said.detail().and_then(|detail| detail.parse().ok())
}
