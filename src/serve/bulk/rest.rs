//! Bulk over REST: a request on each line, an answer on each line.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
    routing::{MethodRouter, post},
};
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, header};
use tonic::Status;

use super::{
    Bulk, Door, Head,
    lines::{Line, Lines},
};
use crate::serve::{error, is_encoded, json, media_type, rest::refuse_parameters};

/// One JSON document on each line.
const LINES: &str = "application/x-ndjson";

const REST: Door<Line, Bytes> = Door {
    name: "rest",
    bytes: Line::len,
    plan: |service, index, line| match line {
        Line::Whole(line) => {
            let request = json::parse("cicatrix.v1.GenerateProtocolRequest", &line)?;
            service.generate_protocol_as(request, |it| it.to_line(index).into())
        }
        Line::TooLarge { most } => Err(error::too_large(most)),
    },
    refuse: |index, status| format!("{{\"index\":{index},\"error\":{}}}\n", error::json(&status)).into(),
};

/// The route.
pub(in crate::serve) fn route(bulk: Bulk) -> MethodRouter {
    post(move |request: Request| async move {
        match answer(&bulk, request).await {
            Ok(response) => response,
            Err(status) => error::json_response(&status),
        }
    })
}

async fn answer(bulk: &Bulk, request: Request) -> Result<Response, Status> {
    let (parts, body) = request.into_parts();
    refuse_parameters(&parts.uri)?;
    if !is_lines(&parts.headers) {
        return Err(error::no_lines());
    }
    if is_encoded(&parts.headers) {
        return Err(error::unsupported_encoding());
    }
    let mut lines = Lines::new(body, bulk.0.max_bytes);
    if parts.headers.contains_key(header::EXPECT) {
        lines.begin().await?;
    }
    let items = Box::pin(stream::unfold(lines, |mut lines| async move { Some((lines.next().await?, lines)) }));
    let (answers, outcome) = bulk.answer(items, REST, Head::of(&parts.headers, &parts.extensions))?;
    let body = answers.map(|it| Ok::<_, Infallible>(it.unwrap_or_else(|status| last_line(&status))));
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES));
    response.extensions_mut().insert(outcome);
    Ok(response)
}

/// A single request on one line is JSON too.
fn is_lines(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    media_type.eq_ignore_ascii_case(LINES) || media_type.eq_ignore_ascii_case("application/json")
}

/// Why the stream ends early: of no item, so it has no index.
fn last_line(status: &Status) -> Bytes {
    format!("{{\"error\":{}}}\n", error::json(status)).into()
}
