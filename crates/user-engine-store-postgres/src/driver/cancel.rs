//! Cancelling a query whose flight was given up.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, NoTls, Socket};

/// How long cancelling may take; afterwards the connection is closed all the same.
const CANCEL_WAIT_MAX: Duration = Duration::from_secs(5);

type Cancelling = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How queries are cancelled: over a connection of their own, best effort.
#[derive(Clone)]
pub struct Cancel(Arc<dyn Fn(CancelToken) -> Cancelling + Send + Sync>);

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").finish_non_exhaustive()
    }
}

impl Default for Cancel {
    /// Without TLS: for unix sockets and trusted networks. A client that requires TLS cancels
    /// nothing this way; its connection is closed, and the server notices in its own time.
    fn default() -> Self {
        Self::over(NoTls)
    }
}

impl Cancel {
    /// Over the provider's TLS.
    pub fn over<T>(tls: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::TlsConnect: Send,
        T::Stream: Send,
        <T::TlsConnect as tokio_postgres::tls::TlsConnect<Socket>>::Future: Send,
    {
        Self(Arc::new(move |token| {
            let tls = tls.clone();
            Box::pin(async move {
                let cancelled =
                    tokio::time::timeout(CANCEL_WAIT_MAX, token.cancel_query(tls)).await;
                let was_sent = matches!(cancelled, Ok(Ok(())));
                tracing::debug!(was_sent, "a query was cancelled");
            })
        }))
    }

    pub(super) fn run(&self, token: CancelToken) -> Cancelling {
        (self.0)(token)
    }
}
