//! Measures the stores, every figure beside its floor in the same run.
//!
//! A figure and its floor are measured in turn, several runs of each; what counts is the median of
//! the ratios within the runs, since a machine's speed drifts. Nothing here asserts: a goal that is
//! missed is printed as missed.

mod codec;
mod floor;
mod memory;
mod mutation;
mod page;
mod row;
mod server;
mod service;
mod workload;

use row::Row;
use std::ffi::OsString;
use std::process::ExitCode;
use workload::Failed;

const USAGE: &str =
    "usage: cargo xtask bench [--long] [--runs N] [codec|memory|mutation|page|service]…

Without a part: codec, memory, mutation and service; --long adds page. Build it with optimizations:
cargo run --release --package xtask -- bench
";

/// Runs the measurements.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let Some(asked) = Asked::read(arguments) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    if cfg!(debug_assertions) {
        eprintln!("a build without optimizations measures nothing; building with them");
        return optimized(arguments);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = runtime
        .map_err(|_| Failed::Panicked)
        .and_then(|rt| rt.block_on(measure(&asked)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the measurement failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The same command from an optimized build.
fn optimized(arguments: &[OsString]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let fixed = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "xtask",
        "--",
        "bench",
    ];
    match std::process::Command::new(cargo)
        .args(fixed)
        .args(arguments)
        .status()
    {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

struct Asked {
    parts: Vec<String>,
    runs: usize,
}

impl Asked {
    fn read(arguments: &[OsString]) -> Option<Self> {
        let (mut parts, mut runs, mut is_long) = (Vec::new(), 5_usize, false);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.to_str()? {
                "--long" => is_long = true,
                "--runs" => {
                    runs = rest.next()?.to_str()?.parse().ok()?;
                    (runs > 0).then_some(())?;
                }
                part @ ("codec" | "memory" | "mutation" | "page" | "service") => {
                    parts.push(part.to_owned());
                }
                _ => return None,
            }
        }
        if parts.is_empty() {
            parts = ["codec", "memory", "mutation", "service"]
                .map(str::to_owned)
                .into();
        }
        if is_long && !parts.iter().any(|part| part == "page") {
            parts.push("page".to_owned());
        }
        Some(Self { parts, runs })
    }
}

async fn measure(asked: &Asked) -> Result<(), Failed> {
    let has = |part: &str| asked.parts.iter().any(|asked| asked == part);
    println!(
        "{:<44} {:>11} {:>11} {:<5} {:>6}",
        "ours / floor", "ours", "floor", "unit", "ratio"
    );
    if has("codec") {
        let runs = u32::try_from(asked.runs).unwrap_or(u32::MAX);
        print("codec: ours beside plain serde_json", &codec::run(runs));
    }
    if has("memory") {
        print("memory store", &memory::run(asked.runs).await?);
    }
    if has("service") {
        let title = "service on the memory store: ours beside its store calls alone";
        print(title, &service::on_memory(asked.runs).await?);
    }
    if has("mutation") || has("page") || has("service") {
        let bench = server::Bench::start().await?;
        if has("mutation") {
            let title = format!("committed mutations: {}", bench.describe());
            print(&title, &mutation::run(&bench, asked.runs).await?);
        }
        if has("service") {
            let title = format!("service: {}", bench.describe());
            print(&title, &service::on_postgres(&bench, asked.runs).await?);
        }
        if has("page") {
            let title = format!("pages and bytes: {}", bench.describe());
            print(&title, &page::run(&bench, asked.runs).await?);
        }
    }
    Ok(())
}

fn print(title: &str, rows: &[Row]) {
    println!("\n{title}");
    for row in rows {
        println!("{row}");
    }
}
