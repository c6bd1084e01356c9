//! Measures the server against an empty one that returns the same bytes, in one run: throughput, CPU, latency, start, memory.
//!
//! Needs Linux and `h2load` (Debian: nghttp2-client). Servers stand on one core, the load on another, bursts in ABBA
//! order; what counts are the ratios. `cargo bench --bench load`; `-- --quick` is a short form, to see that it runs, and
//! `-- --files DIR` only writes request and answer there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

mod bursts;
mod figures;
#[path = "../floor/mod.rs"]
mod floor;
mod lasting;
mod latency;
mod server;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use bytes::BufMut as _;
use prost::Message as _;
use server::Server;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut args = env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some("serve-service"), log) => floor::serve_service(log.is_some()),
        (Some("serve-empty"), Some(dir)) => floor::serve_empty(dir.as_ref()),
        (Some("--files"), Some(dir)) => drop(write_files(dir.as_ref())),
        _ => measure(env::args().any(|it| it == "--quick")),
    }
}

/// The request as h2load sends it by one of the doors.
struct Sent {
    body: PathBuf,
    grpc: bool,
}

impl Sent {
    /// The command that sends it, without how often and how fast.
    fn command(&self, server: &Server, streams: &str) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", "1", "h2load", "-c", "8", "-d", self.body.to_str().unwrap()]);
        if self.grpc {
            command.args(["-m", streams, "-H", "content-type: application/grpc", "-H", "te: trailers"]);
            command.arg(format!("http://{}{}", server.address, floor::GRPC));
        } else {
            command.args(["--h1", "-m", "1", "-H", "content-type: application/json"]);
            command.arg(format!("http://{}{}", server.address, floor::REST));
        }
        command
    }
}

fn measure(quick: bool) {
    let has = |tool: &str| Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !has("h2load") || !has("taskset") {
        println!("not measured: this needs h2load (Debian: nghttp2-client) and taskset (util-linux)");
        return;
    }
    let scratch = env::temp_dir().join(format!("cicatrix-load-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    let (proto, json) = write_files(&scratch);
    let sizes = [&proto.body, &json.body, &scratch.join("reply.pb"), &scratch.join("reply.json")];
    let [framed, text, by_grpc, by_rest] = sizes.map(|it| fs::metadata(it).unwrap().len());
    println!("load average {}", load_average());
    println!(
        "request {framed} B by gRPC, {text} B by REST; reply {by_grpc} B protobuf, {by_rest} B JSON ({})",
        floor::EXAMPLE
    );

    let at_floor = ["serve-empty", scratch.to_str().unwrap()];
    let service = Server::start(&["serve-service"]);
    let (empty, twin) = (Server::start(&at_floor), Server::start(&at_floor));
    let logging = Server::start(&["serve-service", "log"]);
    let idle = (service.memory(), empty.memory());
    for (sent, door) in [(&proto, "gRPC"), (&json, "REST")] {
        bursts::compare(&format!("{door}, control"), &twin, &empty, sent, quick);
        bursts::compare(door, &service, &empty, sent, quick);
        bursts::compare(&format!("{door}, with an access log"), &logging, &empty, sent, quick);
        latency::compare(&format!("{door}, control"), &twin, &empty, sent, quick);
        latency::compare(door, &service, &empty, sent, quick);
    }
    lasting::memory(&service, &empty, idle);
    lasting::starts(&at_floor, quick);
    lasting::size();
    println!("load average {}", load_average());
    fs::remove_dir_all(scratch).unwrap();
}

/// The request by each door, and beside them the answers.
fn write_files(dir: &Path) -> (Sent, Sent) {
    let message = floor::request().encode_to_vec();
    let mut framed = vec![0];
    framed.put_u32(u32::try_from(message.len()).unwrap());
    framed.extend(&message);
    let (proto, json) = (dir.join("request.pb"), dir.join("request.json"));
    fs::write(&proto, framed).unwrap();
    fs::write(&json, serde_json::to_vec(&floor::request()).unwrap()).unwrap();
    floor::Reply::planned().write(dir);
    (Sent { body: proto, grpc: true }, Sent { body: json, grpc: false })
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
