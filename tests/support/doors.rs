//! What must hold of any bytes at all, at each place where bytes come in: an answer or a refusal, never a panic.
//!
//! `tests/fuzz.rs` and the targets in `fuzz/` run the same functions.

#![allow(dead_code, unreachable_pub, reason = "each file uses its part")]

use std::{path::Path, sync::OnceLock};

use cicatrix::{
    engine,
    knowledge::{Knowledge, SourceFile},
    release,
    serve::{self, Service},
    wire::{self, Answer as _, v1},
};
use prost::Message;
use tonic::{Code, Status};

use crate::laws;

/// A place where bytes come in: it answers what kind of answer they got, for telling new answers from known ones.
pub type Door = fn(&[u8]) -> String;

/// Begins the answer to what was not refused.
pub const TAKEN: &str = "taken: ";

/// Every door with its name.
pub const DOORS: &[(&str, Door)] = &[
    ("generate_protobuf", generate_protobuf),
    ("classify_protobuf", classify_protobuf),
    ("generate_json", generate_json),
    ("classify_json", classify_json),
    ("knowledge", knowledge),
];

fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| Service::new(Knowledge::parse(&release::embedded()).unwrap()))
}

/// The protobuf decoder of `GenerateProtocol`.
pub fn generate_protobuf(bytes: &[u8]) -> String {
    v1::GenerateProtocolRequest::decode(bytes).map_or_else(|_| "undecodable".to_owned(), generate)
}

/// The protobuf decoder of `ClassifyScars`.
pub fn classify_protobuf(bytes: &[u8]) -> String {
    v1::ClassifyScarsRequest::decode(bytes).map_or_else(|_| "undecodable".to_owned(), classify)
}

/// The JSON reader of `GenerateProtocol`.
pub fn generate_json(bytes: &[u8]) -> String {
    match serve::parse_json("cicatrix.v1.GenerateProtocolRequest", bytes) {
        Ok(request) => generate(request),
        Err(status) => refused(&status),
    }
}

/// The JSON reader of `ClassifyScars`.
pub fn classify_json(bytes: &[u8]) -> String {
    match serve::parse_json("cicatrix.v1.ClassifyScarsRequest", bytes) {
        Ok(request) => classify(request),
        Err(status) => refused(&status),
    }
}

/// The caller's mistake, told as such, and told by field.
fn refused(status: &Status) -> String {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let mut violations = serve::violations(status);
    assert!(!violations.is_empty(), "refused without a word: {status:?}");
    violations.truncate(3);
    without_digits(&violations.join("; "))
}

fn generate(request: v1::GenerateProtocolRequest) -> String {
    let case = wire::case(service().knowledge().vocabulary(), &request);
    let forms = service().generate_protocol_as(request, |it| (it.to_proto(), it.to_json()));
    match (case, forms) {
        (Ok(case), Ok((proto, json))) => {
            let plan = engine::plan(service().knowledge(), &case);
            laws::check("fuzzed", service().knowledge(), &case, &plan);
            let answer = v1::GenerateProtocolResponse::decode(proto.as_slice()).unwrap();
            assert_eq!(answer.encode_to_vec(), proto);
            let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
            assert_eq!(serde_json::to_value(&answer).unwrap(), json);
            let stages = laws::planned(&plan);
            format!(
                "{TAKEN}{} groups, stages {stages:?}, {} referrals",
                case.findings.scars.len(),
                plan.referrals.len()
            )
        }
        (Err(_), Err(status)) => refused(&status),
        (case, _) => panic!("one refuses and the other does not: {case:?}"),
    }
}

fn classify(request: v1::ClassifyScarsRequest) -> String {
    match service().classify_scars(request) {
        Ok(answer) => {
            serde_json::to_vec(&answer).unwrap();
            let types: Vec<_> = answer.scars.iter().take(3).map(|it| (it.scar_type, it.confidence)).collect();
            format!("{TAKEN}{types:?}")
        }
        Err(status) => refused(&status),
    }
}

/// Begins a file in the input of [`knowledge`].
pub const FILE: &str = "=== ";

/// The toy medicine, which every input changes.
pub fn toy() -> &'static [SourceFile] {
    static TOY: OnceLock<Vec<SourceFile>> = OnceLock::new();
    TOY.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().filter(|_| here.ends_with("fuzz")).unwrap_or(here);
        release::read(&root.join("tests/toy_knowledge")).unwrap()
    })
}

/// The loader. The input is files, each begun by a line `=== path`; they replace those of the toy or join them.
pub fn knowledge(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut files = toy().to_vec();
    for part in text.split(FILE).skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        files.retain(|it| it.path != path);
        files.push(SourceFile { path: path.to_owned(), text: text.to_owned().into() });
    }
    match Knowledge::parse(&files) {
        Ok(knowledge) => {
            let bytes = include_bytes!("../golden/generate_request.pb").as_slice();
            let request = v1::GenerateProtocolRequest::decode(bytes).unwrap();
            if let Ok(case) = wire::case(knowledge.vocabulary(), &request) {
                engine::plan(&knowledge, &case);
            }
            let rules = knowledge.rules().len();
            // Rendering takes longer than loading: now and then is enough.
            if rules.wrapping_add(text.len()).is_multiple_of(8) {
                drop(Service::new(knowledge).generate_protocol(request));
            }
            format!("{TAKEN}{rules} rules")
        }
        Err(problems) => {
            assert!(!problems.0.is_empty(), "refused without a word");
            let said: Vec<String> = problems.0.iter().take(2).map(|it| it.message.clone()).collect();
            without_digits(&said.join("; "))
        }
    }
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|it| !it.is_ascii_digit()).collect()
}
