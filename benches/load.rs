//! Measures the server against an empty one that returns the same bytes, in one run: throughput, CPU, start, memory.
//!
//! Needs Linux and `h2load` (Debian: nghttp2-client). Servers stand on one core, the load on another, bursts in ABBA
//! order; what counts are the ratios. `cargo bench --bench load`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

use std::{
    convert::Infallible,
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::Request, routing::post};
use bytes::{BufMut as _, Bytes};
use cicatrix::{
    knowledge::Knowledge,
    release,
    serve::{self, Doors, Limits, Service},
    settings::Settings,
    wire::v1,
};
use http::{HeaderValue, header};
use http_body_util::BodyExt as _;
use prost::Message as _;
use tonic::{
    Response, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, UnaryService},
};
use tonic_web::GrpcWebLayer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const GRPC: &str = "/cicatrix.v1.ProtocolService/GenerateProtocol";
const REST: &str = "/v1/protocols:generate";
const EXAMPLE: &str = "ice_pick_phototype_ii";
/// Pairs of bursts; the first is thrown away.
const PAIRS: usize = 16;
/// Requests in a burst.
const BURST: u32 = 6000;
/// Starts of which the median counts.
const STARTS: usize = 21;

fn request() -> v1::GenerateProtocolRequest {
    let path = format!("{}/examples/{EXAMPLE}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn service() -> Service {
    Service::new(Knowledge::parse(&release::embedded()).unwrap())
}

fn main() {
    let mut args = env::args().skip(1);
    match args.next().as_deref() {
        Some("serve-service") => serve_one(false, args.next().is_some()),
        Some("serve-empty") => serve_one(true, false),
        _ => measure(),
    }
}

// ---- the servers ----

fn serve_one(empty: bool, access_log: bool) {
    let limits = Limits { shards: 1, access_log, access_log_every: 1, ..Settings::default().limits() };
    if access_log {
        serve::telemetry::start(serve::telemetry::Format::Json, "info").unwrap();
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listening = |it: serve::Listening| {
        println!("{}", it.address);
        std::io::stdout().flush().unwrap();
    };
    let service = service();
    let served = if empty {
        let doors = |_, _| Ok(empty_doors(&service));
        serve::serve_doors(doors, address, &limits, listening, std::future::pending())
    } else {
        serve::serve(service, address, &limits, listening, std::future::pending())
    };
    served.unwrap();
}

/// Reads the same request, decides nothing, and returns the same bytes, ready made.
fn empty_doors(service: &Service) -> Doors {
    let reply = service.generate_protocol(request()).unwrap();
    let (proto, json) = (Bytes::from(reply.encode_to_vec()), Bytes::from(serde_json::to_vec(&reply).unwrap()));
    let grpc = tower::service_fn(move |request: Request| {
        let reply = Ready(proto.clone());
        async move { Ok::<_, Infallible>(Grpc::new(BytesCodec).unary(reply, request).await.map(Body::new)) }
    });
    let rest = post(move |request: Request| {
        let json = json.clone();
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let read: v1::GenerateProtocolRequest =
                serve::parse_json("cicatrix.v1.GenerateProtocolRequest", &body).unwrap();
            std::hint::black_box(read);
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json)
        }
    });
    Doors {
        grpc: Router::new().route_service(GRPC, grpc).layer(GrpcWebLayer::new()),
        rest: Router::new().route(REST, rest),
    }
}

struct Ready(Bytes);

impl UnaryService<v1::GenerateProtocolRequest> for Ready {
    type Response = Bytes;
    type Future = std::future::Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: tonic::Request<v1::GenerateProtocolRequest>) -> Self::Future {
        std::hint::black_box(request);
        std::future::ready(Ok(Response::new(self.0.clone())))
    }
}

#[derive(Clone, Copy)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = v1::GenerateProtocolRequest;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buf: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buf.reserve(item.len());
        buf.put_slice(&item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = v1::GenerateProtocolRequest;
    type Error = Status;

    fn decode(&mut self, buf: &mut DecodeBuf<'_>) -> Result<Option<v1::GenerateProtocolRequest>, Status> {
        v1::GenerateProtocolRequest::decode(buf).map(Some).map_err(|_| Status::invalid_argument("unreadable"))
    }
}

// ---- the measurement ----

struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(env::current_exe().unwrap()).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }

    /// Nanoseconds of CPU so far.
    fn cpu(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let one = |dir: fs::DirEntry| -> Option<u64> {
            let text = fs::read_to_string(dir.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok()
        };
        tasks.filter_map(|it| one(it.ok()?)).sum()
    }

    fn memory_mb(&self) -> f64 {
        memory_mb(self.child.id())
    }
}

fn memory_mb(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find(|it| it.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// One burst: requests a second, and microseconds of CPU a request.
fn burst(server: &Server, body: &Path, grpc: bool) -> (f64, f64) {
    let before = server.cpu();
    let mut command = Command::new("taskset");
    command.args(["-c", "1", "h2load", "-n", &BURST.to_string(), "-c", "8", "-d", body.to_str().unwrap()]);
    if grpc {
        command.args(["-m", "8", "-H", "content-type: application/grpc", "-H", "te: trailers"]);
        command.arg(format!("http://{}{GRPC}", server.address));
    } else {
        command.args(["--h1", "-m", "1", "-H", "content-type: application/json"]);
        command.arg(format!("http://{}{REST}", server.address));
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let done = format!("{BURST} succeeded, 0 failed");
    assert!(text.contains(&done), "{text}");
    let line = text.lines().find(|it| it.starts_with("finished in")).unwrap();
    let rate: f64 = line.split(", ").nth(1).unwrap().trim_end_matches(" req/s").parse().unwrap();
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let cpu = (server.cpu() - before) as f64 / 1000.0 / f64::from(BURST);
    (rate, cpu)
}

/// Median and quartiles.
fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |quarter: usize| numbers[(numbers.len() - 1) * quarter / 4];
    (at(2), at(1), at(3))
}

fn compare(name: &str, service: &Server, empty: &Server, body: &Path, grpc: bool) {
    let mut rates = Vec::new();
    let mut cpus = Vec::new();
    let mut absolute = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let (one, other) = if pair % 2 == 0 {
            let one = burst(service, body, grpc);
            (one, burst(empty, body, grpc))
        } else {
            let other = burst(empty, body, grpc);
            (burst(service, body, grpc), other)
        };
        if pair == 0 {
            continue;
        }
        rates.push(one.0 / other.0);
        cpus.push(one.1 / other.1);
        absolute.0.push(one.0);
        absolute.1.push(other.0);
        absolute.2.push(one.1);
        absolute.3.push(other.1);
    }
    let ((rate, low, high), (cpu, cpu_low, cpu_high)) = (spread(rates), spread(cpus));
    println!(
        "{name:28} throughput {rate:.2} [{low:.2}-{high:.2}] of the empty server ({:.0} / {:.0} req/s), \
         CPU {cpu:.2} [{cpu_low:.2}-{cpu_high:.2}] ({:.1} / {:.1} us a request)",
        spread(absolute.0).0,
        spread(absolute.1).0,
        spread(absolute.2).0,
        spread(absolute.3).0,
    );
}

fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Milliseconds from the start of the process to the first healthy answer, and memory then.
fn start() -> (f64, f64) {
    let port = {
        let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        free.local_addr().unwrap()
    };
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_cicatrix"))
        .args(["serve", "--listen", &port.to_string()])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while get(&port.to_string(), "/readyz").is_none_or(|it| !it.starts_with("HTTP/1.1 200")) {
        thread::sleep(Duration::from_micros(200));
        assert!(begun.elapsed() < Duration::from_secs(10), "it does not start");
    }
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let memory = memory_mb(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    (took, memory)
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

fn measure() {
    let has = |tool: &str| Command::new(tool).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !has("h2load") || !has("taskset") {
        println!("not measured: this needs h2load (Debian: nghttp2-client) and taskset (util-linux)");
        return;
    }
    let scratch = env::temp_dir().join(format!("cicatrix-load-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    let message = request().encode_to_vec();
    let mut framed = vec![0];
    framed.put_u32(u32::try_from(message.len()).unwrap());
    framed.extend(&message);
    let (proto, json) = (scratch.join("request.pb"), scratch.join("request.json"));
    fs::write(&proto, framed).unwrap();
    let text = serde_json::to_vec(&request()).unwrap();
    fs::write(&json, &text).unwrap();
    let reply = service().generate_protocol(request()).unwrap();
    println!("load average {}", load_average());
    println!(
        "request {} B protobuf, {} B JSON; reply {} B protobuf, {} B JSON ({EXAMPLE})",
        message.len(),
        text.len(),
        reply.encoded_len(),
        serde_json::to_vec(&reply).unwrap().len()
    );

    let (service, empty, twin) =
        (Server::start(&["serve-service"]), Server::start(&["serve-empty"]), Server::start(&["serve-empty"]));
    let logging = Server::start(&["serve-service", "log"]);
    let idle = service.memory_mb();
    compare("gRPC, control", &twin, &empty, &proto, true);
    compare("gRPC", &service, &empty, &proto, true);
    compare("gRPC, with an access log", &logging, &empty, &proto, true);
    compare("REST, control", &twin, &empty, &json, false);
    compare("REST", &service, &empty, &json, false);
    compare("REST, with an access log", &logging, &empty, &json, false);
    println!("resident memory: {idle:.1} MB idle, {:.1} MB after the load", service.memory_mb());

    let starts: Vec<(f64, f64)> = (0..STARTS).map(|_| start()).collect();
    let (took, low, high) = spread(starts.iter().map(|it| it.0).collect());
    let (memory, ..) = spread(starts.iter().map(|it| it.1).collect());
    println!("start to first healthy answer: {took:.1} [{low:.1}-{high:.1}] ms, resident then {memory:.1} MB");
    println!("load average {}", load_average());
    fs::remove_dir_all(scratch).unwrap();
}
