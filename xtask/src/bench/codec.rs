//! Measures the codec of each kind beside plain `serde_json` of the same wire struct.
//!
//! Ours is the whole way: key, columns and payload when writing, parsing and every check when
//! reading. The floor writes and reads the same bytes by derived structs of strings, vectors and
//! maps, with instants by chrono, and checks nothing.

mod wire;

use super::row::{Goal, Row, median};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::hint::black_box;
use std::time::{Duration, Instant};
use user_engine_domain::RecordKind;
use user_engine_domain::reference::reference_record;
use user_engine_records::{domain_record_from_store_record, store_record_for};

/// At most this many times the floor.
const GOAL: Goal = Goal::AtMost(1.5);

/// How long one batch of one side takes, about.
const BATCH: Duration = Duration::from_micros(200);

/// How many batches of each side make a run.
const BATCHES: usize = 25;

/// Measures every kind in both directions, in so many runs each.
///
/// # Panics
///
/// When the floor does not write the bytes that ours writes: it would measure something else.
pub(crate) fn run(runs: u32) -> Vec<Row> {
    RecordKind::ALL
        .iter()
        .flat_map(|kind| rows_of(*kind, runs.max(1)))
        .collect()
}

macro_rules! rows_by_kind {
    ($kind:expr, $runs:expr, $($name:ident),+ $(,)?) => {
        match $kind {
            $(RecordKind::$name => rows::<wire::$name>($kind, $runs),)+
        }
    };
}

fn rows_of(kind: RecordKind, runs: u32) -> [Row; 2] {
    rows_by_kind!(
        kind,
        runs,
        AccessProfile,
        Account,
        ActiveAccessContext,
        Application,
        ApplicationBinding,
        Catalog,
        ExternalIdentity,
        FamilyInvitation,
        IdentityFactor,
        Membership,
        OnboardingJourney,
        PreparedAccount,
        ProfileValue,
        RegistrationSession,
        TenantAccount,
        User,
        WelcomeProtocol,
    )
}

fn rows<T: Serialize + DeserializeOwned>(kind: RecordKind, runs: u32) -> [Row; 2] {
    let record = reference_record(kind);
    let stored = store_record_for(&record);
    let plain: Option<wire::Envelope<T>> = serde_json::from_str(&stored.payload).ok();
    let written = serde_json::to_string(&plain).unwrap_or_default();
    assert_eq!(
        written, stored.payload,
        "the floor of {kind} is another wire form"
    );
    let encode = measure(
        runs,
        || drop(black_box(store_record_for(black_box(&record)))),
        || drop(black_box(serde_json::to_string(black_box(&plain)))),
    );
    let decode = measure(
        runs,
        || {
            let read = domain_record_from_store_record(black_box(&stored));
            drop(black_box(read));
        },
        || {
            let text = black_box(stored.payload.as_str());
            drop(black_box(serde_json::from_str::<wire::Envelope<T>>(text)));
        },
    );
    let row = |direction, [ours, floor]: [Vec<f64>; 2]| Row {
        name: format!("{direction} {kind}"),
        unit: "ns",
        ours,
        floor,
        goal: GOAL,
    };
    [row("encode", encode), row("decode", decode)]
}

/// Times both sides in turns, so that whatever else the machine does falls on both; answers the
/// nanoseconds of ours and of the floor, one figure a run.
fn measure(runs: u32, ours: impl Fn(), floor: impl Fn()) -> [Vec<f64>; 2] {
    let (ours_times, floor_times) = (calibrated(&ours), calibrated(&floor));
    let mut figures = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        let mut batches = [Vec::new(), Vec::new()];
        for batch in 0..BATCHES {
            // Neither side always goes first.
            if batch % 2 == 0 {
                batches[0].push(timed(&ours, ours_times));
            }
            batches[1].push(timed(&floor, floor_times));
            if batch % 2 == 1 {
                batches[0].push(timed(&ours, ours_times));
            }
        }
        let [ours_ns, floor_ns] = batches.map(median);
        figures[0].push(ours_ns);
        figures[1].push(floor_ns);
    }
    figures
}

/// How often something runs in one batch.
fn calibrated(run: &impl Fn()) -> u32 {
    let mut times = 16;
    loop {
        let started = Instant::now();
        for _ in 0..times {
            run();
        }
        if started.elapsed() >= BATCH {
            return times;
        }
        times *= 2;
    }
}

fn timed(run: &impl Fn(), times: u32) -> f64 {
    let started = Instant::now();
    for _ in 0..times {
        run();
    }
    started.elapsed().as_secs_f64() * 1e9 / f64::from(times)
}
