//! Fronts on the registry: one `#[test]` for each case, and a test binary of its own.

use crate::factory::StoreFactory;
use crate::registry;
use crate::report::CaseReport;
use crate::runner::{RunOptions, run_case};
use crate::verdict::Verdict;
use std::sync::Arc;

/// Runs one case by its id on a runtime of its own; `test` is the path of the test that asks, from
/// its crate on, by which a failure says how to run it again.
///
/// # Panics
///
/// When the case has to be looked at: it failed, says nothing, or the harness failed.
pub fn hold(id: &str, test: &str, factory: Arc<dyn StoreFactory>) {
    let report = block_on(id, factory);
    match &report.verdict {
        Verdict::Pass => {}
        Verdict::Unsupported { power } => println!("{id}: unsupported, needs {power}"),
        Verdict::Skipped { reason } => println!("{id}: skipped, {reason}"),
        Verdict::Fail { .. } | Verdict::Inconclusive { .. } | Verdict::HarnessError { .. } => {
            panic!("{}", describe(&report, &test_line(test)));
        }
    }
}

fn block_on(id: &str, factory: Arc<dyn StoreFactory>) -> CaseReport {
    let case = registry::find(id).unwrap_or_else(|| panic!("the suite has no case {id}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("no runtime: {}", error.kind()));
    runtime.block_on(run_case(factory, case, &RunOptions::default()))
}

/// The line that runs a `#[test]` again: its name is its path without the crate's.
fn test_line(test: &str) -> String {
    let name = test.split_once("::").map_or(test, |(_, name)| name);
    format!("cargo test {name} -- --exact")
}

fn describe(report: &CaseReport, replay: &str) -> String {
    let verdict = &report.verdict;
    let place = match verdict {
        Verdict::Fail { place, .. } => place.as_str(),
        _ => "",
    };
    format!(
        "{}\n  {}\n  {}: {} {place}\n  replay: {replay}",
        report.id,
        report.requirement,
        verdict.as_str(),
        verdict.reason().unwrap_or_default(),
    )
}

/// Declares one `#[test]` for each case of the suite, in a module for each area.
///
/// The argument is an expression of a type that implements `StoreFactory`; it is evaluated anew
/// for each test.
///
/// # Examples
///
/// ```no_run
/// user_engine_conformance::conformance_tests!(user_engine_conformance::MemoryFactory);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! conformance_tests {
    ($factory:expr) => {
        fn conformance_factory() -> ::std::sync::Arc<dyn $crate::StoreFactory> {
            ::std::sync::Arc::new($factory)
        }
        $crate::for_each_case!($crate::conformance_test);
    };
}

/// Declares the tests of [`conformance_tests`]; not for use by itself.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_test {
    ($($area:ident { $($name:ident = $id:literal;)* })*) => {
        $(
            mod $area {
                $(
                    #[test]
                    fn $name() {
                        let test = ::core::concat!(
                            ::core::module_path!(),
                            "::",
                            ::core::stringify!($name)
                        );
                        $crate::hold($id, test, super::conformance_factory());
                    }
                )*
            }
        )*
    };
}

/// The main function of a test binary with `harness = false`: one test for each case and factory,
/// named `label::id`. Cases that need an undeclared power are listed as ignored.
#[cfg(feature = "mimic")]
pub fn conformance_main(factories: Vec<Arc<dyn StoreFactory>>) -> std::process::ExitCode {
    use libtest_mimic::{Arguments, Failed, Trial};
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for factory in factories {
        let (declared, claims) = (factory.powers(), factory.claims());
        for case in registry::cases().filter(|case| case.level <= claims) {
            let factory = factory.clone();
            let lacks_power = case.powers.iter().any(|power| !declared.contains(power));
            let name = format!("{}::{}", factory.label(), case.id);
            let replay = binary_line(&name);
            let trial = Trial::test(name, move || {
                let report = block_on(case.id, factory);
                if report.verdict.is_bad() {
                    Err(Failed::from(describe(&report, &replay)))
                } else {
                    Ok(())
                }
            });
            trials.push(trial.with_ignored_flag(lacks_power));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The line that runs one test of this binary again.
#[cfg(feature = "mimic")]
fn binary_line(test: &str) -> String {
    let binary = std::env::current_exe().unwrap_or_default();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let (binary, test) = (quoted(&binary.to_string_lossy()), quoted(test));
    format!("{binary} {test} --exact")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_run_again_by_its_name_without_the_crate() {
        assert_eq!(
            test_line("it::memory::records::get"),
            "cargo test memory::records::get -- --exact"
        );
    }

    #[cfg(feature = "mimic")]
    #[test]
    fn a_test_of_a_binary_is_run_again_by_that_binary() {
        let line = binary_line("Jo's store::records.get");
        assert!(line.starts_with('\''), "{line}");
        assert!(
            line.ends_with(" 'Jo'\\''s store::records.get' --exact"),
            "{line}"
        );
    }
}
