//! What every request goes through, whichever door it takes: deadline, panic guard, request id, access log.

use std::{
    convert::Infallible,
    fmt,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header};
use hyper::body::Body as HttpBody;
use tokio::sync::watch;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tonic::{Code, Status};
use tower::ServiceExt as _;

use super::{
    access,
    bulk::Outcome,
    cors::Cors,
    deadline::{self, asked},
    door::{Door, GRPC_STATUS},
    error,
    given::{Given, Held, PIECE, Until},
    grpc,
    guard::{Account, Caller, Guard, Of, Payer, Peer, Rate, Share, TurnedAway},
    listen::Doors,
    metrics::{Metrics, Refused},
    routes::{Needs, Route},
    seat::{self, Seat},
    taken::{Coming, Room},
    trace::{REQUEST_ID, TRACEPARENT, TraceParent, request_id},
    traces::Traces,
};

/// Longest time for what needs no credentials and no place: strangers hold nothing for longer by half a request.
const OPEN: Duration = Duration::from_secs(2);

/// Lines a second for callers who are not let in.
const TURNED_AWAY: Option<Rate> = Rate::new(10, 10);

/// Largest message of the health and of reflection: with it strangers hold no memory that is for requests.
pub(super) const OPEN_BYTES: usize = 16 * 1024;

/// Says whether requests should be sent here, and whether what is open is to end.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<State>);

#[derive(Debug, Default)]
struct State {
    ready: AtomicBool,
    stopping: watch::Sender<bool>,
}

impl Readiness {
    pub(super) fn set(&self, ready: bool) {
        self.0.ready.store(ready, Relaxed);
    }

    /// Asks streams to take no more.
    pub(super) fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    pub(super) fn answer(&self) -> Response {
        if self.0.ready.load(Relaxed) {
            "ready".into_response()
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response()
        }
    }
}

/// How much is answered at once, and how often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Longest time for one request.
    pub(super) deadline: Duration,
    pub(super) max_bytes: usize,
    /// Requests at once; more are refused.
    pub(super) concurrency: usize,
    /// Bytes of bodies that were read and not answered.
    pub(super) body_bytes: usize,
    /// What each caller may ask.
    pub(super) rate: Option<Rate>,
    /// Streams open at once that end only with their connection, and those of one address; more are refused.
    pub(super) watches: usize,
    pub(super) watches_of_one: usize,
    /// One line for so many requests that went well; 0 for none.
    pub(super) log_every: u64,
}

/// Where it is told what was done.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) metrics: Arc<Metrics>,
    pub(super) traces: Option<Traces>,
}

/// Both doors. Cheap to clone.
#[derive(Clone)]
pub(super) struct App(Arc<Inner>);

struct Inner {
    doors: Doors,
    bounds: Bounds,
    guard: Guard,
    cors: Cors,
    metrics: Arc<Metrics>,
    traces: Option<Traces>,
    logged: AtomicU64,
    turned_away: Account,
    watches: AtomicUsize,
    room: Arc<Room>,
    /// Requests at once of one caller: half of all where it is known, so that there is room for another.
    of_one: usize,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("bounds", &self.0.bounds).finish_non_exhaustive()
    }
}

/// A request whose headers have come.
struct Begun {
    started: Instant,
    door: Door,
    route: Route,
    /// It ends only with its connection.
    endless: bool,
    /// `None` when there is no room.
    place: Option<Place>,
    /// Of its connection.
    token: TaskTrackerToken,
}

/// A place among the requests that are answered at once, until it is dropped: when the answer was taken.
pub(super) struct Place(Arc<Inner>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) code: Code,
    /// The time that ran out was of the caller's own making: it gave less than we do, or its body did not come.
    pub(super) theirs: bool,
}

/// What a request holds of what there is for all, besides its place.
pub(super) struct Shares {
    _watch: Option<Watch>,
    _share: Option<Share>,
}

/// Why a request is turned away, and who asked, when that is known.
type Refusal = (Status, Option<Arc<Caller>>);

/// One of the streams that end only with their connection, until it is dropped.
pub(super) struct Watch {
    inner: Arc<Inner>,
    _share: Share,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.inner.watches.fetch_sub(1, Relaxed);
    }
}

/// A stream that is told when it ends: only then is it known how it ended and how long it took.
pub(super) struct Late {
    inner: Arc<Inner>,
    outcome: Outcome,
    started: Instant,
    door: Door,
    route: Route,
    trace: Option<TraceParent>,
}

impl Drop for Late {
    fn drop(&mut self) {
        let code = self.outcome.code();
        // A stream ends late only by the time that its caller gave it, or because its caller stood still.
        let ended = Ended { code, theirs: code == Code::DeadlineExceeded };
        self.inner.tell(self.route, self.door, ended, self.started.elapsed(), self.trace.as_ref());
    }
}

impl App {
    pub(super) fn new(doors: Doors, bounds: Bounds, guard: Guard, cors: Cors, told: Told) -> Self {
        let Told { metrics, traces } = told;
        let half = |all: usize| if guard.asks() { all.div_ceil(2) } else { all };
        let (room, of_one) = (Room::new(bounds.body_bytes, half(bounds.body_bytes)), half(bounds.concurrency));
        Self(Arc::new(Inner {
            doors,
            bounds,
            guard,
            cors,
            metrics,
            traces,
            logged: AtomicU64::new(0),
            turned_away: Account::default(),
            watches: AtomicUsize::new(0),
            room,
            of_one,
        }))
    }

    /// Answers one request. Never fails and never panics.
    ///
    /// Its place is taken at once, and not when the task of the request has its turn: those that wait for it are what
    /// an overloaded server has too many of.
    pub(super) fn answer<B>(
        &self,
        request: Request<B>,
        peer: Arc<Peer>,
    ) -> impl Future<Output = Result<http::Response<Given>, Infallible>> + Send + use<B>
    where
        B: HttpBody<Data = bytes::Bytes> + Unpin + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let route = Route::of(request.uri().path());
        let (door, token) = (Door::of(request.version(), request.headers()), peer.ending.request());
        let endless = door != Door::Rest && route.is_endless(request.uri().path());
        let begun = Begun { started: Instant::now(), door, route, endless, place: self.0.enter(route), token };
        Arc::clone(&self.0).answer(request, peer, begun)
    }
}

impl Inner {
    /// A place for one more request. Probes always have one: a full server is not a dead one.
    fn enter(self: &Arc<Self>, route: Route) -> Option<Place> {
        let before = self.metrics.in_flight.inc();
        let place = Place(Arc::clone(self));
        let full = usize::try_from(before).is_ok_and(|it| it >= self.bounds.concurrency);
        (!full || route.needs() == Needs::Nothing).then_some(place)
    }

    async fn answer<B>(
        self: Arc<Self>,
        mut request: Request<B>,
        peer: Arc<Peer>,
        begun: Begun,
    ) -> Result<http::Response<Given>, Infallible>
    where
        B: HttpBody<Data = bytes::Bytes> + Unpin + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Begun { started, door, route, endless, place, token } = begun;
        let in_turn = request.version() < Version::HTTP_2;
        let piece = if request.version() == Version::HTTP_2 { PIECE } else { usize::MAX };
        let headers = request.headers();
        let id = request_id(headers);
        let trace = TraceParent::of(headers);
        let origin = self.cors.allowed(headers);
        let mut theirs = false;
        let refused = malformed(&request).map(|it| door.tell(&it));
        let is_malformed = refused.is_some();
        let (mut response, caller, place, shares) = match refused.or_else(|| self.cors.preflight(&request)) {
            Some(response) => (response, None, None, None),
            None => match self.admit(route, headers, &peer, place.is_some(), endless) {
                Ok((caller, shares)) => {
                    // A stream is logged once more at its end, and charged for each item.
                    if route == Route::GenerateProtocols {
                        request.headers_mut().insert(REQUEST_ID, id.clone());
                        let (guard, rate, needs) = (self.guard.clone(), self.bounds.rate, route.needs());
                        let (caller, peer) = (Arc::clone(&caller), Arc::clone(&peer));
                        let payer = Payer::new(guard, caller, rate, needs, request.headers(), peer);
                        request.extensions_mut().insert(payer);
                    }
                    let (response, late, seat) =
                        self.run(request, (route, door), started, &caller, place, shares).await;
                    theirs = late;
                    let (place, shares) = seat.map_or((None, None), |it| (it.place, Some(it.shares)));
                    (response, Some(caller), place, shares)
                }
                // What was refused holds nothing, or strangers could keep everybody out.
                Err((status, caller)) => (door.tell(&status), caller, None, None),
            },
        };
        let (code, took) = (door.code(&response), started.elapsed());
        let ended = Ended { code, theirs };
        let outcome = response.extensions_mut().remove::<Outcome>().filter(|_| code == Code::Ok);
        if outcome.is_none() {
            // Whoever is not known does not say what is traced.
            self.tell(route, door, ended, took, trace.as_ref().filter(|_| caller.is_some()));
        }
        if self.is_logged(ended) {
            let known = caller.as_ref().filter(|it| !Arc::ptr_eq(it, &peer.stranger)).map(|it| it.name.as_str());
            access::line(door, route, code, &response, took, &id, trace.as_ref(), known);
        }
        // The rest of the body stands before the next request, so there cannot be one; and where what was sent is read in
        // another way by somebody between, what follows could be anything.
        if in_turn && (is_malformed || door.left_unread(&response)) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        self.cors.mark(&mut response, origin);
        response.headers_mut().insert(REQUEST_ID, id);
        if let Some(trace) = &trace {
            response.headers_mut().insert(TRACEPARENT, trace.header());
        }
        let until = endless.then(|| Until::new(door, &peer.ending));
        // Probes hold no place, and what watches for long has places of its own: it would keep others out.
        let place = place.filter(|_| route.needs() != Needs::Nothing);
        let late = outcome.map(|outcome| Late { inner: self, outcome, started, door, route, trace });
        let held = Held { _place: place, _request: token, _late: late, _shares: shares };
        Ok(response.map(|body| Given::new(body, piece, until, held)))
    }

    /// Counts a request that has ended, and traces it.
    fn tell(&self, route: Route, door: Door, ended: Ended, took: Duration, trace: Option<&TraceParent>) {
        self.metrics.request(route, door, ended, took);
        if let Some(traces) = &self.traces
            && route.needs() != Needs::Nothing
            && traces.samples(trace)
        {
            traces.take(trace, route, door, ended.code, took);
        }
    }

    /// Everything that can turn a request away before its body is read. With the status comes who asked, when known.
    fn admit(
        self: &Arc<Self>,
        route: Route,
        headers: &HeaderMap,
        peer: &Peer,
        room: bool,
        endless: bool,
    ) -> Result<(Arc<Caller>, Shares), Refusal> {
        let refuse = |why: Refused, status: Status, caller: Option<Arc<Caller>>| {
            self.metrics.refused(why);
            (status, caller)
        };
        if !room {
            return Err(refuse(Refused::Overload, error::overloaded(), None));
        }
        let needs = route.needs();
        let caller = self
            .guard
            .admit(needs, headers, peer)
            .map_err(|TurnedAway { why, status, caller }| refuse(why.into(), status, caller))?;
        if let Some(rate) = self.bounds.rate
            && needs != Needs::Nothing
        {
            let now = self.guard.callers().now();
            caller
                .account
                .take(rate, now)
                .map_err(|wait| refuse(Refused::Rate, error::too_many_requests(wait), Some(Arc::clone(&caller))))?;
        }
        let watch = match endless.then(|| self.watch(&caller)) {
            None => None,
            Some(Some(watch)) => Some(watch),
            Some(None) => return Err(refuse(Refused::Watches, error::too_many_watches(), Some(caller))),
        };
        let share = (needs != Needs::Nothing).then(|| caller.share(Of::Requests, self.of_one));
        let share = match share {
            Some(None) => return Err(refuse(Refused::Share, error::too_many_at_once(), Some(caller))),
            Some(share) => share,
            None => None,
        };
        Ok((caller, Shares { _watch: watch, _share: share }))
    }

    /// Room for one more stream without an end, of this caller and of all. Whoever only asks once needs none.
    fn watch(self: &Arc<Self>, caller: &Arc<Caller>) -> Option<Watch> {
        let share = caller.share(Of::Watches, self.bounds.watches_of_one)?;
        let before = self.watches.fetch_add(1, Relaxed);
        // Dropping it takes it back.
        let watch = Watch { inner: Arc::clone(self), _share: share };
        (before < self.bounds.watches).then_some(watch)
    }

    /// The answer, whether it is late by the caller's own doing, and the seat, unless work goes on with it.
    async fn run<B>(
        &self,
        request: Request<B>,
        (route, door): (Route, Door),
        started: Instant,
        caller: &Arc<Caller>,
        place: Option<Place>,
        shares: Shares,
    ) -> (Response, bool, Option<Seat>)
    where
        B: HttpBody<Data = bytes::Bytes> + Unpin + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let open = route.needs() == Needs::Nothing;
        let most = if open { OPEN_BYTES } else { self.bounds.max_bytes };
        let longest = if open { self.bounds.deadline.min(OPEN) } else { self.bounds.deadline };
        let deadline = asked(request.headers()).map_or(longest, |asked| asked.min(longest));
        let coming = Coming::new(&self.room, caller);
        let in_turn = request.version() < Version::HTTP_2;
        // A stream has bounds of its own: what was answered of it is not kept. What is open to all is small.
        let kept = route != Route::GenerateProtocols && !open;
        let request = request.map(|it| Body::new(coming.watch(it, kept)));
        let router = if door == Door::Rest { &self.doors.rest } else { &self.doors.grpc };
        let run = AssertUnwindSafe(router.clone().oneshot(request)).catch_unwind();
        let left = deadline.saturating_sub(started.elapsed());
        let seat = Seat { place, shares, _coming: Arc::clone(&coming) };
        let (ran, seat) = seat::on(seat, tokio::time::timeout(left, run)).await;
        let (mut response, late) = match ran {
            // A quick answer can still be too late for a very short deadline.
            Ok(Ok(Ok(_))) if started.elapsed() > deadline => (door.tell(&error::deadline_exceeded()), true),
            Ok(Ok(Ok(response))) => (response, false),
            Ok(Err(_panic)) => (door.tell(&error::internal()), false),
            Err(_elapsed) => (door.tell(&error::deadline_exceeded()), true),
        };
        if door != Door::Rest && response.headers().contains_key(GRPC_STATUS) {
            let status = Status::from_header_map(response.headers());
            if let Some(own) = status.and_then(|it| grpc::own_words(&it, most)) {
                response = door.tell(&own);
            }
        }
        if coming.is_refused() {
            self.metrics.refused(Refused::Bodies);
            response = door.tell(&error::no_room());
            if in_turn {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
        }
        (response, late && (deadline < longest || !coming.is_whole()), seat)
    }

    /// Decided before the line is made: the line costs as much as a small answer. What went wrong here is always told.
    fn is_logged(&self, Ended { code, theirs }: Ended) -> bool {
        let ours = matches!(code, Code::Internal | Code::Unknown | Code::DataLoss | Code::DeadlineExceeded) && !theirs;
        // So are callers who are not let in, as long as they are not a flood.
        let turned_away = || {
            let shut_out = matches!(code, Code::Unauthenticated | Code::PermissionDenied);
            let now = self.guard.callers().now();
            shut_out && TURNED_AWAY.is_some_and(|rate| self.turned_away.take(rate, now).is_ok())
        };
        match self.bounds.log_every {
            0 => false,
            1 => true,
            every => ours || turned_away() || self.logged.fetch_add(1, Relaxed).is_multiple_of(every),
        }
    }
}

/// What is wrong with a request that the transport lets through.
fn malformed<B>(request: &Request<B>) -> Option<Status> {
    if deadline::is_malformed(request.headers()) {
        return Some(error::no_timeout());
    }
    if Door::is_foreign(request.headers()) {
        return Some(error::unsupported_media_type());
    }
    if request.version() >= Version::HTTP_2 {
        return None;
    }
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if hosts > 1 || hosts == 0 && request.version() == Version::HTTP_11 {
        Some(error::no_host())
    } else if request.headers().get_all(header::TRANSFER_ENCODING).iter().any(|it| !is_chunked(it)) {
        Some(error::unsupported_transfer())
    } else if Door::of(Version::HTTP_2, request.headers()) == Door::Grpc {
        Some(error::needs_http2())
    } else {
        None
    }
}

fn is_chunked(coding: &HeaderValue) -> bool {
    coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked")
}

#[cfg(test)]
mod tests;
