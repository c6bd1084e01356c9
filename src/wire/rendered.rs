//! A message that is written once and copied into every answer.

use std::{fmt, sync::OnceLock};

use prost::Message;
use serde::Serialize;

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

    /// The empty message.
    pub(super) fn empty() -> &'static Self {
        static EMPTY: OnceLock<Rendered> = OnceLock::new();
        EMPTY.get_or_init(|| Self::new(&()))
    }

    /// The bytes with their length before them.
    pub(super) fn proto(&self) -> &[u8] {
        &self.proto
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
