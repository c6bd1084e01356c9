//! Which web pages may call from a browser: those of a list, and no others.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header, uri::Authority};

const PRIVATE_METHOD: HeaderName = header::ACCESS_CONTROL_REQUEST_METHOD;
/// What a page may send.
const TAKEN: HeaderValue = HeaderValue::from_static(
    "authorization, x-api-key, content-type, accept, grpc-timeout, x-grpc-web, x-user-agent, x-request-id, traceparent",
);
/// What a page may read besides the body.
const SHOWN: HeaderValue = HeaderValue::from_static(
    "grpc-status, grpc-message, grpc-status-details-bin, x-request-id, traceparent, retry-after",
);
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
/// Seconds for which a browser may remember the answer.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// The origins that may call. Without any, nothing is said of origins, and browsers keep every page out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cors(Vec<String>);

impl Cors {
    /// Of origins such as `https://records.example.org`.
    pub fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    /// Is `origin` a scheme with a host and perhaps a port? A star is none: callers send credentials.
    pub fn is_origin(origin: &str) -> bool {
        let Some((scheme, host)) = origin.split_once("://") else { return false };
        // As browsers write it: a port that the scheme has by itself is left out.
        let usual = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return false,
        };
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let plain =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'.' | b'-' | b':' | b'[' | b']');
        let named = authority.host().bytes().any(|it| it.is_ascii_alphanumeric());
        let port = host.strip_prefix(authority.host()).unwrap_or_default();
        let said = authority.port_u16().filter(|it| *it != 0 && *it != usual);
        let port_is_needed = port.is_empty() || said.is_some_and(|it| port == format!(":{it}"));
        host.bytes().all(plain) && named && port_is_needed
    }

    /// The origin of a request, when it may call.
    pub(super) fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if self.0.is_empty() {
            return None;
        }
        let origin = headers.get(header::ORIGIN)?;
        self.0.iter().any(|it| it.as_bytes() == origin.as_bytes()).then(|| origin.clone())
    }

    /// The answer to a browser that asks whether it may ask. It sends no credentials with that.
    pub(super) fn preflight<B>(&self, request: &Request<B>) -> Option<Response> {
        let asks = request.method() == Method::OPTIONS
            && request.headers().contains_key(header::ORIGIN)
            && request.headers().contains_key(PRIVATE_METHOD);
        if !asks || self.0.is_empty() {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if self.allowed(request.headers()).is_some() {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, TAKEN);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED);
        }
        Some(response)
    }

    /// Tells the browser that the page may read the answer. Whatever the origin, the answer depends on it.
    pub(super) fn mark(&self, response: &mut Response, origin: Option<HeaderValue>) {
        if self.0.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cors;

    #[test]
    fn origins_are_named_in_full() {
        for good in ["https://a.example", "http://localhost:8080", "http://[::1]:3000"] {
            assert!(Cors::is_origin(good), "{good}");
        }
        for bad in
            ["*", "null", "a.example", "https://", "https://a.example/", "https://A.example", "ftp://a", "https://*.a"]
        {
            assert!(!Cors::is_origin(bad), "{bad}");
        }
        // What no browser ever sends.
        for bad in ["https://a.example:443", "http://a.example:80", "https://a:99999", "https://a:08443", "http://.."] {
            assert!(!Cors::is_origin(bad), "{bad}");
        }
    }
}
