//! The doors: how a caller talks to us, and how each tells an error.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use tonic::{Code, Status};

use super::error;

pub(super) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// How a caller talks to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub(super) enum Door {
    Grpc,
    GrpcWeb,
    Rest,
}

impl Door {
    /// gRPC has its status in trailers, which over HTTP/1 nobody would read.
    pub(super) fn of(version: Version, headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        if content_type.starts_with(b"application/grpc-web") {
            Self::GrpcWeb
        } else if version >= Version::HTTP_2 && content_type.starts_with(b"application/grpc") {
            Self::Grpc
        } else {
            Self::Rest
        }
    }

    /// Is a message of gRPC written in something that is not read here, such as `application/grpc+json`?
    pub(super) fn is_foreign(headers: &HeaderMap) -> bool {
        let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let media_type = content_type.split(|it| *it == b';').next().unwrap_or_default().trim_ascii();
        let ours = [&b""[..], b"+proto", b"-web", b"-web+proto", b"-web-text", b"-web-text+proto"];
        media_type.strip_prefix(b"application/grpc").is_some_and(|it| !ours.contains(&it))
    }

    /// In logs and metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc-web",
            Self::Rest => "rest",
        }
    }

    /// An error as this door tells it.
    pub(super) fn tell(self, status: &Status) -> Response {
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

    /// Was the body too large to be read to its end?
    pub(super) fn left_unread(self, response: &Response) -> bool {
        match self {
            Self::Rest => response.status() == StatusCode::PAYLOAD_TOO_LARGE,
            Self::Grpc | Self::GrpcWeb => {
                Status::from_header_map(response.headers()).is_some_and(|it| error::is_too_large(&it))
            }
        }
    }

    /// What became of a request, as far as the head of the answer says.
    pub(super) fn code(self, response: &Response) -> Code {
        match self {
            Self::Rest => match response.extensions().get::<Code>() {
                Some(code) => *code,
                None if response.status().is_server_error() => Code::Unavailable,
                None => Code::Ok,
            },
            Self::Grpc | Self::GrpcWeb => {
                response.headers().get(GRPC_STATUS).map_or(Code::Ok, |it| Code::from_bytes(it.as_bytes()))
            }
        }
    }
}
