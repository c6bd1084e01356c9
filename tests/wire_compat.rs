//! Bytes that were once sent still mean what they meant.
//!
//! The files in `golden/` were written by the first release of the contract and are never rewritten.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fmt::Debug, fs, path::PathBuf};

use cicatrix::wire::{plain, v1};
use prost::Message;
use serde::de::DeserializeOwned;

fn golden(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bytes and the JSON of one message say the same, and writing it again loses nothing.
fn holds<M: Message + Default + PartialEq + Debug + DeserializeOwned>(name: &str) {
    let bytes = golden(&format!("{name}.pb"));
    let message = M::decode(bytes.as_slice()).unwrap();
    let json: M = serde_json::from_slice(&golden(&format!("{name}.json"))).unwrap();
    assert!(message == json, "{name}: the bytes and the JSON differ");
    assert!(message.encode_to_vec() == bytes, "{name}: written again it differs");
    assert!(bytes.len() > 100, "{name} is empty");
}

#[test]
fn old_requests_are_read() {
    holds::<v1::GenerateProtocolRequest>("generate_request");
    holds::<v1::ClassifyScarsRequest>("classify_request");
    holds::<v1::ClassifyScarsRequest>("scales_request");
}

#[test]
fn old_answers_are_read() {
    holds::<v1::GenerateProtocolResponse>("generate_response");
    holds::<v1::ClassifyScarsResponse>("classify_response");
    holds::<v1::ClassifyScarsResponse>("scales_response");
    holds::<v1::GetProcedureResponse>("procedure_response");
    holds::<v1::GetRuleResponse>("rule_response");
}

#[test]
fn a_prepared_reason_is_on_the_wire_what_an_ordinary_one_is() {
    let plain = plain::Reason {
        rule: "X-1".to_owned(),
        statement: "A sentence.".to_owned(),
        basis: plain::Basis::Sourced.into(),
        citations: vec!["a".to_owned(), "b".to_owned()],
        ..plain::Reason::default()
    };
    let prepared = cicatrix::wire::Reason::new(&plain);
    assert_eq!(prepared.encode_to_vec(), plain.encode_to_vec());
    assert_eq!(serde_json::to_string(&prepared).unwrap(), serde_json::to_string(&plain).unwrap());
    assert_eq!(prepared.message(), plain);
    let read = cicatrix::wire::Reason::decode(plain.encode_to_vec().as_slice()).unwrap();
    assert_eq!(read, prepared);
    assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&plain).unwrap());
}
