//! Errors: one status, told alike by both doors. No message repeats what was sent.

use std::{fmt, time::Duration};

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _, pb};

use crate::wire::{InvalidRequest, LISTED};

/// Whose reasons they are.
const DOMAIN: &str = "cicatrix";
/// Names the scope that is missing.
const SCOPE: &str = "scope";

/// Why a request failed, as a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    InvalidRequest,
    UnreadableBody,
    BodyTooLarge,
    UnknownRoute,
    UnknownMethod,
    UnsupportedMediaType,
    UnsupportedEncoding,
    UnsupportedTransfer,
    NotAcceptable,
    NotFound,
    DeadlineExceeded,
    Internal,
    TooManyStreams,
    SilentStream,
    Stopping,
    NoCredentials,
    BadCredentials,
    MissingScope,
    NoKeys,
    Overloaded,
    TooManyRequests,
    TooManyWatches,
    NoRoom,
}

impl Reason {
    fn word(self) -> &'static str {
        match self {
            Self::InvalidRequest => "INVALID_REQUEST",
            Self::UnreadableBody => "UNREADABLE_BODY",
            Self::BodyTooLarge => "BODY_TOO_LARGE",
            Self::UnknownRoute => "UNKNOWN_ROUTE",
            Self::UnknownMethod => "UNKNOWN_METHOD",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::UnsupportedEncoding => "UNSUPPORTED_ENCODING",
            Self::UnsupportedTransfer => "UNSUPPORTED_TRANSFER",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::NotFound => "NOT_FOUND",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Internal => "INTERNAL",
            Self::TooManyStreams => "TOO_MANY_STREAMS",
            Self::SilentStream => "SILENT_STREAM",
            Self::Stopping => "STOPPING",
            Self::NoCredentials => "NO_CREDENTIALS",
            Self::BadCredentials => "BAD_CREDENTIALS",
            Self::MissingScope => "MISSING_SCOPE",
            Self::NoKeys => "NO_KEYS",
            Self::Overloaded => "OVERLOADED",
            Self::TooManyRequests => "TOO_MANY_REQUESTS",
            Self::TooManyWatches => "TOO_MANY_WATCHES",
            Self::NoRoom => "NO_ROOM",
        }
    }

    fn of(status: &Status) -> Option<Self> {
        let details = status.get_error_details();
        let word = &details.error_info()?.reason;
        [
            Self::BodyTooLarge,
            Self::UnknownRoute,
            Self::UnknownMethod,
            Self::UnsupportedMediaType,
            Self::UnsupportedEncoding,
            Self::NotAcceptable,
            Self::NoCredentials,
            Self::BadCredentials,
            Self::MissingScope,
        ]
        .into_iter()
        .find(|it| it.word() == word)
    }
}

fn status(code: Code, reason: Reason, message: impl Into<String>) -> Status {
    let details = ErrorDetails::with_error_info(reason.word(), DOMAIN, []);
    Status::with_error_details(code, message, details)
}

/// Everything that is wrong with a request.
pub(super) fn invalid_request(invalid: InvalidRequest) -> Status {
    refuse_fields(Reason::InvalidRequest, invalid)
}

/// Everything that keeps a body from being read.
pub(super) fn unreadable_fields(invalid: InvalidRequest) -> Status {
    refuse_fields(Reason::UnreadableBody, invalid)
}

fn refuse_fields(reason: Reason, invalid: InvalidRequest) -> Status {
    let InvalidRequest { violations, more } = invalid;
    let count = violations.len().saturating_add(more);
    let message = match violations.as_slice() {
        [only] if only.field.is_empty() => only.description.clone(),
        [only] => format!("{} {}", only.field, only.description),
        _ if more > 0 => format!("{count} fields are wrong; the first {LISTED} are listed"),
        _ => format!("{count} fields are wrong"),
    };
    let listed = violations.into_iter().map(|it| FieldViolation::new(it.field, it.description));
    let mut details = ErrorDetails::with_error_info(reason.word(), DOMAIN, []);
    details.set_bad_request(listed.collect::<Vec<_>>());
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// A body that is no such message, as a whole.
pub(super) fn unreadable(description: impl fmt::Display) -> Status {
    let mut invalid = InvalidRequest::default();
    invalid.wrong("", description);
    unreadable_fields(invalid)
}

/// One field that is wrong. An empty `field` is all that is not the body.
pub(super) fn invalid_field(field: &str, description: impl fmt::Display) -> Status {
    let mut invalid = InvalidRequest::default();
    invalid.wrong(field, description);
    invalid_request(invalid)
}

/// RFC 9112, 3.2.
pub(super) fn no_host() -> Status {
    invalid_field("", "a request of HTTP/1.1 names one host; send one host header")
}

/// RFC 9112, 6.1.
pub(super) fn unsupported_transfer() -> Status {
    let message = "no transfer coding but chunked is read; send transfer-encoding: chunked, or content-length";
    status(Code::Unimplemented, Reason::UnsupportedTransfer, message)
}

/// A limit that is passed over would be one that the caller relies on.
pub(super) fn no_timeout() -> Status {
    invalid_field(
        "",
        "grpc-timeout is no time; send at most eight digits and one of H, M, S, m, u, n, for example 250m",
    )
}

pub(super) fn needs_http2() -> Status {
    invalid_field("", "gRPC needs HTTP/2; send it over HTTP/2, or send gRPC-Web or REST")
}

pub(super) fn not_found(what: &str, list: &str) -> Status {
    status(Code::NotFound, Reason::NotFound, format!("there is no {what} of this id; {list} names them"))
}

pub(super) fn too_large(most: usize) -> Status {
    status(Code::ResourceExhausted, Reason::BodyTooLarge, format!("the body is too large; send at most {most} bytes"))
}

/// Is it the answer to a body that was not read to its end?
pub(super) fn is_too_large(status: &Status) -> bool {
    Reason::of(status) == Some(Reason::BodyTooLarge)
}

pub(super) fn unknown_route() -> Status {
    status(Code::NotFound, Reason::UnknownRoute, "there is nothing at this path; see /openapi.json")
}

pub(super) fn unknown_rpc() -> Status {
    status(Code::Unimplemented, Reason::UnknownRoute, "there is no such rpc; server reflection names them")
}

pub(super) fn unknown_method() -> Status {
    status(Code::Unimplemented, Reason::UnknownMethod, "this path does not take this method; see /openapi.json")
}

pub(super) fn unsupported_media_type() -> Status {
    status(
        Code::InvalidArgument,
        Reason::UnsupportedMediaType,
        "send content-type application/json in UTF-8, or application/grpc to the rpc paths",
    )
}

/// What is not unpacked cannot become larger than it was sent.
pub(super) fn unsupported_encoding() -> Status {
    let message = "a compressed body is not read; send it without compression";
    status(Code::Unimplemented, Reason::UnsupportedEncoding, message)
}

/// None of the forms in which there is an answer is one that the caller accepts.
pub(super) fn not_acceptable() -> Status {
    status(
        Code::InvalidArgument,
        Reason::NotAcceptable,
        "accept application/json, text/calendar or image/svg+xml; there is no other form of a plan",
    )
}

pub(super) fn deadline_exceeded() -> Status {
    status(Code::DeadlineExceeded, Reason::DeadlineExceeded, "the deadline passed before the answer was ready")
}

pub(super) fn internal() -> Status {
    status(
        Code::Internal,
        Reason::Internal,
        "an internal error; send the request again, and tell who runs the service when it stays",
    )
}

pub(super) fn no_lines() -> Status {
    status(Code::InvalidArgument, Reason::UnsupportedMediaType, "send content-type application/x-ndjson")
}

pub(super) fn body_ended_early() -> Status {
    unreadable("the body ended early")
}

pub(super) fn too_many_streams() -> Status {
    let message = "too many streams are open at once; try again later";
    status(Code::ResourceExhausted, Reason::TooManyStreams, message)
}

/// Nothing says who asks.
pub(super) fn no_credentials() -> Status {
    status(
        Code::Unauthenticated,
        Reason::NoCredentials,
        "say who asks: send authorization: Bearer with a token, x-api-key with a key, or a client certificate; \
         whichever this deployment takes",
    )
}

/// What was sent is not accepted. Why is not told: that would help whoever guesses.
pub(super) fn bad_credentials() -> Status {
    status(
        Code::Unauthenticated,
        Reason::BadCredentials,
        "the token, key or certificate is not accepted; it must be for this service, signed or listed, and not expired",
    )
}

/// Whether a token is good cannot be said yet.
pub(super) fn no_keys() -> Status {
    let message = "the keys that tokens are signed with could not be fetched yet; try again later";
    status(Code::Unavailable, Reason::NoKeys, message)
}

/// The caller is known and may not do this.
pub(super) fn missing_scope(scope: &str) -> Status {
    let message = format!("this needs the scope {scope}; ask whoever manages access for it");
    let details =
        ErrorDetails::with_error_info(Reason::MissingScope.word(), DOMAIN, [(SCOPE.to_owned(), scope.to_owned())]);
    Status::with_error_details(Code::PermissionDenied, message, details)
}

/// How long to wait before one that was shed is sent again.
const SHED_DELAY: Duration = Duration::from_secs(1);

/// So much is being answered that this would only wait.
pub(super) fn overloaded() -> Status {
    let message = "too many requests are being answered at once; try again later, or at another replica";
    refuse_for(Reason::Overloaded, message.to_owned(), SHED_DELAY)
}

/// This caller asks more often than it may.
pub(super) fn too_many_requests(wait: Duration) -> Status {
    let message = format!("this caller asks more often than it may; wait {} ms", whole_millis(wait));
    refuse_for(Reason::TooManyRequests, message, Duration::from_millis(whole_millis(wait)))
}

/// This caller has so many requests open that others would find no place.
pub(super) fn too_many_at_once() -> Status {
    let message = "this caller has too many requests open at once; wait for answers, and take them";
    refuse_for(Reason::TooManyRequests, message.to_owned(), SHED_DELAY)
}

/// The bodies that are being read hold as much memory as they may.
pub(super) fn no_room() -> Status {
    let message = "too many bytes of requests are held at once; try again later, or at another replica";
    refuse_for(Reason::NoRoom, message.to_owned(), SHED_DELAY)
}

/// Streams of the health and of reflection are open to everybody, so there are only so many.
pub(super) fn too_many_watches() -> Status {
    let message = "too many streams of the health and of reflection are open; end some, or ask for the health once";
    refuse_for(Reason::TooManyWatches, message.to_owned(), SHED_DELAY)
}

/// Never too short.
fn whole_millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

fn refuse_for(reason: Reason, message: String, wait: Duration) -> Status {
    let mut details = ErrorDetails::with_error_info(reason.word(), DOMAIN, []);
    details.set_retry_info(Some(wait));
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// Nothing was sent and nothing was read.
pub(super) fn silent_stream(longest: Duration) -> Status {
    let message = format!("the stream stood still for {longest:?}; read answers while you send requests");
    status(Code::DeadlineExceeded, Reason::SilentStream, message)
}

pub(super) fn stopping(taken: i32) -> Status {
    let message = format!("the server ends; the first {taken} requests are answered, send the others again");
    status(Code::Unavailable, Reason::Stopping, message)
}

pub(super) fn stream_too_long(most: i32) -> Status {
    let message = format!("a stream holds at most {most} requests; send the others in another one");
    status(Code::ResourceExhausted, Reason::TooManyStreams, message)
}

/// Why the transport could not read on. What it says itself is not repeated.
pub(super) fn broken_stream(status: &Status, most: usize) -> Status {
    if status.code() == Code::OutOfRange { too_large(most) } else { body_ended_early() }
}

/// Every violation that a status names, as `field: description`.
pub fn violations(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let Some(bad) = details.bad_request() else { return vec![status.message().to_owned()] };
    let line = |it: &FieldViolation| match it.field.as_str() {
        "" => it.description.clone(),
        field => format!("{field} {}", it.description),
    };
    bad.field_violations.iter().map(line).collect()
}

/// The name of a code in `google.rpc.Code`.
pub(super) fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The mapping of `google.rpc.Code`, except where HTTP has a word of its own.
fn http_status(status: &Status) -> StatusCode {
    match Reason::of(status) {
        Some(Reason::BodyTooLarge) => return StatusCode::PAYLOAD_TOO_LARGE,
        Some(Reason::UnsupportedMediaType | Reason::UnsupportedEncoding) => return StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Some(Reason::NotAcceptable) => return StatusCode::NOT_ACCEPTABLE,
        Some(Reason::UnknownMethod) => return StatusCode::METHOD_NOT_ALLOWED,
        Some(_) | None => {}
    }
    match status.code() {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The status as REST tells it (AIP-193).
pub(super) fn json_response(status: &Status) -> Response {
    let body = json!({"error": json(status)});
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = http_status(status);
    response.extensions_mut().insert(status.code());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(challenge) = challenge(status) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = retry_delay(status) {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What is asked of whoever is not let in (RFC 6750, 3).
fn challenge(status: &Status) -> Option<HeaderValue> {
    let reason = Reason::of(status)?;
    if reason == Reason::NoCredentials {
        return Some(HeaderValue::from_static("Bearer"));
    }
    if reason == Reason::BadCredentials {
        return Some(HeaderValue::from_static("Bearer error=\"invalid_token\""));
    }
    let details = status.get_error_details();
    let scope = details.error_info().filter(|_| reason == Reason::MissingScope)?.metadata.get(SCOPE)?;
    HeaderValue::from_str(&format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"")).ok()
}

/// How long to wait before trying again, when it is worth it.
fn retry_delay(status: &Status) -> Option<Duration> {
    status.get_error_details().retry_info()?.retry_delay
}

/// What stands under `error`.
pub(super) fn json(status: &Status) -> Value {
    json!({
        "code": http_status(status).as_u16(),
        "status": name(status.code()),
        "message": status.message(),
        "details": json_details(status),
    })
}

/// The status as a message of its own.
pub(super) fn message(status: &Status) -> pb::Status {
    // A status with details carries itself in full.
    let whole = pb::Status::decode(status.details()).ok().filter(|it| it.code != 0);
    whole.unwrap_or_else(|| pb::Status {
        code: status.code().into(),
        message: status.message().to_owned(),
        details: Vec::new(),
    })
}

fn json_details(status: &Status) -> Vec<Value> {
    let details = status.get_error_details();
    let mut all = Vec::new();
    if let Some(info) = details.error_info() {
        let mut said = json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": info.reason,
            "domain": info.domain,
        });
        if let (Some(said), false) = (said.as_object_mut(), info.metadata.is_empty()) {
            said.insert("metadata".to_owned(), json!(info.metadata));
        }
        all.push(said);
    }
    if let Some(wait) = retry_delay(status) {
        let delay = format!("{}s", wait.as_secs_f64());
        all.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}));
    }
    if let Some(bad) = details.bad_request() {
        let fields = bad.field_violations.iter();
        let fields: Vec<_> = fields.map(|it| json!({"field": it.field, "description": it.description})).collect();
        all.push(json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": fields}));
    }
    all
}
