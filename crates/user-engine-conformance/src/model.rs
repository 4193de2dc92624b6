//! The contract as a pure model, and random sequences of calls held against it.
//!
//! The model shares no code with any store: it keeps numbers under symbolic places and answers
//! what the contract says a store answers. A failing sequence is shrunk and told as JSON, which
//! [`replay_sequence`] runs on any store.

use crate::context::Context;
use crate::factory::StoreFactory;
use crate::failure::Failure;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};
use user_engine_domain::sha256_hex;

mod buffer;
mod contract;
mod driver;
mod play;
mod step;

use step::Step;
pub(crate) use step::{Mix, sequences};

/// For how long a failing sequence is shrunk.
const SHRINK_MAX: Duration = Duration::from_secs(10);

/// For how long sequences are played on a durable store, where a fresh one is slow to come by.
const PLAY_MAX: Duration = Duration::from_secs(8);
/// How many sequences are played however slow the store is.
const SEQUENCES_MIN: u32 = 6;

/// Makes random sequences and runs each on a fresh store, until one fails, all have passed or the
/// time is up.
pub(crate) async fn hold_sequences(
    ctx: &Context,
    mix: Mix,
    sequences_max: u32,
) -> Result<(), Failure> {
    let handle = tokio::runtime::Handle::current();
    let ctx = ctx.clone();
    let search = move || {
        let config = Config {
            cases: sequences_max,
            failure_persistence: None,
            max_shrink_iters: 4_000,
            ..Config::default()
        };
        let seed = sha256_hex(format!("{}/{}", ctx.case().id, ctx.seed()));
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed.as_bytes()[..32]);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let is_slow = ctx.store().capabilities().durable;
        let (began, played, failed_at) = (Instant::now(), Cell::new(0), Cell::new(None));
        runner.run(&sequences(mix), |steps| {
            let is_over = match failed_at.get() {
                None => is_slow && played.get() >= SEQUENCES_MIN && began.elapsed() > PLAY_MAX,
                Some(failed_at) => Instant::elapsed(&failed_at) > SHRINK_MAX,
            };
            if is_over {
                return Ok(());
            }
            played.set(played.get() + 1);
            handle
                .block_on(on_fresh_store(&ctx, &steps))
                .map_err(|failure| {
                    failed_at.set(failed_at.get().or_else(|| Some(Instant::now())));
                    TestCaseError::fail(failure.message().to_owned())
                })
        })
    };
    match tokio::task::spawn_blocking(search).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(TestError::Fail(reason, steps))) => {
            let told = serde_json::to_string(&steps).unwrap_or_default();
            Err(Failure::broken(format!("{reason}; sequence: {told}")))
        }
        Ok(Err(TestError::Abort(reason))) => Err(Failure::harness(reason.to_string())),
        Err(_) => Err(Failure::broken("a sequence panicked")),
    }
}

async fn on_fresh_store(ctx: &Context, steps: &[Step]) -> Result<(), Failure> {
    let fresh = ctx.fresh().await?;
    let played = driver::play(&fresh, steps).await;
    fresh.close().await;
    played
}

/// Runs a sequence, as a failure of the model's cases tells it, on a fresh store.
///
/// # Errors
///
/// The step that the store answers otherwise than the contract; an error of the harness when the
/// text is no sequence.
pub async fn replay_sequence(
    factory: Arc<dyn StoreFactory>,
    sequence: &str,
    seed: u64,
) -> Result<(), Failure> {
    let steps: Vec<Step> =
        serde_json::from_str(sequence).map_err(|_| Failure::harness("this is no sequence"))?;
    let case = crate::cases::model::CASES
        .first()
        .ok_or_else(|| Failure::harness("the suite has no sequences"))?;
    let sandbox = factory
        .fresh()
        .await
        .map_err(|error| Failure::harness(error.to_string()))?;
    let ctx = Context::new(case, factory, sandbox.clone(), seed);
    let played = driver::play(&ctx, &steps).await;
    sandbox.close().await;
    played
}
