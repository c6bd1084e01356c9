//! Listens: accepts connections, bounds them, and drains them at the end.
//!
//! Connections are spread over threads that each have a runtime of their own: a request never changes threads.

use std::{
    error::Error,
    fmt,
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc,
    },
    task::Poll,
    thread,
    time::Duration,
};

use axum::Router;
use hyper_util::{rt::TokioTimer, server::conn::auto};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch},
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;
use tonic_health::{
    ServingStatus,
    pb::health_server::HealthServer,
    server::{HealthReporter, HealthService},
};

use super::{
    Service,
    admin::{self, Admin, Bound},
    app::{App, Bounds, OPEN_BYTES, Readiness, Told},
    bulk::{Bulk, Pool},
    connection::{Common, Connection},
    cors::Cors,
    grpc,
    guard::{Guard, Rate},
    live::{Counts, Hear, Live},
    metrics::Metrics,
    reload::{self, KnowledgeSource},
    rest,
    tls::Tls,
    traces::{Collector, Traces},
    unread::Streams,
};

/// What the server allows.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Threads that answer; 0 is one for each processor.
    pub shards: usize,
    /// Connections open at once; more wait in the backlog.
    pub max_connections: usize,
    /// Largest body of a request.
    pub max_request_bytes: usize,
    /// Longest time for one request.
    pub deadline: Duration,
    /// Longest time until a connection sends its first byte.
    pub first_byte: Duration,
    /// Longest time for the headers of the first HTTP/1 request of a connection.
    pub header: Duration,
    /// Longest time from the end of one HTTP/1 request to the headers of the next.
    pub keep_alive: Duration,
    /// HTTP/2 streams at once on one connection.
    pub max_streams: u32,
    /// Time between two pings on a silent HTTP/2 connection.
    pub ping_interval: Duration,
    /// Longest time until a ping is answered.
    pub ping_timeout: Duration,
    /// From "not ready" to the end of accepting, so that balancers notice.
    pub drain_delay: Duration,
    /// Longest time for open requests to end after that.
    pub drain_timeout: Duration,
    /// One line for each stream, and for so many requests that went well.
    pub access_log: bool,
    /// Of so many requests that went well one has a line; at 1 every request has.
    pub access_log_every: u64,
    /// Requests at once; more are refused.
    pub concurrency: usize,
    /// Bytes of bodies that were read and not answered; more are refused.
    pub body_bytes: usize,
    /// Requests a second that each caller may send for ever; 0: no limit.
    pub rate_per_second: u32,
    /// Requests that a caller may send at once; 0: as many as in a second.
    pub burst: u32,
    /// Streams of the health and of reflection open at once; more are refused.
    pub watches: usize,
    /// The same of one address.
    pub watches_of_one: usize,
    /// After so long a caller is asked to connect again; zero: never.
    pub max_connection_age: Duration,
    /// Longest time for which a caller does not take what we wrote.
    pub unread: Duration,
    /// Streams of requests open at once; more are refused.
    pub bulk_streams: usize,
    /// Requests of one stream that are taken and not yet given back as answers.
    pub bulk_in_flight: usize,
    /// Bytes of the requests of all streams that are taken and not yet answered.
    pub bulk_bytes: usize,
    /// Longest time in which a stream may take nothing and give nothing.
    pub bulk_idle: Duration,
}

impl Limits {
    fn threads(&self) -> usize {
        match self.shards {
            0 => thread::available_parallelism().map_or(1, Into::into),
            count => count,
        }
    }
}

/// Callers that hang up at once count against HTTP/2 connections; behind a proxy that must not end the connection for
/// everybody else, so this many for each stream are borne.
const RESETS_PER_STREAM: usize = 4;
/// Bytes of headers in one request.
const MAX_HEADER_BYTES: u32 = 16 * 1024;
/// Bytes that a caller may send on one HTTP/2 stream before we read them.
const STREAM_WINDOW: u32 = 128 * 1024;
/// The same for the whole connection: a stream whose caller does not read its answers must leave room for the others.
const CONNECTION_WINDOW: u32 = 2 * 1024 * 1024;
/// Streams that we end with an error ourselves count too: a caller who provokes them without end is cut off.
const MAX_LOCAL_RESETS: usize = 1024;
/// Headers in one HTTP/1 request.
const MAX_HEADERS: usize = 64;
/// Bytes that HTTP/1 buffers for one connection.
const MAX_BUFFER: usize = 64 * 1024;
/// When the process has no file descriptor left, accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Between two looks whether there are keys, until there are.
const KEYS_PAUSE: Duration = Duration::from_millis(200);

/// What kept the server from serving.
#[derive(Debug)]
pub enum ServeError {
    /// The address could not be bound.
    Bind(SocketAddr, io::Error),
    /// The address of the admin port could not be bound.
    Admin(SocketAddr, io::Error),
    /// A thread or a runtime could not be made.
    Start(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(address, error) => write!(f, "server.listen: cannot listen on {address}: {error}"),
            Self::Admin(address, error) => write!(f, "admin.listen: cannot listen on {address}: {error}"),
            Self::Start(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl Error for ServeError {}

/// Told when the port is open.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// The address that was bound; its port is never 0.
    pub address: SocketAddr,
    /// The address of the admin port, when there is one.
    pub admin: Option<SocketAddr>,
}

/// What stands around the doors: who is let in, over what, and what is told of it.
#[derive(Debug, Default)]
pub struct Around {
    /// TLS; without it the port speaks plainly.
    pub tls: Option<Tls>,
    /// Who is let in.
    pub guard: Guard,
    /// Web pages that may call.
    pub cors: Cors,
    /// Where metrics are.
    pub admin: Admin,
    /// Where knowledge is read from again.
    pub knowledge: Option<KnowledgeSource>,
    /// Lists the rules of a plan, to be counted.
    pub hear: Option<Hear>,
    /// Where traces go.
    pub traces: Option<Collector>,
    /// Whatever comes here has every file read again.
    pub reload: Option<mpsc::Receiver<()>>,
}

/// What answers: a router for each door.
#[derive(Debug)]
pub struct Doors {
    /// gRPC and gRPC-Web.
    pub grpc: Router,
    /// Everything else.
    pub rest: Router,
}

/// Serves until `stop` is ready, then drains. `listening` is called once the port is open and requests are answered.
pub fn serve(
    service: Service,
    address: SocketAddr,
    limits: &Limits,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    serve_around(service, address, limits, Around::default(), listening, stop)
}

/// The same with all that stands around the doors.
pub fn serve_around(
    service: Service,
    address: SocketAddr,
    limits: &Limits,
    mut around: Around,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let pool = Pool::start(limits.threads()).map_err(ServeError::Start)?;
    let metrics = Arc::new(Metrics::default());
    let live = Live::new(service, Counts { metrics: Arc::clone(&metrics), hear: around.hear });
    // Without anybody who asks, the files are still looked at: until this is dropped.
    let (_nobody, silence) = mpsc::channel();
    let asked = around.reload.take().unwrap_or(silence);
    let (tls, guard, knowledge) = (around.tls.clone(), around.guard.clone(), around.knowledge.take());
    reload::start(tls, guard, knowledge, live.clone(), Arc::clone(&metrics), asked).map_err(ServeError::Start)?;
    let doors = |health, readiness| {
        let bulk = Bulk::new(&live, &pool, limits, &readiness);
        Doors {
            grpc: grpc::router(&live, health, bulk.clone(), limits.max_request_bytes),
            rest: rest::router(&live, readiness, bulk, limits.max_request_bytes),
        }
    };
    open(doors, address, limits, around, metrics, listening, stop)
}

/// The same for any two doors: what a benchmark compares the service with stands on the same ground.
pub fn serve_doors(
    doors: impl FnOnce(HealthServer<HealthService>, Readiness) -> Doors,
    address: SocketAddr,
    limits: &Limits,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    open(doors, address, limits, Around::default(), Arc::new(Metrics::default()), listening, stop)
}

fn open(
    doors: impl FnOnce(HealthServer<HealthService>, Readiness) -> Doors,
    address: SocketAddr,
    limits: &Limits,
    around: Around,
    metrics: Arc<Metrics>,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Start)?;
    let readiness = Readiness::default();
    let reporter = HealthReporter::new();
    let health = HealthService::from_health_reporter(reporter.clone());
    let health = HealthServer::new(health).max_decoding_message_size(OPEN_BYTES);
    let doors = doors(health, readiness.clone());
    let bounds = Bounds {
        deadline: limits.deadline,
        max_bytes: limits.max_request_bytes,
        concurrency: limits.concurrency,
        body_bytes: limits.body_bytes,
        rate: Rate::new(limits.rate_per_second, limits.burst),
        watches: limits.watches,
        watches_of_one: limits.watches_of_one,
        log_every: if limits.access_log { limits.access_log_every } else { 0 },
    };
    let Around { tls, guard, cors, admin, traces, .. } = around;
    let traces = traces.map(|to| Traces::start(to, Arc::clone(&metrics))).transpose().map_err(ServeError::Start)?;
    let told = Told { metrics: Arc::clone(&metrics), traces: traces.clone() };
    let app = App::new(doors, bounds, guard.clone(), cors, told);
    let common = Common {
        app,
        protocol: protocol(limits),
        tls,
        guard,
        metrics,
        first_bytes: limits.first_byte,
        header: limits.header,
        unread: limits.unread,
        age: Some(limits.max_connection_age).filter(|it| !it.is_zero()),
    };
    let state = State { reporter, readiness };
    let ended = runtime.block_on(run(common, state, address, admin, limits, listening, stop));
    traces.iter().for_each(Traces::finish);
    ended
}

/// What probes are told.
struct State {
    reporter: HealthReporter,
    readiness: Readiness,
}

impl State {
    async fn report(&self, status: ServingStatus, metrics: &Metrics) {
        self.reporter.set_service_status("", status).await;
        for name in grpc::SERVICES {
            self.reporter.set_service_status(name, status).await;
        }
        self.readiness.set(status == ServingStatus::Serving);
        metrics.ready.set(i64::from(status == ServingStatus::Serving));
    }
}

async fn run(
    common: Common,
    state: State,
    address: SocketAddr,
    admin: Admin,
    limits: &Limits,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let mut stop = pin!(stop);
    // Signals are listened for once this was looked at: before anybody can know that the port is open.
    if poll_fn(|context| Poll::Ready(stop.as_mut().poll(context).is_ready())).await {
        return Ok(());
    }
    let shards: Vec<Shard> =
        (0..limits.threads()).map(Shard::start).collect::<io::Result<_>>().map_err(ServeError::Start)?;
    let listener = TcpListener::bind(address).await.map_err(|error| ServeError::Bind(address, error))?;
    let address = listener.local_addr().map_err(|error| ServeError::Bind(address, error))?;
    let metrics = Arc::clone(&common.metrics);
    let side = admin::bind(admin).await.map_err(|(address, error)| ServeError::Admin(address, error))?;
    let admin = if let Bound::At(it) = &side { it.local_addr().ok() } else { None };
    let mut ready = !common.guard.knows_nobody();
    let first = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    state.report(first, &metrics).await;
    listening(Listening { address, admin });
    match side {
        Bound::At(side) => drop(tokio::spawn(admin::serve(side, Arc::clone(&metrics), state.readiness.clone()))),
        Bound::Taken(address, error) => {
            tracing::warn!(%address, %error, "no metrics: admin.listen was not set and its default is taken");
        }
        Bound::Off => {}
    }

    let guard = common.guard.clone();
    let connections = Connections::new(common, limits);
    if !ready {
        tracing::warn!("not ready: tokens are the only way in, and there are no keys yet");
        tokio::select! {
            () = &mut stop => {}
            () = connections.accept(&listener, &shards) => {}
            () = keys(&guard) => ready = true,
        }
        if ready {
            state.report(ServingStatus::Serving, &metrics).await;
            tracing::info!("ready");
        }
    }
    if ready {
        tokio::select! {
            () = &mut stop => {}
            () = connections.accept(&listener, &shards) => {}
        }
    }
    // Balancers see "not serving" first and stop sending; only then is the door closed.
    state.report(ServingStatus::NotServing, &metrics).await;
    let _ = timeout(limits.drain_delay, connections.accept(&listener, &shards)).await;
    drop(listener);
    state.readiness.stop();
    connections.drain(limits.drain_timeout).await;
    Ok(())
}

/// Waits until somebody can be known.
async fn keys(guard: &Guard) {
    while guard.knows_nobody() {
        sleep(KEYS_PAUSE).await;
    }
}

/// A thread with its own runtime. Dropping it ends the runtime and every connection on it.
struct Shard {
    handle: runtime::Handle,
    open: Arc<AtomicUsize>,
    _end: oneshot::Sender<()>,
}

impl Shard {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        thread::Builder::new().name(format!("shard-{number}")).spawn(move || {
            // An error is the other end being dropped, which is the signal.
            let _ = runtime.block_on(ended);
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, open: Arc::default(), _end: end })
    }
}

/// What HTTP/1 and HTTP/2 are held to.
fn protocol(limits: &Limits) -> auto::Builder<Streams> {
    let mut protocol = auto::Builder::new(Streams::new(limits.unread));
    protocol
        .http1()
        .timer(TokioTimer::new())
        // It runs between two requests as well. The first is watched where its connection is.
        .header_read_timeout(limits.keep_alive.max(limits.header))
        .max_buf_size(MAX_BUFFER)
        .max_headers(MAX_HEADERS);
    let streams = usize::try_from(limits.max_streams).unwrap_or(usize::MAX);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.max_streams)
        .max_pending_accept_reset_streams(streams.saturating_mul(RESETS_PER_STREAM))
        .max_local_error_reset_streams(MAX_LOCAL_RESETS)
        .max_header_list_size(MAX_HEADER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(limits.ping_interval)
        .keep_alive_timeout(limits.ping_timeout);
    protocol
}

/// Every connection.
struct Connections {
    common: Common,
    permits: Arc<Semaphore>,
    tracker: TaskTracker,
    draining: watch::Sender<bool>,
}

impl Connections {
    fn new(common: Common, limits: &Limits) -> Self {
        let most = limits.max_connections.min(Semaphore::MAX_PERMITS);
        common.metrics.connections_most.set(i64::try_from(most).unwrap_or(i64::MAX));
        Self {
            common,
            permits: Arc::new(Semaphore::new(most)),
            tracker: TaskTracker::new(),
            draining: watch::Sender::new(false),
        }
    }

    /// Accepts for ever.
    async fn accept(&self, listener: &TcpListener, shards: &[Shard]) {
        // Said once for each time, and not for each connection.
        let mut full = false;
        loop {
            let now = self.permits.available_permits() == 0;
            if now && !full {
                tracing::warn!("server.max_connections are open; more wait until one of them ends");
            }
            full = now;
            let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, from)) => self.hand_over(stream, from, permit, shards),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Gives the connection to the thread with the fewest: few long connections still spread.
    fn hand_over(&self, stream: TcpStream, from: SocketAddr, permit: OwnedSemaphorePermit, shards: &[Shard]) {
        let Some(shard) = shards.iter().min_by_key(|it| it.open.load(Relaxed)) else { return };
        let Ok(stream) = stream.set_nodelay(true).and_then(|()| stream.into_std()) else { return };
        shard.open.fetch_add(1, Relaxed);
        self.common.metrics.accepted.inc();
        self.common.metrics.connections.inc();
        let connection = Connection {
            common: self.common.clone(),
            from,
            draining: self.draining.subscribe(),
            open: Arc::clone(&shard.open),
            _token: self.tracker.token(),
            _permit: permit,
        };
        shard.handle.spawn(connection.serve(stream));
    }

    /// Asks every connection to end after what it is doing, and waits for it.
    async fn drain(self, most: Duration) {
        self.draining.send_replace(true);
        self.tracker.close();
        if timeout(most, self.tracker.wait()).await.is_err() {
            tracing::warn!(connections = self.tracker.len(), "the drain timeout passed; open connections are cut");
        }
    }
}
