//! The last screen of a run: each store's level and counts, and how to see each failure again.

use crate::run::Reports;
use std::fmt::Write;
use user_engine_conformance::{CaseReport, Level, LevelStatus, Report, Verdict};

/// The summary of a run as text, without a trailing line break.
pub(crate) fn summary(found: &Reports, required: Option<Level>) -> String {
    let mut text = String::new();
    for report in &found.reports {
        for case in report.bad_cases() {
            failure(&mut text, report, case);
        }
    }
    for report in &found.reports {
        skips(&mut text, report);
    }
    for report in &found.reports {
        store(&mut text, report);
    }
    for not_run in &found.not_run {
        line(
            &mut text,
            &format!("{}: not run: {}", not_run.store, not_run.reason),
        );
    }
    line(&mut text, "");
    text.push_str(&last_line(found, required));
    text
}

fn line(text: &mut String, words: &str) {
    text.push_str(words);
    text.push('\n');
}

fn failure(text: &mut String, report: &Report, case: &CaseReport) {
    let verdict = &case.verdict;
    let name = verdict.as_str();
    line(
        text,
        &format!(
            "{name}: {} ({}) on {}",
            case.id, case.level, report.store.label
        ),
    );
    line(text, &format!("    promised: {}", case.requirement));
    let seen = verdict.reason().unwrap_or_default();
    match verdict {
        Verdict::Fail { place, .. } if !place.is_empty() => {
            line(text, &format!("    seen: {seen} ({place})"));
        }
        _ => line(text, &format!("    seen: {seen}")),
    }
    if let Some(replay) = &case.replay {
        line(text, &format!("    again: {replay}"));
    }
    line(text, "");
}

/// Skipped cases, gathered by their reason.
fn skips(text: &mut String, report: &Report) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for case in &report.cases {
        let Verdict::Skipped { reason } = &case.verdict else {
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, ids)) => ids.push(&case.id),
            None => reasons.push((reason, vec![&case.id])),
        }
    }
    for (reason, ids) in reasons {
        line(
            text,
            &format!("skipped on {}: {reason}", report.store.label),
        );
        line(text, &format!("    {}\n", ids.join(" ")));
    }
}

fn store(text: &mut String, report: &Report) {
    let store = &report.store;
    let simulated = store.simulated.as_deref();
    let simulated = simulated.map_or_else(String::new, |what| format!(" (simulated: {what})"));
    line(text, &format!("{}{simulated}", store.label));
    for level in &report.levels {
        let status = match level.status {
            LevelStatus::Reached => "reached",
            LevelStatus::Partial => "partial",
            LevelStatus::Failed => "failed",
        };
        let mut words = format!("    {} {status:<8}{:>4} passed", level.level, level.passed);
        for (count, what) in [
            (level.failed, "failed"),
            (level.harness_errors, "harness errors"),
            (level.inconclusive, "inconclusive"),
            (level.skipped, "skipped"),
            (level.unsupported, "unsupported"),
        ] {
            if count > 0 {
                // Writing to a string can't fail.
                let _ = write!(words, ", {count} {what}");
            }
        }
        if !level.without.is_empty() {
            let _ = write!(words, " (without {})", level.without.join(", "));
        }
        line(text, &words);
    }
    for (name, value) in &store.settings {
        line(text, &format!("    {name}: {value}"));
    }
    let seconds = std::time::Duration::from_millis(report.duration_ms).as_secs_f64();
    line(
        text,
        &format!(
            "    suite {}, seed {}, {seconds:.1} s",
            report.suite_version, report.seed
        ),
    );
}

/// What was reached by whom, in one line.
fn last_line(found: &Reports, required: Option<Level>) -> String {
    if found.reports.is_empty() {
        return "nothing ran".to_owned();
    }
    if found.reports.iter().all(|report| report.cases.is_empty()) {
        return "no case matches".to_owned();
    }
    let stores: Vec<String> = found
        .reports
        .iter()
        .map(|report| {
            let level = report
                .reached()
                .map_or_else(|| "no level".to_owned(), |l| l.to_string());
            format!("{} {level}", report.store.label)
        })
        .collect();
    let reached = format!("reached: {}", stores.join(", "));
    match required {
        Some(level) if crate::run::lacks_level(found, level) => {
            format!("{reached}; {level} is required of each")
        }
        _ => reached,
    }
}
