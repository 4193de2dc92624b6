//! Mutations of the memory store with 1 and 2 threads, beside the same maps and lists under one
//! mutex by hand.

use super::row::{Goal, Row};
use super::workload::{Failed, mutate, next};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use user_engine_ports::{SystemClock, UserEngineStore};
use user_engine_store_memory::InMemoryUserEngineStore;

/// How long each side is measured in each run.
const SPAN: Duration = Duration::from_millis(500);

/// Every row of this part.
pub(crate) async fn run(runs: usize) -> Result<Vec<Row>, Failed> {
    let mut rows = Vec::new();
    for threads in [1, 2] {
        let (mut ours, mut floor) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            ours.push(by_store(threads).await?);
            floor.push(by_hand(threads).await?);
        }
        let name = format!("memory mutation / maps by hand, {threads} threads");
        rows.push(Row {
            name,
            unit: "/s",
            ours,
            floor,
            goal: Goal::None,
        });
    }
    Ok(rows)
}

async fn by_store(threads: usize) -> Result<f64, Failed> {
    let store: Arc<dyn UserEngineStore> =
        Arc::new(InMemoryUserEngineStore::migrated(Arc::new(SystemClock)));
    let until = Instant::now() + SPAN;
    let tasks: Vec<_> = (0..threads)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut count = 0_u32;
                while Instant::now() < until {
                    mutate(&*store).await?;
                    count += 1;
                }
                Ok::<_, Failed>(count)
            })
        })
        .collect();
    total(tasks).await
}

/// The four rows as plain text in plain collections.
#[derive(Default)]
struct Maps {
    records: BTreeMap<String, [String; 3]>,
    audit_records: Vec<[String; 4]>,
    events: Vec<[String; 4]>,
    operations: BTreeMap<String, String>,
}

async fn by_hand(threads: usize) -> Result<f64, Failed> {
    let maps = Arc::new(Mutex::new(Maps::default()));
    let until = Instant::now() + SPAN;
    let tasks: Vec<_> = (0..threads)
        .map(|_| {
            let maps = maps.clone();
            tokio::spawn(async move {
                let mut count = 0_u32;
                while Instant::now() < until {
                    let number = next();
                    let id = |word: &str| format!("{word}-{number:016}");
                    let record = [id("user"), "Ada Lovelace".into(), "ada@example.org".into()];
                    let audit = [id("audit"), id("operation"), id("correlation"), id("user")];
                    let event = [id("event"), id("operation"), id("correlation"), id("user")];
                    let mut maps = maps.lock().unwrap_or_else(PoisonError::into_inner);
                    maps.records.insert(id("user"), record);
                    maps.audit_records.push(audit);
                    maps.events.push(event);
                    maps.operations.insert(id("operation"), "applied".into());
                    count += 1;
                }
                Ok::<_, Failed>(count)
            })
        })
        .collect();
    total(tasks).await
}

async fn total(tasks: Vec<tokio::task::JoinHandle<Result<u32, Failed>>>) -> Result<f64, Failed> {
    let mut sum = 0.0;
    for task in tasks {
        sum += f64::from(task.await.map_err(|_| Failed::Panicked)??);
    }
    Ok(sum / SPAN.as_secs_f64())
}
