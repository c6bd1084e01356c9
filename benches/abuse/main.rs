//! Abuses the real server in every way that is cheap to a stranger, and asks after each whether it still answers.
//!
//! All of it is done again: what the first round leaves behind, memory or descriptors, the others must not add to.
//! `cargo bench --bench abuse`; `-- --quick` is the short form, which CI runs. Needs Linux.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

mod server;

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use cicatrix::{
    knowledge::Knowledge,
    release,
    serve::{self, Service},
    wire::{Answer as _, v1},
};
use server::Server;

/// Strangers at once.
const STRANGERS: usize = 8;
/// Descriptors that the server may have, fewer than the connections that it would take: strangers take them all.
const DESCRIPTORS: usize = 512;
/// An innocent caller waits no longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often all of it is done.
const ROUNDS: u64 = 3;
/// One of the later rounds leaves at most so much more memory than the first: an allocator gives back when it likes, so
/// that a single round says little, and a leak would show in each.
const GROWTH_MB: f64 = 16.0;
/// Bytes before everything in HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stranger's dice: the same for every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> usize {
        usize::try_from(self.roll() % end).unwrap()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.roll().to_le_bytes()[0]).collect()
    }
}

/// The innocent caller, and what it should be told.
struct Innocent {
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Innocent {
    fn new() -> Self {
        let path = format!("{}/examples/ice_pick_phototype_ii.json", env!("CARGO_MANIFEST_DIR"));
        let body = fs::read(path).unwrap();
        let request: v1::GenerateProtocolRequest =
            serve::parse_json("cicatrix.v1.GenerateProtocolRequest", &body).unwrap();
        let service = Service::new(Knowledge::parse(&release::embedded()).unwrap());
        let answer = service.generate_protocol_as(request, |it| it.to_json()).unwrap();
        Self { request: post("/v1/protocols:generate", "application/json", &body), answer }
    }

    /// How long it waited for the right answer.
    fn ask(&self, server: &Server) -> Result<Duration, String> {
        let begun = Instant::now();
        let mut stream = server.connect().ok_or("no connection")?;
        stream.write_all(&self.request).map_err(|it| it.to_string())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(|it| it.to_string())?;
        if answer.ends_with(&self.answer) { Ok(begun.elapsed()) } else { Err("another answer".to_owned()) }
    }
}

fn post(path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The headers of a call, each written out in full.
fn headers(path: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "x"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ] {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap());
            block.extend(text.as_bytes());
        }
    }
    block
}

const RPC: &str = "/cicatrix.v1.ProtocolService/GenerateProtocol";

// ---- what strangers do ----

/// One abuse, done once; the number says how many things it threw.
type Abuse = fn(&Server, &mut Dice) -> usize;

fn bad_bytes(server: &Server, dice: &mut Dice) -> usize {
    let count = dice.below(600);
    server.throw(&dice.bytes(count), Duration::from_millis(200));
    1
}

fn bad_headers(server: &Server, dice: &mut Dice) -> usize {
    let many = format!("{}\r\n", "a: b\r\n".repeat(2000));
    let long = format!("a: {}\r\n\r\n", "x".repeat(200_000));
    let length = dice.roll();
    let heads = [
        format!("POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\n{many}"),
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(100_000)),
        format!("POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\n{long}"),
        format!("POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{{"),
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!".to_owned(),
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_owned(),
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost: x\r\na\0b: c\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\r\n".repeat(1000),
    ];
    server.throw(heads[dice.below(heads.len() as u64)].as_bytes(), Duration::from_millis(500));
    1
}

fn bad_bodies(server: &Server, dice: &mut Dice) -> usize {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_object = "{\"patient\":".repeat(20_000);
    let bodies: [Vec<u8>; 9] = [
        deep.into_bytes(),
        deep_object.into_bytes(),
        b"{\"scars\":[{\"id\":\"\xff\xfe\xc3\x28\"}]}".to_vec(),
        b"{\"patient\":{\"ageYears\":1e400}}".to_vec(),
        format!("{{\"scars\":[{}]}}", vec!["{}"; 20_000].join(",")).into_bytes(),
        format!("{{\"{}\":1}}", "k".repeat(500_000)).into_bytes(),
        format!("{{\"startDate\":{}}}", "9".repeat(200_000)).into_bytes(),
        vec![b'{'; 3_000_000],
        {
            let count = dice.below(3000);
            dice.bytes(count)
        },
    ];
    let body = &bodies[dice.below(bodies.len() as u64)];
    let paths = ["/v1/protocols:generate", "/v1/scars:classify", "/v1/protocols:check", "/v1/protocols:batchGenerate"];
    let kinds = ["application/json", "application/x-ndjson", "application/grpc-web+proto"];
    let (path, kind) = (paths[dice.below(paths.len() as u64)], kinds[dice.below(kinds.len() as u64)]);
    server.throw(&post(path, kind, body), Duration::from_secs(2));
    1
}

/// Frames of HTTP/2 that are well formed on the outside.
fn bad_frames(server: &Server, dice: &mut Dice) -> usize {
    let mut bytes = [PREFACE, &frame(4, 0, 0, &[])].concat();
    let count = 1 + dice.below(50);
    for _ in 0..count {
        let length = dice.below(200);
        let payload = dice.bytes(length);
        let (kind, flags, stream) = (dice.below(12), dice.below(256), dice.below(10));
        bytes.extend(frame(
            u8::try_from(kind).unwrap(),
            u8::try_from(flags).unwrap(),
            u32::try_from(stream).unwrap(),
            &payload,
        ));
    }
    server.throw(&bytes, Duration::from_millis(200));
    count
}

/// Calls by gRPC whose message is not what it says.
fn bad_messages(server: &Server, dice: &mut Dice) -> usize {
    let mut bytes = [PREFACE, &frame(4, 0, 0, &[])].concat();
    let count = 20;
    for turn in 0..count {
        let stream = 2 * turn + 1;
        bytes.extend(frame(1, 4, stream, &headers(RPC)));
        let length = dice.below(300);
        let mut body = match dice.below(4) {
            // Compressed, says the flag, and nobody said how.
            0 => vec![1, 0, 0, 0, 40],
            // Four gigabytes follow, it says.
            1 => vec![0, 0xff, 0xff, 0xff, 0xff],
            2 => vec![0, 0, 0, 1, 0],
            _ => vec![0, 0, 0, 0, u8::try_from(length.min(255)).unwrap()],
        };
        body.extend(dice.bytes(length));
        bytes.extend(frame(0, 1, stream, &body));
    }
    server.throw(&bytes, Duration::from_millis(300));
    usize::try_from(count).unwrap()
}

/// Streams that are opened and given up at once.
fn resets(server: &Server, _: &mut Dice) -> usize {
    let mut bytes = [PREFACE, &frame(4, 0, 0, &[])].concat();
    let count = 2000;
    for turn in 0..count {
        let stream = 2 * turn + 1;
        bytes.extend(frame(1, 4, stream, &headers(RPC)));
        bytes.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
    }
    server.throw(&bytes, Duration::from_secs(1));
    usize::try_from(count).unwrap()
}

/// Pings and settings without end.
fn control_frames(server: &Server, _: &mut Dice) -> usize {
    let mut bytes = PREFACE.to_vec();
    let count = 2000;
    for _ in 0..count {
        bytes.extend(frame(4, 0, 0, &[]));
        bytes.extend(frame(6, 0, 0, &[7; 8]));
    }
    server.throw(&bytes, Duration::from_secs(1));
    2 * count
}

/// Headers that never end, in frames that continue.
fn continuations(server: &Server, _: &mut Dice) -> usize {
    let mut bytes = [PREFACE, &frame(4, 0, 0, &[]), &frame(1, 0, 1, &headers(RPC))].concat();
    let count = 500;
    for _ in 0..count {
        bytes.extend(frame(9, 0, 1, &[&[0, 1, b'a', 100][..], &[b'x'; 100]].concat()));
    }
    server.throw(&bytes, Duration::from_secs(1));
    count
}

/// Connections that are opened and dropped.
fn churn(server: &Server, _: &mut Dice) -> usize {
    for _ in 0..50 {
        drop(server.connect());
    }
    50
}

/// Answers that are asked for and never read.
fn unread(server: &Server, _: &mut Dice) -> usize {
    let body = fs::read(format!("{}/examples/mixed_face.json", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let request = post("/v1/protocols:generate", "application/json", &body);
    let held: Vec<TcpStream> = (0..5)
        .filter_map(|_| {
            let mut stream = server.connect()?;
            stream.write_all(&request).ok()?;
            Some(stream)
        })
        .collect();
    thread::sleep(Duration::from_millis(100));
    held.len()
}

/// A byte now and then, for as long as the server bears it.
fn slow(server: &Server, dice: &mut Dice) -> usize {
    let text = post("/v1/protocols:generate", "application/json", &[b' '; 1000]);
    let Some(mut stream) = server.connect() else { return 0 };
    let pause = Duration::from_millis(50 + u64::try_from(dice.below(150)).unwrap());
    let begun = Instant::now();
    for byte in text {
        if stream.write_all(&[byte]).is_err() || begun.elapsed() > Duration::from_secs(4) {
            break;
        }
        thread::sleep(pause);
    }
    1
}

// ---- the run ----

struct Kind {
    name: &'static str,
    abuse: Abuse,
    /// How often, by all strangers together.
    times: usize,
}

const KINDS: [Kind; 11] = [
    Kind { name: "bytes that are nothing", abuse: bad_bytes, times: 20_000 },
    Kind { name: "headers that are wrong", abuse: bad_headers, times: 10_000 },
    Kind { name: "bodies that are wrong", abuse: bad_bodies, times: 4_000 },
    Kind { name: "frames that are wrong", abuse: bad_frames, times: 8_000 },
    Kind { name: "messages that are wrong", abuse: bad_messages, times: 4_000 },
    Kind { name: "streams given up at once", abuse: resets, times: 200 },
    Kind { name: "pings and settings", abuse: control_frames, times: 200 },
    Kind { name: "headers without end", abuse: continuations, times: 200 },
    Kind { name: "connections dropped", abuse: churn, times: 600 },
    Kind { name: "answers not read", abuse: unread, times: 400 },
    Kind { name: "a byte now and then", abuse: slow, times: 80 },
];

/// CI does this share of it.
const QUICK: usize = 20;

fn main() -> ExitCode {
    let quick = env::args().any(|it| it == "--quick");
    let (server, innocent) = (Server::start(), Innocent::new());
    let mut broken = Vec::new();
    innocent.ask(&server).unwrap();
    println!("at rest: {:.1} MB, {} descriptors", server.memory_mb(), server.descriptors());
    let mut after = Vec::new();
    for round in 1..=ROUNDS {
        for kind in &KINDS {
            let times = if quick { (kind.times / QUICK).max(STRANGERS) } else { kind.times };
            let (thrown, seen) = abuse(&server, &innocent, kind, times, round);
            let failed: Vec<&String> = seen.iter().filter_map(|it| it.as_ref().err()).collect();
            let slowest = seen.iter().filter_map(|it| it.as_ref().ok()).max().copied().unwrap_or_default();
            println!(
                "{round}: {thrown:7} {:26} innocent: {} asked, {} failed, the slowest {:.0} ms; {:.1} MB",
                kind.name,
                seen.len(),
                failed.len(),
                slowest.as_secs_f64() * 1000.0,
                server.memory_mb()
            );
            if !failed.is_empty() {
                broken.push(format!("{}: {failed:?}", kind.name));
            }
        }
        let held = exhaust(&server);
        let back = innocent.ask(&server);
        println!("{round}: {held:7} connections held at once; when they are gone: {back:?}");
        broken.extend(back.err().map(|it| format!("after {held} connections: {it}")));
        after.push(settled(&server));
        let (memory, descriptors) = after[after.len() - 1];
        println!("{round}: left behind: {memory:.1} MB, {descriptors} descriptors");
    }
    let (memory, descriptors) = after[0];
    let least = after[1..].iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
    if least > memory + GROWTH_MB {
        broken.push(format!("memory grew from {memory:.1} to {least:.1} MB"));
    }
    if after.iter().any(|it| it.1 > descriptors) {
        broken.push(format!("descriptors grew beyond {descriptors}"));
    }
    for it in &broken {
        println!("BROKEN {it}");
    }
    if broken.is_empty() {
        println!("every claim holds");
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

type Seen = Vec<Result<Duration, String>>;

/// Strangers do their worst while the innocent caller goes on asking.
fn abuse(server: &Server, innocent: &Innocent, kind: &Kind, times: usize, round: u64) -> (usize, Seen) {
    let over = Arc::new(AtomicBool::new(false));
    let thrown = Mutex::new(0);
    let mut seen = Vec::new();
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut seen = Vec::new();
            while !over.load(Relaxed) {
                seen.push(innocent.ask(server));
                thread::sleep(Duration::from_millis(20));
            }
            seen.push(innocent.ask(server));
            seen
        });
        let strangers: Vec<_> = (0..STRANGERS)
            .map(|stranger| {
                let thrown = &thrown;
                scope.spawn(move || {
                    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (round << 32) ^ u64::try_from(stranger + 1).unwrap());
                    let own: usize = (0..times / STRANGERS).map(|_| (kind.abuse)(server, &mut dice)).sum();
                    *thrown.lock().unwrap() += own;
                })
            })
            .collect();
        for stranger in strangers {
            stranger.join().unwrap();
        }
        over.store(true, Relaxed);
        seen = asking.join().unwrap();
    });
    (thrown.into_inner().unwrap(), seen)
}

/// Takes more connections than the server has descriptors for, and holds them for a while.
fn exhaust(server: &Server) -> usize {
    let held: Vec<TcpStream> = (0..DESCRIPTORS * 2)
        .filter_map(|_| {
            let address = server.address.parse().ok()?;
            let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()?;
            stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").ok()?;
            Some(stream)
        })
        .collect();
    thread::sleep(Duration::from_secs(1));
    held.len()
}

/// Memory and descriptors when every connection is gone.
fn settled(server: &Server) -> (f64, usize) {
    let mut least = usize::MAX;
    for _ in 0..20 {
        thread::sleep(Duration::from_millis(500));
        let now = server.descriptors();
        if now >= least {
            break;
        }
        least = now;
    }
    (server.memory_mb(), server.descriptors())
}
