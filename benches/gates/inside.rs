//! The steps of a request in process, and how they grow with the patient.

use std::hint::black_box;

use cicatrix::{
    engine,
    knowledge::Knowledge,
    release, serve,
    wire::{self, Answer as _, v1},
};
use prost::Message as _;

use crate::{
    child::{self, Child, Cost},
    floor,
    patients::{grown, treated},
};

/// How often each step is done.
const TIMES: u32 = 16;
/// What grows, as the ratchet calls it: from the first of these patients to the second.
pub(crate) const GROWTH: [(&str, &str, &str); 2] =
    [("growth.groups", "1 group", "6 groups"), ("growth.sessions", "12 past sessions", "48 past sessions")];

fn patients() -> [(&'static str, v1::GenerateProtocolRequest); 4] {
    [
        ("1 group", grown(1)),
        ("6 groups", grown(6)),
        ("12 past sessions", treated(floor::request(), 12)),
        ("48 past sessions", treated(floor::request(), 48)),
    ]
}

/// What was measured.
pub(crate) struct Inside {
    pub(crate) steps: Vec<(String, Cost)>,
    /// With the size of the reply.
    patients: Vec<(String, (Cost, f64))>,
}

impl Inside {
    pub(crate) fn cost(&self, step: &str) -> Cost {
        self.steps.iter().find(|it| it.0 == step).unwrap().1
    }

    pub(crate) fn grown(&self, patient: &str) -> (Cost, f64) {
        self.patients.iter().find(|it| it.0 == patient).unwrap().1
    }
}

pub(crate) fn measured() -> Inside {
    let mut child = Child::start(&["inside"]);
    let mut names = Vec::new();
    loop {
        let line = child.line();
        if line == "end" {
            break;
        }
        // A mark before each step, so that what comes between two steps is nobody's.
        child.marked();
        child.marked();
        names.push(line);
    }
    let costs = child.end();
    let mut inside = Inside { steps: Vec::new(), patients: Vec::new() };
    for (at, name) in names.into_iter().enumerate() {
        let cost = costs[2 * at + 1].each(TIMES);
        match name.split_once('\t') {
            None => inside.steps.push((name, cost)),
            Some((name, bytes)) => inside.patients.push((name.to_owned(), (cost, bytes.parse().unwrap()))),
        }
    }
    inside
}

/// In the child: does every step, with a mark before and after.
pub(crate) fn run() {
    let knowledge = Knowledge::parse(&release::embedded()).unwrap();
    let service = floor::service();
    let request = floor::request();
    let (proto, json) = (request.encode_to_vec(), serde_json::to_vec(&request).unwrap());
    let case = wire::case(knowledge.vocabulary(), &request).unwrap();
    let reply = service.generate_protocol(request.clone()).unwrap();
    let whole = |proto: &[u8]| {
        let request = v1::GenerateProtocolRequest::decode(proto).unwrap();
        service.generate_protocol_as(request, |it| it.to_proto()).unwrap()
    };
    step("read protobuf", || v1::GenerateProtocolRequest::decode(proto.as_slice()).unwrap());
    step("read JSON", || {
        serve::parse_json::<v1::GenerateProtocolRequest>("cicatrix.v1.GenerateProtocolRequest", &json).unwrap()
    });
    step("check the request", || wire::case(knowledge.vocabulary(), &request).unwrap());
    step("plan", || engine::plan(&knowledge, &case));
    step("name the plan (with a copy)", || wire::protocol_id("digest", request.clone()));
    step("request to answer, not written (with a copy)", || {
        service.generate_protocol_as(request.clone(), |_| ()).unwrap()
    });
    step("request to JSON (with a copy)", || service.generate_protocol_as(request.clone(), |it| it.to_json()).unwrap());
    step("encode the reply, owned", || reply.encode_to_vec());
    step("write the reply as JSON, owned", || serde_json::to_vec(&reply).unwrap());
    step("request to reply, protobuf", || whole(&proto));
    for (name, request) in patients() {
        let proto = request.encode_to_vec();
        let bytes = whole(&proto).len();
        step(&format!("{name}\t{bytes}"), || whole(&proto));
    }
    println!("end");
}

fn step<R>(name: &str, run: impl Fn() -> R) {
    drop(black_box(run()));
    println!("{name}");
    child::count();
    for _ in 0..TIMES {
        drop(black_box(run()));
    }
    child::count();
}
