//! Answers over HTTP/2 that nobody takes: a stream whose caller gives no room for so long is reset.
//!
//! TCP knows only of what was written; what waits for the window of a stream is known here alone.

use std::{cell::Cell, future::poll_fn, pin::pin, task::Poll, time::Duration};

use hyper::rt::Executor;
use tokio::time::{Instant, sleep};

tokio::task_local! {
    /// When the stream that is polled last gave a piece that was not taken yet.
    static GIVEN: Cell<Option<Instant>>;
}

/// Notes that a piece was given: until the next one is asked for, the caller is who is waited for.
pub(super) fn given() {
    // Outside of HTTP/2 nobody watches.
    let _ = GIVEN.try_with(|it| it.set(Some(Instant::now())));
}

/// Notes that what was given is taken, and that we are who is waited for.
pub(super) fn taken() {
    let _ = GIVEN.try_with(|it| it.set(None));
}

/// Runs the streams of HTTP/2 connections, each for as long as it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Streams {
    longest: Duration,
}

impl Streams {
    /// `longest`: how long a caller may leave what was given.
    pub(super) fn new(longest: Duration) -> Self {
        Self { longest }
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        tokio::spawn(watched(stream, self.longest));
    }
}

/// Ends with the stream, or when what it gave is left for too long. Dropping the stream resets it.
async fn watched(stream: impl Future<Output = ()>, longest: Duration) {
    let mut stream = pin!(stream);
    let mut given: Option<Instant> = None;
    // Takes part only while the caller is waited for.
    let mut late = pin!(sleep(longest));
    poll_fn(|context| {
        let ended;
        (ended, given) = GIVEN.sync_scope(Cell::new(given), || (stream.as_mut().poll(context), GIVEN.with(Cell::get)));
        if ended.is_ready() {
            return ended;
        }
        let Some(until) = given.and_then(|it| it.checked_add(longest)) else { return Poll::Pending };
        if late.deadline() != until {
            late.as_mut().reset(until);
        }
        late.as_mut().poll(context)
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use tokio::time::{sleep, timeout};

    use super::{given, taken, watched};

    const LONGEST: Duration = Duration::from_millis(100);

    async fn ends(stream: impl Future<Output = ()>) -> bool {
        timeout(10 * LONGEST, watched(stream, LONGEST)).await.is_ok()
    }

    #[tokio::test]
    async fn only_who_leaves_what_was_given_is_given_up() {
        let left = async {
            given();
            pending().await
        };
        assert!(ends(left).await);
        // Whoever takes a piece now and then, and waits for us for long, is borne.
        let slow = async {
            for _ in 0..4 {
                given();
                sleep(LONGEST / 2).await;
            }
            taken();
            pending().await
        };
        assert!(!ends(slow).await);
        assert!(ends(async {}).await);
    }
}
