//! Reports: what a run found, as JSON with a fixed shape.
//!
//! Nothing in a report is sensitive: it holds ids of cases, counts, durations, settings of the
//! server and reasons written by the suite, never a stored value or a credential.

use crate::level::Level;
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the report's shape.
pub const REPORT_SCHEMA: u32 = 1;

/// What a run of the suite against one store found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this shape: [`REPORT_SCHEMA`].
    pub schema: u32,
    /// The version of the suite.
    pub suite_version: String,
    /// The version of the port that the store implements.
    pub port_version: u32,
    /// The store.
    pub store: StoreSummary,
    /// The seed of ids and random sequences.
    pub seed: u64,
    /// Each level that was run, lowest first.
    pub levels: Vec<LevelSummary>,
    /// Each case that was run, in the order of the registry.
    pub cases: Vec<CaseReport>,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
}

/// What a report says of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSummary {
    /// The factory's name for it.
    pub label: String,
    /// The store's own name.
    pub name: String,
    /// Who keeps tenants apart: `adapter` or `database`.
    pub wall: String,
    /// Whether it calls itself durable.
    pub durable: bool,
    /// What a simulation leaves out; absent for a real store.
    pub simulated: Option<String>,
    /// The highest level that it claims.
    pub claims: Level,
    /// The powers that its factory declares.
    pub powers: Vec<String>,
    /// The server's version and durability settings.
    pub settings: BTreeMap<String, String>,
}

/// How far a level was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LevelStatus {
    /// Every case of it that the factory's declared powers allow passed, and so did those of the
    /// levels below.
    Reached,
    /// None failed, but some were skipped, inconclusive, filtered out or a lower level is partial.
    Partial,
    /// A case of it or of a lower level failed, or the harness did.
    Failed,
}

/// A level in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelSummary {
    /// The level.
    pub level: Level,
    /// How far it was reached.
    pub status: LevelStatus,
    /// How many cases the registry holds for it.
    pub cases: usize,
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many need a power that is not declared.
    pub unsupported: usize,
    /// How many were skipped.
    pub skipped: usize,
    /// How many say nothing.
    pub inconclusive: usize,
    /// In how many the harness failed.
    pub harness_errors: usize,
    /// The powers for want of which cases did not run.
    pub without: Vec<String>,
}

/// A case in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseReport {
    /// The case's id.
    pub id: String,
    /// The promise.
    pub requirement: String,
    /// Its level.
    pub level: Level,
    /// What was found.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The command line that runs it again; absent when there is nothing to look at.
    pub replay: Option<String>,
}

impl Report {
    /// The report as indented JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The cases that have to be looked at.
    pub fn bad_cases(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| case.verdict.is_bad())
    }

    /// How many cases got a verdict of this name.
    pub fn count(&self, verdict: &str) -> usize {
        self.cases
            .iter()
            .filter(|case| case.verdict.as_str() == verdict)
            .count()
    }

    /// The highest level that was reached; `None` when none was.
    pub fn reached(&self) -> Option<Level> {
        let reached = |level: &&LevelSummary| level.status == LevelStatus::Reached;
        self.levels
            .iter()
            .take_while(reached)
            .last()
            .map(|level| level.level)
    }
}

/// Sums a run up by level. `registered` names the level of every case of the registry, run or not.
pub(crate) fn summarize(
    registered: &[Level],
    cases: &[CaseReport],
    claims: Level,
) -> Vec<LevelSummary> {
    let mut below = LevelStatus::Reached;
    let mut levels = Vec::new();
    for level in Level::ALL.iter().copied().filter(|level| *level <= claims) {
        let total = registered.iter().filter(|of| **of == level).count();
        if total == 0 {
            continue;
        }
        let of_level: Vec<_> = cases.iter().filter(|case| case.level == level).collect();
        let count = |name: &str| {
            of_level
                .iter()
                .filter(|c| c.verdict.as_str() == name)
                .count()
        };
        let mut summary = LevelSummary {
            level,
            status: LevelStatus::Reached,
            cases: total,
            passed: count("pass"),
            failed: count("fail"),
            unsupported: count("unsupported"),
            skipped: count("skipped"),
            inconclusive: count("inconclusive"),
            harness_errors: count("harness-error"),
            without: Vec::new(),
        };
        for case in &of_level {
            if let Verdict::Unsupported { power } = &case.verdict
                && !summary.without.contains(power)
            {
                summary.without.push(power.clone());
            }
        }
        let is_whole = summary.passed + summary.unsupported == total;
        summary.status = if summary.failed + summary.harness_errors > 0 {
            LevelStatus::Failed
        } else if is_whole && summary.passed > 0 {
            LevelStatus::Reached
        } else {
            LevelStatus::Partial
        };
        summary.status = worse(summary.status, below);
        below = summary.status;
        levels.push(summary);
    }
    levels
}

const fn worse(one: LevelStatus, other: LevelStatus) -> LevelStatus {
    match (one, other) {
        (LevelStatus::Failed, _) | (_, LevelStatus::Failed) => LevelStatus::Failed,
        (LevelStatus::Partial, _) | (_, LevelStatus::Partial) => LevelStatus::Partial,
        (LevelStatus::Reached, LevelStatus::Reached) => LevelStatus::Reached,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(level: Level, verdict: Verdict) -> CaseReport {
        let (id, requirement) = ("a.b".to_owned(), "It holds.".to_owned());
        CaseReport {
            id,
            requirement,
            level,
            verdict,
            duration_ms: 0,
            replay: None,
        }
    }

    #[test]
    fn a_skip_makes_a_level_partial_and_every_level_above_it() {
        let skipped = Verdict::Skipped {
            reason: "no server".to_owned(),
        };
        let cases = [case(Level::L0, skipped), case(Level::L1, Verdict::Pass)];
        let levels = summarize(&[Level::L0, Level::L1], &cases, Level::L2);
        assert_eq!(levels.len(), 2);
        assert!(
            levels
                .iter()
                .all(|level| level.status == LevelStatus::Partial)
        );
    }

    #[test]
    fn a_case_that_was_filtered_out_makes_its_level_partial() {
        let cases = [case(Level::L0, Verdict::Pass)];
        let levels = summarize(&[Level::L0, Level::L0], &cases, Level::L0);
        assert_eq!(levels[0].status, LevelStatus::Partial);
    }

    #[test]
    fn a_level_that_lacks_an_undeclared_power_says_so() {
        let without = Verdict::Unsupported {
            power: "server-log".to_owned(),
        };
        let cases = [case(Level::L0, Verdict::Pass), case(Level::L0, without)];
        let levels = summarize(&[Level::L0, Level::L0], &cases, Level::L0);
        assert_eq!(levels[0].status, LevelStatus::Reached);
        assert_eq!(levels[0].without, ["server-log"]);
    }

    #[test]
    fn verdicts_survive_json() {
        let fail = Verdict::Fail {
            reason: "lost".to_owned(),
            place: "a.rs:1".to_owned(),
        };
        let case = case(Level::L1, fail);
        let text = serde_json::to_string(&case).unwrap();
        assert!(text.contains(r#""verdict":"fail""#));
        assert_eq!(serde_json::from_str::<CaseReport>(&text).unwrap(), case);
    }
}
