//! Running a whole unit of work again when other work was in its way.

use crate::clock::Pause;
use crate::error::{Retryability, StoreError, StoreErrorKind, Verb};
use crate::operation::Receipt;
use crate::store::UserEngineStore;
use crate::unit::{Committed, Tx, UnitOptions};
use std::time::Duration;
use user_engine_domain::sha256_hex;

/// How often and how patiently a unit of work is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many times the unit is run at the most, the first included; 0 counts as 1.
    pub max_attempts: u32,
    /// The longest first pause; each further one may be twice as long.
    pub first_pause: Duration,
    /// The longest pause of all.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts with pauses of at most 5, 10, 20 and 40 ms.
    fn default() -> Self {
        Self {
            max_attempts: 5,
            first_pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(250),
        }
    }
}

impl RetryPolicy {
    /// The pause behind an attempt (the first is 1): between half and the whole of a span that
    /// doubles, chosen by the operation so that racing units part.
    fn pause_behind(&self, attempt: u32, seed: &str) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(2_u32.saturating_pow(attempt - 1));
        let span = doubled.min(self.longest_pause);
        let digest = sha256_hex(format!("{seed}/{attempt}"));
        let part = u32::from_str_radix(&digest[..4], 16).unwrap_or(0);
        span / 2 + (span / 2).saturating_mul(part) / 0xffff
    }
}

/// How a unit of work ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ran<T> {
    /// It was applied, and the closure's last run gave this value.
    Applied {
        /// What the closure gave.
        value: T,
        /// What the commit did.
        committed: Committed,
        /// How many times the unit was run.
        attempts: u32,
    },
    /// The operation had been applied before; this is its first receipt.
    Repeated(Receipt),
}

/// Why a unit of work did not end in a commit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RunError<E> {
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// The closure refused; nothing was written.
    #[error("the unit of work was refused")]
    Refused(E),
}

impl<E> From<StoreError> for RunError<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Runs a unit of work and commits it, and runs it again from the beginning when other work was
/// in its way: bounded, with growing jittered pauses, counted, within the deadline, and never
/// after an unknown outcome.
///
/// The closure is given a fresh unit for each run, and gives it back beside its value.
///
/// # Errors
///
/// The closure's own refusal, or the store's last error. `Contention` after the last attempt;
/// `DeadlineExceeded` when no time is left for another.
///
/// # Cancellation
///
/// As [`Tx::commit`]: dropped while committing, the outcome is unknown and can be asked.
///
/// # Examples
///
/// A task that is spawned gives the closure what it owns (`async move`); of what a closure borrows
/// the compiler can't see that it is `Send`. `examples/run_in_transaction.rs` of
/// `user-engine-store-memory` is a program that does it; with [`Attempts`] the loop is one's own.
///
/// ```
/// # use user_engine_ports::*;
/// # use std::{convert::Infallible, future::Future, sync::Arc};
/// async fn rename(store: Arc<dyn UserEngineStore>, pause: Arc<dyn Pause>, options: UnitOptions) {
///     let run = run_in_transaction(&*store, &*pause, &options, RetryPolicy::default(),
///         async move |tx: Tx| {
///             // read, decide, save …
///             Ok::<_, RunError<Infallible>>((tx, ()))
///         });
///     let _ = run.await;
/// }
/// // What every executor's `spawn` asks for.
/// fn spawn(_: impl Future<Output = ()> + Send + 'static) {}
/// # fn check(store: Arc<dyn UserEngineStore>, pause: Arc<dyn Pause>, options: UnitOptions) {
/// spawn(rename(store, pause, options));
/// # }
/// ```
pub async fn run_in_transaction<T, E, F>(
    store: &dyn UserEngineStore,
    pause: &dyn Pause,
    options: &UnitOptions,
    policy: RetryPolicy,
    mut run: F,
) -> Result<Ran<T>, RunError<E>>
where
    F: AsyncFnMut(Tx) -> Result<(Tx, T), RunError<E>>,
{
    let mut attempts = Attempts::new(policy, options);
    loop {
        let ended = match run(store.begin(options.clone())).await {
            Ok((tx, value)) => tx.commit().await.map(|committed| (value, committed)),
            Err(RunError::Store(error)) => Err(error),
            Err(refused) => return Err(refused),
        };
        let error = match ended {
            Ok((
                _,
                Committed {
                    is_repeated: true,
                    receipt: Some(receipt),
                    ..
                },
            )) => {
                return Ok(Ran::Repeated(receipt));
            }
            Ok((value, committed)) => {
                return Ok(Ran::Applied {
                    value,
                    committed,
                    attempts: attempts.count(),
                });
            }
            Err(error) => error,
        };
        if let Some(receipt) = error.receipt() {
            return Ok(Ran::Repeated(receipt.clone()));
        }
        attempts.pause_behind(pause, error).await?;
    }
}

/// The attempts at one unit of work, for a caller whose loop is its own; [`run_in_transaction`]
/// is the loop that most want.
#[derive(Debug)]
pub struct Attempts<'a> {
    policy: RetryPolicy,
    options: &'a UnitOptions,
    count: u32,
}

impl<'a> Attempts<'a> {
    /// The first attempt begins.
    pub const fn new(policy: RetryPolicy, options: &'a UnitOptions) -> Self {
        Self {
            policy,
            options,
            count: 1,
        }
    }

    /// Which attempt this is; the first is 1.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Waits behind an attempt that failed; the next one begins.
    ///
    /// # Errors
    ///
    /// The failure itself, when repeating can't help or was tried often enough;
    /// `DeadlineExceeded` when no time is left for another attempt.
    pub async fn pause_behind(
        &mut self,
        pause: &dyn Pause,
        failed: StoreError,
    ) -> Result<(), StoreError> {
        let may_repeat = failed.retryability() == Retryability::WholeUnit;
        if !may_repeat || self.count >= self.policy.max_attempts {
            return Err(failed);
        }
        let seed = self.options.operation.as_ref();
        let seed = seed.map_or("", |operation| operation.id.as_str());
        let wait = self.policy.pause_behind(self.count, seed);
        if wait >= self.options.deadline.remaining() {
            let passed = StoreErrorKind::DeadlineExceeded;
            return Err(StoreError::new(passed, Verb::Commit));
        }
        pause.pause(wait).await;
        self.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_bounded_and_differ_between_operations() {
        let policy = RetryPolicy::default();
        for attempt in 1..20 {
            let span = Duration::from_millis(5).saturating_mul(1 << (attempt - 1).min(10));
            let pause = policy.pause_behind(attempt, "a");
            assert!(pause >= span.min(policy.longest_pause) / 2);
            assert!(pause <= span.min(policy.longest_pause));
        }
        assert_ne!(policy.pause_behind(3, "a"), policy.pause_behind(3, "b"));
    }
}
