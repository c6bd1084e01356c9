//! Writes answers of borrowed values as protobuf and as JSON, in one pass into one buffer.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use prost::encoding::{WireType, encode_varint};
use serde::Serialize;

use super::Rendered;

/// A message that writes itself.
pub trait Answer {
    /// The same message with everything its own.
    type Owned;

    /// Writes its fields, in the order of their numbers.
    fn write(&self, to: &mut impl Sink);

    /// It as protobuf.
    fn to_proto(&self) -> Vec<u8> {
        Proto::written(|to| self.write(to))
    }

    /// It as proto3 JSON.
    fn to_json(&self) -> Vec<u8> {
        Json::written(|to| to.object(self))
    }
}

/// A buffer that is as large as the last one needed to be: growing it would copy every answer twice.
fn sized(last: &AtomicUsize) -> Vec<u8> {
    let needed = last.load(Relaxed);
    Vec::with_capacity(needed.saturating_add(needed / 8))
}

/// How a field is called in each encoding.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    number: u32,
    /// In quotes, with the colon.
    name: &'static str,
}

impl Field {
    /// `name` in quotes, with the colon.
    pub const fn new(number: u32, name: &'static str) -> Self {
        Self { number, name }
    }
}

/// Gives the name of a value of an enumeration.
pub(super) type Name = fn(i32) -> &'static str;

/// Takes fields. A field without presence is left out when it has its default, as proto3 says.
pub trait Sink {
    /// A number, present.
    fn put_int32(&mut self, field: Field, value: i32);
    /// A number, present.
    fn put_double(&mut self, field: Field, value: f64);
    /// Yes or no, present.
    fn put_boolean(&mut self, field: Field, value: bool);
    /// A text, present.
    fn put_string(&mut self, field: Field, value: &str);
    /// A value of an enumeration, present.
    fn put_word(&mut self, field: Field, value: i32, name: Name);
    /// A message, present.
    fn put_message(&mut self, field: Field, value: &impl Answer);
    /// A message that was rendered, present.
    fn put_rendered(&mut self, field: Field, value: &Rendered);
    /// Numbers, at least one.
    fn put_int32s(&mut self, field: Field, values: &[i32]);
    /// Values of an enumeration, at least one.
    fn put_words(&mut self, field: Field, values: &[i32], name: Name);
    /// Texts, at least one.
    fn put_strings(&mut self, field: Field, values: &[&str]);
    /// Messages, at least one.
    fn put_messages(&mut self, field: Field, values: &[impl Answer]);
    /// Messages that were rendered, at least one.
    fn put_rendereds(&mut self, field: Field, values: &[&Rendered]);

    /// A number.
    fn int32(&mut self, field: Field, value: i32) {
        self.maybe_int32(field, Some(value).filter(|it| *it != 0));
    }

    /// A number.
    #[allow(clippy::float_cmp, reason = "the default is exactly this")]
    fn double(&mut self, field: Field, value: f64) {
        self.maybe_double(field, Some(value).filter(|it| *it != 0.0));
    }

    /// Yes or no.
    fn boolean(&mut self, field: Field, value: bool) {
        self.maybe_boolean(field, Some(value).filter(|it| *it));
    }

    /// A text.
    fn string(&mut self, field: Field, value: &str) {
        self.maybe_string(field, Some(value).filter(|it| !it.is_empty()));
    }

    /// A value of an enumeration.
    fn word(&mut self, field: Field, value: i32, name: Name) {
        self.maybe_word(field, Some(value).filter(|it| *it != 0), name);
    }

    /// A number with presence.
    fn maybe_int32(&mut self, field: Field, value: Option<i32>) {
        if let Some(value) = value {
            self.put_int32(field, value);
        }
    }

    /// A number with presence.
    fn maybe_double(&mut self, field: Field, value: Option<f64>) {
        if let Some(value) = value {
            self.put_double(field, value);
        }
    }

    /// Yes or no with presence.
    fn maybe_boolean(&mut self, field: Field, value: Option<bool>) {
        if let Some(value) = value {
            self.put_boolean(field, value);
        }
    }

    /// A text with presence.
    fn maybe_string(&mut self, field: Field, value: Option<&str>) {
        if let Some(value) = value {
            self.put_string(field, value);
        }
    }

    /// A value of an enumeration with presence.
    fn maybe_word(&mut self, field: Field, value: Option<i32>, name: Name) {
        if let Some(value) = value {
            self.put_word(field, value, name);
        }
    }

    /// A message.
    fn message(&mut self, field: Field, value: Option<&impl Answer>) {
        if let Some(value) = value {
            self.put_message(field, value);
        }
    }

    /// A message that was rendered.
    fn rendered(&mut self, field: Field, value: Option<&Rendered>) {
        if let Some(value) = value {
            self.put_rendered(field, value);
        }
    }

    /// Numbers.
    fn int32s(&mut self, field: Field, values: &[i32]) {
        if !values.is_empty() {
            self.put_int32s(field, values);
        }
    }

    /// Values of an enumeration.
    fn words(&mut self, field: Field, values: &[i32], name: Name) {
        if !values.is_empty() {
            self.put_words(field, values, name);
        }
    }

    /// Texts.
    fn strings(&mut self, field: Field, values: &[&str]) {
        if !values.is_empty() {
            self.put_strings(field, values);
        }
    }

    /// Messages.
    fn messages(&mut self, field: Field, values: &[impl Answer]) {
        if !values.is_empty() {
            self.put_messages(field, values);
        }
    }

    /// Messages that were rendered.
    fn rendereds(&mut self, field: Field, values: &[&Rendered]) {
        if !values.is_empty() {
            self.put_rendereds(field, values);
        }
    }
}

/// Protobuf, appended to a buffer.
#[derive(Debug)]
pub(super) struct Proto(Vec<u8>);

impl Proto {
    pub(super) fn written(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        let mut to = Self(sized(&LAST));
        write(&mut to);
        LAST.store(to.0.len(), Relaxed);
        to.0
    }

    fn key(&mut self, field: Field, wire_type: WireType) {
        self.varint(field.number << 3 | wire_type as u32);
    }

    fn varint(&mut self, value: u32) {
        match u8::try_from(value) {
            Ok(byte) if byte < 0x80 => self.0.push(byte),
            Ok(_) | Err(_) => encode_varint(u64::from(value), &mut self.0),
        }
    }

    /// Negative numbers have ten bytes.
    #[allow(clippy::cast_sign_loss, reason = "how protobuf writes them")]
    fn number(&mut self, value: i32) {
        match u32::try_from(value) {
            Ok(value) => self.varint(value),
            Err(_) => encode_varint(i64::from(value) as u64, &mut self.0),
        }
    }

    fn bytes(&mut self, field: Field, value: &[u8]) {
        self.key(field, WireType::LengthDelimited);
        encode_varint(value.len() as u64, &mut self.0);
        self.0.extend_from_slice(value);
    }

    /// What `write` appends, with its length before it.
    ///
    /// The length is known afterwards, so room for that of most messages is left and what was written is moved when it
    /// was another.
    fn nested(&mut self, field: Field, write: impl FnOnce(&mut Self)) {
        const ROOM: usize = 2;
        self.key(field, WireType::LengthDelimited);
        let start = self.0.len();
        self.0.extend_from_slice(&[0; ROOM]);
        write(self);
        let length = self.0.len().saturating_sub(start).saturating_sub(ROOM);
        let (mut prefix, mut rest) = ([0; 10], length);
        let mut used = 0;
        for byte in &mut prefix {
            used += 1;
            *byte = (rest & 0x7f) as u8 | if rest > 0x7f { 0x80 } else { 0 };
            rest >>= 7;
            if rest == 0 {
                break;
            }
        }
        let prefix = prefix.get(..used).unwrap_or_default();
        if let (ROOM, Some(room)) = (used, self.0.get_mut(start..start.saturating_add(ROOM))) {
            room.copy_from_slice(prefix);
        } else {
            self.0.splice(start..start.saturating_add(ROOM), prefix.iter().copied());
        }
    }
}

impl Sink for Proto {
    fn put_int32(&mut self, field: Field, value: i32) {
        self.key(field, WireType::Varint);
        self.number(value);
    }

    fn put_double(&mut self, field: Field, value: f64) {
        self.key(field, WireType::SixtyFourBit);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn put_boolean(&mut self, field: Field, value: bool) {
        self.put_int32(field, i32::from(value));
    }

    fn put_string(&mut self, field: Field, value: &str) {
        self.bytes(field, value.as_bytes());
    }

    fn put_word(&mut self, field: Field, value: i32, _name: Name) {
        self.put_int32(field, value);
    }

    fn put_message(&mut self, field: Field, value: &impl Answer) {
        self.nested(field, |to| value.write(to));
    }

    fn put_rendered(&mut self, field: Field, value: &Rendered) {
        self.key(field, WireType::LengthDelimited);
        self.0.extend_from_slice(value.proto());
    }

    fn put_int32s(&mut self, field: Field, values: &[i32]) {
        self.nested(field, |to| values.iter().for_each(|it| to.number(*it)));
    }

    fn put_words(&mut self, field: Field, values: &[i32], _name: Name) {
        self.put_int32s(field, values);
    }

    fn put_strings(&mut self, field: Field, values: &[&str]) {
        values.iter().for_each(|it| self.put_string(field, it));
    }

    fn put_messages(&mut self, field: Field, values: &[impl Answer]) {
        values.iter().for_each(|it| self.put_message(field, it));
    }

    fn put_rendereds(&mut self, field: Field, values: &[&Rendered]) {
        values.iter().for_each(|it| self.put_rendered(field, it));
    }
}

/// JSON, appended to a buffer.
#[derive(Debug)]
pub(super) struct Json(Vec<u8>);

impl Json {
    fn written(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        let mut to = Self(sized(&LAST));
        write(&mut to);
        LAST.store(to.0.len(), Relaxed);
        to.0
    }

    /// An object on a line of its own.
    pub(super) fn line(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        Self::written(|to| {
            to.0.push(b'{');
            write(to);
            to.0.extend_from_slice(b"}\n");
        })
    }

    /// Whatever stands before it is another value, or the beginning of what holds it.
    fn next(&mut self) {
        if !matches!(self.0.last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(b',');
        }
    }

    fn name(&mut self, field: Field) {
        self.next();
        self.0.extend_from_slice(field.name.as_bytes());
    }

    /// A number or a text. Writing to memory does not fail, and neither kind has anything that JSON cannot say.
    fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        let written = serde_json::to_writer(&mut self.0, value);
        debug_assert!(written.is_ok(), "{written:?}");
    }

    fn word(&mut self, name: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'"');
    }

    fn object(&mut self, answer: &(impl Answer + ?Sized)) {
        self.0.push(b'{');
        answer.write(self);
        self.0.push(b'}');
    }

    fn list<T>(&mut self, field: Field, values: &[T], write: impl Fn(&mut Self, &T)) {
        self.name(field);
        self.0.push(b'[');
        for value in values {
            self.next();
            write(self, value);
        }
        self.0.push(b']');
    }
}

impl Sink for Json {
    fn put_int32(&mut self, field: Field, value: i32) {
        self.name(field);
        self.value(&value);
    }

    fn put_double(&mut self, field: Field, value: f64) {
        self.name(field);
        self.value(&value);
    }

    fn put_boolean(&mut self, field: Field, value: bool) {
        self.name(field);
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn put_string(&mut self, field: Field, value: &str) {
        self.name(field);
        self.value(value);
    }

    fn put_word(&mut self, field: Field, value: i32, name: Name) {
        self.name(field);
        self.word(name(value));
    }

    fn put_message(&mut self, field: Field, value: &impl Answer) {
        self.name(field);
        self.object(value);
    }

    fn put_rendered(&mut self, field: Field, value: &Rendered) {
        self.name(field);
        self.0.extend_from_slice(value.json());
    }

    fn put_int32s(&mut self, field: Field, values: &[i32]) {
        self.list(field, values, |to, it| to.value(it));
    }

    fn put_words(&mut self, field: Field, values: &[i32], name: Name) {
        self.list(field, values, |to, it| to.word(name(*it)));
    }

    fn put_strings(&mut self, field: Field, values: &[&str]) {
        self.list(field, values, |to, it| to.value(*it));
    }

    fn put_messages(&mut self, field: Field, values: &[impl Answer]) {
        self.list(field, values, |to, it| to.object(it));
    }

    fn put_rendereds(&mut self, field: Field, values: &[&Rendered]) {
        self.list(field, values, |to, it| to.0.extend_from_slice(it.json()));
    }
}
