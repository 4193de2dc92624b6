//! Operations of the service beside the same reads and writes without it.
//!
//! Each operation is played once on a memory store that writes down what is asked of it. The floor
//! asks a fresh store for exactly that again, without the service; ours asks the service, on
//! another fresh store. So the ratio is what the service itself costs.

mod case;
mod script;

use super::row::{Goal, Row};
use super::server::Bench;
use super::workload::Failed;
use case::{CASES, Case};
use script::{Notes, Script};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use user_engine_ports::{SystemClock, UserEngineStore};
use user_engine_service::scenario::{HookedStore, World};
use user_engine_store_memory::InMemoryUserEngineStore;

/// How many operations each side does in each run, over all clients.
const OPERATIONS: usize = 1_000;
/// How many users the memory store holds when its bytes are counted.
const USERS: usize = 100_000;

/// Every row on the memory store.
pub(crate) async fn on_memory(runs: usize) -> Result<Vec<Row>, Failed> {
    let mut rows = Vec::new();
    for case in CASES {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        let notes = note(case, OPERATIONS).await?;
        for _ in 0..runs {
            ours.push(by_service(case, memory(), OPERATIONS, 1).await?);
            floor.push(by_script(&notes, &memory(), 1).await?);
        }
        rows.push(row(case, "memory", 1, ours, floor, Goal::None));
    }
    rows.push(bytes_of_users().await?);
    Ok(rows)
}

/// Every row on PostgreSQL, with 1 and 8 clients.
pub(crate) async fn on_postgres(bench: &Bench, runs: usize) -> Result<Vec<Row>, Failed> {
    let mut rows = Vec::new();
    for case in CASES {
        let notes = note(case, OPERATIONS).await?;
        for clients in [1, 8] {
            let (mut ours, mut floor) = (Vec::new(), Vec::new());
            for _ in 0..runs {
                let host = bench.socket_folder();
                let store = bench.store(host, clients, true).await?;
                ours.push(by_service(case, store, OPERATIONS, clients).await?);
                let store = bench.store(host, clients, true).await?;
                floor.push(by_script(&notes, &store, clients).await?);
            }
            let goal = Goal::AtLeast(0.8);
            rows.push(row(case, "postgres", clients, ours, floor, goal));
        }
    }
    Ok(rows)
}

fn row(
    case: &Case,
    store: &str,
    clients: usize,
    ours: Vec<f64>,
    floor: Vec<f64>,
    goal: Goal,
) -> Row {
    Row {
        name: format!(
            "{} / its store calls, {store}, {clients} clients",
            case.name
        ),
        unit: "/s",
        ours,
        floor,
        goal,
    }
}

fn memory() -> Arc<dyn UserEngineStore> {
    Arc::new(InMemoryUserEngineStore::migrated(Arc::new(SystemClock)))
}

/// What a case asks of a store: what lays the ground, and what is measured.
struct Noted {
    ground: Vec<Script>,
    measured: Vec<Vec<Script>>,
}

async fn note(case: &Case, count: usize) -> Result<Noted, Failed> {
    let notes = Arc::new(Notes::default());
    let world = world(Arc::new(HookedStore::new(memory(), notes.clone())))?;
    let laid = (case.lay)(world.clone(), count).await?;
    let ground = notes.take();
    let mut measured = Vec::with_capacity(count);
    for number in 0..count {
        let run = (case.run)(world.clone(), number, laid.clone());
        run.await?;
        measured.push(notes.take());
    }
    Ok(Noted { ground, measured })
}

async fn by_service(
    case: &Case,
    store: Arc<dyn UserEngineStore>,
    count: usize,
    clients: usize,
) -> Result<f64, Failed> {
    let world = world(store)?;
    let laid = (case.lay)(world.clone(), count).await?;
    let run = case.run;
    in_turn(count, clients, move |number| {
        let (world, laid) = (world.clone(), laid.clone());
        async move { Ok(run(world, number, laid).await?) }
    })
    .await
}

async fn by_script(
    notes: &Noted,
    store: &Arc<dyn UserEngineStore>,
    clients: usize,
) -> Result<f64, Failed> {
    for script in &notes.ground {
        script.replay(&**store).await?;
    }
    let measured: Arc<[Vec<Script>]> = notes.measured.clone().into();
    let store = store.clone();
    in_turn(measured.len(), clients, move |number| {
        let (measured, store) = (measured.clone(), store.clone());
        async move {
            for script in &measured[number] {
                script.replay(&*store).await?;
            }
            Ok(())
        }
    })
    .await
}

/// Does every operation once, shared by the clients, and says how many a second.
async fn in_turn<F, T>(count: usize, clients: usize, run: F) -> Result<f64, Failed>
where
    F: Fn(usize) -> T + Clone + Send + 'static,
    T: Future<Output = Result<(), Failed>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (next, run) = (next.clone(), run.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok::<_, Failed>(());
                    }
                    run(number).await?;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(|_| Failed::Panicked)??;
    }
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    Ok(count / began.elapsed().as_secs_f64())
}

/// The memory of the process for each of 100,000 users that the service made, beside the payloads
/// of their records and events.
async fn bytes_of_users() -> Result<Row, Failed> {
    let notes = Arc::new(Notes::default());
    let taken_down = world(Arc::new(HookedStore::new(memory(), notes.clone())))?;
    taken_down.desk("acme")?;
    case::create(taken_down, 0).await?;
    let payloads: usize = notes.take().iter().map(Script::payload_bytes).sum();

    let before = resident_bytes();
    let world = world(memory())?;
    world.desk("acme")?;
    for number in 0..USERS {
        case::create(world.clone(), number).await?;
    }
    let users = f64::from(u32::try_from(USERS).unwrap_or(u32::MAX));
    Ok(Row {
        name: format!("bytes a user, {USERS} users in memory / payloads"),
        unit: "bytes",
        ours: vec![(resident_bytes() - before) / users],
        floor: vec![f64::from(u32::try_from(payloads).unwrap_or(u32::MAX))],
        goal: Goal::None,
    })
}

/// What of this process is in memory, as Linux counts it; zero elsewhere.
fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|number| number.parse::<f64>().ok());
    kibibytes.unwrap_or_default() * 1024.0
}

fn world(store: Arc<dyn UserEngineStore>) -> Result<World, Failed> {
    Ok(World::new(store)?)
}

impl From<user_engine_service::scenario::Failed> for Failed {
    fn from(failed: user_engine_service::scenario::Failed) -> Self {
        Self::Server(failed.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_runs_on_the_memory_store_by_the_service_and_by_its_notes() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            for case in CASES {
                let notes = note(case, 2).await;
                let notes = notes.unwrap_or_else(|failed| panic!("{}: {failed}", case.name));
                let replayed = by_script(&notes, &memory(), 1).await;
                assert!(replayed.is_ok(), "{}: {:?}", case.name, replayed.err());
                let served = by_service(case, memory(), 2, 1).await;
                assert!(served.is_ok(), "{}: {:?}", case.name, served.err());
            }
        });
    }
}
