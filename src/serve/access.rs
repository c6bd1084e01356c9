//! The access log: one line for a request, without anything that was sent.

use std::time::Duration;

use axum::response::Response;
use http::HeaderValue;
use tonic::Code;

use super::{door::Door, error, routes::Route, trace::TraceParent};

/// Stands for a path that is none of ours.
const UNKNOWN: &str = "unknown";

#[allow(clippy::too_many_arguments, reason = "the columns of one line")]
pub(super) fn line(
    door: Door,
    route: Route,
    code: Code,
    response: &Response,
    took: Duration,
    id: &HeaderValue,
    trace: Option<&TraceParent>,
    caller: Option<&str>,
) {
    let http = response.status();
    let status = if door == Door::Rest { http.as_str() } else { error::name(code) };
    // A path that is none of ours could hold anything.
    let route = if route == Route::Unknown { UNKNOWN } else { route.path(door == Door::Rest) };
    tracing::info!(
        target: "cicatrix::access",
        door = door.name(),
        route,
        status,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request_id = id.to_str().unwrap_or_default(),
        trace_id = trace.map(tracing::field::display),
        caller,
        "request"
    );
}
