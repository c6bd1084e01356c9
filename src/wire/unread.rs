//! An item of a stream as it came, to be read later.

use std::fmt;

use bytes::{Buf, BufMut, Bytes};
use prost::{
    DecodeError, Message,
    encoding::{DecodeContext, WireType, skip_field},
};

use super::v1;

/// A `GenerateProtocolsRequest` that nobody has read yet.
///
/// The transport ends a stream at the first message that cannot be decoded. This one always can: its bytes are only
/// kept, and whoever answers the item finds out what they hold, on whichever thread that is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UnreadRequest(Bytes);

/// The fields of `GenerateProtocolsRequest`; `tests/bulk.rs` compares them with the schema.
#[derive(Clone, PartialEq, prost::Message)]
struct Fields {
    #[prost(message, optional, tag = "1")]
    request: Option<v1::GenerateProtocolRequest>,
}

impl UnreadRequest {
    /// The bytes that it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the request; absent is the same as empty.
    pub fn read(self) -> Result<v1::GenerateProtocolRequest, DecodeError> {
        let Fields { request } = Fields::decode(self.0)?;
        Ok(request.unwrap_or_default())
    }
}

impl From<v1::GenerateProtocolRequest> for UnreadRequest {
    fn from(request: v1::GenerateProtocolRequest) -> Self {
        Self(Fields { request: Some(request) }.encode_to_vec().into())
    }
}

/// Any bytes at all, as a caller could send them.
impl From<Bytes> for UnreadRequest {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

/// Says only how long it is: it holds facts about a patient.
impl fmt::Debug for UnreadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnreadRequest({} bytes)", self.0.len())
    }
}

impl Message for UnreadRequest {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.0);
    }

    /// Takes all there is, whatever it holds.
    fn merge(&mut self, mut buf: impl Buf) -> Result<(), DecodeError> {
        self.0 = buf.copy_to_bytes(buf.remaining());
        Ok(())
    }

    /// Needed only inside another message, where this one never stands.
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire_type, tag, buf, ctx)
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}
