//! Traces: one span for a request that is sampled, sent to a collector as OTLP over HTTP.
//!
//! Whether a request is sampled is settled before anything is made. The messages are the few of OTLP that are needed,
//! by its field numbers.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use http::Method;
use prost::Message as _;
use tonic::Code;

use super::{
    door::Door,
    error,
    metrics::Metrics,
    outward::{Sent, send, shown},
    routes::Route,
    trace::TraceParent,
};

/// Spans that wait; more are dropped and counted.
const WAITING: usize = 4096;
/// Spans in one message.
const BATCH: usize = 512;
/// Longest time until a span is sent.
const INTERVAL: Duration = Duration::from_secs(1);
/// Longest time for the last spans when the server ends.
const LAST: Duration = Duration::from_secs(2);
/// How often a full queue is tried again meanwhile.
const RETRY: Duration = Duration::from_millis(10);
/// Where a collector takes traces, below its address.
const PATH: &str = "/v1/traces";

/// Where traces go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// Its address, such as `http://127.0.0.1:4318`.
    pub url: String,
    /// Of so many requests that bring no trace of their own one is sampled.
    pub one_in: u64,
}

/// A request that was sampled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) route: Route,
    pub(super) door: Door,
    pub(super) code: Code,
    pub(super) took: Duration,
    trace: [u8; 16],
    parent: Option<[u8; 8]>,
    id: [u8; 8],
    ended: SystemTime,
}

enum Post {
    Span(Span),
    /// Send what there is, and say so by dropping it.
    Last(SyncSender<()>),
}

/// Takes spans. Cheap to clone.
#[derive(Clone)]
pub(super) struct Traces(Arc<Inner>);

struct Inner {
    send: SyncSender<Post>,
    one_in: u64,
    asked: AtomicU64,
    metrics: Arc<Metrics>,
}

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").field("one_in", &self.0.one_in).finish_non_exhaustive()
    }
}

impl Traces {
    /// Begins to send, on a thread of its own.
    pub(super) fn start(to: Collector, metrics: Arc<Metrics>) -> io::Result<Self> {
        let Collector { url, one_in } = to;
        let (send, spans) = sync_channel(WAITING);
        let url = format!("{}{PATH}", url.trim_end_matches('/'));
        let counts = Arc::clone(&metrics);
        thread::Builder::new().name("traces".to_owned()).spawn(move || export(&url, &spans, &counts))?;
        Ok(Self(Arc::new(Inner { send, one_in, asked: AtomicU64::new(0), metrics })))
    }

    /// Is this request sampled? Who began the trace decided it; else one of so many is.
    pub(super) fn samples(&self, parent: Option<&TraceParent>) -> bool {
        match parent {
            Some(parent) => parent.is_sampled(),
            None => self.0.asked.fetch_add(1, Relaxed).is_multiple_of(self.0.one_in),
        }
    }

    /// Takes a request that has just been answered.
    pub(super) fn take(&self, parent: Option<&TraceParent>, route: Route, door: Door, code: Code, took: Duration) {
        let caller = parent.and_then(TraceParent::ids);
        let (trace, parent) = match caller {
            Some((trace, span)) => (trace, Some(span)),
            None => ((u128::from(random()) << 64 | u128::from(random())).to_be_bytes(), None),
        };
        let id = random().to_be_bytes();
        let span = Span { route, door, code, took, trace, parent, id, ended: SystemTime::now() };
        match self.0.send.try_send(Post::Span(span)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.0.metrics.spans_dropped.inc();
            }
        }
    }

    /// Sends what there is, for a short time at most.
    pub(super) fn finish(&self) {
        let (done, wait) = sync_channel(0);
        // With all places taken, what has them is on its way, and one becomes free.
        let until = Instant::now() + LAST;
        let mut last = Post::Last(done);
        while let Err(TrySendError::Full(again)) = self.0.send.try_send(last) {
            if Instant::now() >= until {
                return;
            }
            last = again;
            thread::sleep(RETRY);
        }
        // Dropped when it was sent; an error is the good case.
        let _ = wait.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

/// Never zero, which would be no id.
fn random() -> u64 {
    RandomState::new().hash_one(0_u8) | 1
}

/// Sends spans until nobody makes any.
fn export(url: &str, spans: &Receiver<Post>, metrics: &Metrics) {
    let mut batch: Vec<Span> = Vec::with_capacity(BATCH);
    let mut well = true;
    loop {
        let next = spans.recv_timeout(INTERVAL);
        let (due, last) = match next {
            Ok(Post::Span(span)) => {
                batch.push(span);
                (batch.len() >= BATCH, None)
            }
            Ok(Post::Last(done)) => (true, Some(done)),
            Err(RecvTimeoutError::Timeout) => (true, None),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let old = batch.first().and_then(|it| it.ended.elapsed().ok()).is_some_and(|it| it >= INTERVAL);
        if !batch.is_empty() && (due || old) {
            let count = u64::try_from(batch.len()).unwrap_or_default();
            let body = message(&batch).encode_to_vec();
            batch.clear();
            let sent = Sent { method: Method::POST, url, ca: None, media_type: "application/x-protobuf", body };
            match send(sent) {
                Ok(_) => {
                    metrics.spans_sent.inc_by(count);
                    well = true;
                }
                Err(problem) => {
                    metrics.spans_dropped.inc_by(count);
                    // Once, and not every second while the collector is away.
                    if well {
                        tracing::warn!(url = shown(url), problem, "traces are not taken; spans are dropped");
                    }
                    well = false;
                }
            }
        }
        drop(last);
    }
}

fn message(spans: &[Span]) -> wire::Request {
    let service = wire::text("service.name", env!("CARGO_PKG_NAME"));
    let version = wire::text("service.version", env!("CARGO_PKG_VERSION"));
    let scope = wire::Scope { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let scope_spans = wire::ScopeSpans { scope: Some(scope), spans: spans.iter().map(span).collect() };
    let resource = wire::Resource { attributes: vec![service, version] };
    wire::Request {
        resource_spans: vec![wire::ResourceSpans { resource: Some(resource), scope_spans: vec![scope_spans] }],
    }
}

fn span(span: &Span) -> wire::Span {
    let end = span.ended.duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = |it: Duration| u64::try_from(it.as_nanos()).unwrap_or(u64::MAX);
    let ours = matches!(span.code, Code::Internal | Code::Unknown | Code::DataLoss | Code::DeadlineExceeded);
    wire::Span {
        trace_id: span.trace.to_vec(),
        span_id: span.id.to_vec(),
        parent_span_id: span.parent.map(Into::into).unwrap_or_default(),
        name: span.route.name().to_owned(),
        kind: wire::SERVER,
        start_time_unix_nano: nanos(end.saturating_sub(span.took)),
        end_time_unix_nano: nanos(end),
        attributes: vec![
            wire::text("rpc.method", span.route.name()),
            wire::text("cicatrix.door", span.door.name()),
            wire::text("cicatrix.code", error::name(span.code)),
        ],
        status: Some(wire::Status { code: if ours { wire::ERROR } else { wire::UNSET } }),
    }
}

/// The messages of OTLP that are needed, with its field numbers.
mod wire {
    pub(super) const SERVER: i32 = 2;
    pub(super) const UNSET: i32 = 0;
    pub(super) const ERROR: i32 = 2;

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Request {
        #[prost(message, repeated, tag = "1")]
        pub(super) resource_spans: Vec<ResourceSpans>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ResourceSpans {
        #[prost(message, optional, tag = "1")]
        pub(super) resource: Option<Resource>,
        #[prost(message, repeated, tag = "2")]
        pub(super) scope_spans: Vec<ScopeSpans>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Resource {
        #[prost(message, repeated, tag = "1")]
        pub(super) attributes: Vec<KeyValue>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct ScopeSpans {
        #[prost(message, optional, tag = "1")]
        pub(super) scope: Option<Scope>,
        #[prost(message, repeated, tag = "2")]
        pub(super) spans: Vec<Span>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Scope {
        #[prost(string, tag = "1")]
        pub(super) name: String,
        #[prost(string, tag = "2")]
        pub(super) version: String,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Span {
        #[prost(bytes = "vec", tag = "1")]
        pub(super) trace_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub(super) span_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        pub(super) parent_span_id: Vec<u8>,
        #[prost(string, tag = "5")]
        pub(super) name: String,
        #[prost(int32, tag = "6")]
        pub(super) kind: i32,
        #[prost(fixed64, tag = "7")]
        pub(super) start_time_unix_nano: u64,
        #[prost(fixed64, tag = "8")]
        pub(super) end_time_unix_nano: u64,
        #[prost(message, repeated, tag = "9")]
        pub(super) attributes: Vec<KeyValue>,
        #[prost(message, optional, tag = "15")]
        pub(super) status: Option<Status>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Status {
        #[prost(int32, tag = "3")]
        pub(super) code: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct KeyValue {
        #[prost(string, tag = "1")]
        pub(super) key: String,
        #[prost(message, optional, tag = "2")]
        pub(super) value: Option<Value>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Value {
        #[prost(string, optional, tag = "1")]
        pub(super) text: Option<String>,
    }

    pub(super) fn text(key: &str, text: &str) -> KeyValue {
        KeyValue { key: key.to_owned(), value: Some(Value { text: Some(text.to_owned()) }) }
    }
}
