//! Reads JSON as a message of the schema, and names everything in it that the schema does not have.

use prost::encoding::{WireType, bool, double, encode_key, encode_varint, int32, string};
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use super::tree::Json;
use crate::wire::{InvalidRequest, Path, no_value};

/// The longest name of a field that is repeated in an error.
const NAME_CHARS: usize = 64;

/// The message as protobuf. An enum keeps a number that it does not have: whoever reads the request refuses it.
pub(super) fn encoded(message: &MessageDescriptor, json: &Json) -> Result<Vec<u8>, InvalidRequest> {
    let (mut reader, mut out) = (Reader::default(), Vec::new());
    reader.message(None, message, json, &mut out);
    if reader.unreadable { Err(reader.invalid) } else { Ok(out) }
}

/// A name that can be a field's, for an error: anything else could be the name of a patient.
pub(in crate::serve) fn repeatable(name: &str) -> Option<&str> {
    let plain = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    (!name.is_empty() && name.len() <= NAME_CHARS && name.bytes().all(plain)).then_some(name)
}

#[derive(Default)]
struct Reader {
    invalid: InvalidRequest,
    /// Is something wrong that a message cannot hold?
    unreadable: bool,
}

impl Reader {
    /// Writes the fields of a message; without a path it is the whole.
    fn message(&mut self, path: Option<Path<'_>>, message: &MessageDescriptor, json: &Json, out: &mut Vec<u8>) {
        let Json::Fields(fields) = json else { return self.misfit(path) };
        let mut known: Vec<(FieldDescriptor, &Json)> = Vec::with_capacity(fields.len());
        let mut unknown = Vec::new();
        for (name, value) in fields {
            match message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name)) {
                Some(field) => known.push((field, value)),
                None => unknown.push(name.as_str()),
            }
        }
        known.sort_by_key(|(field, _)| field.number());
        // Of each choice the field that was given.
        let mut chosen: Vec<(String, FieldDescriptor)> = Vec::new();
        for given in known.chunk_by(|(one, _), (other, _)| one == other) {
            let [(field, value), twice @ ..] = given else { continue };
            let path = below(path.as_ref(), field.name());
            if !twice.is_empty() {
                self.refuse(path, "is given twice, perhaps in two spellings; send it once");
            }
            // The same as absent.
            if **value == Json::Null {
                continue;
            }
            if let Some(choice) = field.containing_oneof().filter(|it| !it.is_synthetic()) {
                match chosen.iter().find(|(it, _)| it == choice.name()) {
                    Some((_, other)) => {
                        self.refuse(path, format_args!("goes with no {}; send one of them", other.name()));
                    }
                    None => chosen.push((choice.name().to_owned(), field.clone())),
                }
            }
            self.field(path, field, value, out);
        }
        for name in unknown {
            let message = "is an unknown field; /openapi.json names the fields";
            match (repeatable(name), path) {
                (Some(name), path) => self.refuse(below(path.as_ref(), name), message),
                (None, Some(path)) => self.refuse(path, UNREPEATABLE),
                (None, None) => self.refuse("", UNREPEATABLE),
            }
        }
    }

    fn field(&mut self, path: Path<'_>, field: &FieldDescriptor, json: &Json, out: &mut Vec<u8>) {
        let (tag, kind) = (field.number(), field.kind());
        if !field.is_list() {
            return self.value(path, tag, &kind, json, out);
        }
        let Json::List(items) = json else { return self.misfit(Some(path)) };
        for (at, item) in items.iter().enumerate() {
            self.value(path.entry(at), tag, &kind, item, out);
        }
    }

    fn value(&mut self, path: Path<'_>, tag: u32, kind: &Kind, json: &Json, out: &mut Vec<u8>) {
        match kind {
            Kind::Message(message) => {
                let mut inner = Vec::new();
                self.message(Some(path), message, json, &mut inner);
                encode_key(tag, WireType::LengthDelimited, out);
                encode_varint(inner.len() as u64, out);
                out.append(&mut inner);
            }
            Kind::Enum(values) => match number_of(values, json) {
                Some(number) => {
                    if values.get_value(number).is_none() {
                        self.invalid.wrong(path, no_value(number, values.values().len().saturating_sub(1)));
                    }
                    int32::encode(tag, &number, out);
                }
                None => self.misfit(Some(path)),
            },
            Kind::String => match json {
                Json::Text(text) => string::encode(tag, text, out),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Fields(_) => {
                    self.misfit(Some(path));
                }
            },
            Kind::Bool => match json {
                Json::Bool(it) => bool::encode(tag, it, out),
                Json::Null | Json::Number(_) | Json::Text(_) | Json::List(_) | Json::Fields(_) => {
                    self.misfit(Some(path));
                }
            },
            Kind::Int32 => match whole(json) {
                Some(it) => int32::encode(tag, &it, out),
                None => self.misfit(Some(path)),
            },
            Kind::Double => match number(json) {
                Some(it) => double::encode(tag, &it, out),
                None => self.misfit(Some(path)),
            },
            // No request has one; a test walks the schema.
            Kind::Float
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Fixed32
            | Kind::Fixed64
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Bytes => self.misfit(Some(path)),
        }
    }

    fn misfit(&mut self, path: Option<Path<'_>>) {
        let message = "does not fit the type of this field; see /openapi.json";
        match path {
            Some(path) => self.refuse(path, message),
            None => self.refuse("", message),
        }
    }

    fn refuse(&mut self, path: impl std::fmt::Display, description: impl std::fmt::Display) {
        self.unreadable = true;
        self.invalid.wrong(path, description);
    }
}

/// Said where the name of a field is not repeated.
const UNREPEATABLE: &str = "has an unknown field; /openapi.json names the fields";

fn below<'a>(above: Option<&'a Path<'a>>, name: &'a str) -> Path<'a> {
    above.map_or_else(|| Path::root(name), |above| above.field(name))
}

/// The number of an enum value, which is sent by name or by number.
fn number_of(values: &EnumDescriptor, json: &Json) -> Option<i32> {
    match json {
        Json::Text(name) => Some(values.get_value_by_name(name)?.number()),
        Json::Number(_) => whole(json),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Fields(_) => None,
    }
}

/// A whole number: 5, 5.0 or "5".
fn whole(json: &Json) -> Option<i32> {
    match json {
        Json::Text(text) => text.parse().ok(),
        Json::Number(number) => {
            let fits = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(number);
            #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and to fit")]
            fits.then_some(*number as i32)
        }
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Fields(_) => None,
    }
}

/// A number: 1.5 or "1.5".
fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Text(text) => text.parse().ok(),
        Json::Number(number) => Some(*number),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Fields(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm, reason = "tests")]

    use std::collections::BTreeSet;

    use prost_reflect::{Kind, MessageDescriptor};

    use crate::serve::descriptors::pool;

    fn walk(message: MessageDescriptor, seen: &mut BTreeSet<String>) {
        if !seen.insert(message.full_name().to_owned()) {
            return;
        }
        for field in message.fields() {
            assert!(!field.is_map(), "{}", field.full_name());
            match field.kind() {
                Kind::Message(it) => walk(it, seen),
                // Numbers without a gap, so that an unknown one can be told the last.
                Kind::Enum(it) => {
                    let numbers: Vec<i32> = it.values().map(|it| it.number()).collect();
                    assert!((0..).zip(&numbers).all(|(at, it)| at == *it), "{}", it.full_name());
                }
                Kind::Double | Kind::Int32 | Kind::Bool | Kind::String => {}
                other => panic!("{} is {other:?}, which is not read", field.full_name()),
            }
        }
    }

    #[test]
    fn every_kind_of_field_of_a_request_is_read() {
        let mut seen = BTreeSet::new();
        for rpc in pool().unwrap().services().flat_map(|it| it.methods().collect::<Vec<_>>()) {
            walk(rpc.input(), &mut seen);
        }
        assert!(seen.len() > 20);
    }
}
