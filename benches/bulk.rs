//! Measures a stream of requests against a loop of unary calls, through both doors, all on one HTTP/2 connection.
//!
//! The client only counts the bytes that it reads. Bursts alternate; what counts are the ratios.
//! `cargo bench --bench bulk`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "benchmarks")]

use std::{
    convert::Infallible,
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::Instant,
};

use bytes::{BufMut as _, Bytes};
use cicatrix::{
    knowledge::Knowledge,
    release,
    serve::{self, Service},
    settings::Settings,
    wire::{UnreadRequest, v1},
};
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use prost::Message as _;
use tonic::{body::Body, transport::Channel};
use tower::{Service as _, ServiceExt as _};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXAMPLE: &str = "ice_pick_phototype_ii";
/// Requests in a burst.
const BURST: usize = 1000;
/// Rounds of bursts; the first is thrown away.
const ROUNDS: usize = 8;
/// Unary calls at once, where more than one is made.
const AT_ONCE: usize = 8;

fn main() {
    if env::args().nth(1).as_deref() == Some("serve") {
        let limits = serve::Limits { access_log: false, ..Settings::default().limits() };
        let listening = |it: serve::Listening| {
            println!("{}", it.address);
            std::io::stdout().flush().unwrap();
        };
        let service = Service::new(Knowledge::parse(&release::embedded()).unwrap());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        serve::serve(service, address, &limits, listening, std::future::pending()).unwrap();
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(measure());
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Nanoseconds of CPU so far: what other programs do on this machine weighs little on it.
    fn cpu(&self) -> u64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0.id())).into_iter().flatten();
        let one = |dir: fs::DirEntry| -> Option<u64> {
            let text = fs::read_to_string(dir.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok()
        };
        tasks.filter_map(|it| one(it.ok()?)).sum()
    }

    fn memory_mb(&self, field: &str) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = text.lines().find(|it| it.starts_with(field));
        let kilobytes = line.and_then(|it| it.split_whitespace().nth(1)?.parse::<f64>().ok());
        kilobytes.map_or(f64::NAN, |it| it / 1024.0)
    }
}

/// One way through a door.
#[derive(Clone)]
struct Way {
    path: &'static str,
    content_type: &'static str,
    /// One request as it is sent.
    item: Bytes,
}

impl Way {
    /// Sends `count` requests in one call and gives the number of bytes that came back.
    async fn call(&self, mut channel: Channel, count: usize) -> usize {
        let body = if count == 1 {
            Body::new(Full::new(self.item.clone()))
        } else {
            let items = stream::repeat(self.item.clone()).take(count);
            Body::new(StreamBody::new(items.map(|it| Ok::<_, Infallible>(Frame::data(it)))))
        };
        let request = http::Request::post(self.path).header("content-type", self.content_type).header("te", "trailers");
        let response = channel.ready().await.unwrap().call(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        let mut read = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.unwrap();
            if let Some(trailers) = frame.trailers_ref() {
                assert_eq!(trailers["grpc-status"], "0");
            }
            read += frame.data_ref().map_or(0, Bytes::len);
        }
        read
    }
}

fn framed(message: &[u8]) -> Bytes {
    let mut bytes = vec![0];
    bytes.put_u32(u32::try_from(message.len()).unwrap());
    bytes.extend(message);
    bytes.into()
}

/// Requests a second, one burst.
async fn burst(channel: &Channel, unary: Option<(&Way, usize)>, streamed: &Way) -> (f64, usize) {
    let begun = Instant::now();
    let read = match unary {
        Some((way, at_once)) => {
            let calls = stream::iter(0..BURST).map(|_| way.call(channel.clone(), 1)).buffered(at_once);
            calls.fold(0, |sum, it| std::future::ready(sum + it)).await
        }
        None => streamed.call(channel.clone(), BURST).await,
    };
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let rate = BURST as f64 / begun.elapsed().as_secs_f64();
    (rate, read)
}

/// Median and quartiles.
fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    let at = |quarter: usize| numbers[(numbers.len() - 1) * quarter / 4];
    (at(2), at(1), at(3))
}

async fn compare(name: &str, server: &Server, channel: &Channel, unary: &Way, streamed: &Way) {
    let ways = [Some((unary, 1)), Some((unary, AT_ONCE)), None];
    let mut rates = [Vec::new(), Vec::new(), Vec::new()];
    let mut ratios = [Vec::new(), Vec::new()];
    let mut cpus = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let mut one = [0.0; 3];
        let mut bytes = [0; 3];
        let mut cpu = [0.0; 3];
        // There and back again, so that what changes in between weighs on all alike.
        for at in if round % 2 == 0 { [0, 1, 2] } else { [2, 1, 0] } {
            let before = server.cpu();
            (one[at], bytes[at]) = burst(channel, ways[at], streamed).await;
            #[allow(clippy::cast_precision_loss, reason = "figures for people")]
            let spent = (server.cpu() - before) as f64 / 1000.0 / BURST as f64;
            cpu[at] = spent;
        }
        assert!(bytes[2] >= bytes[0] && bytes[0] == bytes[1], "answers are missing: {bytes:?}");
        if round == 0 {
            continue;
        }
        for at in 0..3 {
            rates[at].push(one[at]);
            cpus[at].push(cpu[at]);
        }
        for at in 0..2 {
            ratios[at].push(one[2] / one[at]);
        }
    }
    let [to_one, to_many] = ratios.map(spread);
    let [one, many, streamed] = rates.map(|it| spread(it).0);
    println!(
        "{name:6} stream {streamed:.0}/s: {:.2} [{:.2}-{:.2}] of unary calls one after another ({one:.0}/s), \
         {:.2} [{:.2}-{:.2}] of {AT_ONCE} at once ({many:.0}/s)",
        to_one.0, to_one.1, to_one.2, to_many.0, to_many.1, to_many.2
    );
    let [one, many, streamed] = cpus.map(|it| spread(it).0);
    println!("       CPU of the server: {streamed:.0} us a request; unary {one:.0} us, {AT_ONCE} at once {many:.0} us");
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

async fn measure() {
    let path = format!("{}/examples/{EXAMPLE}.json", env!("CARGO_MANIFEST_DIR"));
    let request: v1::GenerateProtocolRequest = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut child = Command::new(env::current_exe().unwrap())
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let server = Server(child);
    let channel = Channel::from_shared(format!("http://{}", address.trim())).unwrap().connect().await.unwrap();

    let text = serde_json::to_string(&request).unwrap();
    let grpc = Way {
        path: "/cicatrix.v1.ProtocolService/GenerateProtocol",
        content_type: "application/grpc",
        item: framed(&request.encode_to_vec()),
    };
    let grpc_stream = Way {
        path: "/cicatrix.v1.ProtocolService/GenerateProtocols",
        item: framed(&UnreadRequest::from(request).encode_to_vec()),
        ..grpc
    };
    let rest =
        Way { path: "/v1/protocols:generate", content_type: "application/json", item: Bytes::from(text.clone()) };
    let lines = Way {
        path: "/v1/protocols:batchGenerate",
        content_type: "application/x-ndjson",
        item: Bytes::from(text + "\n"),
    };
    println!("load average {}, {} processors", load_average(), std::thread::available_parallelism().unwrap());
    println!("one connection, {BURST} requests a burst ({EXAMPLE})");
    let idle = server.memory_mb("VmRSS:");
    compare("gRPC", &server, &channel, &grpc, &grpc_stream).await;
    compare("REST", &server, &channel, &rest, &lines).await;
    println!("resident memory: {idle:.1} MB idle, {:.1} MB at most", server.memory_mb("VmHWM:"));
    println!("load average {}", load_average());
}
