//! Cuts lists into pages.

use tonic::Status;

use super::error;
use crate::wire::InvalidRequest;

const DEFAULT_SIZE: usize = 100;
const MAX_SIZE: i32 = 1000;
/// Enough of the digest to tell two releases apart.
const DIGEST_CHARS: usize = 12;

/// One page of `all` and the token of the next. A token holds for the release and the list that gave it.
pub(super) fn page<T: Clone>(
    digest: &str,
    list: &str,
    all: &[T],
    size: i32,
    token: &str,
) -> Result<(Vec<T>, String), Status> {
    let digest: String = digest.chars().take(DIGEST_CHARS).collect();
    let begins = format!("{digest}-{list}-");
    let mut invalid = InvalidRequest::default();
    let size = match usize::try_from(size) {
        Ok(0) => DEFAULT_SIZE,
        Ok(size) if size <= MAX_SIZE.unsigned_abs() as usize => size,
        Ok(_) | Err(_) => {
            let message = format_args!("must be from 1 to {MAX_SIZE}; leave it out for {DEFAULT_SIZE}");
            invalid.wrong("page_size", message);
            DEFAULT_SIZE
        }
    };
    let first = if token.is_empty() {
        Some(0)
    } else {
        token.strip_prefix(&begins).and_then(|it| it.parse().ok()).filter(|first: &usize| *first < all.len())
    };
    if first.is_none() {
        invalid.wrong("page_token", "is no token of this list in this knowledge release; begin again without one");
    }
    let Some(first) = first.filter(|_| invalid.is_empty()) else { return Err(error::invalid_request(invalid)) };
    let page: Vec<T> = all.iter().skip(first).take(size).cloned().collect();
    let next = first.saturating_add(page.len());
    let token = if next < all.len() { format!("{begins}{next}") } else { String::new() };
    Ok((page, token))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::page;

    #[test]
    fn pages_make_up_the_whole() {
        let all: Vec<i32> = (0..250).collect();
        for size in [0, 1, 7, 249, 250, 1000] {
            let mut seen = Vec::new();
            let mut token = String::new();
            loop {
                let (part, next) = page("abcdef0123456789", "rules", &all, size, &token).unwrap();
                seen.extend(part);
                token = next;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seen, all, "{size}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused() {
        let all = [1, 2, 3];
        for (size, token) in [
            (-1, ""),
            (1001, ""),
            (1, "3"),
            (1, "abcdef012345-2"),
            (1, "abcdef012345-rules-3"),
            (1, "abcdef012345-rules-x"),
            (1, "abcdef012345-citations-1"),
            (1, "000000000000-rules-1"),
        ] {
            assert!(page("abcdef0123456789", "rules", &all, size, token).is_err(), "{size} {token}");
        }
        assert!(page("abcdef0123456789", "rules", &all, 1, "abcdef012345-rules-2").is_ok());
    }
}
