//! Prints every case of the suite: id, level and requirement.

use crate::command::List;
use crate::exit::{Exit, Stop};
use crate::run::print;
use user_engine_conformance::{Level, RunOptions, selected};

/// A line for each case that matches, beginning with its dotted id.
pub(crate) fn list(list: &List) -> Result<Exit, Stop> {
    let options = RunOptions {
        filters: list.filter.clone(),
        level: list.level,
        ..RunOptions::default()
    };
    let cases = selected(&options, Level::L5);
    if cases.is_empty() {
        print("no case matches")?;
        return Ok(Exit::Partial);
    }
    let widest = cases
        .iter()
        .map(|case| case.id.len())
        .max()
        .unwrap_or_default();
    let lines: Vec<String> = cases
        .iter()
        .map(|case| format!("{:widest$}  {}  {}", case.id, case.level, case.requirement))
        .collect();
    print(&lines.join("\n"))?;
    Ok(Exit::Reached)
}
