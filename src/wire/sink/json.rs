//! Proto3 JSON.

use std::sync::atomic::Ordering::Relaxed;

use serde::Serialize;

use super::{Answer, Field, Name, Sink, Sizes, sized};
use crate::wire::Rendered;

/// JSON, appended to a buffer.
#[derive(Debug)]
pub(in crate::wire) struct Json(Vec<u8>);

impl Json {
    pub(super) fn written(sizes: &Sizes, write: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut to = Self(sized(&sizes.json));
        write(&mut to);
        sizes.json.store(to.0.len(), Relaxed);
        to.0
    }

    /// An object on a line of its own.
    pub(in crate::wire) fn line(sizes: &Sizes, write: impl FnOnce(&mut Self)) -> Vec<u8> {
        Self::written(sizes, |to| {
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

    fn name(&mut self, field: &Field) {
        let end = self.0.len().saturating_add(field.length);
        self.0.extend_from_slice(&field.name);
        self.0.truncate(end);
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

    fn list<T>(&mut self, field: &Field, values: &[T], write: impl Fn(&mut Self, &T)) {
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

/// Has the text nothing that JSON escapes? Hardly any has, so that blocks of it are looked at as a whole; the last block
/// looks again at some of the one before.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    match (bytes.as_chunks::<16>().0, bytes.last_chunk::<16>(), bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (blocks, Some(last), ..) => blocks.iter().all(is_plain_block) && is_plain_block(last),
        (_, None, Some(first), Some(last)) => is_plain_block(first) && is_plain_block(last),
        (_, None, ..) => bytes.iter().all(|byte| !is_odd(*byte)),
    }
}

fn is_plain_block<const N: usize>(block: &[u8; N]) -> bool {
    !block.iter().fold(false, |any, byte| any | is_odd(*byte))
}

fn is_odd(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

impl Sink for Json {
    fn put_int32(&mut self, field: &Field, value: i32) {
        self.name(field);
        self.number(value);
    }

    fn put_double(&mut self, field: &Field, value: f64) {
        self.name(field);
        self.value(&value);
    }

    fn put_boolean(&mut self, field: &Field, value: bool) {
        self.name(field);
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn put_string(&mut self, field: &Field, value: &str) {
        self.name(field);
        self.text(value);
    }

    fn put_word(&mut self, field: &Field, value: i32, name: Name) {
        self.name(field);
        self.word(name(value));
    }

    fn put_message(&mut self, field: &Field, value: &impl Answer) {
        self.name(field);
        self.object(value);
    }

    fn put_rendered(&mut self, field: &Field, value: &Rendered) {
        self.name(field);
        self.0.extend_from_slice(value.json());
    }

    fn put_int32s(&mut self, field: &Field, values: &[i32]) {
        self.list(field, values, |to, it| to.number(*it));
    }

    fn put_words(&mut self, field: &Field, values: &[i32], name: Name) {
        self.list(field, values, |to, it| to.word(name(*it)));
    }

    fn put_strings(&mut self, field: &Field, values: &[&str]) {
        self.list(field, values, |to, it| to.text(it));
    }

    fn put_messages(&mut self, field: &Field, values: &[impl Answer]) {
        self.list(field, values, |to, it| to.object(it));
    }

    fn put_rendereds(&mut self, field: &Field, values: &[&Rendered]) {
        self.list(field, values, |to, it| to.0.extend_from_slice(it.json()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fields(Vec<String>);

    impl Answer for Fields {
        type Owned = ();

        fn sizes() -> &'static Sizes {
            static SIZES: Sizes = Sizes::new();
            &SIZES
        }

        fn write(&self, to: &mut impl Sink) {
            self.0.iter().for_each(|it| to.string(&Field::new(1, ",\"text\":"), it));
        }
    }

    /// Every character of one byte, and some of more, in every place of a text of up to three blocks.
    #[test]
    fn a_text_is_escaped_as_serde_does_it() {
        let characters = (0..0x80_u8).map(char::from).chain(['ä', '\u{2028}', '😀']);
        for odd in characters {
            for (before, after) in (0..34).map(|it| (it, 0)).chain([(0, 33), (7, 9), (15, 16)]) {
                let text = format!("{}{odd}{}", "a".repeat(before), "b".repeat(after));
                let mut to = Json(Vec::new());
                to.text(&text);
                assert_eq!(String::from_utf8(to.0).ok(), serde_json::to_string(&text).ok(), "{text:?}");
            }
        }
    }

    #[test]
    fn an_object_begins_with_a_brace_whatever_it_holds() {
        let of = |texts: &[&str]| Fields(texts.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(of(&[]).to_json(), b"{}");
        assert_eq!(of(&["x"]).to_json(), br#"{"text":"x"}"#);
        let mut to = Json(Vec::new());
        to.fields(|to| {
            to.put_message(&Field::new(1, ",\"none\":"), &of(&[]));
            to.put_messages(&Field::new(2, ",\"some\":"), &[of(&["x"]), of(&[])]);
            to.put_int32s(&Field::new(3, ",\"numbers\":"), &[0, 9, 10, -1]);
        });
        assert_eq!(to.0, br#"{"none":{},"some":[{"text":"x"},{}],"numbers":[0,9,10,-1]}"#);
    }
}
