//! Streams of requests through both doors: in order, and each as the unary call answers it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "bulk/charged.rs"]
mod charged;
#[path = "support/identity.rs"]
mod identity;
#[path = "bulk/known.rs"]
mod known;
#[path = "support/server.rs"]
mod server;
#[path = "support/service.rs"]
mod support;
#[path = "bulk/without_end.rs"]
mod without_end;

use std::{
    convert::Infallible,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::OnceLock,
    time::Duration,
};

use bytes::Bytes;
use cicatrix::{
    serve::Limits,
    wire::{
        DESCRIPTORS, UnreadRequest,
        v1::{
            self, generate_protocols_response::Result as Told,
            protocol_service_client::ProtocolServiceClient as Protocols,
        },
    },
};
use futures_util::{Stream, StreamExt as _, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use prost::Message as _;
use serde_json::{Value, json};
use server::{Server, limits};
use support::{bare_scar, request};
use tokio::sync::mpsc;
use tonic::{Code, Status, transport::Channel};
use tonic_types::{StatusExt as _, pb};

const ROUTE: &str = "/v1/protocols:batchGenerate";

fn http_client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap())
}

fn lines_of(body: impl Stream<Item = Bytes> + Send + Sync + 'static) -> reqwest::Body {
    reqwest::Body::wrap(StreamBody::new(body.map(|it| Ok::<_, Infallible>(Frame::data(it)))))
}

fn posting(server: &Server, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
    http_client().post(server.url(ROUTE)).header("content-type", "application/x-ndjson").body(body)
}

async fn post(server: &Server, body: impl Into<reqwest::Body>) -> Vec<Value> {
    let response = posting(server, body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    assert!(response.headers().contains_key("x-request-id"));
    let text = response.text().await.unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

/// The answer of the unary route, as its bytes.
async fn unary(server: &Server, body: impl Into<reqwest::Body>) -> (u16, String) {
    let request = http_client().post(server.url("/v1/protocols:generate")).header("content-type", "application/json");
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn client(server: &Server) -> Protocols<Channel> {
    Protocols::new(server.channel().await)
}

/// Requests that are right and requests that are not.
fn kinds() -> Vec<v1::GenerateProtocolRequest> {
    let basic = || v1::GenerateProtocolRequest { view: v1::View::Basic.into(), ..request() };
    let mut older = basic();
    older.patient.as_mut().unwrap().age_years = Some(41);
    let mut spoiled = request();
    spoiled.start_date = None;
    spoiled.scars.push(v1::Scar { count: Some(-5), ..bare_scar("s1") });
    spoiled.patient.as_mut().unwrap().age_years = Some(500);
    let unsited = v1::GenerateProtocolRequest { scars: vec![v1::Scar { site: 0, ..bare_scar("a") }], ..basic() };
    vec![request(), basic(), v1::GenerateProtocolRequest::default(), older, spoiled, unsited]
}

/// Which kind stands at a place: mixed, and never twice the same course.
fn kind(place: usize, kinds: usize) -> usize {
    place.wrapping_mul(2_654_435_761).wrapping_shr(7) % kinds
}

const MANY: usize = 5000;

#[tokio::test]
async fn many_mixed_items_are_answered_in_order_by_grpc() {
    let server = Server::start();
    let mut client = client(&server).await;
    let kinds = kinds();
    let mut expected = Vec::new();
    for kind in &kinds {
        expected.push(client.generate_protocol(kind.clone()).await.map(tonic::Response::into_inner));
    }
    assert!(expected.iter().any(Result::is_ok) && expected.iter().any(Result::is_err));
    // What cannot be decoded is an error of its item: the last kind.
    let count = kinds.len() + 1;
    let items = stream::iter(0..MANY).map(move |place| match kinds.get(kind(place, count)) {
        Some(request) => UnreadRequest::from(request.clone()),
        None => UnreadRequest::from(Bytes::from_static(b"\xff\xff\xff")),
    });
    let mut answers = client.generate_protocols(items).await.unwrap().into_inner();
    for place in 0..MANY {
        let answer = answers.message().await.unwrap().unwrap();
        assert_eq!(answer.index, Some(i32::try_from(place).unwrap()));
        match (answer.result.unwrap(), expected.get(kind(place, count))) {
            (Told::Response(answer), Some(Ok(expected))) => {
                assert_eq!(answer.encode_to_vec(), expected.encode_to_vec(), "{place}");
            }
            (Told::Error(error), Some(Err(expected))) => {
                assert_eq!(error, pb::Status::decode(expected.details()).unwrap(), "{place}");
            }
            (Told::Error(error), None) => {
                assert_eq!((error.code, error.message.as_str()), (3, "the body holds no message of this type"));
                assert_eq!(error.details.len(), 2);
            }
            (answer, _) => panic!("{place}: {answer:?}"),
        }
    }
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn many_mixed_lines_are_answered_in_order_by_rest() {
    let most = 8 * 1024;
    let server = Server::with(Limits { max_request_bytes: most, ..limits() });
    let mut kinds: Vec<String> = kinds().iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    kinds.extend(
        ["{", "nonsense", "[]", r#"{"patient": {"pregnant": true}}"#, r#"{"view": 1, "view": 2}"#, "\u{0}"]
            .map(str::to_owned),
    );
    // A tolerated spelling, and a line that is too long.
    kinds.push(r#"{"start_date": {"year": 2026, "month": 12.0, "day": "1"}, "patient": null}"#.to_owned());
    kinds.push(" ".repeat(most + 1));
    let mut expected: Vec<String> = Vec::new();
    for kind in &kinds {
        let (code, body) = unary(&server, kind.clone()).await;
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap().get("error").is_some(), code != 200);
        // An error is `{"error":…}` in both places.
        expected.push(if code == 200 { format!("\"response\":{body}}}") } else { body[1..].to_owned() });
    }
    let mut body = String::new();
    for place in 0..MANY {
        body.push_str(&kinds[kind(place, kinds.len())]);
        body.push_str(["\n", "\r\n", "\n\n", "\n  \t\n"][place % 4]);
    }
    // The last line lacks its end.
    body.push_str("{}");
    let response = posting(&server, body).send().await.unwrap();
    let text = response.text().await.unwrap();
    let mut lines = text.lines();
    for place in 0..MANY {
        let line = lines.next().unwrap();
        // Byte for byte what the unary route says.
        assert_eq!(line, format!("{{\"index\":{place},{}", expected[kind(place, kinds.len())]));
    }
    let last: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((&last["index"], &last["error"]["code"]), (&json!(MANY), &json!(400)));
    assert_eq!(lines.next(), None);
}

#[tokio::test]
async fn both_doors_tell_the_same() {
    let server = Server::start();
    let items: Vec<_> = kinds().into_iter().map(UnreadRequest::from).collect();
    let mut by_grpc = client(&server).await.generate_protocols(stream::iter(items)).await.unwrap().into_inner();
    let body: Vec<String> = kinds().iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    for line in post(&server, body.join("\n")).await {
        let grpc = by_grpc.message().await.unwrap().unwrap();
        assert_eq!(line["index"], json!(grpc.index));
        match grpc.result.unwrap() {
            Told::Response(response) => assert_eq!(line["response"], serde_json::to_value(response).unwrap()),
            Told::Error(error) => {
                let status =
                    Status::with_details(error.code.into(), error.message.clone(), error.encode_to_vec().into());
                let bad = status.get_error_details().bad_request().cloned().unwrap();
                let fields = bad.field_violations.iter();
                let fields: Vec<_> =
                    fields.map(|it| json!({"field": it.field, "description": it.description})).collect();
                assert_eq!(line["error"]["details"][1]["fieldViolations"], Value::Array(fields));
                assert_eq!((&line["error"]["message"], &line["error"]["code"]), (&json!(error.message), &json!(400)));
            }
        }
    }
    assert!(by_grpc.message().await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_is_answered_with_nothing() {
    let server = Server::start();
    for body in ["", "\n", " \r\n\n\t"] {
        assert_eq!(post(&server, body).await, Vec::<Value>::new());
    }
    let mut answers = client(&server).await.generate_protocols(stream::empty()).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_none());
    // An item without a request is an empty one.
    let item = UnreadRequest::from(Bytes::new());
    let mut answers = client(&server).await.generate_protocols(stream::iter([item])).await.unwrap().into_inner();
    let Some(Told::Error(error)) = answers.message().await.unwrap().unwrap().result else { panic!() };
    assert_eq!(error.message, "2 fields are wrong");
}

/// Each answer comes before the next request is sent.
#[tokio::test]
async fn a_conversation_is_possible() {
    let server = Server::start();
    let (send, receive) = mpsc::channel::<UnreadRequest>(1);
    let items = stream::unfold(receive, |mut it| async move { Some((it.recv().await?, it)) });
    let mut answers = client(&server).await.generate_protocols(items).await.unwrap().into_inner();
    for index in 0..3 {
        send.send(request().into()).await.unwrap();
        assert_eq!(answers.message().await.unwrap().unwrap().index, Some(index));
    }
    drop(send);
    assert!(answers.message().await.unwrap().is_none());

    let (send, receive) = mpsc::channel::<Bytes>(1);
    let body = stream::unfold(receive, |mut it| async move { Some((it.recv().await?, it)) });
    let mut response = posting(&server, lines_of(body)).send().await.unwrap();
    for index in 0..3 {
        send.send(Bytes::from_static(b"{}\n")).await.unwrap();
        let line = response.chunk().await.unwrap().unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&line).unwrap()["index"], index);
    }
    drop(send);
    assert_eq!(response.chunk().await.unwrap(), None);
}

/// A client that waits for "100 Continue" gets it before the answer begins.
#[test]
fn a_client_that_asks_whether_to_go_on_is_told() {
    let server = Server::start();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!(
        "POST {ROUTE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\
         expect: 100-continue\r\ncontent-length: 3\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{}\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"index\":0"), "{answer}");
}

#[tokio::test]
async fn what_is_no_stream_is_refused() {
    let server = Server::start();
    let plain = http_client().post(server.url(ROUTE)).header("content-type", "text/plain").body("{}");
    let response = plain.send().await.unwrap();
    assert_eq!(response.status(), 415);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["message"], "send content-type application/x-ndjson");
    assert_eq!(http_client().get(server.url(ROUTE)).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_a_grpc_stream_after_the_answers() {
    let most = 4096;
    let server = Server::with(Limits { max_request_bytes: most, ..limits() });
    let large = UnreadRequest::from(Bytes::from(vec![0; most + 1]));
    let items = stream::iter([request().into(), request().into(), large, request().into()]);
    let mut answers = client(&server).await.generate_protocols(items).await.unwrap().into_inner();
    for index in 0..2 {
        assert_eq!(answers.message().await.unwrap().unwrap().index, Some(index));
    }
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "BODY_TOO_LARGE");
    // A line has an end that can be found again, however long it is.
    let body = stream::iter(std::iter::repeat_n(Bytes::from(vec![b'x'; 1 << 20]), 64));
    let body = body.chain(stream::iter([Bytes::from_static(b"\n{}\n")]));
    let lines = post(&server, lines_of(body)).await;
    let codes: Vec<_> = lines.iter().map(|it| (&it["index"], &it["error"]["code"])).collect();
    assert_eq!(codes, [(&json!(0), &json!(413)), (&json!(1), &json!(400))]);
}

#[test]
fn an_unread_request_has_the_fields_of_the_schema() {
    let pool = prost_reflect::DescriptorPool::decode(DESCRIPTORS).unwrap();
    let message = pool.get_message_by_name("cicatrix.v1.GenerateProtocolsRequest").unwrap();
    let fields: Vec<_> = message.fields().map(|it| (it.number(), it.name().to_owned())).collect();
    assert_eq!(fields, [(1, "request".to_owned())]);
    assert_eq!(UnreadRequest::from(request()).read().unwrap(), request());
    assert!(!format!("{:?}", UnreadRequest::from(request())).contains("s1"));
}
