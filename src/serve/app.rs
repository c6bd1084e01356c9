//! What every request goes through, whichever door it takes: deadline, panic guard, request id, access log.

use std::{
    convert::Infallible,
    fmt,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use hyper::body::Body as HttpBody;
use tokio::sync::watch;
use tonic::{Code, Status};
use tower::ServiceExt as _;

use super::{
    bulk, error, grpc,
    trace::{REQUEST_ID, TRACEPARENT, TraceParent, request_id},
};

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
/// Stands in the access log for a path that is none of ours: it could hold anything.
const UNKNOWN: &str = "unknown";

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
            (StatusCode::SERVICE_UNAVAILABLE, "draining").into_response()
        }
    }
}

/// How a caller talks to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Grpc,
    GrpcWeb,
    Rest,
}

impl Door {
    fn of(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        if content_type.starts_with(b"application/grpc-web") {
            Self::GrpcWeb
        } else if content_type.starts_with(b"application/grpc") {
            Self::Grpc
        } else {
            Self::Rest
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc-web",
            Self::Rest => "rest",
        }
    }

    /// An error as this door tells it.
    fn tell(self, status: &Status) -> Response {
        match self {
            Self::Rest => error::json_response(status),
            Self::Grpc | Self::GrpcWeb => {
                let mut response = status.clone().into_http::<Body>();
                if self == Self::GrpcWeb {
                    let content_type = HeaderValue::from_static("application/grpc-web+proto");
                    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
                }
                response
            }
        }
    }
}

/// Both doors. Cheap to clone.
#[derive(Clone)]
pub(super) struct App {
    pub(super) grpc: Router,
    pub(super) rest: Router,
    /// Longest time for one request.
    pub(super) deadline: Duration,
    pub(super) max_bytes: usize,
    pub(super) access_log: bool,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl App {
    /// Answers one request. Never fails and never panics.
    pub(super) async fn answer<B>(self, mut request: Request<B>) -> Result<Response, Infallible>
    where
        B: HttpBody<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = Instant::now();
        let headers = request.headers();
        let door = Door::of(headers);
        let id = request_id(headers);
        let trace = TraceParent::of(headers);
        let deadline = asked(headers).map_or(self.deadline, |asked| asked.min(self.deadline));
        let route = self.access_log.then(|| request.uri().path().to_owned());

        // A stream is logged once more at its end.
        if matches!(request.uri().path(), bulk::RPC | bulk::ROUTE) {
            request.headers_mut().insert(REQUEST_ID, id.clone());
        }
        let router = if door == Door::Rest { self.rest } else { self.grpc };
        let run = AssertUnwindSafe(router.oneshot(request.map(Body::new))).catch_unwind();
        let mut response = match tokio::time::timeout(deadline, run).await {
            // A quick answer can still be too late for a very short deadline.
            Ok(Ok(Ok(_))) if started.elapsed() > deadline => door.tell(&error::deadline_exceeded()),
            Ok(Ok(Ok(response))) => response,
            Ok(Err(_panic)) => door.tell(&error::internal()),
            Err(_elapsed) => door.tell(&error::deadline_exceeded()),
        };
        if door != Door::Rest && response.headers().contains_key(GRPC_STATUS) {
            let status = Status::from_header_map(response.headers());
            if let Some(own) = status.and_then(|it| grpc::own_words(&it, self.max_bytes)) {
                response = door.tell(&own);
            }
        }
        if let Some(route) = route {
            log(door, &route, &response, started.elapsed(), &id, trace.as_ref());
        }
        response.headers_mut().insert(REQUEST_ID, id);
        if let Some(trace) = trace {
            response.headers_mut().insert(TRACEPARENT, trace.header());
        }
        Ok(response)
    }
}

fn log(door: Door, path: &str, response: &Response, took: Duration, id: &HeaderValue, trace: Option<&TraceParent>) {
    let http = response.status();
    let grpc = response.headers().get(GRPC_STATUS).map_or(Code::Ok, |it| Code::from_bytes(it.as_bytes()));
    let known = grpc != Code::Unimplemented && http != StatusCode::NOT_FOUND && http != StatusCode::METHOD_NOT_ALLOWED;
    let route = if known { template(path) } else { UNKNOWN };
    let status = if door == Door::Rest { http.as_str() } else { error::name(grpc) };
    tracing::info!(
        target: "cicatrix::access",
        door = door.name(),
        route,
        status,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request_id = id.to_str().unwrap_or_default(),
        trace_id = trace.map(tracing::field::display),
        "request"
    );
}

/// The route without what a caller filled in.
fn template(path: &str) -> &str {
    for (prefix, template) in [("/v1/procedures/", "/v1/procedures/{procedure}"), ("/v1/rules/", "/v1/rules/{rule}")] {
        if path.starts_with(prefix) {
            return template;
        }
    }
    path
}

/// The time that a caller gives the whole call.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    timeout(headers.get(GRPC_TIMEOUT)?.to_str().ok()?)
}

/// A timeout of the gRPC wire format, such as `250m`.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

    use std::time::Duration;

    use axum::{Router, body::Body, routing::any};
    use http::{Request, StatusCode, header};
    use http_body_util::BodyExt as _;
    use serde_json::Value;

    use super::{App, template, timeout};

    /// Both doors open on a handler that panics, one that never ends, and one that answers.
    fn app() -> App {
        let router = Router::new()
            .route("/panic", any(|| async { panic!("a patient's name") as &'static str }))
            .route("/slow", any(std::future::pending::<&'static str>))
            .route("/quick", any(|| async { "quick" }));
        App {
            grpc: router.clone(),
            rest: router,
            deadline: Duration::from_millis(50),
            max_bytes: 1000,
            access_log: false,
        }
    }

    async fn send(path: &str, headers: &[(&str, &str)]) -> axum::response::Response {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app().answer(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn json_status(response: axum::response::Response) -> (StatusCode, String, String) {
        let code = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let error = serde_json::from_slice::<Value>(&body).unwrap()["error"].clone();
        assert_eq!(error["code"], code.as_u16());
        (code, error["status"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn a_panic_is_internal_and_says_nothing() {
        let response = send("/panic", &[]).await;
        let (code, status, message) = json_status(response).await;
        assert_eq!((code, status.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
        assert!(!message.contains("patient"));
        let response = send("/panic", &[("content-type", "application/grpc")]).await;
        assert_eq!((response.status(), &response.headers()["grpc-status"]), (StatusCode::OK, &"13".parse().unwrap()));
    }

    #[tokio::test]
    async fn a_deadline_is_deadline_exceeded() {
        let (code, status, _) = json_status(send("/slow", &[]).await).await;
        assert_eq!((code, status.as_str()), (StatusCode::GATEWAY_TIMEOUT, "DEADLINE_EXCEEDED"));
        let response = send("/slow", &[("content-type", "application/grpc"), ("grpc-timeout", "5m")]).await;
        assert_eq!(response.headers()["grpc-status"], "4");
        // Quick is not quick enough for a nanosecond.
        let response = send("/quick", &[("content-type", "application/grpc"), ("grpc-timeout", "1n")]).await;
        assert_eq!(response.headers()["grpc-status"], "4");
        let response = send("/slow", &[("content-type", "application/grpc-web+proto")]).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/grpc-web+proto");
    }

    #[tokio::test]
    async fn ids_are_carried() {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let response = send("/quick", &[("x-request-id", "abc"), ("traceparent", trace)]).await;
        assert_eq!(response.headers()["x-request-id"], "abc");
        assert_eq!(response.headers()["traceparent"], trace);
        assert!(send("/quick", &[]).await.headers().contains_key("x-request-id"));
    }

    #[test]
    fn timeouts_are_read() {
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["", "m", "1", "1x", "-1S", "123456789S", "1.5S", "ä"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }

    #[test]
    fn routes_hold_nothing_that_was_sent() {
        assert_eq!(template("/v1/rules/Jane"), "/v1/rules/{rule}");
        assert_eq!(template("/v1/protocols:generate"), "/v1/protocols:generate");
    }
}
