//! Waiting for a port no longer than the call may last.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use user_engine_ports::{Deadline, Pause};

/// What a port of the outside world is asked, under way.
type Asking<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Gives a port's answer; `None` when it has not come by the deadline. What the port was asked is
/// dropped then.
pub(super) async fn within<T>(
    pause: &dyn Pause,
    deadline: Deadline,
    mut asking: Asking<'_, T>,
) -> Option<T> {
    let mut alarm: Option<Asking<'_, ()>> = None;
    poll_fn(move |context| {
        if let Poll::Ready(answer) = asking.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        if deadline.has_passed() {
            return Poll::Ready(None);
        }
        let ringing = alarm.get_or_insert_with(|| pause.pause(deadline.remaining()));
        if ringing.as_mut().poll(context).is_ready() {
            // It may ring early; then it is set again, once others had their turn.
            alarm = None;
            context.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}
