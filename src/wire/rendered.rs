//! A message that was written once and is copied into every answer.

use std::fmt;

use prost::Message;
use serde::Serialize;

/// A message as its protobuf bytes and as its JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// With its length before it, as it stands in a field.
    proto: Vec<u8>,
    json: Vec<u8>,
}

impl Rendered {
    /// The empty message.
    pub const EMPTY: &'static Self = &Self { proto: Vec::new(), json: Vec::new() };

    /// Renders `message`.
    pub fn new(message: &(impl Message + Serialize)) -> Self {
        // No message has anything that JSON cannot say.
        let json = serde_json::to_vec(message).unwrap_or_default();
        Self { proto: message.encode_length_delimited_to_vec(), json }
    }

    /// The bytes with their length before them.
    pub(super) fn proto(&self) -> &[u8] {
        // The empty message cannot be made in a constant.
        if self.proto.is_empty() { &[0] } else { &self.proto }
    }

    pub(super) fn json(&self) -> &[u8] {
        if self.json.is_empty() { b"{}" } else { &self.json }
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.json()))
    }
}
