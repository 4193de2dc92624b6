//! Reports as JUnit XML, for CI.

use crate::report::{CaseReport, Report};
use crate::verdict::Verdict;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report as JUnit XML: one suite for each store, one test for each case. What is
/// unsupported or skipped counts as skipped, what says nothing or failed in the harness as error.
///
/// # Errors
///
/// Those of the writer.
pub fn to_junit<'a>(
    reports: impl IntoIterator<Item = &'a Report>,
) -> Result<String, quick_junit::SerializeError> {
    let mut all = quick_junit::Report::new("user-engine conformance");
    for report in reports {
        let mut suite = TestSuite::new(report.store.label.clone());
        suite.set_time(Duration::from_millis(report.duration_ms));
        for case in &report.cases {
            suite.add_test_case(test_case(case));
        }
        all.add_test_suite(suite);
    }
    all.to_string()
}

fn test_case(case: &CaseReport) -> TestCase {
    let message = case.verdict.reason().unwrap_or_default().to_owned();
    let mut status = match &case.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Unsupported { .. } | Verdict::Skipped { .. } => TestCaseStatus::skipped(),
        Verdict::Fail { .. } => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive { .. } | Verdict::HarnessError { .. } => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    if case.verdict != Verdict::Pass {
        status.set_type(case.verdict.as_str()).set_message(message);
        if let Some(replay) = &case.replay {
            status.set_description(format!("replay: {replay}"));
        }
    }
    let mut test = TestCase::new(case.id.clone(), status);
    test.set_classname(case.level.as_str())
        .set_time(Duration::from_millis(case.duration_ms));
    test
}
