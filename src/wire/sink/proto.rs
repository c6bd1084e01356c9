//! Protobuf.

use std::sync::atomic::Ordering::Relaxed;

use prost::encoding::{WireType, encode_varint, encoded_len_varint};

use super::{Answer, Field, Name, Sink, Sizes, sized};
use crate::wire::Rendered;

/// Protobuf, appended to a buffer.
#[derive(Debug)]
pub(in crate::wire) struct Proto(Vec<u8>);

impl Proto {
    pub(in crate::wire) fn written(sizes: &Sizes, write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut to = Self(sized(&sizes.proto));
        write(&mut to);
        sizes.proto.store(to.0.len(), Relaxed);
        to.0
    }

    fn key(&mut self, field: &Field, wire_type: WireType) {
        self.varint(field.key(wire_type));
    }

    #[inline]
    fn varint(&mut self, value: u32) {
        if value < ONE_BYTE {
            self.0.push(value as u8);
        } else if value < TWO_BYTES {
            self.0.extend_from_slice(&two_bytes(value));
        } else {
            encode_varint(u64::from(value), &mut self.0);
        }
    }

    /// The key of what has a length, and the length.
    fn head(&mut self, field: &Field, length: usize) {
        self.pair(field.key(WireType::LengthDelimited), length as u64);
    }

    /// A key and a number. Nearly all are short, and go in one piece.
    #[inline]
    fn pair(&mut self, key: u32, number: u64) {
        if key < ONE_BYTE && number < u64::from(ONE_BYTE) {
            self.0.extend_from_slice(&[key as u8, number as u8]);
        } else {
            self.varint(key);
            encode_varint(number, &mut self.0);
        }
    }

    fn bytes(&mut self, field: &Field, value: &[u8]) {
        self.head(field, value.len());
        self.0.extend_from_slice(value);
    }

    /// What `write` appends, with its length before it.
    ///
    /// The length is known afterwards, so room for that of most messages is left and what was written is moved when it
    /// was another.
    fn nested(&mut self, field: &Field, write: impl FnOnce(&mut Self)) {
        const ROOM: usize = 2;
        self.key(field, WireType::LengthDelimited);
        let start = self.0.len();
        self.0.extend_from_slice(&[0; ROOM]);
        let body = self.0.len();
        write(self);
        self.tell(start, body);
    }

    /// Puts the length of what begins at `body` into the room from `start` on.
    fn tell(&mut self, start: usize, body: usize) {
        let (end, room) = (self.0.len(), body.saturating_sub(start));
        let length = end.saturating_sub(body);
        let used = encoded_len_varint(length as u64);
        if used > room {
            self.0.resize(end.saturating_add(used.saturating_sub(room)), 0);
        }
        let moved = start.saturating_add(used);
        if used != room {
            self.0.copy_within(body..end, moved);
            self.0.truncate(moved.saturating_add(length));
        }
        match self.0.get_mut(start..moved) {
            Some([byte]) => *byte = length as u8,
            Some([low, high]) => [*low, *high] = two_bytes(length as u32),
            Some(mut prefix) => encode_varint(length as u64, &mut prefix),
            None => {}
        }
    }
}

/// A varint below it has one byte.
const ONE_BYTE: u32 = 1 << 7;
/// A varint below it has two bytes at most.
const TWO_BYTES: u32 = 1 << 14;

/// A number below [`TWO_BYTES`] as a varint of two bytes.
fn two_bytes(value: u32) -> [u8; 2] {
    [value as u8 | 0x80, (value >> 7) as u8]
}

impl Sink for Proto {
    fn put_int32(&mut self, field: &Field, value: i32) {
        // Negative numbers have ten bytes.
        self.pair(field.key(WireType::Varint), i64::from(value).cast_unsigned());
    }

    fn put_double(&mut self, field: &Field, value: f64) {
        self.key(field, WireType::SixtyFourBit);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn put_boolean(&mut self, field: &Field, value: bool) {
        self.put_int32(field, i32::from(value));
    }

    fn put_string(&mut self, field: &Field, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    fn put_word(&mut self, field: &Field, value: i32, _name: Name) {
        self.put_int32(field, value);
    }

    fn put_message(&mut self, field: &Field, value: &impl Answer) {
        self.nested(field, |to| value.write(to));
    }

    fn put_rendered(&mut self, field: &Field, value: &Rendered) {
        self.key(field, WireType::LengthDelimited);
        self.0.extend_from_slice(value.proto());
    }

    fn put_int32s(&mut self, field: &Field, values: &[i32]) {
        let length = values.iter().map(|it| encoded_len_varint(i64::from(*it).cast_unsigned())).sum();
        self.head(field, length);
        values.iter().for_each(|it| encode_varint(i64::from(*it).cast_unsigned(), &mut self.0));
    }

    fn put_words(&mut self, field: &Field, values: &[i32], _name: Name) {
        self.put_int32s(field, values);
    }

    fn put_strings(&mut self, field: &Field, values: &[&str]) {
        values.iter().for_each(|it| self.put_string(field, it));
    }

    fn put_messages(&mut self, field: &Field, values: &[impl Answer]) {
        values.iter().for_each(|it| self.put_message(field, it));
    }

    fn put_rendereds(&mut self, field: &Field, values: &[&Rendered]) {
        let key = field.key(WireType::LengthDelimited);
        for value in values {
            self.varint(key);
            self.0.extend_from_slice(value.proto());
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::encoding::{encode_key, int32, string};

    use super::*;

    /// A message with one text.
    struct Text<'a>(&'a str);

    impl Answer for Text<'_> {
        type Owned = ();

        fn sizes() -> &'static Sizes {
            static SIZES: Sizes = Sizes::new();
            &SIZES
        }

        fn write(&self, to: &mut impl Sink) {
            to.string(&Field::new(1, ""), self.0);
        }
    }

    /// A length has one, two or three bytes, and so may the key before it.
    #[test]
    fn lengths_and_keys_are_those_of_the_encoder() {
        for number in [1, 15, 16, 2047, 2048] {
            let field = &Field::new(number, "");
            for length in [0, 1, 124, 125, 126, 127, 128, 129, 16_378, 16_379, 16_380, 16_381, 16_384, 16_385, 70_000] {
                let text = "x".repeat(length);
                let (mut inner, mut expected) = (Vec::new(), Vec::new());
                if length > 0 {
                    string::encode(1, &text, &mut inner);
                }
                encode_key(number, WireType::LengthDelimited, &mut expected);
                encode_varint(inner.len() as u64, &mut expected);
                expected.extend_from_slice(&inner);
                let (around, after) = (b"before".to_vec(), b"after");
                let mut to = Proto(around.clone());
                to.put_message(field, &Text(&text));
                to.0.extend_from_slice(after);
                assert!(to.0 == [&around[..], &expected, after].concat(), "field {number}, {length} bytes");
            }
        }
    }

    #[test]
    fn numbers_are_those_of_the_encoder() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, i32::MAX, -1, -128, i32::MIN];
        for number in [1, 15, 16, 2048] {
            let mut to = Proto(Vec::new());
            let mut expected = Vec::new();
            for value in numbers {
                to.put_int32(&Field::new(number, ""), value);
                int32::encode(number, &value, &mut expected);
            }
            to.put_int32s(&Field::new(number, ""), &numbers);
            int32::encode_packed(number, &numbers, &mut expected);
            assert_eq!(to.0, expected, "field {number}");
        }
    }
}
