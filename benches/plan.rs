//! Times the decision in process: classify, plan, what else is found out, the way to bytes, and how it grows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "benchmarks")]

mod patients;

use std::hint::black_box;

use cicatrix::{
    domain::{Case, Insight},
    engine,
    knowledge::Knowledge,
    release,
    serve::Service,
    wire,
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use patients::{example, grown, treated};
use prost::Message as _;
use wire::{Answer as _, v1};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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

    let mut group = c.benchmark_group("what if");
    for name in ["ice_pick_phototype_ii", "mixed_face"] {
        for (what, insight) in [
            ("nothing", None),
            ("alternatives", Some(Insight::Alternatives)),
            ("questions", Some(Insight::Questions)),
            ("why not", Some(Insight::WhyNot)),
            ("valid until", Some(Insight::ValidUntil)),
        ] {
            let it = Case { include: insight.into_iter().collect(), ..case(example(name)) };
            let id = BenchmarkId::new(what, name);
            group.bench_function(id, |b| b.iter(|| engine::plan(&knowledge, black_box(&it))));
        }
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
            service.generate_protocol_as(request, |it| it.to_proto()).unwrap()
        });
    });
    group.bench_function("request to reply, JSON", |b| {
        b.iter(|| {
            let request: v1::GenerateProtocolRequest = serde_json::from_slice(black_box(&json)).unwrap();
            service.generate_protocol_as(request, |it| it.to_json()).unwrap()
        });
    });
    group.bench_function("encode the reply, owned, protobuf", |b| b.iter(|| black_box(&reply).encode_to_vec()));
    group
        .bench_function("encode the reply, owned, JSON", |b| b.iter(|| serde_json::to_vec(black_box(&reply)).unwrap()));
    group.finish();

    c.bench_function("load the knowledge", |b| b.iter(|| Knowledge::parse(black_box(&files)).unwrap()));
}

criterion_group!(benches, bench);
criterion_main!(benches);
