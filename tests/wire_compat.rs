//! Bytes that were once sent still mean what they meant.
//!
//! The files in `golden/` were written by the first release of the contract and are never rewritten.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/service.rs"]
mod service;

use std::{fmt::Debug, fs, path::PathBuf};

use cicatrix::wire::{Answer as _, borrowed, v1};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use service::service;

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

/// What the service writes from borrowed values, field by field, is what the generated messages write of the same.
fn agrees<M: Message + Default + Serialize>(name: &str, (proto, json): (Vec<u8>, Vec<u8>)) {
    let message = M::decode(proto.as_slice()).unwrap();
    assert!(message.encode_to_vec() == proto, "{name}: other protobuf");
    let json: Value = serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(json == serde_json::to_value(&message).unwrap(), "{name}: other JSON");
}

/// Every worked case and example.
fn requests() -> impl Iterator<Item = (String, Value)> {
    let dirs = ["examples", "knowledge/cases"].map(|it| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(it));
    dirs.into_iter().flat_map(|dir| fs::read_dir(dir).unwrap()).filter_map(|file| {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let request = match text.split_once("```toml case") {
            Some((_, case)) => toml::from_str(case.split("```").next()?).unwrap(),
            None if path.extension()? == "json" => serde_json::from_str(&text).unwrap(),
            None => return None,
        };
        Some((name, request))
    })
}

#[test]
fn answers_of_borrowed_values_are_the_generated_messages() {
    let (mut plans, mut checks, mut labels) = (0, 0, 0);
    for (name, json) in requests() {
        if let Ok(request) = serde_json::from_value::<v1::GenerateProtocolRequest>(json.clone()) {
            for (view, horizon) in [(v1::View::Full, v1::Horizon::All), (v1::View::Basic, v1::Horizon::Next)] {
                let include = if view == v1::View::Basic { (1..=4).collect() } else { Vec::new() };
                let asked = v1::GenerateProtocolRequest {
                    view: view.into(),
                    horizon: horizon.into(),
                    include,
                    ..request.clone()
                };
                // A worked case may be one that is refused.
                let Ok(forms) = service().generate_protocol_as(asked, |it| (it.to_proto(), it.to_json())) else {
                    continue;
                };
                agrees::<v1::GenerateProtocolResponse>(&name, forms);
                plans += 1;
            }
        } else if let Ok(request) = serde_json::from_value::<v1::CheckProtocolRequest>(json.clone()) {
            let forms = service().check_protocol_as(request, |it| (it.to_proto(), it.to_json())).unwrap();
            agrees::<v1::CheckProtocolResponse>(&name, forms);
            checks += 1;
        } else if let Ok(request) = serde_json::from_value::<v1::ClassifyScarsRequest>(json) {
            let forms = service().classify_scars_as(request, |it| (it.to_proto(), it.to_json())).unwrap();
            agrees::<v1::ClassifyScarsResponse>(&name, forms);
            labels += 1;
        }
    }
    assert!(plans > 100 && checks > 0 && labels > 0, "{plans} plans, {checks} checks, {labels} classifications");
}

/// Numbers below zero have ten bytes, and an empty or a long message another length prefix than most.
#[test]
fn lengths_and_signs_are_written_as_the_generated_messages_write_them() {
    for length in [0, 1, 127, 128, 129, 16_383, 16_384, 20_000] {
        let text = "x".repeat(length);
        let written = borrowed::NotAssessed { fields: &[&text], required: true, reasons: &[] };
        let scope = borrowed::CheckProtocolResponse {
            knowledge_release: "",
            knowledge_digest: "",
            assessment: None,
            violations: &[],
            missing_preparation: &[],
            unsupported_combinations: &[],
            advice: &[borrowed::Finding {
                severity: 0,
                kind: 1,
                fields: &[],
                sessions: &[-1, 0, 300],
                day: Some(-5),
                procedure: "",
                other_procedure: "",
                scar_ids: &["\"quoted\"\n"],
                measured: None,
                mends: &[],
                reasons: &[],
            }],
            warnings: &[],
            not_assessed: &[written],
            not_stated: &[],
            untreated_scar_ids: &[],
            reasons: &[],
            policies: &[],
            rules_awaiting_sign_off: &[],
        };
        agrees::<v1::CheckProtocolResponse>("made up", (scope.to_proto(), scope.to_json()));
    }
}
