//! Runs the suite against the chosen stores and turns what was found into an exit status.

use crate::command::{Format, Run, Store};
use crate::exit::{Exit, Stop};
use crate::progress::Bar;
use crate::screen;
use crate::stores::{self, Chosen};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::sync::Arc;
use user_engine_conformance::{Level, Report, RunOptions, StoreFactory};

/// What a run of several stores found: what `--format json` writes and `replay` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reports {
    /// The version of the reports' shape.
    pub schema: u32,
    /// A report for each store that ran.
    pub reports: Vec<Report>,
    /// The stores that did not run, with the reason.
    pub not_run: Vec<NotRun>,
}

/// A store that did not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRun {
    /// The store's name.
    pub store: String,
    /// Why not, in one sentence.
    pub reason: String,
}

/// Runs what was asked for; `command` is what a replay line begins with.
pub(crate) fn run(run: &Run, command: &str) -> Result<Exit, Stop> {
    let runtime = runtime()?;
    let (found, left) = runtime.block_on(run_stores(run, command))?;
    // What was found is written even when the database could not be left as it was.
    write(run, &found)?;
    left?;
    Ok(exit_of(run, &found))
}

/// The runtime that a whole command runs on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::refused(format!("can't start a runtime: {error}")))
}

/// What was found, and whether each database was left as it was.
async fn run_stores(run: &Run, command: &str) -> Result<(Reports, Result<(), Stop>), Stop> {
    let chosen = stores::choose(run).await?;
    let mut found = Reports {
        schema: user_engine_conformance::REPORT_SCHEMA,
        reports: Vec::new(),
        not_run: Vec::new(),
    };
    let mut left = Ok(());
    for store in chosen {
        match store {
            Chosen::Missing(not_run) => found.not_run.push(not_run),
            Chosen::Ready(name, factory, dedicated) => {
                let options = options(run, command, name);
                found.reports.push(run_one(run, &options, factory).await);
                if let Some(dedicated) = dedicated {
                    left = left.and(dedicated.leave().await);
                }
            }
        }
    }
    Ok((found, left))
}

async fn run_one(run: &Run, options: &RunOptions, factory: Arc<dyn StoreFactory>) -> Report {
    let bar = Bar::new(
        &factory.label(),
        run.format == Format::Human || run.out.is_some(),
    );
    let report = user_engine_conformance::run(factory, options, &bar).await;
    bar.finish();
    report
}

fn options(run: &Run, command: &str, store: Store) -> RunOptions {
    RunOptions {
        filters: run.filter.clone(),
        level: run.level,
        jobs: run.jobs,
        seed: run.seed,
        replay_command: replay_command(run, command, store),
        ..RunOptions::default()
    }
}

/// What a replay line begins with: the store, and how its server was spoken to.
fn replay_command(run: &Run, command: &str, store: Store) -> String {
    let mut line = format!("{command} --store {}", store.name());
    if store == Store::Postgres && run.server.durable {
        line.push_str(" --durable");
    }
    if store == Store::Postgres && run.server.allow_plaintext_to_remote {
        line.push_str(" --allow-plaintext-to-remote");
    }
    line
}

/// Writes the result where it was asked for, and the summary to the screen when that is free.
fn write(run: &Run, found: &Reports) -> Result<(), Stop> {
    let text = match run.format {
        Format::Human => screen::summary(found, run.require_level),
        Format::Json => serde_json::to_string_pretty(found)
            .map_err(|_| Stop::refused("the report can't be written as JSON"))?,
        Format::Junit => user_engine_conformance::to_junit(&found.reports)
            .map_err(|_| Stop::refused("the report can't be written as XML"))?,
    };
    if let Some(path) = &run.out {
        fs::write(path, &text)
            .map_err(|error| Stop::refused(format!("can't write {}: {error}", path.display())))?;
        return print(&screen::summary(found, run.require_level));
    }
    print(&text)
}

/// Prints to standard output; a reader that went away is no error.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    match out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::refused(format!("can't print: {error}")))
        }
        _ => Ok(()),
    }
}

/// What the command's exit status says of a run.
fn exit_of(run: &Run, found: &Reports) -> Exit {
    let count = |verdict: &str| {
        found
            .reports
            .iter()
            .map(|r| r.count(verdict))
            .sum::<usize>()
    };
    if count("fail") + count("harness-error") > 0 {
        return Exit::Failed;
    }
    let ran = count("pass") > 0;
    let skipped = count("skipped") > 0 || !found.not_run.is_empty();
    let lacks_level = run
        .require_level
        .is_some_and(|level| lacks_level(found, level));
    let lacks_live = run.require_live && !found.reports.iter().any(is_live);
    let says_nothing = count("inconclusive") > 0;
    if !ran || says_nothing || lacks_level || lacks_live || (run.deny_skips && skipped) {
        return Exit::Partial;
    }
    Exit::Reached
}

/// Whether some store did not reach the level.
pub(crate) fn lacks_level(found: &Reports, level: Level) -> bool {
    found
        .reports
        .iter()
        .any(|report| report.reached().is_none_or(|reached| reached < level))
}

/// Whether what answered was a real server.
fn is_live(report: &Report) -> bool {
    report.store.durable && report.store.simulated.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use user_engine_conformance::{LevelStatus, LevelSummary, StoreSummary, Verdict};

    fn asked(options: &[&str]) -> Run {
        let words = ["user-engine", "conformance"].iter().chain(options);
        let command = crate::command::Command::parse_from(words);
        let crate::command::Topic::Conformance(conformance) = command.topic;
        conformance.run
    }

    fn report(durable: bool, status: LevelStatus, verdicts: Vec<Verdict>) -> Report {
        let level = LevelSummary {
            level: Level::L2,
            status,
            cases: verdicts.len(),
            passed: 0,
            failed: 0,
            unsupported: 0,
            skipped: 0,
            inconclusive: 0,
            harness_errors: 0,
            without: vec![],
        };
        let case = |verdict| user_engine_conformance::CaseReport {
            id: "a.b".into(),
            requirement: "It holds.".into(),
            level: Level::L2,
            verdict,
            duration_ms: 1,
            replay: None,
        };
        Report {
            schema: 1,
            suite_version: "1.0.0".into(),
            port_version: 1,
            store: StoreSummary {
                label: "a store".into(),
                name: "store".into(),
                wall: "adapter".into(),
                durable,
                simulated: None,
                claims: Level::L2,
                powers: vec![],
                settings: std::collections::BTreeMap::new(),
            },
            seed: 0,
            levels: vec![level],
            cases: verdicts.into_iter().map(case).collect(),
            duration_ms: 1,
        }
    }

    fn exit(options: &[&str], reports: Vec<Report>) -> Exit {
        exit_of(
            &asked(options),
            &Reports {
                schema: 1,
                reports,
                not_run: vec![],
            },
        )
    }

    fn skipped() -> Verdict {
        Verdict::Skipped {
            reason: "no server".into(),
        }
    }

    #[test]
    fn a_failed_case_wins_over_everything() {
        let failed = Verdict::Fail {
            reason: "lost".into(),
            place: String::new(),
        };
        let broken = Verdict::HarnessError {
            reason: "no store".into(),
        };
        for verdict in [failed, broken] {
            let reports = vec![report(
                true,
                LevelStatus::Failed,
                vec![verdict, Verdict::Pass],
            )];
            assert_eq!(exit(&["--require-level", "L2"], reports), Exit::Failed);
        }
    }

    #[test]
    fn a_skip_is_denied_only_when_asked() {
        let reports = || {
            vec![report(
                true,
                LevelStatus::Partial,
                vec![Verdict::Pass, skipped()],
            )]
        };
        assert_eq!(exit(&[], reports()), Exit::Reached);
        assert_eq!(exit(&["--deny-skips"], reports()), Exit::Partial);
        assert_eq!(exit(&["--require-level", "L2"], reports()), Exit::Partial);
    }

    #[test]
    fn a_store_that_did_not_run_is_a_skip() {
        let found = Reports {
            schema: 1,
            reports: vec![report(false, LevelStatus::Reached, vec![Verdict::Pass])],
            not_run: vec![NotRun {
                store: "postgres".into(),
                reason: "none".into(),
            }],
        };
        assert_eq!(
            exit_of(&asked(&["--require-level", "L2"]), &found),
            Exit::Reached
        );
        assert_eq!(exit_of(&asked(&["--deny-skips"]), &found), Exit::Partial);
    }

    #[test]
    fn nothing_run_is_never_a_success() {
        assert_eq!(exit(&[], vec![]), Exit::Partial);
        assert_eq!(
            exit(&[], vec![report(true, LevelStatus::Partial, vec![])]),
            Exit::Partial
        );
        let skips = vec![report(true, LevelStatus::Partial, vec![skipped()])];
        assert_eq!(exit(&[], skips), Exit::Partial);
    }

    #[test]
    fn a_replay_line_speaks_to_the_server_as_the_run_did() {
        let run = asked(&["--durable", "--allow-plaintext-to-remote"]);
        assert_eq!(
            replay_command(&run, "user-engine conformance", Store::Postgres),
            "user-engine conformance --store postgres --durable --allow-plaintext-to-remote"
        );
        assert_eq!(replay_command(&run, "x", Store::Memory), "x --store memory");
    }

    #[test]
    fn a_live_store_is_required_by_what_it_is_not_by_its_name() {
        let reports = |durable| vec![report(durable, LevelStatus::Reached, vec![Verdict::Pass])];
        assert_eq!(exit(&["--require-live"], reports(false)), Exit::Partial);
        assert_eq!(exit(&["--require-live"], reports(true)), Exit::Reached);
    }
}
