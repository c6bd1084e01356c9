//! Request ids and W3C trace context: enough to find one request in the logs of several services.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Name of the header that carries the request id both ways.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Name of the header that carries the trace context both ways.
pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

const MAX_ID: usize = 64;

/// The caller's request id when it is a plain word, else a new one.
pub(super) fn request_id(headers: &HeaderMap) -> HeaderValue {
    let plain = |it: &&HeaderValue| {
        let bytes = it.as_bytes();
        let fits = (1..=MAX_ID).contains(&bytes.len());
        fits && bytes.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'))
    };
    match headers.get(REQUEST_ID).filter(plain) {
        Some(id) => id.clone(),
        None => fresh(),
    }
}

/// An id that no other request of this process has, and that other processes are unlikely to have.
fn fresh() -> HeaderValue {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    let id = format!("{process:016x}-{:x}", NEXT.fetch_add(1, Relaxed));
    HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("none"))
}

/// A trace context of a form that we know.
#[derive(Debug, Clone)]
pub(super) struct TraceParent(HeaderValue);

impl TraceParent {
    /// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`, not all zero; anything else is ignored as the standard asks.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(TRACEPARENT)?;
        let mut parts = value.to_str().ok()?.split('-');
        let hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'a'..=b'f'))
        };
        let some = |text: &str| text.bytes().any(|it| it != b'0');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let sound = hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
        let ends = version != "00" || parts.next().is_none();
        (sound && ends && some(trace) && some(span)).then(|| Self(value.clone()))
    }

    /// Does whoever began the trace want it to be kept?
    pub(super) fn is_sampled(&self) -> bool {
        let flags = self.part(3).and_then(|it| u8::from_str_radix(it, 16).ok());
        flags.is_some_and(|it| it & 1 == 1)
    }

    /// The trace, and the span that called.
    pub(super) fn ids(&self) -> Option<([u8; 16], [u8; 8])> {
        let trace = u128::from_str_radix(self.part(1)?, 16).ok()?;
        let span = u64::from_str_radix(self.part(2)?, 16).ok()?;
        Some((trace.to_be_bytes(), span.to_be_bytes()))
    }

    fn part(&self, number: usize) -> Option<&str> {
        self.0.to_str().ok()?.split('-').nth(number)
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// The trace id.
impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.part(1).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use http::{HeaderMap, HeaderValue};

    use super::{REQUEST_ID, TRACEPARENT, TraceParent, request_id};

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn plain_ids_are_kept_and_others_replaced() {
        assert_eq!(request_id(&headers(REQUEST_ID, "a-1.B_2")), "a-1.B_2");
        for bad in ["", "with space", "a/b", "äö"] {
            let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_bytes(bad.as_bytes()).unwrap())]);
            assert_ne!(request_id(&headers).as_bytes(), bad.as_bytes());
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }

    #[test]
    fn trace_context_is_read_by_the_standard() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let found = TraceParent::of(&headers(TRACEPARENT, good)).unwrap();
        assert_eq!(found.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let (trace, span) = found.ids().unwrap();
        assert_eq!((trace[0], trace[15], span[0], span[7]), (0x4b, 0x36, 0x00, 0xb7));
        let sampled = |flags: &str| {
            let text = good.replace("-01", flags);
            TraceParent::of(&HeaderMap::from_iter([(TRACEPARENT, text.parse().unwrap())])).unwrap().is_sampled()
        };
        assert_eq!((sampled("-01"), sampled("-00"), sampled("-03"), sampled("-02")), (true, false, true, false));
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert!(TraceParent::of(&headers(TRACEPARENT, bad)).is_none(), "{bad}");
        }
    }
}
