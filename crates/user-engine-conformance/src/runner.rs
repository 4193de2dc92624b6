//! The runner: every case on a fresh store, with a deadline and a sweep behind it.

use crate::case::Case;
use crate::context::Context;
use crate::factory::{FactoryError, PowerError, Sandbox, StoreFactory};
use crate::failure::Failure;
use crate::filter;
use crate::level::Level;
use crate::power::{CutPoint, Power};
use crate::registry::{SUITE_VERSION, cases};
use crate::report::{CaseReport, REPORT_SCHEMA, Report, StoreSummary, summarize};
use crate::sweep::sweep;
use crate::verdict::Verdict;
use futures_util::StreamExt;
use futures_util::stream;
use std::sync::Arc;
use std::time::{Duration, Instant};
use user_engine_domain::{RecordId, RecordKey, RecordKind};
use user_engine_ports::{Capabilities, PORT_VERSION, Wall};

/// How the suite is to be run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Only cases whose id matches one of these globs; empty runs all.
    pub filters: Vec<String>,
    /// Only cases up to this level; `None` runs what the factory claims.
    pub level: Option<Level>,
    /// How many cases run at once; 0 counts as 1.
    pub jobs: usize,
    /// The seed of ids and random sequences.
    pub seed: u64,
    /// How long a case may take before it counts as inconclusive.
    pub case_deadline: Duration,
    /// The command line that a replay line begins with.
    pub replay_command: String,
}

impl Default for RunOptions {
    /// Every claimed case, four at once, seed 0, a minute each.
    fn default() -> Self {
        Self {
            filters: Vec::new(),
            level: None,
            jobs: 4,
            seed: 0,
            case_deadline: Duration::from_mins(1),
            replay_command: "user-engine conformance".to_owned(),
        }
    }
}

/// Is told how a run goes; all methods may be called from any task.
pub trait Progress: Send + Sync {
    /// The run begins with this many cases.
    fn began(&self, _cases: usize) {}
    /// A case begins.
    fn case_began(&self, _case: &'static Case) {}
    /// A case ended.
    fn case_ended(&self, _report: &CaseReport) {}
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}

/// The cases that these options choose for a store that claims a level, in the registry's order.
pub fn selected(options: &RunOptions, claims: Level) -> Vec<&'static Case> {
    let highest = options.level.map_or(claims, |level| level.min(claims));
    let named = |case: &&Case| {
        options.filters.is_empty()
            || options
                .filters
                .iter()
                .any(|glob| filter::matches(glob, case.id))
    };
    cases()
        .filter(|case| case.level <= highest)
        .filter(named)
        .collect()
}

/// Runs the chosen cases against fresh stores of a factory. Needs a tokio runtime with time.
///
/// # Cancellation
///
/// Dropping the future ends the run; sandboxes in use may stay open.
pub async fn run(
    factory: Arc<dyn StoreFactory>,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Report {
    let began = Instant::now();
    let claims = factory.claims();
    let chosen = selected(options, claims);
    progress.began(chosen.len());
    let (alone, together): (Vec<_>, Vec<_>) =
        chosen.iter().copied().partition(|case| case.exclusive);
    let run_one = async |case: &'static Case| {
        progress.case_began(case);
        let report = run_case(factory.clone(), case, options).await;
        progress.case_ended(&report);
        report
    };
    let jobs = options.jobs.max(1);
    let mut reports: Vec<CaseReport> = stream::iter(together)
        .map(run_one)
        .buffer_unordered(jobs)
        .collect()
        .await;
    for case in alone {
        reports.push(run_one(case).await);
    }
    let place = |id: &str| chosen.iter().position(|case| case.id == id);
    reports.sort_by_key(|report| place(&report.id));
    let highest = options.level.map_or(claims, |level| level.min(claims));
    let registered: Vec<Level> = cases().map(|case| case.level).collect();
    Report {
        schema: REPORT_SCHEMA,
        suite_version: SUITE_VERSION.to_owned(),
        port_version: PORT_VERSION,
        store: store_summary(&*factory),
        seed: options.seed,
        levels: summarize(&registered, &reports, highest),
        cases: reports,
        duration_ms: millis(began.elapsed()),
    }
}

fn store_summary(factory: &dyn StoreFactory) -> StoreSummary {
    let Capabilities {
        name,
        wall,
        durable,
        simulated,
    } = factory.capabilities();
    let wall = match wall {
        Wall::Adapter => "adapter",
        Wall::Database => "database",
    };
    StoreSummary {
        label: factory.label(),
        name: name.to_owned(),
        wall: wall.to_owned(),
        durable,
        simulated: simulated.map(str::to_owned),
        claims: factory.claims(),
        powers: factory
            .powers()
            .into_iter()
            .map(|power| power.to_string())
            .collect(),
        settings: factory.settings(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Runs one case on a fresh store.
pub async fn run_case(
    factory: Arc<dyn StoreFactory>,
    case: &'static Case,
    options: &RunOptions,
) -> CaseReport {
    let began = Instant::now();
    let verdict = verdict_of(&factory, case, options).await;
    let command = &options.replay_command;
    let replay = || format!("{command} --filter '{}' --seed {}", case.id, options.seed);
    CaseReport {
        id: case.id.to_owned(),
        requirement: case.requirement.to_owned(),
        level: case.level,
        replay: verdict.is_bad().then(replay),
        verdict,
        duration_ms: millis(began.elapsed()),
    }
}

async fn verdict_of(
    factory: &Arc<dyn StoreFactory>,
    case: &'static Case,
    options: &RunOptions,
) -> Verdict {
    let declared = factory.powers();
    let missing = case.powers.iter().find(|power| !declared.contains(power));
    let starts_empty = case.powers.contains(&Power::Empty) && missing.is_none();
    let given = if starts_empty {
        factory.empty().await
    } else {
        factory.fresh().await
    };
    let sandbox = match given {
        Ok(sandbox) => sandbox,
        Err(FactoryError::Skipped(reason)) => return Verdict::Skipped { reason },
        Err(error) => {
            return Verdict::HarnessError {
                reason: format!("no store: {error}"),
            };
        }
    };
    let capabilities = sandbox.store().capabilities();
    let verdict = if capabilities != factory.capabilities() {
        let reason = "the store declares other capabilities than its factory".to_owned();
        Verdict::HarnessError { reason }
    } else if let Some(power) = missing {
        undeclared(&**factory, &*sandbox, *power, &capabilities).await
    } else {
        let context = Context::new(case, factory.clone(), sandbox.clone(), options.seed);
        match held(context, options.case_deadline).await {
            Ok(()) => Verdict::Pass,
            Err(verdict) => verdict,
        }
    };
    sandbox.close().await;
    verdict
}

/// Runs the case's function and the sweep in a task of their own, so that a panic is a verdict.
async fn held(context: Context, deadline: Duration) -> Result<(), Verdict> {
    let case = context.case();
    let body = async move {
        (case.run)(context.clone()).await?;
        sweep(&context)
            .await
            .map_err(|failure| failure.within("after the case"))
    };
    let mut task = tokio::spawn(body);
    match tokio::time::timeout(deadline, &mut task).await {
        Ok(Ok(result)) => result.map_err(|failure: Failure| failure.into()),
        Ok(Err(_)) => {
            // The panic's own words may hold a value; they went to the panic hook.
            let reason = "panicked".to_owned();
            Err(Verdict::Fail {
                reason,
                place: String::new(),
            })
        }
        Err(_) => {
            task.abort();
            let reason = format!("not done within {} s", deadline.as_secs());
            Err(Verdict::Inconclusive { reason })
        }
    }
}

/// The verdict for a case whose power is not declared: the probe must be refused.
async fn undeclared(
    factory: &dyn StoreFactory,
    sandbox: &dyn Sandbox,
    power: Power,
    capabilities: &Capabilities,
) -> Verdict {
    if !is_refused(factory, sandbox, power).await {
        let reason = format!("the power {power} answers but is not declared");
        return Verdict::HarnessError { reason };
    }
    let must_have = capabilities.durable && capabilities.simulated.is_none();
    if must_have && power.is_expected_of_durable() {
        let reason = format!("a durable store's factory must declare the power {power}");
        return Verdict::Skipped { reason };
    }
    Verdict::Unsupported {
        power: power.to_string(),
    }
}

async fn is_refused(factory: &dyn StoreFactory, sandbox: &dyn Sandbox, power: Power) -> bool {
    fn refused<T>(result: &Result<T, PowerError>) -> bool {
        matches!(result, Err(PowerError::Unsupported))
    }
    match power {
        Power::Empty => match factory.empty().await {
            Ok(sandbox) => {
                sandbox.close().await;
                false
            }
            Err(error) => error == FactoryError::Unsupported,
        },
        Power::SecondHandle => refused(&sandbox.second_handle().await),
        Power::Reopen => refused(&sandbox.reopen().await),
        Power::PoolOfOne => refused(&sandbox.pool_of_one().await),
        Power::CutCommit => refused(&sandbox.cut_next_commit(CutPoint::BeforeSend).await),
        Power::HoldRecord => {
            let key = RecordKey::from_parts([Some("probe")]);
            refused(
                &sandbox
                    .hold_record(&RecordId::new(RecordKind::User, key))
                    .await,
            )
        }
        Power::RoundTrips => refused(&sandbox.round_trips()),
        Power::ServerLog => refused(&sandbox.server_log().await),
        Power::RawRows => refused(
            &sandbox
                .plant_raw_row(crate::factory::RawRow::default())
                .await,
        ),
        Power::Dump => refused(&sandbox.dump().await),
        Power::OpenTransactions => refused(&sandbox.open_transactions().await),
        Power::Decoys => refused(&sandbox.decoys_survive().await),
        Power::Tamper(tamper) => refused(&sandbox.tamper(tamper).await),
    }
}
