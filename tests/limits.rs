//! Limits that hold: how much at once, how often, how long; and what is told of it at the admin port.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

#[path = "limits/connections.rs"]
mod connections;
#[path = "support/identity.rs"]
mod identity;
#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use cicatrix::{
    serve::{Admin, Around, Cors, Credentials, Guard, Limits},
    wire::v1::{self, protocol_service_client::ProtocolServiceClient},
};
use identity::Scratch;
use serde_json::Value;
use server::{Server, limits};
use sha2::{Digest as _, Sha256};
use support::request;
use tonic::Code;
use tonic_types::StatusExt as _;

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

fn status(stream: &mut TcpStream) -> String {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer.to_vec()).unwrap()
}

fn head(length: usize) -> String {
    format!(
        "POST /v1/protocols:generate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    )
}

/// A face with three hundred groups of scars, and every question about them.
fn much_work() -> v1::GenerateProtocolRequest {
    let scar = |number: usize| support::pits(&format!("s{number}"));
    v1::GenerateProtocolRequest {
        scars: (0..300).map(scar).collect(),
        include: vec![v1::Insight::Questions.into(), v1::Insight::Alternatives.into()],
        ..request()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_request_that_is_much_work() {
    let server = Server::with(Limits { shards: 1, ..limits() });
    let channel = server.channel().await;
    let mut client = ProtocolServiceClient::new(channel.clone()).max_decoding_message_size(64 * 1024 * 1024);
    let heavy = tokio::spawn(async move { client.generate_protocol(much_work()).await.map(|_| ()) });
    // Both are on one connection, so that the thread is the same.
    let mut light = ProtocolServiceClient::new(channel);
    let mut answered = 0;
    while !heavy.is_finished() {
        light.generate_protocol(request()).await.unwrap();
        answered += 1;
    }
    heavy.await.unwrap().unwrap();
    assert!(answered > 3, "only {answered} were answered meanwhile");
}

/// One figure of the admin port; 0 when it is not there.
async fn figure(server: &Server, name: &str) -> f64 {
    let text = scrape(server).await;
    let line = text.lines().find_map(|it| it.strip_prefix(name).and_then(|it| it.strip_prefix(' ')));
    line.map_or(0.0, |it| it.parse().unwrap())
}

async fn scrape(server: &Server) -> String {
    let url = format!("http://{}/metrics", server.admin.unwrap());
    reqwest::get(url).await.unwrap().error_for_status().unwrap().text().await.unwrap()
}

fn with_admin(limits: Limits) -> Server {
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    Server::around(limits, Around { admin, ..Around::default() })
}

#[tokio::test]
async fn what_would_only_wait_is_shed_at_both_doors_and_probes_are_not() {
    let server = with_admin(Limits { concurrency: 1, ..limits() });
    // One request that is begun and not sent to its end.
    let body = serde_json::to_string(&request()).unwrap();
    let mut begun = connect(&server);
    begun.write_all(head(body.len()).as_bytes()).unwrap();
    begun.write_all(&body.as_bytes()[..10]).unwrap();
    while figure(&server, "cicatrix_requests_in_flight").await < 1.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let client = reqwest::Client::new();
    let shed = Instant::now();
    let response = client.post(server.url("/v1/protocols:generate")).json(&request()).send().await.unwrap();
    assert!(shed.elapsed() < Duration::from_secs(1), "shed only after {:?}", shed.elapsed());
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    let error: Value = response.json().await.unwrap();
    let details = error["error"]["details"].as_array().unwrap();
    assert_eq!(error["error"]["status"], "RESOURCE_EXHAUSTED");
    assert_eq!(details[0]["reason"], "OVERLOADED");
    let retry = details.iter().find(|it| it["@type"].as_str().unwrap().ends_with("RetryInfo")).unwrap();
    assert_eq!(retry["retryDelay"], "1s");

    let told = ProtocolServiceClient::new(server.channel().await).generate_protocol(request()).await.unwrap_err();
    assert_eq!((told.code(), told.message()), (Code::ResourceExhausted, error["error"]["message"].as_str().unwrap()));
    let details = told.get_error_details();
    assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_secs(1)));
    for path in ["/readyz", "/healthz"] {
        assert_eq!(client.get(server.url(path)).send().await.unwrap().status(), 200, "{path}");
    }
    assert_eq!(figure(&server, "cicatrix_refused_total{reason=\"overload\"}").await, 2.0);

    // The one that was begun is answered, and then there is room again.
    begun.write_all(&body.as_bytes()[10..]).unwrap();
    assert_eq!(status(&mut begun), "HTTP/1.1 200");
    let again = client.post(server.url("/v1/protocols:generate")).json(&request()).send().await.unwrap();
    assert_eq!(again.status(), 200);
}

/// Bodies that are begun and not sent to their end hold no more memory than there is for them.
#[tokio::test]
async fn half_sent_bodies_hold_only_so_much() {
    let server = with_admin(Limits { body_bytes: 300_000, ..limits() });
    let mut begun = connect(&server);
    begun.write_all(head(200_001).as_bytes()).unwrap();
    begun.write_all(&[b' '; 200_000]).unwrap();
    while figure(&server, "cicatrix_requests_in_flight").await < 1.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let client = reqwest::Client::new();
    let large = || client.post(server.url("/v1/protocols:generate")).header("content-type", "application/json");
    let refused = large().body(" ".repeat(200_000)).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let error: Value = refused.json().await.unwrap();
    let details = error["error"]["details"].as_array().unwrap();
    assert_eq!((&details[0]["reason"], &details[1]["retryDelay"]), (&Value::from("NO_ROOM"), &Value::from("1s")));
    let framed = [&[0][..], &200_000_u32.to_be_bytes(), &[0; 200_000]].concat();
    let call = client.post(server.url("/cicatrix.v1.ProtocolService/GenerateProtocol")).body(framed);
    let told = call.header("content-type", "application/grpc-web+proto").send().await.unwrap();
    assert_eq!(told.headers()["grpc-status"], "8");
    assert_eq!(figure(&server, "cicatrix_refused_total{reason=\"bodies\"}").await, 2.0);
    // What is small is answered, and what was held is given back.
    let small = client.post(server.url("/v1/protocols:generate")).json(&request()).send().await.unwrap();
    assert_eq!(small.status(), 200);
    begun.write_all(b"{").unwrap();
    assert_eq!(status(&mut begun), "HTTP/1.1 400");
    assert_eq!(large().body(" ".repeat(200_000)).send().await.unwrap().status(), 400);
}

/// Callers that are known leave half of the places to others.
#[tokio::test]
async fn one_caller_does_not_take_every_place() {
    let scratch = Scratch::new("places");
    let row = |name: &str| {
        let hash: String = Sha256::digest(name).iter().map(|it| format!("{it:02x}")).collect();
        format!("[[key]]\nname = \"{name}\"\nscopes = [\"protocols\"]\nsha256 = \"{hash}\"\n")
    };
    let api_keys = Some(scratch.file("keys.toml", row("one") + &row("other")));
    let guard = Guard::new(Credentials { api_keys, ..Credentials::default() }).unwrap();
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    let around = Around { guard, admin, ..Around::default() };
    let server = Server::around(Limits { concurrency: 4, ..limits() }, around);
    let begin = || {
        let mut stream = connect(&server);
        let head = head(100).replace("host: x\r\n", "host: x\r\nx-api-key: one\r\n");
        stream.write_all((head + "{").as_bytes()).unwrap();
        stream
    };
    let _begun = [begin(), begin()];
    while figure(&server, "cicatrix_requests_in_flight").await < 2.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let client = reqwest::Client::new();
    let ask = async |key: &str| {
        let call = client.post(server.url("/v1/protocols:generate")).header("x-api-key", key);
        call.json(&request()).send().await.unwrap().status().as_u16()
    };
    assert_eq!((ask("one").await, ask("other").await), (429, 200));
    assert_eq!(figure(&server, "cicatrix_refused_total{reason=\"share\"}").await, 1.0);
}

/// A caller who gives no time, and one whose body does not come, are told so and are no failure of ours.
#[tokio::test]
async fn what_is_late_by_its_callers_doing_is_counted_as_that() {
    let server = with_admin(Limits { deadline: Duration::from_millis(300), ..limits() });
    let client = reqwest::Client::new();
    let call = client.post(server.url("/cicatrix.v1.ProtocolService/GenerateProtocol")).header("grpc-timeout", "1n");
    let told = call.header("content-type", "application/grpc-web+proto").send().await.unwrap();
    assert_eq!(told.headers()["grpc-status"], "4");
    let short = client.get(server.url("/healthz")).header("grpc-timeout", "1n");
    assert_eq!(short.send().await.unwrap().status(), 504);
    let mut begun = connect(&server);
    begun.write_all((head(100) + "{").as_bytes()).unwrap();
    assert_eq!(status(&mut begun), "HTTP/1.1 504");
    for (rpc, door) in [("GenerateProtocol", "grpc-web"), ("Health", "rest"), ("GenerateProtocol", "rest")] {
        let series = |code: &str| format!("cicatrix_requests_total{{rpc=\"{rpc}\",door=\"{door}\",code=\"{code}\"}}");
        assert_eq!(figure(&server, &series("DEADLINE_OF_CALLER")).await, 1.0, "{rpc} {door}");
        assert_eq!(figure(&server, &series("DEADLINE_EXCEEDED")).await, 0.0, "{rpc} {door}");
    }
}

#[tokio::test]
async fn each_caller_has_a_rate_of_its_own() {
    let scratch = Scratch::new("rate");
    let row = |name: &str| {
        let hash: String = Sha256::digest(name).iter().map(|it| format!("{it:02x}")).collect();
        format!("[[key]]\nname = \"{name}\"\nscopes = [\"knowledge\"]\nsha256 = \"{hash}\"\n")
    };
    let api_keys = Some(scratch.file("keys.toml", row("one") + &row("other")));
    let guard = Guard::new(Credentials { api_keys, ..Credentials::default() }).unwrap();
    let limits = Limits { rate_per_second: 1, burst: 3, ..limits() };
    let server = Server::around(limits, Around { guard, ..Around::default() });
    let client = reqwest::Client::new();
    let ask = async |key: &str| client.get(server.url("/v1/knowledge")).header("x-api-key", key).send().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(ask("one").await.status().as_u16());
    }
    assert_eq!(seen, [200, 200, 200, 429, 429]);
    assert_eq!(ask("other").await.status(), 200);
    let refused = ask("one").await;
    assert_eq!(refused.headers()["retry-after"], "1");
    let error: Value = refused.json().await.unwrap();
    assert_eq!(error["error"]["details"][0]["reason"], "TOO_MANY_REQUESTS");
    // Probes are nobody's.
    assert_eq!(client.get(server.url("/readyz")).header("x-api-key", "one").send().await.unwrap().status(), 200);
    // After the time that was said it goes on.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(ask("one").await.status(), 200);
}

#[tokio::test]
async fn strangers_are_told_apart_by_where_they_come_from() {
    let server = Server::with(Limits { rate_per_second: 1, burst: 2, ..limits() });
    let mut seen = Vec::new();
    for _ in 0..3 {
        // Each over a connection of its own.
        seen.push(reqwest::get(server.url("/v1/knowledge")).await.unwrap().status().as_u16());
    }
    assert_eq!(seen, [200, 200, 429]);
}

#[tokio::test]
async fn what_is_measured_has_bounded_names_and_nothing_of_a_patient() {
    let admin = Admin::At("127.0.0.1:0".parse().unwrap());
    let around = Around { admin, hear: Some(cicatrix::review::heard), ..Around::default() };
    let server = Server::around(limits(), around);
    let client = reqwest::Client::new();
    let mut grpc = ProtocolServiceClient::new(server.channel().await);
    for _ in 0..3 {
        grpc.generate_protocol(request()).await.unwrap();
    }
    client.post(server.url("/v1/protocols:generate")).json(&request()).send().await.unwrap();
    client.post(server.url("/v1/protocols:generate")).body("{").send().await.unwrap();
    // No message, where one is needed.
    let call = client.post(server.url("/cicatrix.v1.ProtocolService/GenerateProtocol"));
    call.header("content-type", "application/grpc-web+proto").send().await.unwrap();
    for it in 0..50 {
        client.get(server.url(&format!("/v1/jane-doe-{it}"))).send().await.unwrap();
        client.get(server.url(&format!("/v1/rules/jane-doe-{it}"))).send().await.unwrap();
    }
    let text = scrape(&server).await;
    for line in [
        "cicatrix_requests_total{rpc=\"GenerateProtocol\",door=\"grpc\",code=\"OK\"} 3",
        "cicatrix_requests_total{rpc=\"GenerateProtocol\",door=\"rest\",code=\"OK\"} 1",
        "cicatrix_requests_total{rpc=\"GenerateProtocol\",door=\"rest\",code=\"INVALID_ARGUMENT\"} 1",
        "cicatrix_requests_total{rpc=\"GenerateProtocol\",door=\"grpc-web\",code=\"INVALID_ARGUMENT\"} 1",
        "cicatrix_requests_total{rpc=\"Unknown\",door=\"rest\",code=\"NOT_FOUND\"} 50",
        "cicatrix_requests_total{rpc=\"GetRule\",door=\"rest\",code=\"NOT_FOUND\"} 50",
        "cicatrix_request_duration_seconds_count{rpc=\"GenerateProtocol\",door=\"grpc\"} 3",
        "cicatrix_plans_total{outcome=\"protocol\"} 4",
        "cicatrix_requests_in_flight 0",
        "cicatrix_ready 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    }
    let knowledge = support::service().knowledge();
    let release = format!(
        "cicatrix_knowledge_release{{release=\"{}\",digest=\"{}\"}} 1",
        knowledge.release(),
        knowledge.digest()
    );
    assert!(text.contains(&release), "{release}");
    assert!(text.lines().filter(|it| it.starts_with("cicatrix_rules_heard_total{rule=")).count() > 10, "{text}");
    assert!(figure(&server, "cicatrix_resident_memory_bytes").await > 1e6);
    assert!(!text.contains("jane"), "{text}");
    // The rest of the admin port.
    let of = async |path: &str| {
        reqwest::get(format!("http://{}{path}", server.admin.unwrap())).await.unwrap().status().as_u16()
    };
    assert_eq!((of("/readyz").await, of("/healthz").await, of("/v1/knowledge").await), (200, 200, 404));
    // Metrics are not where callers are.
    assert_eq!(client.get(server.url("/metrics")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn pages_of_the_list_may_call_and_others_may_not() {
    let cors = Cors::new(vec!["https://records.example.org".to_owned()]);
    let keys = Scratch::new("cors");
    let hash: String = Sha256::digest("k").iter().map(|it| format!("{it:02x}")).collect();
    let row = format!("[[key]]\nname = \"page\"\nscopes = [\"knowledge\"]\nsha256 = \"{hash}\"\n");
    let api_keys = Some(keys.file("keys.toml", row));
    let guard = Guard::new(Credentials { api_keys, ..Credentials::default() }).unwrap();
    let server = Server::around(limits(), Around { cors, guard, ..Around::default() });
    let client = reqwest::Client::new();
    for (origin, may) in [("https://records.example.org", true), ("https://evil.example", false), ("null", false)] {
        let preflight = client
            .request(reqwest::Method::OPTIONS, server.url("/v1/knowledge"))
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .send()
            .await
            .unwrap();
        assert_eq!(preflight.status(), 204);
        let allowed = |it: &reqwest::Response| it.headers().get("access-control-allow-origin").cloned();
        assert_eq!(allowed(&preflight).is_some(), may, "{origin}");
        assert_eq!(preflight.headers().contains_key("access-control-allow-headers"), may, "{origin}");
        // The page can also read why it was refused.
        for key in ["k", "wrong"] {
            let call = client.get(server.url("/v1/knowledge")).header("origin", origin).header("x-api-key", key);
            let response = call.send().await.unwrap();
            assert_eq!(response.status() == 200, key == "k");
            assert_eq!(allowed(&response).is_some_and(|it| it == origin), may, "{origin}");
            assert_eq!(response.headers()["vary"], "origin");
        }
    }
    // Without a list nothing is said of origins.
    let silent = Server::start();
    let call = client.get(silent.url("/v1/knowledge")).header("origin", "https://records.example.org");
    assert!(!call.send().await.unwrap().headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_compressed_body_is_refused_alike_and_never_unpacked() {
    let server = Server::start();
    let client = reqwest::Client::new();
    for path in ["/v1/protocols:generate", "/v1/protocols:batchGenerate"] {
        let call = client.post(server.url(path)).header("content-encoding", "gzip");
        let response = call.header("content-type", "application/json").body("{}").send().await.unwrap();
        assert_eq!(response.status(), 415, "{path}");
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["error"]["details"][0]["reason"], "UNSUPPORTED_ENCODING");
        assert_eq!(error["error"]["status"], "UNIMPLEMENTED");
    }
    let call = client.post(server.url("/cicatrix.v1.ProtocolService/GenerateProtocol")).header("grpc-encoding", "gzip");
    let call = call.header("content-type", "application/grpc-web+proto").body(vec![0, 0, 0, 0, 0]);
    let response = call.send().await.unwrap();
    let told = tonic::Status::from_header_map(response.headers()).unwrap();
    assert_eq!(told.code(), Code::Unimplemented);
    assert_eq!(told.get_error_details().error_info().unwrap().reason, "UNSUPPORTED_ENCODING");
    // As it is: the same body is read.
    let call = client.post(server.url("/v1/protocols:generate")).header("content-encoding", "identity");
    let response = call.json(&request()).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

/// Work ends soon after its caller: else a few who hang up at once would keep everybody out.
#[tokio::test]
async fn nobody_waits_for_work_that_nobody_waits_for() {
    let server = with_admin(Limits { shards: 1, ..limits() });
    let scar = |number: usize| support::pits(&format!("s{number}"));
    let heavy = v1::GenerateProtocolRequest { scars: (0..1000).map(scar).collect(), ..much_work() };
    let body = serde_json::to_string(&heavy).unwrap();
    let begun: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = connect(&server);
            stream.write_all(head(body.len()).as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
            stream
        })
        .collect();
    while figure(&server, "cicatrix_requests_in_flight").await < 4.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(begun);
    // It is much work too, so it waits for the same threads.
    let other = v1::GenerateProtocolRequest { include: vec![v1::Insight::Questions.into()], ..request() };
    let asked = Instant::now();
    let response = reqwest::Client::new().post(server.url("/v1/protocols:generate")).json(&other).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    while figure(&server, "cicatrix_requests_in_flight").await > 0.0 {
        assert!(asked.elapsed() < Duration::from_secs(8), "their places are never given back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What alerts wait for is there before it happens: an increase from nothing is none.
#[tokio::test]
async fn figures_begin_at_nothing() {
    let server = with_admin(limits());
    let text = scrape(&server).await;
    for code in ["INTERNAL", "UNKNOWN", "UNAVAILABLE", "DEADLINE_EXCEEDED", "DATA_LOSS"] {
        let line = format!("cicatrix_requests_total{{rpc=\"GenerateProtocol\",door=\"grpc\",code=\"{code}\"}} 0\n");
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    assert!(text.contains("cicatrix_connections_max 4096\n") && text.contains("cicatrix_log_lines_dropped_total 0\n"));
    assert!(text.lines().filter(|it| it.starts_with("# HELP")).all(|it| !it.ends_with("..")), "{text}");
}
