//! The time that a caller gives a call, as gRPC writes it.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// The time that a caller gives the whole call.
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    timeout(headers.get(GRPC_TIMEOUT)?.to_str().ok()?)
}

/// Does a caller give a time that is none?
pub(super) fn is_malformed(headers: &HeaderMap) -> bool {
    headers.contains_key(GRPC_TIMEOUT) && asked(headers).is_none()
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
    use std::time::Duration;

    use super::timeout;

    #[test]
    fn timeouts_are_read() {
        assert_eq!(timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(timeout("99999999H"), Some(Duration::from_secs(99_999_999 * 3600)));
        for bad in ["", "m", "1", "1x", "-1S", "123456789S", "1.5S", "ä"] {
            assert_eq!(timeout(bad), None, "{bad}");
        }
    }
}
