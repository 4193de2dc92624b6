//! Dropping a future after its k-th poll.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Polls a future a number of times and then drops it. Ready with the future's output when it
/// ended in time, and with `None` once it was pending after its last allowed poll; a future that
/// is allowed no poll is dropped untouched.
pub struct DropAfter<F> {
    future: Option<Pin<Box<F>>>,
    polls_left: usize,
}

impl<F: Future> DropAfter<F> {
    /// Allows a future this many polls.
    pub fn polls(future: F, polls: usize) -> Self {
        Self {
            future: Some(Box::pin(future)),
            polls_left: polls,
        }
    }
}

impl<F: Future> Future for DropAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(future) = this.future.as_mut().filter(|_| this.polls_left > 0) else {
            this.future = None;
            return Poll::Ready(None);
        };
        this.polls_left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => {
                this.future = None;
                Poll::Ready(Some(output))
            }
            Poll::Pending if this.polls_left == 0 => {
                this.future = None;
                Poll::Ready(None)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DropAfter;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_future_is_polled_as_often_as_allowed_and_no_more() {
        for allowed in 0..5 {
            let polled = AtomicUsize::new(0);
            let work = async {
                for _ in 0..3 {
                    polled.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
                polled.fetch_add(1, Ordering::Relaxed);
            };
            let ended = DropAfter::polls(work, allowed).await;
            assert_eq!(ended.is_some(), allowed >= 4);
            assert_eq!(polled.load(Ordering::Relaxed), allowed.min(4));
        }
    }
}
