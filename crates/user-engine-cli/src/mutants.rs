//! Runs the suite against stores that are each wrong in one way and prints the kill matrix.

use crate::command::Mutants;
use crate::exit::{Exit, Stop};
use crate::factory_fake::FakeFactory;
use crate::factory_postgres::LocalFactory;
use crate::local_server::{Binaries, Durability};
use crate::run::{print, runtime};
use std::sync::Arc;
use user_engine_conformance::{
    Kill, MemoryFactory, RunOptions, StoreFactory, Verdict, kill_matrix,
};

/// Prints a line for each pair of mutant and case. A mutant that a case of it does not notice is a
/// survivor and fails; one whose case could not run, for want of a server, is partial.
///
/// # Errors
///
/// Unreachable when a server is installed and does not start.
pub(crate) fn mutants(mutants: &Mutants) -> Result<Exit, Stop> {
    let options = RunOptions {
        seed: mutants.seed,
        ..RunOptions::default()
    };
    let kills = runtime()?.block_on(matrix(&mutants.filter, &options))?;
    print(&shown(&kills))?;
    if kills
        .iter()
        .any(|kill| !kill.is_killed() && !could_not_run(kill))
    {
        return Ok(Exit::Failed);
    }
    let is_whole = !kills.is_empty() && !kills.iter().any(could_not_run);
    Ok(if is_whole {
        Exit::Reached
    } else {
        Exit::Partial
    })
}

/// Runs the mutants on the cheapest store whose harness has the powers that their cases need:
/// memory, then the fake, then a throwaway server where there is one.
async fn matrix(globs: &[String], options: &RunOptions) -> Result<Vec<Kill>, Stop> {
    let mut kills = kill_matrix(Arc::new(MemoryFactory), globs, options).await;
    retry(&mut kills, options, Arc::new(FakeFactory)).await;
    if kills.iter().any(could_not_run) && Binaries::find().is_ok() {
        let factory = LocalFactory::start(Durability::Fast, false).await?;
        retry(&mut kills, options, Arc::new(factory)).await;
    }
    Ok(kills)
}

/// Runs the squares again that said nothing for want of a power.
async fn retry(kills: &mut [Kill], options: &RunOptions, factory: Arc<dyn StoreFactory>) {
    let mut names: Vec<String> = kills
        .iter()
        .filter(|kill| could_not_run(kill))
        .map(|kill| kill.mutant.clone())
        .collect();
    names.dedup();
    if names.is_empty() {
        return;
    }
    let again = kill_matrix(factory, &names, options).await;
    for kill in kills.iter_mut().filter(|kill| could_not_run(kill)) {
        let found = again
            .iter()
            .find(|new| new.mutant == kill.mutant && new.case == kill.case);
        if let Some(found) = found {
            kill.clone_from(found);
        }
    }
}

const fn could_not_run(kill: &Kill) -> bool {
    matches!(
        kill.verdict,
        Verdict::Unsupported { .. } | Verdict::Skipped { .. }
    )
}

fn shown(kills: &[Kill]) -> String {
    let widest = kills
        .iter()
        .map(|kill| kill.mutant.len())
        .max()
        .unwrap_or_default();
    let mut lines: Vec<String> = kills
        .iter()
        .map(|kill| {
            let word = match kill {
                kill if kill.is_killed() => "killed by ",
                kill if could_not_run(kill) => "not run on",
                _ => "SURVIVED  ",
            };
            let named = if kill.is_named { "*" } else { " " };
            let why = kill.verdict.reason().filter(|_| !kill.is_killed());
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            format!("{:widest$}  {word}{named}{}{why}", kill.mutant, kill.case)
        })
        .collect();
    let mut names: Vec<&str> = kills.iter().map(|kill| kill.mutant.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let not_run = kills.iter().filter(|kill| could_not_run(kill)).count();
    let killed = kills.iter().filter(|kill| kill.is_killed()).count();
    let survived = kills.len() - killed - not_run;
    lines.push(format!(
        "\n{} mutants, {} squares: {killed} killed, {survived} survived, {not_run} not run \
         (* the case named for the mutant)",
        names.len(),
        kills.len(),
    ));
    lines.join("\n")
}
