//! Histories of concurrent clients, held against every serial order.

use super::race::{number_of, numbered, together};
use crate::context::Context;
use crate::failure::Failure;
use crate::fixture::{id_of, valid};
use crate::history::{Anomaly, Ended, Entry, check};
use crate::poll::DropAfter;
use crate::random::Random;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use user_engine_domain::{OperationId, User};
use user_engine_ports::{
    Effect, OperationOutcome, Precondition, Scope, StoreError, StoreErrorKind,
};

const CLIENTS: usize = 4;
const ROUNDS: usize = 25;
const REGISTERS: usize = 3;

fn name(register: usize) -> String {
    format!("register-{register}")
}

pub(super) async fn serializable(ctx: Context) -> Result<(), Failure> {
    run_history(ctx, false).await
}

pub(super) async fn dropped_commits(ctx: Context) -> Result<(), Failure> {
    run_history(ctx, true).await
}

async fn run_history(ctx: Context, drops: bool) -> Result<(), Failure> {
    for register in 0..REGISTERS {
        ctx.commit_user(&name(register)).await?;
    }
    let values = Arc::new(AtomicI64::new(1));
    let client = |ctx: Context, number: usize, values: Arc<AtomicI64>| async move {
        let stream = u64::try_from(number).unwrap_or_default();
        let mut random = Random::new(ctx.seed(), stream);
        let mut entries = Vec::new();
        for round in 0..ROUNDS {
            let operation = format!("{number}-{round}");
            entries.push(unit(&ctx, &operation, &mut random, &values, drops).await?);
        }
        Ok(entries)
    };
    let clients = (0..CLIENTS).map(|number| client(ctx.clone(), number, values.clone()));
    let mut history: Vec<Entry> = together(clients).await?.into_iter().flatten().collect();
    resolve(&ctx, &mut history).await?;
    history.push(last_look(&ctx).await?);

    let broken = |anomaly: Anomaly| Failure::broken(anomaly.to_string());
    let checked = check(&history).map_err(broken)?;
    let events = ctx.outbox_events(Scope::Platform).await?;
    let log: Vec<String> = events
        .iter()
        .map(|event| event.operation_id.as_str().to_owned())
        .collect();
    checked.check_log(&history, &log).map_err(broken)
}

/// One unit: reads two registers together, writes one or both of them, guards what it read.
async fn unit(
    ctx: &Context,
    name_of_operation: &str,
    random: &mut Random,
    values: &AtomicI64,
    drops: bool,
) -> Result<Entry, Failure> {
    let scope = Scope::Tenantless;
    let operation = ctx.operation(name_of_operation);
    let one = random.below(REGISTERS);
    let other = (one + 1 + random.below(REGISTERS - 1)) % REGISTERS;
    let writes_both = random.below(4) == 0;
    let mut tx = ctx.store().begin(ctx.write(scope.clone(), &operation));
    let keys = [one, other].map(|register| ctx.user_id(&name(register)));
    let read = tx.get_many::<User>(&[&keys[0], &keys[1]]).await?;
    // Gives the others a chance to come between the read and the commit.
    for _ in 0..=random.below(3) {
        tokio::task::yield_now().await;
    }
    let (mut reads, mut writes) = (BTreeMap::new(), BTreeMap::new());
    for (place, register) in [one, other].into_iter().enumerate() {
        let Some(found) = &read[place] else {
            return Err(Failure::broken("a register is gone"));
        };
        reads.insert(register, number_of(&found.record));
        if place == 0 || writes_both {
            let value = values.fetch_add(1, Ordering::Relaxed);
            let user = ctx.user_version(&name(register), value);
            tx.save_if(user, Precondition::Revision(found.revision))?;
            writes.insert(register, value);
        } else {
            tx.expect::<User>(&keys[place], found.revision)?;
        }
    }
    let event = ctx.event(&operation, &scope, &id_of::<User>(&keys[0]));
    tx.enqueue(numbered(event, writes[&one]))?;
    let ended = if drops && random.below(2) == 0 {
        let polls = random.below(6);
        match DropAfter::polls(tx.commit(), polls).await {
            Some(ended) => ended_by(ended)?,
            None if polls == 0 => Ended::Refused,
            None => Ended::Unknown,
        }
    } else {
        ended_by(tx.commit().await)?
    };
    Ok(Entry {
        operation: operation.id.as_str().to_owned(),
        reads,
        writes,
        ended,
    })
}

fn ended_by<T>(ended: Result<T, StoreError>) -> Result<Ended, Failure> {
    match ended {
        Ok(_) => Ok(Ended::Applied),
        Err(error) if error.effect() == Effect::Unknown => Ok(Ended::Unknown),
        Err(error) => match error.kind() {
            StoreErrorKind::Conflict(_)
            | StoreErrorKind::Contention
            | StoreErrorKind::Unavailable => Ok(Ended::Refused),
            _ => Err(error.into()),
        },
    }
}

/// A reader of everything behind all others.
async fn last_look(ctx: &Context) -> Result<Entry, Failure> {
    let keys: Vec<_> = (0..REGISTERS)
        .map(|register| ctx.user_id(&name(register)))
        .collect();
    let keys: Vec<_> = keys.iter().collect();
    let found = ctx
        .reader(Scope::Tenantless)
        .get_many::<User>(&keys)
        .await?;
    let mut reads = BTreeMap::new();
    for (register, read) in found.into_iter().enumerate() {
        let Some(read) = read else {
            return Err(Failure::broken("a register is gone"));
        };
        reads.insert(register, number_of(&read.record));
    }
    let (operation, writes) = ("the last look".to_owned(), BTreeMap::new());
    Ok(Entry {
        operation,
        reads,
        writes,
        ended: Ended::Applied,
    })
}

/// Asks for every unknown unit; what the store says is held against what was seen.
async fn resolve(ctx: &Context, history: &mut [Entry]) -> Result<(), Failure> {
    for entry in history
        .iter_mut()
        .filter(|entry| entry.ended == Ended::Unknown)
    {
        let id = valid(OperationId::new(entry.operation.as_str()));
        for _ in 0..10 {
            let asked = ctx
                .store()
                .outcome(&Scope::Tenantless, &id, ctx.deadline())
                .await?;
            entry.ended = match asked {
                OperationOutcome::Applied(_) => Ended::Applied,
                OperationOutcome::NotApplied => Ended::Refused,
                OperationOutcome::StillRunning => continue,
            };
            break;
        }
    }
    Ok(())
}
