//! The body of a request on its way in: whether all of it has come, and what it takes of the memory for all of them.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::guard::Caller;

/// Bytes of all bodies that were read and not answered.
#[derive(Debug)]
pub(super) struct Room {
    most: usize,
    /// Of one caller.
    of_one: usize,
    held: AtomicUsize,
}

impl Room {
    pub(super) fn new(most: usize, of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, of_one, held: AtomicUsize::new(0) })
    }
}

/// What is known of the body of one request, until it is answered.
#[derive(Debug)]
pub(super) struct Coming {
    room: Arc<Room>,
    caller: Arc<Caller>,
    held: AtomicUsize,
    whole: AtomicBool,
    refused: AtomicBool,
}

impl Coming {
    pub(super) fn new(room: &Arc<Room>, caller: &Arc<Caller>) -> Arc<Self> {
        let (room, caller) = (Arc::clone(room), Arc::clone(caller));
        let (held, whole, refused) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { room, caller, held, whole, refused })
    }

    /// Has all of it come? Until then the caller is who is waited for.
    pub(super) fn is_whole(&self) -> bool {
        self.whole.load(Relaxed)
    }

    /// Was there no room for it?
    pub(super) fn is_refused(&self) -> bool {
        self.refused.load(Relaxed)
    }

    /// The body, as it is read. What is read piece by piece and not kept is not `kept`.
    pub(super) fn watch<B: HttpBody>(self: &Arc<Self>, body: B, kept: bool) -> Taken<B> {
        if body.is_end_stream() {
            self.whole.store(true, Relaxed);
        }
        Taken { body, kept, coming: Arc::clone(self) }
    }

    /// Takes room for so many bytes more; says whether there was.
    fn take(&self, bytes: usize) -> bool {
        let of_all = self.room.held.fetch_add(bytes, Relaxed).saturating_add(bytes);
        let of_one = self.caller.bytes.fetch_add(bytes, Relaxed).saturating_add(bytes);
        self.held.fetch_add(bytes, Relaxed);
        let there_is = of_all <= self.room.most && of_one <= self.room.of_one;
        if !there_is {
            self.refused.store(true, Relaxed);
            self.give_back();
        }
        there_is
    }

    fn give_back(&self) {
        let held = self.held.swap(0, Relaxed);
        self.caller.bytes.fetch_sub(held, Relaxed);
        self.room.held.fetch_sub(held, Relaxed);
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// There is no room for what is sent.
#[derive(Debug)]
struct NoRoom;

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no room for the body")
    }
}

impl Error for NoRoom {}

/// A body that is read.
#[derive(Debug)]
pub(super) struct Taken<B> {
    body: B,
    kept: bool,
    coming: Arc<Coming>,
}

impl<B> HttpBody for Taken<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Self { body, kept, coming } = self.get_mut();
        let frame = std::task::ready!(Pin::new(&mut *body).poll_frame(cx));
        // Whoever reads need not ask for what comes after the last one.
        if frame.is_none() || body.is_end_stream() {
            coming.whole.store(true, Relaxed);
        }
        let bytes = frame.as_ref().and_then(|it| it.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
        // After it was refused, whoever reads on throws it away.
        if *kept && !coming.is_refused() && !coming.take(bytes) {
            return Poll::Ready(Some(Err(NoRoom.into())));
        }
        Poll::Ready(frame.map(|it| it.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use axum::body::Body;
    use http_body_util::BodyExt as _;

    use super::{Coming, Room};
    use crate::serve::guard::Callers;

    #[tokio::test]
    async fn what_is_held_is_bounded_and_given_back() {
        let (room, callers) = (Room::new(10, 6), Callers::default());
        let coming = |name: &str| Coming::new(&room, &callers.named(name));
        let (first, second, other) = (coming("one"), coming("one"), coming("other"));
        let read = async |it: &std::sync::Arc<Coming>, kept| it.watch(Body::from("four"), kept).collect().await.is_ok();
        assert!(!first.is_whole());
        assert!(read(&first, true).await && first.is_whole() && !first.is_refused());
        // More than one caller may hold; then more than there is, but for what is not kept.
        assert!(!read(&second, true).await && second.is_refused());
        assert!(read(&other, true).await && read(&coming("third"), false).await);
        assert!(!read(&coming("third"), true).await);
        drop((first, other));
        assert!(read(&coming("one"), true).await);
        assert!(coming("one").watch(Body::empty(), true).coming.is_whole());
        assert_eq!(room.held.load(std::sync::atomic::Ordering::Relaxed), 0);
    }
}
