//! Listens: accepts connections, bounds them, and drains them at the end.
//!
//! Connections are spread over threads that each have a runtime of their own: a request never changes threads.

use std::{
    error::Error,
    fmt, io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use axum::Router;
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch},
    time::timeout,
};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};
use tonic_health::{
    ServingStatus,
    pb::health_server::HealthServer,
    server::{HealthReporter, HealthService},
};

use super::{
    Service,
    app::{App, Readiness},
    bulk::{Bulk, Pool},
    grpc, rest,
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
    /// Longest time for the headers of an HTTP/1 request.
    pub header: Duration,
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
    /// One line for each request.
    pub access_log: bool,
    /// Streams of requests open at once; more are refused.
    pub bulk_streams: usize,
    /// Requests of one stream that are taken and not yet given back as answers.
    pub bulk_in_flight: usize,
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
/// Headers in one HTTP/1 request.
const MAX_HEADERS: usize = 64;
/// Bytes that HTTP/1 buffers for one connection.
const MAX_BUFFER: usize = 64 * 1024;
/// When the process has no file descriptor left, accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What kept the server from serving.
#[derive(Debug)]
pub enum ServeError {
    /// The address could not be bound.
    Bind(SocketAddr, io::Error),
    /// A thread or a runtime could not be made.
    Start(io::Error),
    /// The schema in the binary is broken.
    Schema(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(address, error) => write!(f, "server.listen: cannot listen on {address}: {error}"),
            Self::Start(error) => write!(f, "cannot start a thread: {error}"),
            Self::Schema(error) => write!(f, "the schema in this binary is broken: {error}"),
        }
    }
}

impl Error for ServeError {}

/// Told when the port is open.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// The address that was bound; its port is never 0.
    pub address: SocketAddr,
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
    let pool = Pool::start(limits.threads()).map_err(ServeError::Start)?;
    let doors = |health, readiness| {
        let bulk = Bulk::new(&service, &pool, limits, &readiness);
        Ok(Doors {
            grpc: grpc::router(&service, health, bulk.clone(), limits.max_request_bytes).map_err(ServeError::Schema)?,
            rest: rest::router(&service, readiness, bulk, limits.max_request_bytes),
        })
    };
    serve_doors(doors, address, limits, listening, stop)
}

/// The same for any two doors: what a benchmark compares the service with stands on the same ground.
pub fn serve_doors(
    doors: impl FnOnce(HealthServer<HealthService>, Readiness) -> Result<Doors, ServeError>,
    address: SocketAddr,
    limits: &Limits,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Start)?;
    let readiness = Readiness::default();
    let reporter = HealthReporter::new();
    let health = HealthServer::new(HealthService::from_health_reporter(reporter.clone()));
    let Doors { grpc, rest } = doors(health, readiness.clone())?;
    let app = App {
        grpc,
        rest,
        deadline: limits.deadline,
        max_bytes: limits.max_request_bytes,
        access_log: limits.access_log,
    };
    runtime.block_on(run(app, reporter, readiness, address, limits, listening, stop))
}

async fn run(
    app: App,
    reporter: HealthReporter,
    readiness: Readiness,
    address: SocketAddr,
    limits: &Limits,
    listening: impl FnOnce(Listening),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let report = async |status: ServingStatus| {
        reporter.set_service_status("", status).await;
        for name in grpc::SERVICES {
            reporter.set_service_status(name, status).await;
        }
        readiness.set(status == ServingStatus::Serving);
    };
    let shards: Vec<Shard> =
        (0..limits.threads()).map(Shard::start).collect::<io::Result<_>>().map_err(ServeError::Start)?;
    let listener = TcpListener::bind(address).await.map_err(|error| ServeError::Bind(address, error))?;
    let address = listener.local_addr().map_err(|error| ServeError::Bind(address, error))?;
    report(ServingStatus::Serving).await;
    listening(Listening { address });

    let connections = Connections::new(app, limits);
    let mut stop = pin!(stop);
    tokio::select! {
        () = &mut stop => {}
        () = connections.accept(&listener, &shards) => {}
    }
    // Balancers see "not serving" first and stop sending; only then is the door closed.
    report(ServingStatus::NotServing).await;
    let _ = timeout(limits.drain_delay, connections.accept(&listener, &shards)).await;
    drop(listener);
    readiness.stop();
    connections.drain(limits.drain_timeout).await;
    Ok(())
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

/// Everything that a connection needs.
struct Connections {
    app: App,
    protocol: auto::Builder<TokioExecutor>,
    first_byte: Duration,
    permits: Arc<Semaphore>,
    tracker: TaskTracker,
    draining: watch::Sender<bool>,
}

impl Connections {
    fn new(app: App, limits: &Limits) -> Self {
        let mut protocol = auto::Builder::new(TokioExecutor::new());
        protocol
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header)
            .max_buf_size(MAX_BUFFER)
            .max_headers(MAX_HEADERS);
        let streams = usize::try_from(limits.max_streams).unwrap_or(usize::MAX);
        protocol
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.max_streams)
            .max_pending_accept_reset_streams(streams.saturating_mul(RESETS_PER_STREAM))
            .max_header_list_size(MAX_HEADER_BYTES)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .keep_alive_interval(limits.ping_interval)
            .keep_alive_timeout(limits.ping_timeout);
        Self {
            app,
            protocol,
            first_byte: limits.first_byte,
            permits: Arc::new(Semaphore::new(limits.max_connections.min(Semaphore::MAX_PERMITS))),
            tracker: TaskTracker::new(),
            draining: watch::Sender::new(false),
        }
    }

    /// Accepts for ever.
    async fn accept(&self, listener: &TcpListener, shards: &[Shard]) {
        loop {
            let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _peer)) => self.hand_over(stream, permit, shards),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Gives the connection to the thread with the fewest: few long connections still spread.
    fn hand_over(&self, stream: TcpStream, permit: OwnedSemaphorePermit, shards: &[Shard]) {
        let Some(shard) = shards.iter().min_by_key(|it| it.open.load(Relaxed)) else { return };
        let Ok(stream) = stream.set_nodelay(true).and_then(|()| stream.into_std()) else { return };
        shard.open.fetch_add(1, Relaxed);
        let connection = Connection {
            app: self.app.clone(),
            protocol: self.protocol.clone(),
            first_byte: self.first_byte,
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

/// One connection.
struct Connection {
    app: App,
    protocol: auto::Builder<TokioExecutor>,
    first_byte: Duration,
    draining: watch::Receiver<bool>,
    open: Arc<AtomicUsize>,
    _token: TaskTrackerToken,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    async fn serve(mut self, stream: std::net::TcpStream) {
        let Ok(stream) = TcpStream::from_std(stream) else { return };
        let mut first = [0_u8; 1];
        let draining = self.draining.wait_for(|it| *it);
        // hyper has no limit of its own until it knows the protocol.
        let opened = tokio::select! {
            opened = timeout(self.first_byte, stream.peek(&mut first)) => matches!(opened, Ok(Ok(1))),
            _ = draining => false,
        };
        if !opened {
            return;
        }
        let app = &self.app;
        let answer = service_fn(|request: Request<Incoming>| app.clone().answer(request));
        let mut connection = pin!(self.protocol.serve_connection(TokioIo::new(stream), answer));
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            _ = self.draining.wait_for(|it| *it) => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended");
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Relaxed);
    }
}
