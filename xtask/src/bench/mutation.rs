//! A committed mutation beside one prepared statement and beside the naive way, with 1 and 8
//! clients, on the socket itself and on a wire with a delay.

use super::floor::Floor;
use super::row::{Goal, Row};
use super::server::Bench;
use super::workload::{Failed, mutate};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use user_engine_cli::wire::Wire;
use user_engine_ports::UserEngineStore;

/// How long each side is measured in each run.
const SPAN: Duration = Duration::from_secs(2);
/// The round trip of the delayed wire.
const ROUND_TRIP: Duration = Duration::from_millis(1);

/// Every row of this part.
pub(crate) async fn run(bench: &Bench, runs: usize) -> Result<Vec<Row>, Failed> {
    let mut rows = Vec::new();
    for clients in [1, 8] {
        rows.extend(compare(bench, bench.socket_folder(), clients, runs, "", 0.85, None).await?);
    }
    let server = bench.socket_path();
    let wire = Wire::start(bench.socket_folder(), server, ROUND_TRIP).map_err(|_| Failed::Wire)?;
    for clients in [1, 8] {
        let on = ", 1 ms wire";
        rows.extend(compare(bench, wire.folder(), clients, runs, on, 0.85, Some(4.0)).await?);
    }
    Ok(rows)
}

/// Ours with named statements, as the floor has them, and unnamed, as behind a pooler. Each side
/// has a database, so that none meets another's rows; each run measures the sides in turn.
async fn compare(
    bench: &Bench,
    host: &Path,
    clients: usize,
    runs: usize,
    on: &str,
    of_floor: f64,
    of_naive: Option<f64>,
) -> Result<Vec<Row>, Failed> {
    let named = bench.store(host, clients, true).await?;
    let unnamed = bench.store(host, clients, false).await?;
    let floor = bench.floors(host, clients).await?;
    let naive = bench.floors(host, clients).await?;
    let (mut ours, mut ours_unnamed) = (Vec::new(), Vec::new());
    let (mut one, mut many) = (Vec::new(), Vec::new());
    // One short turn that does not count: caches, connections and plans are warm.
    let warm = Duration::from_millis(300);
    by_store(&named, clients, warm).await?;
    by_store(&unnamed, clients, warm).await?;
    by_floor(&floor, warm, false).await?;
    by_floor(&naive, warm, true).await?;
    for _ in 0..runs {
        ours.push(by_store(&named, clients, SPAN).await?);
        one.push(by_floor(&floor, SPAN, false).await?);
        ours_unnamed.push(by_store(&unnamed, clients, SPAN).await?);
        many.push(by_floor(&naive, SPAN, true).await?);
    }
    let row = |name: &str, ours: &Vec<f64>, floor: &Vec<f64>, goal| Row {
        name: format!("mutation / {name}, {clients} clients{on}"),
        unit: "/s",
        ours: ours.clone(),
        floor: floor.clone(),
        goal,
    };
    let of_floor = Goal::AtLeast(of_floor);
    let of_naive = of_naive.map_or(Goal::None, Goal::AtLeast);
    Ok(vec![
        row("one statement", &ours, &one, of_floor),
        row("naive way", &ours, &many, of_naive),
        row("one statement, unnamed", &ours_unnamed, &one, Goal::None),
        row("naive way, unnamed", &ours_unnamed, &many, Goal::None),
    ])
}

async fn by_store(
    store: &Arc<dyn UserEngineStore>,
    clients: usize,
    span: Duration,
) -> Result<f64, Failed> {
    let until = Instant::now() + span;
    let tasks: Vec<_> = (0..clients)
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
    total(tasks, span).await
}

async fn by_floor(floors: &[Arc<Floor>], span: Duration, is_naive: bool) -> Result<f64, Failed> {
    let until = Instant::now() + span;
    let tasks: Vec<_> = floors
        .iter()
        .cloned()
        .map(|floor| {
            tokio::spawn(async move {
                let mut count = 0_u32;
                while Instant::now() < until {
                    if is_naive {
                        floor.naive().await?;
                    } else {
                        floor.one_statement().await?;
                    }
                    count += 1;
                }
                Ok::<_, Failed>(count)
            })
        })
        .collect();
    total(tasks, span).await
}

async fn total(
    tasks: Vec<tokio::task::JoinHandle<Result<u32, Failed>>>,
    span: Duration,
) -> Result<f64, Failed> {
    let mut sum = 0.0;
    for task in tasks {
        sum += f64::from(task.await.map_err(|_| Failed::Panicked)??);
    }
    Ok(sum / span.as_secs_f64())
}
