//! The body of an answer on its way to the caller: in pieces, with the place that it holds until it is taken.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::sleep;
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFutureOwned},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use super::{
    app::{Late, Place, Shares},
    door::Door,
    retry, unread,
};

/// What is given over HTTP/2 at once: as much as a frame holds. The transport keeps what it has in hand, whether there
/// is room for it or not.
pub(super) const PIECE: usize = 16 * 1024;

/// What is open on one connection, and whether it is to end. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    open: TaskTracker,
    told: CancellationToken,
}

impl Ending {
    /// Stands for one request, until it is dropped.
    pub(super) fn request(&self) -> TaskTrackerToken {
        self.open.token()
    }

    /// Ends what has no end of its own.
    pub(super) fn begin(&self) {
        self.told.cancel();
        self.open.close();
    }

    /// Ready when all was answered and `patience` has passed for the caller to take the rest.
    pub(super) async fn settled(&self, patience: Duration) {
        loop {
            self.open.wait().await;
            sleep(patience).await;
            // A request may have crossed the news that there should be none.
            if self.open.is_empty() {
                return;
            }
        }
    }
}

/// A body that is given to a caller.
pub(super) struct Given {
    body: Body,
    /// What of a frame was not given yet.
    rest: Bytes,
    /// Most bytes at once.
    piece: usize,
    until: Option<Until>,
    _held: Held,
}

/// What a body holds until it was given, or nobody wants it any more.
pub(super) struct Held {
    pub(super) _place: Option<Place>,
    pub(super) _request: TaskTrackerToken,
    pub(super) _late: Option<Late>,
    pub(super) _shares: Option<Shares>,
}

/// Ends a stream that has no end of its own.
pub(super) struct Until {
    door: Door,
    told: Pin<Box<WaitForCancellationFutureOwned>>,
    over: bool,
}

impl Until {
    pub(super) fn new(door: Door, ending: &Ending) -> Self {
        Self { door, told: Box::pin(ending.told.clone().cancelled_owned()), over: false }
    }

    /// The last frame, once it is time.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        std::task::ready!(self.told.as_mut().poll(cx));
        self.over = true;
        let status = retry::elsewhere();
        Poll::Ready(Some(match self.door {
            Door::Grpc => {
                let mut trailers = HeaderMap::new();
                status.add_header(&mut trailers).map_err(axum::Error::new).map(|()| Frame::trailers(trailers))
            }
            // Trailers of gRPC-Web stand in the body, in a form that only its layer knows: it breaks off.
            Door::GrpcWeb | Door::Rest => Err(axum::Error::new(status)),
        }))
    }
}

impl Given {
    pub(super) fn new(body: Body, piece: usize, until: Option<Until>, held: Held) -> Self {
        Self { body, rest: Bytes::new(), piece, until, _held: held }
    }
}

impl HttpBody for Given {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, rest, piece, until, .. } = self.get_mut();
        // Whoever asks has taken what was there before.
        unread::taken();
        if rest.is_empty() {
            if until.as_ref().is_some_and(|it| it.over) {
                return Poll::Ready(None);
            }
            match (Pin::new(body).poll_frame(cx), until) {
                (Poll::Ready(Some(Ok(frame))), _) => match frame.into_data() {
                    Ok(data) => *rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                (Poll::Pending, Some(until)) => return until.poll(cx),
                (nothing, _) => return nothing,
            }
        }
        let piece = rest.split_to(rest.len().min(*piece));
        unread::given();
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let inner = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(rest));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use axum::body::Body;
    use futures_util::stream;
    use http_body_util::BodyExt as _;
    use hyper::body::Body as _;

    use super::{Door, Ending, Given, Held, Until};

    fn given(body: Body, piece: usize, until: Option<Until>) -> Given {
        Given::new(
            body,
            piece,
            until,
            Held { _place: None, _request: Ending::default().request(), _late: None, _shares: None },
        )
    }

    #[tokio::test]
    async fn pieces_are_the_whole_and_say_their_length() {
        for piece in [1, 3, 7, 100] {
            let mut given = given(Body::from("seven b"), piece, None);
            let mut whole = Vec::new();
            while !given.is_end_stream() {
                assert_eq!(given.size_hint().exact(), Some(7 - u64::try_from(whole.len()).unwrap()));
                let data = given.frame().await.unwrap().unwrap().into_data().unwrap();
                assert!(data.len() <= piece);
                whole.extend_from_slice(&data);
            }
            assert_eq!(whole, b"seven b");
            assert!(given.frame().await.is_none());
        }
        assert!(given(Body::empty(), 1, None).is_end_stream());
    }

    #[tokio::test]
    async fn what_never_ends_is_ended_with_a_status() {
        let ending = Ending::default();
        let endless = || Body::from_stream(stream::pending::<Result<&'static str, std::io::Error>>());
        let mut by_grpc = given(endless(), 10, Some(Until::new(Door::Grpc, &ending)));
        let mut by_web = given(endless(), 10, Some(Until::new(Door::GrpcWeb, &ending)));
        ending.begin();
        let trailers = by_grpc.frame().await.unwrap().unwrap().into_trailers().unwrap();
        assert_eq!(trailers["grpc-status"], "14");
        assert!(by_grpc.frame().await.is_none());
        assert!(by_web.frame().await.unwrap().is_err());
    }
}
