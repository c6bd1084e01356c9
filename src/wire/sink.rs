//! Writes answers of borrowed values as protobuf and as JSON, in one pass into one buffer.

mod json;
mod proto;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use prost::encoding::WireType;

use super::Rendered;

pub(super) use json::Json;
pub(super) use proto::Proto;

/// A message that writes itself.
pub trait Answer {
    /// The same message with everything its own.
    type Owned;

    /// How long such messages are.
    fn sizes() -> &'static Sizes;

    /// Writes its fields, in the order of their numbers.
    fn write(&self, to: &mut impl Sink);

    /// It as protobuf.
    fn to_proto(&self) -> Vec<u8> {
        Proto::written(Self::sizes(), |to| self.write(to))
    }

    /// It as proto3 JSON.
    fn to_json(&self) -> Vec<u8> {
        Json::written(Self::sizes(), |to| to.object(self))
    }
}

/// How long the last message of a kind was in each encoding.
#[derive(Debug, Default)]
pub struct Sizes {
    proto: AtomicUsize,
    json: AtomicUsize,
}

impl Sizes {
    /// None was written yet.
    pub const fn new() -> Self {
        Self { proto: AtomicUsize::new(0), json: AtomicUsize::new(0) }
    }
}

/// A buffer that is as large as the last one of its kind needed to be: growing it would copy every answer twice.
fn sized(last: &AtomicUsize) -> Vec<u8> {
    let needed = last.load(Relaxed);
    Vec::with_capacity(needed.saturating_add(needed / 8))
}

/// The longest name there is: one of more bytes does not compile.
const NAME: usize = 32;

/// How a field is called in each encoding.
#[derive(Debug)]
pub struct Field {
    number: u32,
    /// In quotes, between a comma and a colon, and padded: what always has the same length is copied without asking.
    name: [u8; NAME],
    length: usize,
}

impl Field {
    /// `name` in quotes, between a comma and a colon.
    pub const fn new(number: u32, name: &str) -> Self {
        let mut padded = [0; NAME];
        let (start, _) = padded.split_at_mut(name.len());
        start.copy_from_slice(name.as_bytes());
        Self { number, name: padded, length: name.len() }
    }

    fn key(&self, wire_type: WireType) -> u32 {
        self.number << 3 | wire_type as u32
    }
}

/// Gives the name of a value of an enumeration.
pub(super) type Name = fn(i32) -> &'static str;

/// Takes fields. A field without presence is left out when it has its default, as proto3 says.
pub trait Sink {
    /// A number, present.
    fn put_int32(&mut self, field: &Field, value: i32);
    /// A number, present.
    fn put_double(&mut self, field: &Field, value: f64);
    /// Yes or no, present.
    fn put_boolean(&mut self, field: &Field, value: bool);
    /// A text, present.
    fn put_string(&mut self, field: &Field, value: &str);
    /// A value of an enumeration, present.
    fn put_word(&mut self, field: &Field, value: i32, name: Name);
    /// A message, present.
    fn put_message(&mut self, field: &Field, value: &impl Answer);
    /// A message that was rendered, present.
    fn put_rendered(&mut self, field: &Field, value: &Rendered);
    /// Numbers, at least one.
    fn put_int32s(&mut self, field: &Field, values: &[i32]);
    /// Values of an enumeration, at least one.
    fn put_words(&mut self, field: &Field, values: &[i32], name: Name);
    /// Texts, at least one.
    fn put_strings(&mut self, field: &Field, values: &[&str]);
    /// Messages, at least one.
    fn put_messages(&mut self, field: &Field, values: &[impl Answer]);
    /// Messages that were rendered, at least one.
    fn put_rendereds(&mut self, field: &Field, values: &[&Rendered]);

    /// A number.
    fn int32(&mut self, field: &Field, value: i32) {
        self.maybe_int32(field, Some(value).filter(|it| *it != 0));
    }

    /// A number.
    #[allow(clippy::float_cmp, reason = "the default is exactly this")]
    fn double(&mut self, field: &Field, value: f64) {
        self.maybe_double(field, Some(value).filter(|it| *it != 0.0));
    }

    /// Yes or no.
    fn boolean(&mut self, field: &Field, value: bool) {
        self.maybe_boolean(field, Some(value).filter(|it| *it));
    }

    /// A text.
    fn string(&mut self, field: &Field, value: &str) {
        self.maybe_string(field, Some(value).filter(|it| !it.is_empty()));
    }

    /// A value of an enumeration.
    fn word(&mut self, field: &Field, value: i32, name: Name) {
        self.maybe_word(field, Some(value).filter(|it| *it != 0), name);
    }

    /// A number with presence.
    fn maybe_int32(&mut self, field: &Field, value: Option<i32>) {
        if let Some(value) = value {
            self.put_int32(field, value);
        }
    }

    /// A number with presence.
    fn maybe_double(&mut self, field: &Field, value: Option<f64>) {
        if let Some(value) = value {
            self.put_double(field, value);
        }
    }

    /// Yes or no with presence.
    fn maybe_boolean(&mut self, field: &Field, value: Option<bool>) {
        if let Some(value) = value {
            self.put_boolean(field, value);
        }
    }

    /// A text with presence.
    fn maybe_string(&mut self, field: &Field, value: Option<&str>) {
        if let Some(value) = value {
            self.put_string(field, value);
        }
    }

    /// A value of an enumeration with presence.
    fn maybe_word(&mut self, field: &Field, value: Option<i32>, name: Name) {
        if let Some(value) = value {
            self.put_word(field, value, name);
        }
    }

    /// A message.
    fn message(&mut self, field: &Field, value: Option<&impl Answer>) {
        if let Some(value) = value {
            self.put_message(field, value);
        }
    }

    /// A message that was rendered.
    fn rendered(&mut self, field: &Field, value: Option<&Rendered>) {
        if let Some(value) = value {
            self.put_rendered(field, value);
        }
    }

    /// Numbers.
    fn int32s(&mut self, field: &Field, values: &[i32]) {
        if !values.is_empty() {
            self.put_int32s(field, values);
        }
    }

    /// Values of an enumeration.
    fn words(&mut self, field: &Field, values: &[i32], name: Name) {
        if !values.is_empty() {
            self.put_words(field, values, name);
        }
    }

    /// Texts.
    fn strings(&mut self, field: &Field, values: &[&str]) {
        if !values.is_empty() {
            self.put_strings(field, values);
        }
    }

    /// Messages.
    fn messages(&mut self, field: &Field, values: &[impl Answer]) {
        if !values.is_empty() {
            self.put_messages(field, values);
        }
    }

    /// Messages that were rendered.
    fn rendereds(&mut self, field: &Field, values: &[&Rendered]) {
        if !values.is_empty() {
            self.put_rendereds(field, values);
        }
    }
}
