//! Proto3 JSON.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde::Serialize;

use super::{Answer, Field, Name, Sink, sized};
use crate::wire::Rendered;

/// JSON, appended to a buffer.
#[derive(Debug)]
pub(in crate::wire) struct Json(Vec<u8>);

impl Json {
    pub(super) fn written(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        let mut to = Self(sized(&LAST));
        write(&mut to);
        LAST.store(to.0.len(), Relaxed);
        to.0
    }

    /// An object on a line of its own.
    pub(in crate::wire) fn line(write: impl FnOnce(&mut Self)) -> Vec<u8> {
        Self::written(|to| {
            to.fields(write);
            to.0.push(b'\n');
        })
    }

    /// An object of the fields that `write` writes.
    fn fields(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        write(self);
        // Each has a comma before it: that of the first becomes the brace.
        match self.0.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => self.0.push(b'{'),
        }
        self.0.push(b'}');
    }

    fn name(&mut self, field: Field) {
        self.0.extend_from_slice(field.name.as_bytes());
    }

    /// A number or a text. Writing to memory does not fail, and neither kind has anything that JSON cannot say.
    fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        let written = serde_json::to_writer(&mut self.0, value);
        debug_assert!(written.is_ok(), "{written:?}");
    }

    fn number(&mut self, value: i32) {
        match u8::try_from(value) {
            Ok(digit @ 0..=9) => self.0.push(b'0' | digit),
            Ok(_) | Err(_) => self.value(&value),
        }
    }

    fn text(&mut self, value: &str) {
        if is_plain(value) { self.word(value) } else { self.value(value) }
    }

    fn word(&mut self, name: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'"');
    }

    pub(super) fn object(&mut self, answer: &(impl Answer + ?Sized)) {
        self.fields(|to| answer.write(to));
    }

    fn list<T>(&mut self, field: Field, values: &[T], write: impl Fn(&mut Self, &T)) {
        self.name(field);
        self.0.push(b'[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            write(self, value);
        }
        self.0.push(b']');
    }
}

/// Has the text nothing that JSON escapes? Hardly any has, so that blocks of it are looked at as a whole.
fn is_plain(text: &str) -> bool {
    let odd = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    let plain = |block: &[u8; 16]| !block.iter().fold(false, |any, byte| any | odd(byte));
    let (blocks, rest) = text.as_bytes().as_chunks();
    let mut last = [b' '; 16];
    if let Some(last) = last.get_mut(..rest.len()) {
        last.copy_from_slice(rest);
    }
    blocks.iter().all(plain) && plain(&last)
}

impl Sink for Json {
    fn put_int32(&mut self, field: Field, value: i32) {
        self.name(field);
        self.number(value);
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
        self.text(value);
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
        self.list(field, values, |to, it| to.number(*it));
    }

    fn put_words(&mut self, field: Field, values: &[i32], name: Name) {
        self.list(field, values, |to, it| to.word(name(*it)));
    }

    fn put_strings(&mut self, field: Field, values: &[&str]) {
        self.list(field, values, |to, it| to.text(it));
    }

    fn put_messages(&mut self, field: Field, values: &[impl Answer]) {
        self.list(field, values, |to, it| to.object(it));
    }

    fn put_rendereds(&mut self, field: Field, values: &[&Rendered]) {
        self.list(field, values, |to, it| to.0.extend_from_slice(it.json()));
    }
}
