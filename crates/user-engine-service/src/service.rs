//! The service itself: its ports, and how it is made.

use crate::port::{Authorizer, ClaimsVerifier};
use std::fmt;
use std::sync::Arc;
use user_engine_ports::{Clock, IdSource, Pause, RetryPolicy, UserEngineStore};

/// Everything that the service asks of the outside world.
#[derive(Clone)]
pub struct Ports {
    /// Keeps everything.
    pub store: Arc<dyn UserEngineStore>,
    /// Says who is calling.
    pub claims: Arc<dyn ClaimsVerifier>,
    /// Says what they may do.
    pub authorizer: Arc<dyn Authorizer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Arc<dyn IdSource>,
    /// Waits between two tries.
    pub pause: Arc<dyn Pause>,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").finish_non_exhaustive()
    }
}

/// Every operation of the identity domain, over a store and four other ports.
///
/// Cloning is cheap and gives the same service. Methods take a [`RequestContext`] and a request;
/// a mutation answers with [`Done`](crate::Done), a read with its answer.
///
/// # Cancellation
///
/// A call may be dropped at any await. A mutation dropped while it commits has an unknown effect:
/// repeat it with the same operation id.
///
/// [`RequestContext`]: crate::RequestContext
#[derive(Debug, Clone)]
pub struct UserEngineService {
    ports: Arc<Ports>,
    retry: RetryPolicy,
}

impl UserEngineService {
    /// A service over these ports, with the default retry policy.
    pub fn new(ports: Ports) -> Self {
        Self {
            ports: Arc::new(ports),
            retry: RetryPolicy::default(),
        }
    }

    /// The same service under another retry policy for contention with other work.
    #[must_use]
    pub const fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.ports
    }

    pub(crate) const fn retry(&self) -> RetryPolicy {
        self.retry
    }
}
