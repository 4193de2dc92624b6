//! What racing cases share: a counter in a record, and clients that run side by side.

use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use futures_util::future::join_all;
use std::future::Future;
use std::sync::Arc;
use user_engine_domain::{EventId, JsonValue, OutboxEvent, User, sha256_hex};
use user_engine_ports::{
    Committed, Operation, Precondition, Scope, StoreError, StoreErrorKind, UserEngineStore,
};

/// The number that a user's record carries: how many seconds it was changed after its creation.
pub(crate) fn number_of(user: &User) -> i64 {
    (user.updated_at.as_micros() - user.created_at.as_micros()) / 1_000_000
}

/// The number that an event carries.
pub(crate) fn number_in(event: &OutboxEvent) -> Option<i64> {
    event
        .payload
        .to_value()
        .get("number")
        .and_then(serde_json::Value::as_i64)
}

/// The event of a change to a number, under an id that says nothing about its order.
pub(crate) fn numbered(event: OutboxEvent, number: i64) -> OutboxEvent {
    let payload = valid(JsonValue::parse(&format!(r#"{{"number":{number}}}"#)));
    let event_id = valid(EventId::new(sha256_hex(event.event_id.as_str())));
    OutboxEvent {
        event_id,
        payload,
        ..event
    }
}

/// Reads a user's number and saves the next one under the revision that was read, with audit
/// record and event. Answers the new number.
pub(crate) async fn bump(
    ctx: &Context,
    store: &Arc<dyn UserEngineStore>,
    name: &str,
    operation: &Operation,
) -> Result<i64, StoreError> {
    let scope = Scope::Tenantless;
    let key = ctx.user_id(name);
    let mut tx = store.begin(ctx.write(scope.clone(), operation));
    let read = tx.get::<User>(&key).await?;
    let (number, precondition) = match &read {
        Some(read) => (
            number_of(&read.record) + 1,
            Precondition::Revision(read.revision),
        ),
        None => (1, Precondition::Absent),
    };
    // Gives the others a chance to come between the read and the commit.
    tokio::task::yield_now().await;
    let id = id_of::<User>(&key);
    tx.save_if(ctx.user_version(name, number), precondition)?;
    tx.append_audit(ctx.audit(operation, &scope, Some(&id)))?;
    tx.enqueue(numbered(ctx.event(operation, &scope, &id), number))?;
    tx.commit().await.map(|_: Committed| number)
}

/// Bumps until it holds, under a new operation for each try, at most a thousand times.
pub(crate) async fn bump_until_applied(
    ctx: &Context,
    store: &Arc<dyn UserEngineStore>,
    name: &str,
) -> Result<i64, Failure> {
    for _ in 0..1_000 {
        let operation = ctx.operation(&ctx.fresh_id("bump"));
        match bump(ctx, store, name, &operation).await {
            Ok(number) => return Ok(number),
            Err(error) => match error.kind() {
                StoreErrorKind::Conflict(_) | StoreErrorKind::Contention => {}
                _ => return Err(error.into()),
            },
        }
    }
    Err(Failure::inconclusive(
        "a thousand tries met a conflict each",
    ))
}

/// Runs clients side by side, each in a task of its own, and gives what they answered in order.
pub(crate) async fn together<T, F>(clients: impl IntoIterator<Item = F>) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let tasks: Vec<_> = clients.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for ended in join_all(tasks).await {
        answers.push(ended.map_err(|_| Failure::broken("a client panicked"))??);
    }
    Ok(answers)
}
