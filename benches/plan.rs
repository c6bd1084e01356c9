//! Times the decision in process: classify, plan, the way to bytes, and how both grow with the number of scars.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "benchmarks")]

use std::hint::black_box;

use cicatrix::{engine, knowledge::Knowledge, release, serve::Service, wire};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use prost::Message as _;
use wire::v1;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn example(name: &str) -> v1::GenerateProtocolRequest {
    let path = format!("{}/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// One patient with `groups` groups of scars, kinds and sites in turn.
fn grown(groups: usize) -> v1::GenerateProtocolRequest {
    let mut request = example("mixed_face");
    let kinds = request.scars.clone();
    let sites = [v1::Site::Cheek, v1::Site::Temple, v1::Site::Forehead, v1::Site::Chin, v1::Site::Nose];
    request.scars = (0..groups)
        .map(|at| {
            let mut scar = kinds[at % kinds.len()].clone();
            scar.id = format!("s{at:04}");
            scar.site = sites[at / kinds.len() % sites.len()].into();
            scar
        })
        .collect();
    request
}

/// The same patient with so many sessions in the past, one every two weeks, of four treatments in turn.
fn treated(mut request: v1::GenerateProtocolRequest, sessions: usize) -> v1::GenerateProtocolRequest {
    let procedures = ["tca-cross", "subcision", "mnrf", "ablative-fractional-laser"];
    let start = request.start_date.unwrap();
    let start = cicatrix::domain::Date::new(start.year, start.month, start.day).unwrap();
    request.history = (0..sessions)
        .map(|at| {
            let days = i32::try_from(14 * (at + 1)).unwrap();
            let (year, month, day) = start.plus(-days).civil();
            let scar = &request.scars[at % request.scars.len()];
            v1::PastSession {
                procedure: procedures[at % procedures.len()].to_owned(),
                date: Some(wire::Date { year, month, day }),
                scar_ids: vec![scar.id.clone()],
                response: if at % 3 == 0 { v1::Response::From25To50Percent.into() } else { 0 },
                ..v1::PastSession::default()
            }
        })
        .collect();
    request
}

fn bench(c: &mut Criterion) {
    let files = release::embedded();
    let knowledge = Knowledge::parse(&files).unwrap();
    let service = Service::new(knowledge.clone());
    let case = |request: v1::GenerateProtocolRequest| wire::case(knowledge.vocabulary(), &request).unwrap();

    let mut group = c.benchmark_group("decide");
    for name in ["ice_pick_phototype_ii", "ice_pick_phototype_iv", "mixed_face", "pregnant", "keloid_former"] {
        let it = case(example(name));
        group.bench_function(BenchmarkId::new("plan", name), |b| b.iter(|| engine::plan(&knowledge, black_box(&it))));
    }
    let it = case(example("mixed_face"));
    group.bench_function("classify/mixed_face", |b| b.iter(|| engine::classify(&knowledge, black_box(&it.findings))));
    group.finish();

    let mut group = c.benchmark_group("growth");
    for groups in [1, 4, 16, 64, 256, 1000] {
        let it = case(grown(groups));
        group.bench_function(BenchmarkId::new("plan", groups), |b| b.iter(|| engine::plan(&knowledge, black_box(&it))));
    }
    group.finish();

    let mut group = c.benchmark_group("history");
    for sessions in [0, 20, 200] {
        for groups in [1, 10, 100, 1000] {
            let it = case(treated(grown(groups), sessions));
            let name = BenchmarkId::new(format!("{sessions} sessions"), groups);
            group.bench_function(name, |b| b.iter(|| engine::plan(&knowledge, black_box(&it))));
        }
        let it = case(treated(example("ice_pick_phototype_ii"), sessions));
        let name = BenchmarkId::new(format!("{sessions} sessions"), "ice pick");
        group.bench_function(name, |b| b.iter(|| engine::plan(&knowledge, black_box(&it))));
    }
    group.finish();

    let mut group = c.benchmark_group("bytes");
    let request = example("ice_pick_phototype_ii");
    let body = request.encode_to_vec();
    let json = serde_json::to_vec(&request).unwrap();
    let reply = service.generate_protocol(request.clone()).unwrap();
    println!("reply: {} B protobuf, {} B JSON", reply.encoded_len(), serde_json::to_vec(&reply).unwrap().len());
    group.bench_function("request to reply, protobuf", |b| {
        b.iter(|| {
            let request = v1::GenerateProtocolRequest::decode(black_box(body.as_slice())).unwrap();
            service.generate_protocol(request).unwrap().encode_to_vec()
        });
    });
    group.bench_function("request to reply, JSON", |b| {
        b.iter(|| {
            let request: v1::GenerateProtocolRequest = serde_json::from_slice(black_box(&json)).unwrap();
            serde_json::to_vec(&service.generate_protocol(request).unwrap()).unwrap()
        });
    });
    group.bench_function("encode the reply, protobuf", |b| b.iter(|| black_box(&reply).encode_to_vec()));
    group.bench_function("encode the reply, JSON", |b| b.iter(|| serde_json::to_vec(black_box(&reply)).unwrap()));
    group.finish();

    c.bench_function("load the knowledge", |b| b.iter(|| Knowledge::parse(black_box(&files)).unwrap()));
}

criterion_group!(benches, bench);
criterion_main!(benches);
