//! Progress on a terminal; nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use user_engine_conformance::{Case, CaseReport, Progress};

/// A bar of one store's cases on standard error.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar that shows only on a terminal, and only where it does not disturb the result.
    pub(crate) fn new(label: &str, wanted: bool) -> Self {
        if !wanted || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_prefix(label.to_owned());
        Self(bar)
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn began(&self, cases: usize) {
        self.0.set_length(cases as u64);
    }

    fn case_began(&self, case: &'static Case) {
        self.0.set_message(case.id);
    }

    fn case_ended(&self, report: &CaseReport) {
        if report.verdict.is_bad() {
            self.0
                .println(format!("{}: {}", report.verdict.as_str(), report.id));
        }
        self.0.inc(1);
    }
}
