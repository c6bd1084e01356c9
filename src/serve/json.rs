//! Reads JSON bodies by the rules of proto3 JSON.

mod message;
mod tree;

use prost::Message;
use serde::de::DeserializeOwned;
use tonic::Status;

use self::tree::Json;
use super::{descriptors::pool, error};
use crate::wire::InvalidRequest;

pub(super) use message::repeatable;

/// Reads one message. `message` is its full name in the schema.
///
/// Unknown fields are refused: a misspelt contraindication must never be dropped.
pub fn parse<T: DeserializeOwned + Message + Default>(message: &str, body: &[u8]) -> Result<T, Status> {
    // Nearly every body is read by the generated reader, which knows no tolerance and stops at the first problem.
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let json: Json = serde_json::from_slice(body).map_err(|it| {
        let (text, line, column) = (it.to_string(), it.line(), it.column());
        // The only two kinds of JSON that its reader does not read; it has no other name for them.
        let what = if text.starts_with("recursion limit exceeded") {
            "is nested too deeply"
        } else if text.starts_with("number out of range") {
            "holds a number that is too large"
        } else {
            "is not JSON"
        };
        error::unreadable(format_args!("the body {what} (line {line}, column {column})"))
    })?;
    read(message, &json)?.map_err(error::unreadable_fields)
}

/// Reads one message whose fields came as text, in a path and a query.
pub(super) fn from_texts<T: Message + Default>(
    message: &str,
    fields: impl Iterator<Item = (String, String)>,
) -> Result<T, Status> {
    let fields = fields.map(|(name, value)| (name, Json::Text(value))).collect();
    read(message, &Json::Fields(fields))?.map_err(error::invalid_request)
}

/// The message, or everything that keeps it from being read.
fn read<T: Message + Default>(message: &str, json: &Json) -> Result<Result<T, InvalidRequest>, Status> {
    let message = pool().and_then(|it| it.get_message_by_name(message)).ok_or_else(error::internal)?;
    match message::encoded(&message, json) {
        Ok(bytes) => T::decode(bytes.as_slice()).map(Ok).map_err(|_undecodable| error::internal()),
        Err(invalid) => Ok(Err(invalid)),
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
            (&"[".repeat(200), "the body is nested too deeply (line 1, column 128)"),
            ("{\"scars\": 1e400}", "the body holds a number that is too large (line 1, column 15)"),
            ("[]", "does not fit the type of this field; see /openapi.json"),
            (r#"{"Jane Doe, 5 Elm Street": 1}"#, "has an unknown field; /openapi.json names the fields"),
            (r#"{"scars": [{"Jane Doe": 1}]}"#, "scars[0] has an unknown field; /openapi.json names the fields"),
            (
                r#"{"patient": {"pregnent": null}}"#,
                "patient.pregnent is an unknown field; /openapi.json names the fields",
            ),
            (
                r#"{"scars": [{}, {"openingWidthMm": "wide"}]}"#,
                "scars[1].opening_width_mm does not fit the type of this field; see /openapi.json",
            ),
            (
                r#"{"patient": {"pregnancy": "Jane"}}"#,
                "patient.pregnancy does not fit the type of this field; see /openapi.json",
            ),
            (
                r#"{"patient": {"ageYears": 3000000000}}"#,
                "patient.age_years does not fit the type of this field; see /openapi.json",
            ),
            (r#"{"patient": {}, "patient": {}}"#, "patient is given twice, perhaps in two spellings; send it once"),
            (
                r#"{"view": null, "patient": {"lactating": true, "lactating": false}}"#,
                "patient.lactating is given twice, perhaps in two spellings; send it once",
            ),
            (
                r#"{"startDate": {"year": 2026}, "start_date": {"year": 2027}}"#,
                "start_date is given twice, perhaps in two spellings; send it once",
            ),
            (
                r#"{"patient": {"skinTone": {"itaDegrees": 10, "monk": 3}}}"#,
                "patient.skin_tone.monk goes with no ita_degrees; send one of them",
            ),
        ] {
            assert_eq!(read(body).unwrap_err(), [message], "{body}");
        }
    }

    #[test]
    fn every_problem_is_named_in_the_order_of_the_fields() {
        let found = read(
            r#"{"bar": 1, "view": "VIEW_NO", "patient": {"pregnant": true, "phototype": 99, "ageYears": "old",
                "conditions": ["CONDITION_SMOKER", "NONE", null]}, "scars": [{"bar": 1}, 7, {"site": 1.5, "id": 3}],
                "startDate": [], "plan_reference": "a", "planReference": null}"#,
        );
        let found = found.unwrap_err();
        let fields: Vec<&str> = found.iter().map(|it| it.split(' ').next().unwrap()).collect();
        assert_eq!(
            fields,
            [
                "start_date",
                "patient.age_years",
                "patient.phototype",
                "patient.conditions[1]",
                "patient.conditions[2]",
                "patient.pregnant",
                "scars[0].bar",
                "scars[1]",
                "scars[2].id",
                "scars[2].site",
                "view",
                "plan_reference",
                "bar",
            ]
        );
        assert_eq!(found[2], "patient.phototype is 99, which is no value of this enum; send one from 1 to 6");
    }

    /// By protobuf it is read too, and refused with everything else that is wrong.
    #[test]
    fn a_number_that_an_enum_does_not_have_is_read() {
        let request = read(r#"{"patient": {"phototype": 99}, "scars": [{"site": -1}], "include": [7]}"#).unwrap();
        assert_eq!((request.patient.unwrap().phototype, request.scars[0].site), (99, -1));
        assert_eq!(request.include, [7]);
    }

    #[test]
    fn a_flood_of_problems_is_counted_and_not_kept() {
        let body = format!(r#"{{"scars": [{}]}}"#, vec!["7"; 100_000].join(","));
        let status = parse::<v1::GenerateProtocolRequest>(MESSAGE, body.as_bytes()).unwrap_err();
        assert_eq!(status.message(), "100000 fields are wrong; the first 50 are listed");
        assert_eq!(violations(&status).len(), 50);
    }
}
