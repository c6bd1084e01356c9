//! The admin port: metrics, health and readiness, over plain HTTP/1.1, apart from what callers use.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get};
use http::{HeaderValue, header};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, task::AbortHandle, time::timeout};

use super::{app::Readiness, error, metrics::Metrics};

/// Connections at once: a few scrapers and probes. One more ends the oldest of them: whoever only holds connections keeps
/// no probe out, and a probe is answered long before it is the oldest.
const MAX_CONNECTIONS: usize = 32;
/// Longest time for the headers of a request.
const HEADERS: Duration = Duration::from_secs(5);
/// Longest life of a connection.
const AGE: Duration = Duration::from_secs(60);
/// As in accepting on the main port.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where the admin port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Admin {
    /// Nowhere.
    #[default]
    Off,
    /// At this address, or the server does not start.
    At(SocketAddr),
    /// At this address if it is free: nobody asked for it.
    IfFree(SocketAddr),
}

/// The port, when there is one.
#[derive(Debug)]
pub(super) enum Bound {
    Off,
    At(TcpListener),
    /// Nobody asked for it, and it is taken.
    Taken(SocketAddr, io::Error),
}

/// Opens the port.
pub(super) async fn bind(admin: Admin) -> Result<Bound, (SocketAddr, io::Error)> {
    match admin {
        Admin::Off => Ok(Bound::Off),
        Admin::At(address) => TcpListener::bind(address).await.map(Bound::At).map_err(|it| (address, it)),
        Admin::IfFree(address) => Ok(match TcpListener::bind(address).await {
            Ok(listener) => Bound::At(listener),
            Err(error) => Bound::Taken(address, error),
        }),
    }
}

/// Answers for ever.
pub(super) async fn serve(listener: TcpListener, metrics: Arc<Metrics>, readiness: Readiness) {
    let router = Router::new()
        .route(
            "/metrics",
            get(move || async move {
                let mut response = axum::response::Response::new(Body::from(metrics.text()));
                let format = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, format);
                response
            }),
        )
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(move || async move { readiness.answer() }))
        .fallback(|| async { error::json_response(&error::unknown_route()) })
        .method_not_allowed_fallback(|| async { error::json_response(&error::unknown_method()) });
    let mut protocol = hyper::server::conn::http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _from)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection on the admin port");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connection = protocol.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        open.retain(|it| !it.is_finished());
        if open.len() >= MAX_CONNECTIONS
            && let Some(oldest) = open.pop_front()
        {
            oldest.abort();
        }
        // Whatever ends it, there is nobody to tell.
        open.push_back(tokio::spawn(timeout(AGE, connection)).abort_handle());
    }
}
