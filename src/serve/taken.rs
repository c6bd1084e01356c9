//! The body of a request on its way in: whether all of it has come.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// What is known of the body of one request while it is answered.
#[derive(Debug)]
pub(super) struct Coming {
    whole: AtomicBool,
}

impl Coming {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { whole: AtomicBool::new(false) })
    }

    /// Has all of it come? Until then the caller is who is waited for.
    pub(super) fn is_whole(&self) -> bool {
        self.whole.load(Relaxed)
    }

    /// The body, as it is read.
    pub(super) fn watch<B: HttpBody>(self: &Arc<Self>, body: B) -> Taken<B> {
        if body.is_end_stream() {
            self.whole.store(true, Relaxed);
        }
        Taken { body, coming: Arc::clone(self) }
    }
}

/// A body that is read.
#[derive(Debug)]
pub(super) struct Taken<B> {
    body: B,
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
        let Self { body, coming } = self.get_mut();
        let frame = std::task::ready!(Pin::new(&mut *body).poll_frame(cx));
        // Whoever reads need not ask for what comes after the last one.
        if frame.is_none() || body.is_end_stream() {
            coming.whole.store(true, Relaxed);
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
