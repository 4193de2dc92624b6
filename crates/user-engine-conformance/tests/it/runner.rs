//! The runner gives each ending of a case its verdict.

use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use user_engine_conformance::{
    Case, Context, FactoryError, Failure, FaultyFactory, Level, MemoryFactory, Power, RunOptions,
    Sandbox, Silent, StoreFactory, Verdict, find_mutant, replay_sequence, run, run_case, valid,
};
use user_engine_ports::Capabilities;

async fn never_ends(_: Context) -> Result<(), Failure> {
    std::future::pending().await
}

async fn commits(ctx: Context) -> Result<(), Failure> {
    ctx.commit_user("ada").await.map(drop)
}

const fn case(run: fn(Context) -> user_engine_conformance::CaseFuture) -> Case {
    Case::new(
        "runner.own.case",
        "The runner gives it its verdict.",
        Level::L0,
        run,
    )
}

static PASSES: Case = case(|_| Box::pin(std::future::ready(Ok(()))));
static FAILS: Case = case(|_| Box::pin(async { Err(Failure::broken("a promise was broken")) }));
// Unwinds as a panic does, without its words on the terminal.
static PANICS: Case = case(|_| Box::pin(async { std::panic::resume_unwind(Box::new("canary")) }));
static NEVER_ENDS: Case = case(|ctx| Box::pin(never_ends(ctx)));
static COMMITS: Case = case(|ctx| Box::pin(commits(ctx)));
static NEEDS_DUMP: Case = case(|_| Box::pin(std::future::ready(Ok(())))).needs(&[Power::Dump]);
static NEEDS_REOPEN: Case = case(|_| Box::pin(std::future::ready(Ok(())))).needs(&[Power::Reopen]);

async fn verdict(factory: Arc<dyn StoreFactory>, case: &'static Case) -> Verdict {
    let case_deadline = Duration::from_millis(50);
    let options = RunOptions {
        case_deadline,
        ..RunOptions::default()
    };
    run_case(factory, case, &options).await.verdict
}

#[tokio::test]
async fn a_case_that_holds_passes() {
    assert_eq!(
        verdict(Arc::new(MemoryFactory), &PASSES).await,
        Verdict::Pass
    );
}

#[tokio::test]
async fn a_broken_promise_fails_with_its_place_and_replay_line() {
    let report = run_case(Arc::new(MemoryFactory), &FAILS, &RunOptions::default()).await;
    let Verdict::Fail { reason, place } = &report.verdict else {
        panic!("{:?}", report.verdict)
    };
    assert_eq!(reason, "a promise was broken");
    assert!(place.contains("runner.rs:"), "{place}");
    assert!(
        report
            .replay
            .is_some_and(|line| line.contains("--filter 'runner.own.case'"))
    );
}

#[tokio::test]
async fn a_panic_fails_without_its_words() {
    let verdict = verdict(Arc::new(MemoryFactory), &PANICS).await;
    assert!(matches!(&verdict, Verdict::Fail { reason, .. } if !reason.contains("canary")));
}

#[tokio::test]
async fn a_case_that_does_not_end_is_inconclusive() {
    let verdict = verdict(Arc::new(MemoryFactory), &NEVER_ENDS).await;
    assert!(matches!(verdict, Verdict::Inconclusive { .. }));
}

#[tokio::test]
async fn the_sweep_behind_a_case_sees_a_log_that_does_not_end() {
    let mutant = find_mutant("outbox-has-more-forever").expect("the mutant is registered");
    let faulty = FaultyFactory::new(Arc::new(MemoryFactory), mutant.fault);
    assert!(matches!(
        verdict(Arc::new(faulty), &COMMITS).await,
        Verdict::Fail { .. }
    ));
}

/// Memory under other declarations.
struct Declaring {
    powers: Vec<Power>,
    durable: bool,
}

#[async_trait]
impl StoreFactory for Declaring {
    fn label(&self) -> String {
        "declaring".to_owned()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: self.durable,
            ..MemoryFactory.capabilities()
        }
    }

    fn powers(&self) -> Vec<Power> {
        self.powers.clone()
    }

    fn claims(&self) -> Level {
        Level::L0
    }

    async fn fresh(&self) -> Result<Arc<dyn Sandbox>, FactoryError> {
        MemoryFactory.fresh().await
    }
}

#[tokio::test]
async fn an_undeclared_power_is_unsupported_once_the_probe_was_refused() {
    let verdict = verdict(Arc::new(MemoryFactory), &NEEDS_DUMP).await;
    assert_eq!(
        verdict,
        Verdict::Unsupported {
            power: "dump".to_owned()
        }
    );
}

#[tokio::test]
async fn a_power_that_answers_without_being_declared_is_an_error_of_the_harness() {
    let factory = Declaring {
        powers: Vec::new(),
        durable: false,
    };
    let verdict = verdict(Arc::new(factory), &NEEDS_REOPEN).await;
    assert!(matches!(verdict, Verdict::HarnessError { .. }));
}

#[tokio::test]
async fn a_factory_that_promises_more_than_its_store_is_an_error_of_the_harness() {
    let factory = Declaring {
        powers: Vec::new(),
        durable: true,
    };
    let verdict = verdict(Arc::new(factory), &PASSES).await;
    assert!(matches!(verdict, Verdict::HarnessError { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filtered_run_reports_its_cases_in_order_and_leaves_levels_partial() {
    let filters = vec!["records.*".to_owned()];
    let options = RunOptions {
        filters,
        ..RunOptions::default()
    };
    let report = run(Arc::new(MemoryFactory), &options, &Silent).await;
    assert_eq!(report.bad_cases().count(), 0);
    assert!(!report.cases.is_empty());
    assert!(report.cases.is_sorted_by(|a, b| a.id < b.id));
    assert_eq!(report.reached(), None);
    let text = report.to_json();
    let again: user_engine_conformance::Report = valid(serde_json::from_str(&text));
    assert_eq!(again, report);
}

/// Saves, removes and brings a user back.
const SEQUENCE: &str = r#"[
    {"Save":{"slot":0,"place":{"User":1},"owner":0,"guarded":false}}, {"Commit":{"slot":0}},
    {"Delete":{"slot":0,"place":{"User":1},"guarded":false}}, {"Commit":{"slot":0}},
    {"Save":{"slot":0,"place":{"User":1},"owner":0,"guarded":false}}, {"Commit":{"slot":0}},
    {"Look":{"at":"Platform","place":{"User":1}}}
]"#;

#[tokio::test]
async fn a_told_sequence_is_played_again() {
    let good = replay_sequence(Arc::new(MemoryFactory), SEQUENCE, 0).await;
    assert!(good.is_ok(), "{good:?}");
    let mutant = find_mutant("recreated-record-keeps-revision").expect("it is registered");
    let faulty = FaultyFactory::new(Arc::new(MemoryFactory), mutant.fault);
    let bad = replay_sequence(Arc::new(faulty), SEQUENCE, 0).await;
    assert!(bad.is_err_and(|failure| failure.message().contains("revision")));
    assert!(
        replay_sequence(Arc::new(MemoryFactory), "[7]", 0)
            .await
            .is_err()
    );
}

#[cfg(feature = "junit")]
#[tokio::test]
async fn a_report_becomes_junit_with_its_failures() {
    let filters = vec!["records.get.absent".to_owned()];
    let options = RunOptions {
        filters,
        ..RunOptions::default()
    };
    let mutant = find_mutant("absent-reads-as-another-record").expect("it is registered");
    let faulty = FaultyFactory::new(Arc::new(MemoryFactory), mutant.fault);
    let report = run(Arc::new(faulty), &options, &Silent).await;
    let text = valid(user_engine_conformance::to_junit([&report]));
    assert!(
        text.contains("<failure") && text.contains("records.get.absent"),
        "{text}"
    );
}
