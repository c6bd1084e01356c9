//! Encodes and decodes gRPC messages. What cannot be decoded is the caller's mistake and is told so, as by REST.

use std::{fmt, marker::PhantomData};

use prost::Message;
use tonic::{
    Status,
    codec::{Codec as TonicCodec, DecodeBuf, Decoder as TonicDecoder, EncodeBuf, Encoder as TonicEncoder},
};

use super::encoded::Encodable;

/// Said of a body that holds no such message. Whoever serves adds the details.
pub const UNREADABLE: &str = "the body holds no message of this type";

/// As prost's own, but an unreadable message is INVALID_ARGUMENT and not INTERNAL.
#[derive(Clone, Copy)]
pub struct Codec<T, U>(PhantomData<fn() -> (T, U)>);

impl<T, U> fmt::Debug for Codec<T, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codec")
    }
}

impl<T, U> Default for Codec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> TonicCodec for Codec<T, U>
where
    T: Encodable + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = Encoder<T>;
    type Decoder = Decoder<U>;

    fn encoder(&mut self) -> Encoder<T> {
        Encoder(PhantomData)
    }

    fn decoder(&mut self) -> Decoder<U> {
        Decoder(PhantomData)
    }
}

/// Encodes `T`.
#[derive(Debug)]
pub struct Encoder<T>(PhantomData<fn() -> T>);

impl<T: Encodable> TonicEncoder for Encoder<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, item: T, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.reserve(item.length());
        item.put(buf);
        Ok(())
    }
}

/// Decodes `U`.
#[derive(Debug)]
pub struct Decoder<U>(PhantomData<fn() -> U>);

impl<U: Message + Default> TonicDecoder for Decoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        U::decode(buf).map(Some).map_err(|_unreadable| Status::invalid_argument(UNREADABLE))
    }
}
