//! Reads JSON bodies by the rules of proto3 JSON.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use tonic::Status;

use super::{descriptors::schema_path, error};

/// Reads one message. `message` is its full name in the schema.
///
/// Unknown fields are refused: a misspelt contraindication must never be dropped.
pub fn parse<T: DeserializeOwned>(message: &str, body: &[u8]) -> Result<T, Status> {
    // Nearly every body needs no tolerance at all.
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let Strict(value) = serde_json::from_slice(body).map_err(|it| {
        if it.is_data() {
            return error::unreadable("", "gives a field twice; send each field once");
        }
        error::unreadable("", format!("the body is not JSON (line {}, column {})", it.line(), it.column()))
    })?;
    from_value(message, value)
}

/// Reads one message from JSON without duplicate fields.
pub(super) fn from_value<T: DeserializeOwned>(message: &str, mut value: Value) -> Result<T, Status> {
    tolerate(&mut value);
    serde_path_to_error::deserialize(value).map_err(|it| {
        let path = it.path().to_string();
        let (field, description) = explain(message, &path, &it.into_inner().to_string());
        error::unreadable(field, description)
    })
}

/// What proto3 JSON allows and the generated readers do not: `null` for a field that is absent, `5.0` for 5.
fn tolerate(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, it| !it.is_null());
            fields.values_mut().for_each(tolerate);
        }
        Value::Array(items) => items.iter_mut().for_each(tolerate),
        Value::Number(number) => {
            let whole = number.as_f64().filter(|it| number.is_f64() && it.fract() == 0.0 && it.abs() < 1e15);
            if let Some(whole) = whole {
                #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
                let whole = whole as i64;
                *value = Value::from(whole);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Field path and remedy, without repeating any value that was sent.
fn explain(message: &str, path: &str, error: &str) -> (String, String) {
    let path = schema_path(message, path);
    let quoted = |prefix: &str| {
        let name = error.strip_prefix(prefix)?.split_once('`')?.0;
        let is_name = name.len() <= 64 && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        Some(if is_name { name.to_owned() } else { "it".to_owned() })
    };
    if let Some(name) = quoted("unknown field `") {
        let place = if path.is_empty() { "the request".to_owned() } else { path.clone() };
        return (path, format!("has an unknown field `{name}` in {place}; /openapi.json names the fields"));
    }
    if quoted("duplicate field `").is_some() {
        return (path, "gives a field twice, perhaps in two spellings; send each field once".to_owned());
    }
    (path, "does not fit the type of this field; see /openapi.json".to_owned())
}

/// Any JSON, but no object may name a field twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Number::from_f64(it).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, _>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom("a field is given twice"));
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::parse;
    use crate::{serve::error::violations, wire::v1};

    const MESSAGE: &str = "cicatrix.v1.GenerateProtocolRequest";

    fn read(body: &str) -> Result<v1::GenerateProtocolRequest, Vec<String>> {
        parse(MESSAGE, body.as_bytes()).map_err(|it| violations(&it))
    }

    #[test]
    fn proto3_json_is_read() {
        let request = read(
            r#"{"startDate": {"year": 2026, "month": 12.0, "day": "1"}, "patient": null,
                "scars": [{"id": "a", "site": "SITE_CHEEK", "count": null, "opening_width_mm": 1.2, "edge": 1}]}"#,
        )
        .unwrap();
        assert_eq!(request.start_date.unwrap().month, 12);
        assert_eq!(request.patient, None);
        let scar = &request.scars[0];
        assert_eq!((scar.count, scar.opening_width_mm, scar.edge()), (None, Some(1.2), v1::Edge::Sharp));
    }

    #[test]
    fn what_is_not_read_is_named_and_not_repeated() {
        for (body, message) in [
            ("", "the body is not JSON (line 1, column 0)"),
            ("{", "the body is not JSON (line 1, column 1)"),
            ("nonsense", "the body is not JSON (line 1, column 2)"),
            ("[]", "does not fit the type of this field; see /openapi.json"),
            (
                r#"{"patient": {"pregnant": true}}"#,
                "patient has an unknown field `pregnant` in patient; /openapi.json names the fields",
            ),
            (
                r#"{"Jane Doe, 5 Elm Street": 1}"#,
                "has an unknown field `it` in the request; /openapi.json names the fields",
            ),
            (
                r#"{"scars": [{}, {"openingWidthMm": "wide"}]}"#,
                "scars[1].opening_width_mm does not fit the type of this field; see /openapi.json",
            ),
            (
                r#"{"patient": {"pregnancy": "Jane"}}"#,
                "patient.pregnancy does not fit the type of this field; see /openapi.json",
            ),
            (r#"{"patient": {}, "patient": {}}"#, "gives a field twice; send each field once"),
            (
                r#"{"view": null, "patient": {"lactating": true, "lactating": false}}"#,
                "gives a field twice; send each field once",
            ),
            (
                r#"{"startDate": {"year": 2026}, "start_date": {"year": 2027}}"#,
                "gives a field twice, perhaps in two spellings; send each field once",
            ),
        ] {
            assert_eq!(read(body).unwrap_err(), [message], "{body}");
        }
    }
}
