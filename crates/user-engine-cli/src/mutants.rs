//! Runs the suite against stores that are each wrong in one way and prints the kill matrix.

use crate::command::Mutants;
use crate::exit::{Exit, Stop};
use crate::run::{print, runtime};
use std::sync::Arc;
use user_engine_conformance::{Kill, MemoryFactory, RunOptions, kill_matrix};

/// Prints a line for each pair of mutant and case; a mutant that its named case does not notice
/// is a survivor.
pub(crate) fn mutants(mutants: &Mutants) -> Result<Exit, Stop> {
    let options = RunOptions {
        seed: mutants.seed,
        ..RunOptions::default()
    };
    let factory = Arc::new(MemoryFactory);
    let kills = runtime()?.block_on(kill_matrix(factory, &mutants.filter, &options));
    print(&matrix(&kills))?;
    if kills.is_empty() {
        return Ok(Exit::Partial);
    }
    let survived = kills.iter().any(|kill| !kill.is_killed());
    Ok(if survived {
        Exit::Failed
    } else {
        Exit::Reached
    })
}

fn matrix(kills: &[Kill]) -> String {
    let widest = kills
        .iter()
        .map(|kill| kill.mutant.len())
        .max()
        .unwrap_or_default();
    let mut lines: Vec<String> = kills
        .iter()
        .map(|kill| {
            let word = if kill.is_killed() {
                "killed by "
            } else {
                "SURVIVED  "
            };
            let named = if kill.is_named { "*" } else { " " };
            let why = kill.verdict.reason().filter(|_| !kill.is_killed());
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            format!("{:widest$}  {word}{named}{}{why}", kill.mutant, kill.case)
        })
        .collect();
    let mut names: Vec<&str> = kills.iter().map(|kill| kill.mutant.as_str()).collect();
    names.dedup();
    let survivors = kills.iter().filter(|kill| !kill.is_killed()).count();
    lines.push(format!(
        "\n{} mutants, {} squares, {survivors} survived (* the case named for the mutant)",
        names.len(),
        kills.len(),
    ));
    lines.join("\n")
}
