//! Traces: what is sampled reaches a collector, with the caller's trace, and nothing else does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc,
    thread,
    time::Duration,
};

use cicatrix::{
    serve::{Admin, Around, Collector, Credentials, Guard},
    wire::v1::protocol_service_client::ProtocolServiceClient,
};
use server::{Server, limits};
use support::request;

/// Takes what is posted; says no when it is told to.
fn collector(status: &'static str) -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut head, mut line) = (String::new(), String::new());
            while stream.read_line(&mut line).unwrap() > 2 {
                head.push_str(&line);
                line.clear();
            }
            assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap().parse().unwrap();
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            // Before the answer: whoever waits for that finds it.
            let alone = tell.send(body).is_err();
            write!(stream.get_mut(), "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").unwrap();
            if alone {
                return;
            }
        }
    });
    (url, told)
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn has(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|it| it == part)
}

fn trace_id() -> Vec<u8> {
    (0..16).map(|it| u8::from_str_radix(&TRACE[2 * it..2 * it + 2], 16).unwrap()).collect()
}

async fn generate(server: &Server, parent: Option<&str>) {
    let mut call = tonic::Request::new(request());
    if let Some(parent) = parent {
        call.metadata_mut().insert("traceparent", parent.parse().unwrap());
    }
    ProtocolServiceClient::new(server.channel().await).generate_protocol(call).await.unwrap();
}

#[tokio::test]
async fn a_sampled_request_is_told_with_the_trace_of_its_caller() {
    let (url, told) = collector("200 OK");
    let traces = Some(Collector { url, one_in: 1_000_000 });
    let server = Server::around(limits(), Around { traces, ..Around::default() });
    // The first without a trace of its own is the one of so many.
    generate(&server, None).await;
    let first = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(has(&first, b"GenerateProtocol") && has(&first, b"service.name") && !has(&first, &trace_id()));
    generate(&server, Some(&format!("00-{TRACE}-00f067aa0ba902b7-01"))).await;
    let second = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(has(&second, &trace_id()) && has(&second, &[0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]));
    assert!(has(&second, b"grpc") && has(&second, b"OK"));
    // Who began it does not want it kept; and the next of so many is far away; and probes are nobody's.
    generate(&server, Some(&format!("00-{TRACE}-00f067aa0ba902b7-00"))).await;
    generate(&server, None).await;
    reqwest::get(server.url("/readyz")).await.unwrap();
    assert!(told.recv_timeout(Duration::from_millis(2500)).is_err(), "something else was told");
}

/// A flood of spans is at the cost of the collector.
#[tokio::test]
async fn whoever_is_not_known_does_not_say_what_is_traced() {
    let (url, told) = collector("200 OK");
    let traces = Some(Collector { url, one_in: 1_000_000 });
    let keys = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("traced-{}.toml", std::process::id()));
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    std::fs::write(&keys, format!("[[key]]\nname = \"a\"\nscopes = [\"knowledge\"]\nsha256 = \"{hash}\"\n")).unwrap();
    let how = Credentials { api_keys: Some(keys.clone()), ..Credentials::default() };
    let guard = Guard::new(how).unwrap();
    let server = Server::around(limits(), Around { traces, guard, ..Around::default() });
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let ask = async |key: &str| {
        let asked = reqwest::Client::new().get(server.url("/v1/knowledge"));
        asked.header("traceparent", &parent).header("x-api-key", key).send().await.unwrap().status().as_u16()
    };
    for _ in 0..5 {
        assert_eq!(ask("bad").await, 401);
    }
    // The first of so many is one of them, in a trace of its own.
    let first = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(has(&first, b"UNAUTHENTICATED") && !has(&first, &trace_id()));
    assert_eq!(ask("abc").await, 200);
    let second = told.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(has(&second, &trace_id()) && !has(&second, b"UNAUTHENTICATED"));
    std::fs::remove_file(keys).unwrap();
}

#[tokio::test]
async fn what_waits_is_sent_before_the_end() {
    let (url, told) = collector("200 OK");
    let traces = Some(Collector { url, one_in: 1 });
    let server = Server::around(limits(), Around { traces, ..Around::default() });
    generate(&server, None).await;
    drop(server);
    assert!(has(&told.try_recv().unwrap(), b"GenerateProtocol"));
}

#[tokio::test]
async fn a_collector_that_is_away_harms_nobody() {
    let (url, _told) = collector("503 Service Unavailable");
    let traces = Some(Collector { url, one_in: 1 });
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    let server = Server::around(limits(), Around { traces, admin, ..Around::default() });
    for _ in 0..3 {
        generate(&server, None).await;
    }
    for _ in 0..100 {
        let url = format!("http://{}/metrics", server.admin.unwrap());
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        if text.lines().any(|it| it == "cicatrix_spans_dropped_total 3") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the spans were not counted as dropped");
}
