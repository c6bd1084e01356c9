//! An answer that is encoded already.

use std::{fmt, marker::PhantomData};

use bytes::{BufMut, Bytes};
use prost::Message;
use tonic_types::pb::Status;

use super::{
    borrowed,
    sink::{Answer, Json, Proto, Sink as _},
    v1,
};

/// A message that a door sends.
pub trait Encodable {
    /// How long it is.
    fn length(&self) -> usize;
    /// Puts its bytes.
    fn put(&self, buf: &mut impl BufMut);
}

impl<M: Message> Encodable for M {
    fn length(&self) -> usize {
        self.encoded_len()
    }

    fn put(&self, buf: &mut impl BufMut) {
        self.encode_raw(buf);
    }
}

/// The bytes of the message `M`.
pub struct Encoded<M> {
    bytes: Bytes,
    message: PhantomData<fn() -> M>,
}

impl<M> Encoded<M> {
    /// Encodes an answer that is a message `M`.
    pub fn of(answer: &impl Answer<Owned = M>) -> Self {
        Self::new(answer.to_proto())
    }

    /// `bytes` are a message `M`.
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: bytes.into(), message: PhantomData }
    }
}

impl<M: Message + Default> Encoded<M> {
    /// The message itself. The default when the bytes do not hold one, which those of an answer always do.
    pub fn message(self) -> M {
        M::decode(self.bytes).unwrap_or_default()
    }
}

impl Encoded<v1::GenerateProtocolsResponse> {
    /// Encodes one item of a stream.
    pub fn item(index: i32, answer: &borrowed::GenerateProtocolResponse<'_>) -> Self {
        use protocols_response::{INDEX, RESPONSE};
        Self::new(Proto::written(borrowed::GenerateProtocolResponse::sizes(), |to| {
            to.put_int32(INDEX, index);
            to.put_message(RESPONSE, answer);
        }))
    }

    /// Encodes one item of a stream that was refused.
    pub fn refused(index: i32, error: Status) -> Self {
        let result = Some(v1::generate_protocols_response::Result::Error(error));
        Self::new(v1::GenerateProtocolsResponse { index: Some(index), result }.encode_to_vec())
    }
}

impl borrowed::GenerateProtocolResponse<'_> {
    /// It as one line of a stream by REST.
    pub fn to_line(&self, index: i32) -> Vec<u8> {
        use protocols_response::{INDEX, RESPONSE};
        Json::line(Self::sizes(), |to| {
            to.put_int32(INDEX, index);
            to.put_message(RESPONSE, self);
        })
    }
}

/// The fields of `GenerateProtocolsResponse`; `tests/bulk.rs` reads what is written with them by the schema.
mod protocols_response {
    use crate::wire::sink::Field;

    pub(super) const INDEX: &Field = &Field::new(1, ",\"index\":");
    pub(super) const RESPONSE: &Field = &Field::new(2, ",\"response\":");
}

impl<M> Encodable for Encoded<M> {
    fn length(&self) -> usize {
        self.bytes.len()
    }

    fn put(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.bytes);
    }
}

/// Says only how long it is: it holds facts about a patient.
impl<M> fmt::Debug for Encoded<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({} bytes)", self.bytes.len())
    }
}
