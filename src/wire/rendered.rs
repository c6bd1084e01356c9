//! A message that was encoded once and is copied into every answer.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use bytes::{Buf, BufMut};
use prost::{
    DecodeError, Message,
    encoding::{DecodeContext, WireType, decode_varint, encode_key, encode_varint},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The message `M` as its bytes and as its JSON.
///
/// It is on the wire what `M` is; it costs one copy instead of a tree of strings.
pub struct Rendered<M> {
    /// `None` is the empty message.
    written: Option<Arc<Written>>,
    message: PhantomData<fn() -> M>,
}

struct Written {
    proto: Box<[u8]>,
    /// Made when the value is rendered; absent in a value that came off the wire.
    json: Option<Box<RawValue>>,
}

impl<M: Message + Default + Serialize> Rendered<M> {
    /// Renders `message`.
    pub fn new(message: &M) -> Self {
        let json = serde_json::value::to_raw_value(message).ok();
        Self::of(message.encode_to_vec(), json)
    }
}

impl<M: Message + Default> Rendered<M> {
    /// The message itself. The default when the bytes do not hold one, which only bytes off the wire can do.
    pub fn message(&self) -> M {
        M::decode(self.proto()).unwrap_or_default()
    }
}

impl<M> Rendered<M> {
    fn of(proto: Vec<u8>, json: Option<Box<RawValue>>) -> Self {
        let written = Arc::new(Written { proto: proto.into(), json });
        Self { written: Some(written), message: PhantomData }
    }

    fn proto(&self) -> &[u8] {
        self.written.as_ref().map(|it| it.proto.as_ref()).unwrap_or_default()
    }
}

impl<M> Clone for Rendered<M> {
    fn clone(&self) -> Self {
        Self { written: self.written.clone(), message: PhantomData }
    }
}

impl<M> Default for Rendered<M> {
    fn default() -> Self {
        Self { written: None, message: PhantomData }
    }
}

impl<M> PartialEq for Rendered<M> {
    fn eq(&self, other: &Self) -> bool {
        self.proto() == other.proto()
    }
}

impl<M> Eq for Rendered<M> {}

impl<M> Hash for Rendered<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.proto().hash(state);
    }
}

impl<M: Message + Default + fmt::Debug> fmt::Debug for Rendered<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match M::decode(self.proto()) {
            Ok(message) => fmt::Debug::fmt(&message, f),
            Err(error) => fmt::Debug::fmt(&error, f),
        }
    }
}

impl<M: Message + Default + fmt::Debug> Message for Rendered<M> {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(self.proto());
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        _ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut proto = self.proto().to_vec();
        encode_key(tag, wire_type, &mut proto);
        let length = match wire_type {
            WireType::Varint => {
                encode_varint(decode_varint(buf)?, &mut proto);
                0
            }
            WireType::ThirtyTwoBit => size_of::<u32>(),
            WireType::SixtyFourBit => size_of::<u64>(),
            WireType::LengthDelimited => {
                let length = decode_varint(buf)?;
                encode_varint(length, &mut proto);
                usize::try_from(length).unwrap_or(usize::MAX)
            }
            // No message has groups: what follows is then refused by the decoder of `M`.
            WireType::StartGroup | WireType::EndGroup => 0,
        };
        let length = length.min(buf.remaining());
        proto.put(buf.take(length));
        *self = Self::of(proto, None);
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        self.proto().len()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<M: Message + Default + Serialize> Serialize for Rendered<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.written.as_ref().and_then(|it| it.json.as_ref()) {
            Some(json) => json.serialize(serializer),
            None => self.message().serialize(serializer),
        }
    }
}

impl<'de, M: Message + Default + Serialize + DeserializeOwned> Deserialize<'de> for Rendered<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        M::deserialize(deserializer).map(|message| Self::new(&message))
    }
}
