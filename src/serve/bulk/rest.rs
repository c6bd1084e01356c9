//! Bulk over REST: a request on each line, an answer on each line.

use std::{
    convert::Infallible,
    io::Write as _,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

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
    Answer, Bulk, Door,
    lines::{Line, Lines},
};
use crate::serve::{error, is_encoded, json, media_type};

/// One JSON document on each line.
const LINES: &str = "application/x-ndjson";

const REST: Door<Line, Bytes> = Door {
    name: "rest",
    plan: |service, line| match line {
        Line::Whole(line) => service.generate_protocol(json::parse("cicatrix.v1.GenerateProtocolRequest", &line)?),
        Line::TooLarge { most } => Err(error::too_large(most)),
    },
    tell,
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
    let answers = bulk.answer(items, REST, &parts.headers)?;
    let body = answers.map(|it| Ok::<_, Infallible>(it.unwrap_or_else(|status| last_line(&status))));
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES));
    Ok(response)
}

/// A single request on one line is JSON too.
fn is_lines(headers: &HeaderMap) -> bool {
    let media_type = media_type(headers);
    media_type.eq_ignore_ascii_case(LINES) || media_type.eq_ignore_ascii_case("application/json")
}

/// One `GenerateProtocolsResponse`, in a buffer that is as large as the last one needed.
fn tell(index: i32, answer: Answer) -> Bytes {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let status = match answer {
        Ok(response) => {
            let last = LAST.load(Relaxed);
            let mut line = Vec::with_capacity(last.saturating_add(last / 8));
            let written = write!(line, "{{\"index\":{index},\"response\":").is_ok()
                && serde_json::to_writer(&mut line, &response).is_ok();
            if written {
                line.extend_from_slice(b"}\n");
                LAST.store(line.len(), Relaxed);
                return line.into();
            }
            error::internal()
        }
        Err(status) => status,
    };
    format!("{{\"index\":{index},\"error\":{}}}\n", error::json(&status)).into()
}

/// Why the stream ends early: of no item, so it has no index.
fn last_line(status: &Status) -> Bytes {
    format!("{{\"error\":{}}}\n", error::json(status)).into()
}
