//! Ports that a story moves by hand.

use crate::port::{
    Authorizer, Claims, ClaimsError, ClaimsVerifier, Credential, Decision, Question,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use user_engine_domain::{RecordId, Timestamp};
use user_engine_ports::{Clock, Deadline, IdSource, Pause};

/// Knows the claims of credentials by their text.
#[derive(Debug, Default)]
pub struct ScriptedClaims(Mutex<BTreeMap<String, Result<Claims, ClaimsError>>>);

impl ScriptedClaims {
    /// Says what a credential claims from now on.
    pub fn set(&self, credential: &str, claims: Result<Claims, ClaimsError>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(credential.to_owned(), claims);
    }
}

#[async_trait]
impl ClaimsVerifier for ScriptedClaims {
    async fn verify(&self, credential: &Credential, _: Deadline) -> Result<Claims, ClaimsError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let claims = known.get(credential.expose().as_str());
        claims.cloned().unwrap_or(Err(ClaimsError::Invalid))
    }
}

/// Allows everything, but for the operations it was told about.
#[derive(Debug, Default)]
pub struct ScriptedAuthorizer {
    known: Mutex<BTreeMap<String, Decision>>,
    last_target: Mutex<Option<RecordId>>,
}

impl ScriptedAuthorizer {
    /// Decides about an operation from now on; about every other one under the name `*`.
    pub fn set(&self, operation: &str, decision: Decision) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(operation.to_owned(), decision);
    }

    /// The record that the last question was about.
    pub fn last_target(&self) -> Option<RecordId> {
        let target = self.last_target.lock();
        target.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Authorizer for ScriptedAuthorizer {
    async fn decide(&self, question: &Question<'_>, _: Deadline) -> Decision {
        let mut last = self
            .last_target
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = question.target.cloned();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let decision = known.get(question.operation).or_else(|| known.get("*"));
        decision.copied().unwrap_or(Decision::Allow)
    }
}

/// Stands still until it is moved.
#[derive(Debug)]
pub struct MovableClock(AtomicI64);

impl MovableClock {
    /// A clock that stands at an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(AtomicI64::new(instant.as_micros()))
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        let micros = self.0.load(Ordering::Relaxed);
        Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
    }
}

/// Counts: `id-1`, `id-2`, …
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl IdSource for CountingIds {
    fn next_id(&self) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        format!("id-{number:09}")
    }
}

/// Lets others go first, and no longer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Yielding;

#[async_trait]
impl Pause for Yielding {
    async fn pause(&self, _: Duration) {
        let mut has_yielded = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut has_yielded, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}
