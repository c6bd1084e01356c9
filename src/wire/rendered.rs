//! A message that is written once and copied into every answer.

use std::{fmt, sync::OnceLock};

use prost::{
    Message,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};
use serde::Serialize;

use super::v1;

/// A message as its protobuf bytes and as its JSON, which is made when an answer first says it: many replicas are asked by
/// one door alone, and most of what could be said is not.
#[derive(Clone)]
pub struct Rendered {
    /// With its length before it, as it stands in a field.
    proto: Box<[u8]>,
    json: OnceLock<Box<[u8]>>,
    /// Makes the JSON of the protobuf.
    write_json: fn(&[u8]) -> Vec<u8>,
}

impl Rendered {
    /// Renders `message`.
    pub fn new<M: Message + Default + Serialize>(message: &M) -> Self {
        // What was encoded here can be read, and no message has anything that JSON cannot say.
        let write_json = |proto: &[u8]| {
            let message = M::decode_length_delimited(proto).unwrap_or_default();
            serde_json::to_vec(&message).unwrap_or_default()
        };
        Self { proto: message.encode_length_delimited_to_vec().into(), json: OnceLock::new(), write_json }
    }

    /// The empty message, for what is not known: never, as long as plan and catalogue are of one release.
    #[cold]
    pub(super) fn empty() -> &'static Self {
        static EMPTY: OnceLock<Rendered> = OnceLock::new();
        EMPTY.get_or_init(|| Self::new(&v1::Reason::default()))
    }

    /// The bytes with their length before them.
    pub(super) fn proto(&self) -> &[u8] {
        &self.proto
    }

    /// The text of a field, which stands in the protobuf as it is; empty where it is not set.
    pub(super) fn text(&self, field: u32) -> &str {
        // What was encoded here can be read.
        self.find(field).and_then(|it| str::from_utf8(it).ok()).unwrap_or_default()
    }

    fn find(&self, field: u32) -> Option<&[u8]> {
        let mut left = &*self.proto;
        decode_varint(&mut left).ok()?;
        while !left.is_empty() {
            let (number, wire_type) = decode_key(&mut left).ok()?;
            if wire_type != WireType::LengthDelimited {
                skip_field(wire_type, number, &mut left, DecodeContext::default()).ok()?;
                continue;
            }
            let length = usize::try_from(decode_varint(&mut left).ok()?).ok()?;
            let (value, rest) = left.split_at_checked(length)?;
            if number == field {
                return Some(value);
            }
            left = rest;
        }
        None
    }

    pub(super) fn json(&self) -> &[u8] {
        self.json.get_or_init(|| (self.write_json)(&self.proto).into())
    }
}

impl PartialEq for Rendered {
    fn eq(&self, other: &Self) -> bool {
        self.proto == other.proto
    }
}

impl Eq for Rendered {}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.json()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_the_protobuf() {
        let reason = v1::Reason {
            rule: "R-1".to_owned(),
            statement: "Grüße.".to_owned(),
            basis: v1::Basis::Derived.into(),
            derived_from: vec!["R-0".to_owned()],
            awaits_sign_off: true,
            ..v1::Reason::default()
        };
        let rendered = Rendered::new(&reason);
        assert_eq!([1, 2, 5, 6].map(|field| rendered.text(field)), ["R-1", "Grüße.", "", "R-0"]);
        assert_eq!(serde_json::from_slice::<v1::Reason>(rendered.json()).ok(), Some(reason));
        assert_eq!(
            (Rendered::empty().text(1), Rendered::empty().json(), Rendered::empty().proto()),
            ("", &b"{}"[..], &[0][..])
        );
    }
}
