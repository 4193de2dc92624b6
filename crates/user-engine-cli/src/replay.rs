//! Runs the cases again that a report says have to be looked at.

use crate::command::{Replay, Run, Store};
use crate::exit::{Exit, Stop};
use crate::run::{self, Reports};
use std::fs;

/// Reads a JSON report and runs its bad cases with its seed, each on the store it is about.
///
/// # Errors
///
/// Refused when the file is no report of this suite.
pub(crate) fn replay(replay: &Replay, command: &str) -> Result<Exit, Stop> {
    let path = replay.file.display();
    let text = fs::read_to_string(&replay.file)
        .map_err(|error| Stop::refused(format!("can't read {path}: {error}")))?;
    let reports: Reports = serde_json::from_str(&text)
        .map_err(|_| Stop::refused(format!("{path} is not a report of this suite")))?;
    let mut worst = None;
    for report in &reports.reports {
        let filter: Vec<String> = report.bad_cases().map(|case| case.id.clone()).collect();
        if filter.is_empty() {
            continue;
        }
        let store = if replay.run.store == Store::All {
            Store::of_report(report)
        } else {
            replay.run.store
        };
        let again = Run {
            store,
            filter,
            seed: report.seed,
            ..replay.run.clone()
        };
        let exit = run::run(&again, command)?;
        worst = worst.max(Some(exit));
    }
    if let Some(exit) = worst {
        return Ok(exit);
    }
    run::print("the report holds no case to look at")?;
    Ok(Exit::Partial)
}
