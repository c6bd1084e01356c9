//! Who a certificate is of, where it has no name that a machine goes by.

use sha2::{Digest as _, Sha256};

/// `commonName` (RFC 5280, appendix A.1).
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
const SET: u8 = 0x31;
const SEQUENCE: u8 = 0x30;
const OBJECT: u8 = 0x06;
/// Kinds of text whose bytes are UTF-8.
const TEXTS: [u8; 3] = [0x0c, 0x13, 0x16];
/// Bytes of a fingerprint that are shown.
const SHOWN: usize = 8;

/// The common name in a subject, which is the inside of a sequence in DER.
pub(super) fn common_name(subject: &[u8]) -> Option<&str> {
    let mut sets = subject;
    while let Some((SET, mut pairs, rest)) = element(sets) {
        sets = rest;
        while let Some((SEQUENCE, pair, rest)) = element(pairs) {
            pairs = rest;
            if let Some((OBJECT, name, value)) = element(pair)
                && name == COMMON_NAME
            {
                let (_, text, _) = element(value).filter(|(tag, ..)| TEXTS.contains(tag))?;
                return std::str::from_utf8(text).ok().filter(|it| !it.is_empty());
            }
        }
    }
    None
}

/// The first element: its tag, what it holds, and what comes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 => rest.split_first().map(|(length, rest)| (usize::from(*length), rest))?,
        // Longer than any name.
        _ => return None,
    };
    let (inside, rest) = rest.split_at_checked(length)?;
    Some((*tag, inside, rest))
}

/// The beginning of the digest of a certificate.
pub(super) fn fingerprint(certificate: &[u8]) -> String {
    let digest: String = Sha256::digest(certificate).iter().take(SHOWN).map(|it| format!("{it:02x}")).collect();
    format!("certificate-{digest}")
}

#[cfg(test)]
mod tests {
    use super::{common_name, fingerprint};

    #[test]
    fn the_common_name_is_found_among_the_parts_of_a_subject() {
        let part = |of: u8, tag: u8, text: &str| {
            let text = [&[tag, u8::try_from(text.len()).unwrap_or_default()], text.as_bytes()].concat();
            let pair = [&[6, 3, 0x55, 4, of], text.as_slice()].concat();
            let pair = [&[0x30, u8::try_from(pair.len()).unwrap_or_default()], pair.as_slice()].concat();
            [&[0x31, u8::try_from(pair.len()).unwrap_or_default()], pair.as_slice()].concat()
        };
        let whole = [part(6, 0x13, "DE"), part(10, 0x0c, "Clinic"), part(3, 0x0c, "récords")].concat();
        assert_eq!(common_name(&whole), Some("récords"));
        for bad in [Vec::new(), part(6, 0x13, "DE"), part(3, 0x1e, "\0a"), part(3, 0x0c, "")] {
            assert_eq!(common_name(&bad), None, "{bad:?}");
        }
        // Whatever is cut off is no name, and no harm.
        for end in 0..whole.len() {
            assert_eq!(whole.get(..end).and_then(common_name), None, "{end}");
        }
        assert_eq!(fingerprint(b"abc"), "certificate-ba7816bf8f01cfea");
    }
}
